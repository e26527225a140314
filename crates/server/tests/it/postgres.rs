//! The whole program on PostgreSQL.

use crate::ROADSTEAD;
use roadstead_testkit::postgres::{Database, Server};
use roadstead_testkit::{Reply, Scripted, TestApp, TestAppOptions};
use serde_json::json;
use std::process::{Command, Output};

/// 32 bytes in base64, as an operator would make them.
pub(crate) const MASTER_KEY: &str = "bWFzdGVyLWtleS1jYW5hcnktMDEyMzQ1Njc4OWFiY2Q=";

pub(crate) fn database() -> (Server, Database) {
    let server = Server::from_env()
        .expect("PostgreSQL")
        .unwrap_or_else(|| Server::start_temporary().expect("PostgreSQL"));
    let database = server.fresh_database().expect("database");
    (server, database)
}

fn setup_link(url: &str, key: &str) -> Output {
    Command::new(ROADSTEAD)
        .args(["admin", "setup-link"])
        .env("ROADSTEAD_DATABASE_URL", url)
        .env("ROADSTEAD_SECURITY_MASTER_KEY", key)
        .output()
        .expect("runs")
}

#[tokio::test]
async fn postgres_serves_the_whole_walk_and_keeps_it_over_a_kill() {
    let (_server, database) = database();
    let options = TestAppOptions {
        database_url: Some(database.url().to_owned()),
        master_key: Some(MASTER_KEY.to_owned()),
        ..TestAppOptions::default()
    };
    let mut app = TestApp::start_with(ROADSTEAD, options).await;
    assert!(
        app.stdout().contains("roadstead admin setup-link"),
        "{}",
        app.stdout()
    );
    let output = setup_link(database.url(), MASTER_KEY);
    let link = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let token = link.split_once("#token=").expect("a link").1;
    let api = app.api();
    let body = json!({"token": token, "name": TestApp::ADMIN, "password": TestApp::ADMIN_PASSWORD});
    let made = api.post("/api/v1/setup", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    api.client()
        .set_csrf_token(made.body["csrf_token"].as_str().expect("value").to_owned());

    let upstream = Scripted::start().await;
    upstream.on("GET /v2/", Reply::registry());
    upstream.on(
        "GET /v2/_catalog",
        Reply::json("{\"repositories\":[\"a\"]}"),
    );
    let body = json!({"kind": "docker", "name": "one", "address": upstream.url(), "plain_http_consent": true,
        "username": "u", "password": "canary-registry-password"});
    assert_eq!(api.post("/api/v1/registries", &body).await.status, 201);

    app.restart().await;
    let api = app.api();
    api.login(TestApp::ADMIN, TestApp::ADMIN_PASSWORD).await;
    let list = api.get("/api/v1/registries").await;
    assert_eq!(list.body["items"][0]["name"], "one", "{}", list.body);
    let dump = database.psql("SELECT * FROM credential").expect("rows");
    assert!(!dump.contains("canary"), "{dump}");
    app.assert_silent_about(&["canary-registry-password", MASTER_KEY, token]);

    let done = setup_link(database.url(), MASTER_KEY);
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).contains("exists already"));
}

#[tokio::test]
async fn postgres_with_another_master_key_is_refused() {
    let (_server, database) = database();
    assert!(setup_link(database.url(), MASTER_KEY).status.success());
    let other = "b3RoZXIta2V5LWNhbmFyeS0wMTIzNDU2Nzg5YWJjZGU=";
    let output = setup_link(database.url(), other);
    assert_eq!(output.status.code(), Some(78));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("master key") && !said.contains(other),
        "{said}"
    );
}

#[tokio::test]
async fn postgres_written_by_a_newer_roadstead_is_refused_with_78() {
    let (_server, database) = database();
    assert!(setup_link(database.url(), MASTER_KEY).status.success());
    database
        .psql("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)")
        .expect("row");
    let output = setup_link(database.url(), MASTER_KEY);
    assert_eq!(output.status.code(), Some(78));
    assert!(String::from_utf8_lossy(&output.stderr).contains("newer"));
}

#[tokio::test]
async fn postgres_that_takes_no_changes_is_said_and_reading_goes_on() {
    let (_server, database) = database();
    let options = TestAppOptions {
        database_url: Some(database.url().to_owned()),
        master_key: Some(MASTER_KEY.to_owned()),
        ..TestAppOptions::default()
    };
    let app = TestApp::start_with(ROADSTEAD, options).await;
    let output = setup_link(database.url(), MASTER_KEY);
    let link = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let token = link.split_once("#token=").expect("a link").1;
    let api = app.api();
    let body = json!({"token": token, "name": TestApp::ADMIN, "password": TestApp::ADMIN_PASSWORD});
    let made = api.post("/api/v1/setup", &body).await;
    api.client()
        .set_csrf_token(made.body["csrf_token"].as_str().expect("value").to_owned());

    let name = database.name().to_owned();
    database
        .psql(&format!(
            "ALTER DATABASE \"{name}\" SET default_transaction_read_only = on"
        ))
        .expect("setting");
    let others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                  WHERE datname = current_database() AND pid <> pg_backend_pid()";
    database.psql(others).expect("connections cut");

    // The pool finds out by its first failing statement; after that reading works again.
    let mut list = api.get("/api/v1/registries").await;
    for _ in 0..600 {
        if list.status == 200 {
            break;
        }
        assert_eq!(list.status, 503, "{}", list.body);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        list = api.get("/api/v1/registries").await;
    }
    assert_eq!(list.status, 200, "{}", list.body);
    let refused = api.delete("/api/v1/session").await;
    assert_eq!(
        (refused.status, refused.body["code"].as_str()),
        (503, Some("store.read_only")),
        "{}",
        refused.body
    );
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(api.get("/api/v1/session").await.status, 200);
}

#[tokio::test]
async fn postgres_processes_hear_of_each_others_changes_and_end_each_others_streams() {
    use futures::StreamExt as _;
    let bound = std::time::Duration::from_secs(60);
    let (_server, database) = database();
    let options = || TestAppOptions {
        database_url: Some(database.url().to_owned()),
        master_key: Some(MASTER_KEY.to_owned()),
        ..TestAppOptions::default()
    };
    let one = TestApp::start_with(ROADSTEAD, options()).await;
    let two = TestApp::start_with(ROADSTEAD, options()).await;
    let here = one.admin().await;
    let there = two.admin().await;
    let mut events = Box::pin(
        there
            .client()
            .events("/api/v1/changes", None)
            .await
            .expect("stream"),
    );
    let made = here
        .post("/api/v1/workspaces", &json!({"name": "alpha"}))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let event = tokio::time::timeout(bound, events.next())
        .await
        .expect("in time")
        .expect("event")
        .expect("read");
    let change: serde_json::Value = serde_json::from_str(&event.data).expect("json");
    assert_eq!(
        (&change["topic"], &change["object_id"]),
        (&json!("workspace"), &made.body["id"])
    );
    let session = there.get("/api/v1/session").await.body["id"].clone();
    let path = format!("/api/v1/sessions/{}", session.as_str().expect("id"));
    assert_eq!(here.delete(&path).await.status, 204);
    tokio::time::timeout(bound, async { while events.next().await.is_some() {} })
        .await
        .expect("it ends");
    assert_eq!(there.get("/api/v1/session").await.status, 401);
}
