//! Signing in and out.

use crate::ROADSTEAD;
use roadstead_testkit::TestApp;
use serde_json::json;

#[tokio::test]
async fn login_opens_a_session_and_logout_ends_it() {
    let app = TestApp::start(ROADSTEAD).await;
    app.admin().await;
    let stranger = app.api();
    let refused = stranger.get("/api/v1/session").await;
    assert_eq!(
        (refused.status, refused.body["code"].as_str()),
        (401, Some("session.required"))
    );

    let api = app.api();
    let opened = api.login(TestApp::ADMIN, TestApp::ADMIN_PASSWORD).await;
    assert_eq!(opened.status, 201);
    let cookie = opened.headers["set-cookie"]
        .to_str()
        .expect("cookie")
        .to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=604800"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(
        !cookie.contains("Secure"),
        "plain http has no Secure cookie: {cookie}"
    );
    assert_eq!(
        api.get("/api/v1/session").await.body["user"]["name"],
        TestApp::ADMIN
    );
    assert_eq!(api.delete("/api/v1/session").await.status, 204);
    assert_eq!(api.get("/api/v1/session").await.status, 401);
}

#[tokio::test]
async fn wrong_name_and_wrong_password_are_the_same_answer() {
    let app = TestApp::start(ROADSTEAD).await;
    app.admin().await;
    let mut answers = Vec::new();
    for (name, password) in [
        (TestApp::ADMIN, "wrong password canary"),
        ("stranger", "wrong password canary"),
        ("Not A Name", "wrong password canary"),
        (TestApp::ADMIN, ""),
    ] {
        let mut answer = app
            .api()
            .post(
                "/api/v1/session",
                &json!({"name": name, "password": password}),
            )
            .await;
        answer.body["request_id"] = json!(null);
        answers.push((answer.status, answer.body));
    }
    assert_eq!(answers[0].0, 401);
    assert!(answers.iter().all(|a| *a == answers[0]), "{answers:?}");
    app.assert_silent_about(&["wrong password canary"]);
}

#[tokio::test]
async fn sec_25_mutation_without_the_sessions_own_value_is_refused_and_changes_nothing() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    api.client().set_csrf_token("another value".to_owned());
    let refused = api.delete("/api/v1/session").await;
    assert_eq!(
        (refused.status, refused.body["code"].as_str()),
        (403, Some("request.csrf_rejected"))
    );
    assert_eq!(api.get("/api/v1/session").await.status, 200);
}

#[tokio::test]
async fn session_survives_a_kill() {
    let mut app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    assert_eq!(api.get("/api/v1/session").await.status, 200);
    app.restart().await;
    let api = app.api();
    assert_eq!(
        api.login(TestApp::ADMIN, TestApp::ADMIN_PASSWORD)
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn login_works_again_while_a_session_is_still_open() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    // The sign-in page knows nothing of the session whose cookie the browser still sends.
    api.client().set_csrf_token("1".to_owned());
    let body = json!({"name": TestApp::ADMIN, "password": TestApp::ADMIN_PASSWORD});
    assert_eq!(api.post("/api/v1/session", &body).await.status, 201);
}
