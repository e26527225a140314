use roadstead_testkit::{TestApp, TestAppOptions};
use std::path::Path;
use std::process::Command;

/// A program that behaves as `roadstead serve` does towards its parent.
fn program(directory: &Path, body: &str) -> String {
    let path = directory.join("program").display().to_string();
    // Written by another process: while this one has it open, a child that another test starts at
    // that moment has it open as well, and nobody can run it (ETXTBSY).
    let written = Command::new("sh")
        .args([
            "-c",
            "printf '#!/bin/sh\\n%s\\n' \"$1\" >\"$2\" && chmod 755 \"$2\"",
            "sh",
        ])
        .args([body, &path])
        .status()
        .unwrap();
    assert!(written.success());
    path
}

const READY: &str = r#"
trap 'exit 7' TERM
echo "arguments $*" >&2
echo "listen $ROADSTEAD_SERVER_LISTEN allow $ROADSTEAD_OUTBOUND_ALLOW more $MORE" >&2
mkdir -p "$ROADSTEAD_DATA_DIR" && echo x >> "$ROADSTEAD_DATA_DIR/starts"
echo "http://127.0.0.1:1234/setup#token=abc" > "$ROADSTEAD_DATA_DIR/setup-link"
echo "Roadstead is ready: http://127.0.0.1:1234"
sleep 0.1
echo "Metrics: http://127.0.0.1:4321/metrics"
while :; do sleep 0.05; done
"#;

#[tokio::test]
async fn app_is_started_read_stopped_and_started_again_on_its_data() {
    let home = tempfile::tempdir().unwrap();
    let options = TestAppOptions {
        environment: vec![("MORE".to_owned(), "yes".to_owned())],
        ..TestAppOptions::default()
    };
    let mut app = TestApp::start_with(&program(home.path(), READY), options).await;
    assert_eq!(app.url(), "http://127.0.0.1:1234");
    assert_eq!(
        app.metrics_url().as_deref(),
        Some("http://127.0.0.1:4321/metrics")
    );
    assert_eq!(
        app.setup_link().as_deref(),
        Some("http://127.0.0.1:1234/setup#token=abc")
    );
    assert!(app.pid().is_some());
    app.restart().await;
    let starts = std::fs::read_to_string(app.data_dir().join("starts")).unwrap();
    assert_eq!(starts.lines().count(), 2);
    assert_eq!(app.stop().await, Some(7));
    assert!(app.log().contains("arguments serve"));
    assert!(
        app.log()
            .contains("listen 127.0.0.1:0 allow 127.0.0.0/8,::1/128 more yes")
    );
    app.assert_silent_about(&["canary"]);
}

#[tokio::test]
#[should_panic(expected = "cannot start today")]
async fn app_that_ends_before_it_is_ready_fails_with_its_log() {
    let home = tempfile::tempdir().unwrap();
    TestApp::start(&program(home.path(), "echo cannot start today >&2; exit 1")).await;
}

#[tokio::test]
#[should_panic(expected = "is in the log")]
async fn secret_in_the_log_is_found() {
    let home = tempfile::tempdir().unwrap();
    let body = format!("echo canary-1 >&2\n{READY}");
    let mut app = TestApp::start(&program(home.path(), &body)).await;
    app.stop().await;
    app.assert_silent_about(&["canary-1"]);
}
