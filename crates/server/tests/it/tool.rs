//! The binary as a tool beside a server.

use crate::ROADSTEAD;
use roadstead_testkit::{Api, Reply, Scripted};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The password of [`integrate`], to be found nowhere.
pub(crate) const SECRET: &str = "registry-canary-7f21c9";

fn command(data_dir: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(ROADSTEAD);
    command
        .args(arguments)
        .current_dir(data_dir.parent().unwrap_or(data_dir))
        .env("ROADSTEAD_DATA_DIR", data_dir)
        .envs(environment.iter().copied());
    command
}

/// Runs it to its end.
pub(crate) async fn run(
    data_dir: &Path,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Output {
    let mut command = command(data_dir, arguments, environment);
    tokio::task::spawn_blocking(move || command.output())
        .await
        .ok()
        .and_then(Result::ok)
        .unwrap_or_else(|| unreachable!("the binary is built"))
}

/// Kills it where `point` is reached; answers whether it was.
pub(crate) fn kill_at(data_dir: &Path, arguments: &[&str], point: &str) -> bool {
    let spawned = command(data_dir, arguments, &[("ROADSTEAD_FAILPOINT", point)])
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut victim) = spawned else {
        return false;
    };
    let wanted = format!("failpoint {point}");
    let reached = victim.stdout.take().is_some_and(|out| {
        BufReader::new(out)
            .lines()
            .map_while(Result::ok)
            .any(|line| line == wanted)
    });
    let _ = victim.kill();
    let _ = victim.wait();
    reached
}

/// What it printed, both ways.
pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// `roadstead verify --json`: exit code and report.
pub(crate) async fn verify(data_dir: &Path, environment: &[(&str, &str)]) -> (Option<i32>, Value) {
    let output = run(data_dir, &["verify", "--json"], environment).await;
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| json!(said(&output)));
    (output.status.code(), report)
}

/// A registry that takes any password.
pub(crate) async fn upstream() -> Scripted {
    let upstream = Scripted::start().await;
    upstream.on("GET /v2/", Reply::registry());
    upstream.on("GET /v2/_catalog", Reply::json("{\"repositories\":[]}"));
    upstream
}

/// Integrates a registry with an account; answers its id.
pub(crate) async fn integrate(api: &Api, upstream: &Scripted, name: &str) -> String {
    let body = json!({"kind": "docker", "name": name, "address": upstream.url(),
        "plain_http_consent": true, "username": "robot", "password": SECRET});
    let made = api.post("/api/v1/registries", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body["id"].as_str().unwrap_or_default().to_owned()
}
