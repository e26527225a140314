//! First start.

use crate::ROADSTEAD;
use roadstead_testkit::TestApp;
use serde_json::json;
use std::os::unix::fs::PermissionsExt as _;

fn token(link: &str) -> String {
    link.split_once("#token=")
        .expect("token")
        .1
        .trim()
        .to_owned()
}

#[tokio::test]
async fn setup_link_makes_the_first_admin_once_and_its_file_goes() {
    let app = TestApp::start(ROADSTEAD).await;
    let file = app.data_dir().join("setup-link");
    let mode = std::fs::metadata(&file).expect("file").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let link = app.setup_link().expect("link");
    let api = app.api();
    assert_eq!(api.get("/api/v1/setup").await.body, json!({"needed": true}));

    let wrong = api
        .post(
            "/api/v1/setup",
            &json!({"token": "wrong", "name": "padmin", "password": "correct horse battery"}),
        )
        .await;
    assert_eq!(
        (wrong.status, wrong.body["code"].as_str()),
        (403, Some("setup.link_invalid"))
    );
    let short = api
        .post(
            "/api/v1/setup",
            &json!({"token": token(&link), "name": "padmin", "password": "short"}),
        )
        .await;
    assert_eq!(
        (short.status, short.body["errors"][0]["code"].as_str()),
        (422, Some("password.length"))
    );
    let name = api
        .post(
            "/api/v1/setup",
            &json!({"token": token(&link), "name": "P Admin", "password": "correct horse battery"}),
        )
        .await;
    assert_eq!(
        (name.status, name.body["errors"][0]["pointer"].as_str()),
        (422, Some("/name"))
    );

    let made = api.setup_admin().await;
    assert_eq!(made.status, 201);
    assert_eq!(made.body["user"]["platform_role"], "admin");
    assert_eq!(
        app.api().get("/api/v1/setup").await.body,
        json!({"needed": false})
    );
    let again = app
        .api()
        .post(
            "/api/v1/setup",
            &json!({"token": token(&link), "name": "second", "password": "correct horse battery"}),
        )
        .await;
    assert_eq!(
        (again.status, again.body["code"].as_str()),
        (409, Some("setup.done"))
    );
    // The file is removed as soon as the administrator's change is seen.
    for _ in 0..1_200 {
        if !file.exists() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(!file.exists());
    app.assert_silent_about(&[&token(&link), TestApp::ADMIN_PASSWORD]);
}

#[tokio::test]
async fn setup_link_is_in_neither_log_nor_output_when_that_is_no_terminal() {
    let app = TestApp::start(ROADSTEAD).await;
    let link = app.setup_link().expect("link");
    app.assert_silent_about(&[&token(&link)]);
    assert!(app.stdout().contains("setup-link"), "{}", app.stdout());
}
