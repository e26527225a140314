//! `roadstead key rotate` beside and between servers.

use crate::ROADSTEAD;
use crate::postgres::{MASTER_KEY, database};
use crate::tool::{SECRET, integrate, kill_at, run, said, upstream, verify};
use futures::StreamExt as _;
use roadstead_testkit::{Method, TestApp, TestAppOptions};
use serde_json::json;

const ROTATE: &[&str] = &["key", "rotate"];
/// 32 bytes in base64, another key.
const NEW_KEY: &str = "bmV3LW1hc3Rlci1rZXktY2FuYXJ5LTAxMjM0NTY3ODk=";

#[tokio::test]
async fn rotation_beside_a_running_server_is_refused_and_works_when_it_is_stopped() {
    let mut app = TestApp::start(ROADSTEAD).await;
    let upstream = upstream().await;
    let id = integrate(&app.admin().await, &upstream, "one").await;
    let path = app.data_dir().join("master.key");
    let old = std::fs::read_to_string(&path).expect("key");
    let refused = run(&app.data_dir(), ROTATE, &[]).await;
    assert_eq!(refused.status.code(), Some(1));
    let pid = app.pid().expect("pid").to_string();
    let sentence = said(&refused);
    assert!(
        sentence.contains("while Roadstead is stopped") && sentence.contains(&pid),
        "{sentence}"
    );
    assert_eq!(app.stop().await, Some(0));

    let mut printed = String::new();
    for _ in 0..2 {
        let before = std::fs::read_to_string(&path).expect("key");
        let output = run(&app.data_dir(), ROTATE, &[]).await;
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        printed += &said(&output);
        assert_ne!(std::fs::read_to_string(&path).expect("key"), before);
        let (code, report) = verify(&app.data_dir(), &[]).await;
        assert_eq!((code, &report["ok"]), (Some(0), &json!(true)), "{report}");
    }
    let new = std::fs::read_to_string(&path).expect("key");
    assert!(!app.data_dir().join("master.key.next").exists());
    app.restart().await;
    let api = app.admin().await;
    let body = json!({"registry_id": id});
    let lines: Vec<_> = api
        .client()
        .lines(Method::POST, "/api/v1/registry-tests", &body)
        .await
        .expect("test")
        .collect()
        .await;
    let last = lines.last().and_then(|line| line.as_ref().ok());
    let result = last.map(ToString::to_string).unwrap_or_default();
    assert!(result.contains("\"status\":\"ok\""), "{result}");
    assert_eq!(app.stop().await, Some(0));
    for secret in [old.trim(), new.trim(), SECRET] {
        assert!(!printed.contains(secret), "{printed}");
    }
    app.assert_silent_about(&[old.trim(), new.trim(), SECRET]);

    std::fs::write(&path, &old).expect("key");
    let started = run(
        &app.data_dir(),
        &[
            "serve",
            "--set",
            "server.listen=127.0.0.1:0",
            "--set",
            "server.metrics_listen=127.0.0.1:0",
        ],
        &[],
    )
    .await;
    assert_eq!(started.status.code(), Some(78), "{}", said(&started));
    assert!(
        said(&started).contains("is not the one"),
        "{}",
        said(&started)
    );
}

#[tokio::test]
async fn fault_kill_rotation_at_any_step_and_the_server_still_starts() {
    let mut app = TestApp::start(ROADSTEAD).await;
    let upstream = upstream().await;
    integrate(&app.admin().await, &upstream, "one").await;
    for point in [
        "rotate_keys.key_made",
        "finish_rotation.begun",
        "finish_rotation.before_commit",
        "finish_rotation.after_commit",
        "rotate_keys.before_rename",
        "rotate_keys.after_rename",
    ] {
        app.kill().await;
        assert!(kill_at(&app.data_dir(), ROTATE, point), "{point}");
        let (code, report) = verify(&app.data_dir(), &[]).await;
        assert_eq!(code, Some(0), "{point}: {report}");
        // The server works in the middle of it, and takes more.
        app.restart().await;
        let name = point.replace(['.', '_'], "-");
        integrate(&app.admin().await, &upstream, &name).await;
    }
    assert_eq!(app.stop().await, Some(0));
    let output = run(&app.data_dir(), ROTATE, &[]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let (code, report) = verify(&app.data_dir(), &[]).await;
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(report["credentials"]["sealed"], 7);
    assert!(!app.data_dir().join("master.key.next").exists());
}

#[tokio::test]
async fn postgres_rotation_runs_beside_a_server_that_has_both_keys() {
    let (_server, database) = database();
    let options = TestAppOptions {
        database_url: Some(database.url().to_owned()),
        master_key: Some(MASTER_KEY.to_owned()),
        ..TestAppOptions::default()
    };
    let admin = std::env::temp_dir().join(format!("{}.password", database.name()));
    std::fs::write(&admin, TestApp::ADMIN_PASSWORD).expect("file");
    let mut app = TestApp::start_with(ROADSTEAD, options).await;
    let keys = |current: &str, previous: Option<&str>| {
        let mut environment = vec![
            (
                "ROADSTEAD_SECURITY_MASTER_KEY".to_owned(),
                current.to_owned(),
            ),
            ("ROADSTEAD_ADMIN_NAME".to_owned(), TestApp::ADMIN.to_owned()),
            (
                "ROADSTEAD_ADMIN_PASSWORD_FILE".to_owned(),
                admin.display().to_string(),
            ),
        ];
        let name = "ROADSTEAD_SECURITY_MASTER_KEY_PREVIOUS".to_owned();
        environment.extend(previous.map(|key| (name, key.to_owned())));
        environment
    };
    app.set_environment(keys(MASTER_KEY, None));
    app.restart().await;
    let upstream = upstream().await;
    integrate(&app.admin().await, &upstream, "before").await;

    let (url, new) = (
        ("ROADSTEAD_DATABASE_URL", database.url()),
        ("ROADSTEAD_SECURITY_MASTER_KEY", NEW_KEY),
    );
    let old = ("ROADSTEAD_SECURITY_MASTER_KEY_PREVIOUS", MASTER_KEY);
    let alone = run(&app.data_dir(), ROTATE, &[url, new]).await;
    assert_eq!(alone.status.code(), Some(78));
    assert!(
        said(&alone).contains("MASTER_KEY_PREVIOUS"),
        "{}",
        said(&alone)
    );

    app.set_environment(keys(NEW_KEY, Some(MASTER_KEY)));
    app.restart().await;
    integrate(&app.admin().await, &upstream, "between").await;
    let rotated = run(&app.data_dir(), ROTATE, &[url, new, old]).await;
    assert_eq!(rotated.status.code(), Some(0), "{}", said(&rotated));
    integrate(&app.admin().await, &upstream, "after").await;
    let (code, report) = verify(&app.data_dir(), &[url, new]).await;
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(report["credentials"]["sealed"], 3);
    app.set_environment(keys(NEW_KEY, None));
    app.restart().await;
    for secret in [MASTER_KEY, NEW_KEY, SECRET] {
        assert!(!said(&rotated).contains(secret), "{}", said(&rotated));
    }
    app.assert_silent_about(&[MASTER_KEY, NEW_KEY, SECRET]);
    std::fs::remove_file(admin).expect("file");
}
