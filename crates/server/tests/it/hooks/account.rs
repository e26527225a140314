//! Whom the account is shown to because of an event.

use super::door::{events, hook_of};
use crate::ROADSTEAD;
use crate::identity::{NEW, SECRET, counted, integrate, leaks, quiet, serve, until};
use roadstead_core::model::Timestamp;
use roadstead_testkit::{Scripted, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

fn push(id: &str) -> Vec<u8> {
    let digest = format!("sha256:{}", id.repeat(64));
    json!({"events": [{"id": id, "timestamp": Timestamp::from_system_clock().to_string(),
        "action": "push", "target": {"mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": digest, "repository": "team/app", "tag": "v1"},
        "request": {"method": "PUT"}, "source": {"instanceID": "i"}}]})
    .to_string()
    .into_bytes()
}

/// Whether this manifest was asked for.
fn asked_for(server: &Scripted, id: &str) -> bool {
    let digest = format!("sha256:{}", id.repeat(64));
    server
        .log()
        .iter()
        .any(|head| head.first_line.contains(&digest))
}

#[tokio::test]
async fn sec_02_event_shows_the_account_to_no_server_in_anothers_place() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let server = Scripted::start().await;
    serve(&server, "home", SECRET, &["team/app"]);
    let path = integrate(&api, &server.url(), None).await;
    let settled = |r: &Value| counted(r, 1) && !r["capabilities_as_of"].is_null();
    until(&api, &path, settled).await;
    let hook = hook_of(&api, path.clone()).await;
    assert_eq!(events(&app, &hook, &push("a")).await, 200);
    for _ in 0..1_200 {
        if asked_for(&server, "a") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(asked_for(&server, "a"), "the event was looked into");
    assert!(leaks(&server) > 0, "with the account");

    // Longer than a server counts as just seen, and until the tag's later looks have passed.
    quiet(&server, Duration::from_secs(3)).await;
    serve(&server, "elsewhere", NEW, &[]);
    server.clear_log();
    assert_eq!(events(&app, &hook, &push("b")).await, 200);
    until(&api, &path, |r| r["suspension"].is_object()).await;
    // Of one that is suspended nothing is asked.
    assert_eq!(events(&app, &hook, &push("c")).await, 200);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!asked_for(&server, "b") && !asked_for(&server, "c"));
    assert_eq!(leaks(&server), 0);
    app.assert_silent_about(&[SECRET, NEW]);
}
