//! What keeps the process from starting: a sentence that says what to do, and its exit code.

use crate::{ROADSTEAD, raw};
use roadstead_testkit::TestApp;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output};

fn serve(data_dir: &std::path::Path, environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new("timeout");
    command
        .args(["60", ROADSTEAD, "serve"])
        .current_dir(data_dir.parent().expect("parent"))
        .env("ROADSTEAD_DATA_DIR", data_dir)
        .env("ROADSTEAD_SERVER_LISTEN", "127.0.0.1:0")
        .env("ROADSTEAD_SERVER_METRICS_LISTEN", "127.0.0.1:0");
    for (name, value) in environment {
        command.env(name, value);
    }
    // `timeout` so that a start that is not refused fails the test instead of hanging it.
    command.output().expect("runs and ends")
}

fn sentence(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn port_in_use_is_said_with_the_key_to_change() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("port");
    let address = taken.local_addr().expect("address").to_string();
    let home = tempfile::tempdir().expect("dir");
    let output = serve(
        &home.path().join("data"),
        &[("ROADSTEAD_SERVER_LISTEN", &address)],
    );
    assert_eq!(output.status.code(), Some(1));
    let said = sentence(&output);
    assert!(
        said.contains(&address) && said.contains("in use") && said.contains("server.listen"),
        "{said}"
    );
}

#[tokio::test]
async fn second_process_on_the_same_data_directory_is_refused_with_the_holders_pid() {
    let app = TestApp::start(ROADSTEAD).await;
    let data_dir = app.data_dir();
    let output = tokio::task::spawn_blocking(move || serve(&data_dir, &[]))
        .await
        .expect("run");
    assert_eq!(output.status.code(), Some(1));
    let said = sentence(&output);
    let pid = app.pid().expect("pid").to_string();
    assert!(said.contains(&pid) && said.contains("in use"), "{said}");
}

#[tokio::test]
async fn data_directory_is_closed_to_others_and_an_open_master_key_is_refused() {
    let mut app = TestApp::start(ROADSTEAD).await;
    let mode = |path: &std::path::Path| {
        std::fs::metadata(path).expect("there").permissions().mode() & 0o777
    };
    let open = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("mode");
    };
    assert_eq!(mode(&app.data_dir()), 0o700);
    assert_eq!(app.stop().await, Some(0));
    open(&app.data_dir(), 0o755);
    app.restart().await;
    assert_eq!(mode(&app.data_dir()), 0o700);
    assert_eq!(app.stop().await, Some(0));
    let key = app.data_dir().join("master.key");
    open(&key, 0o644);
    let data_dir = app.data_dir();
    let output = tokio::task::spawn_blocking(move || serve(&data_dir, &[]))
        .await
        .expect("run");
    assert_eq!(output.status.code(), Some(78));
    assert!(
        sentence(&output).contains("chmod 600"),
        "{}",
        sentence(&output)
    );
}

#[tokio::test]
async fn wrong_configuration_is_refused_with_what_was_meant() {
    let home = tempfile::tempdir().expect("dir");
    let output = serve(
        &home.path().join("data"),
        &[("ROADSTEAD_OUTBOUND_ALOW", "10.0.0.0/8")],
    );
    assert_eq!(output.status.code(), Some(78));
    assert!(
        sentence(&output).contains("ROADSTEAD_OUTBOUND_ALLOW"),
        "{}",
        sentence(&output)
    );
}

#[tokio::test]
async fn peer_docker_master_key_that_is_missing_while_credentials_are_sealed_is_refused() {
    use roadstead_testkit::{DockerRegistry, Guise, RegistryOptions};
    let registry = DockerRegistry::start(Guise::basic(), RegistryOptions::default()).await;
    let mut app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let body = serde_json::json!({"kind": "docker", "name": "dock-basic", "address": registry.url(),
        "plain_http_consent": true, "username": Guise::USERNAME, "password": Guise::PASSWORD});
    assert_eq!(api.post("/api/v1/registries", &body).await.status, 201);
    assert_eq!(app.stop().await, Some(0));
    std::fs::remove_file(app.data_dir().join("master.key")).expect("remove");
    let data_dir = app.data_dir();
    let output = tokio::task::spawn_blocking(move || serve(&data_dir, &[]))
        .await
        .expect("run");
    assert_eq!(output.status.code(), Some(78));
    assert!(
        sentence(&output).contains("master.key"),
        "{}",
        sentence(&output)
    );
}

#[tokio::test]
async fn stop_is_graceful_with_streams_open() {
    let mut app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let _stream = api
        .client()
        .events("/api/v1/changes", None)
        .await
        .expect("stream");
    assert_eq!(app.stop().await, Some(0));
}

#[tokio::test]
async fn health_endpoints_answer_and_metrics_are_on_their_own_port() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.api();
    assert_eq!(api.get("/healthz").await.status, 200);
    assert_eq!(api.get("/readyz").await.status, 200);
    assert_eq!(
        api.get("/metrics").await.headers["content-type"]
            .to_str()
            .ok(),
        Some("text/html; charset=utf-8"),
        "the console's page, no metrics"
    );
    let url = app.metrics_url().expect("metrics");
    let (host, path) = url
        .trim_start_matches("http://")
        .split_once('/')
        .expect("path");
    let (status, text) = raw("GET", host, &format!("/{path}"), &[], Vec::new()).await;
    assert_eq!(status, 200);
    assert!(
        text.contains("roadstead_http_request_duration_seconds"),
        "{text}"
    );
}
