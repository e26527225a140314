//! `roadstead image show --raw` and `roadstead image download`.

use super::{EMPTY, Part, SPDX, Stage, manifest};
use crate::ROADSTEAD;
use crate::people::in_days;
use serde_json::json;
use std::path::Path;
use std::process::Output;
use tokio::process::Command;

async fn run(stage: &Stage, home: &Path, token: &str, arguments: &[&str]) -> Output {
    Command::new(ROADSTEAD)
        .arg("image")
        .args(arguments)
        .env_clear()
        .env("XDG_CONFIG_HOME", home)
        .env("ROADSTEAD_URL", stage.cast.app.url())
        .env("ROADSTEAD_TOKEN", token)
        .current_dir(home)
        .stdin(std::process::Stdio::null())
        .output()
        .await
        .expect("run")
}

#[tokio::test]
async fn manifest_is_printed_and_a_document_saved_as_they_are() {
    let config = Part::new(EMPTY, "{}");
    let layer = Part::new(SPDX, "{\"a\":\"\u{1b}[31m\"}");
    let more = Part::new("application/x-more", "more");
    let sbom = manifest(Some(SPDX), &[&config, &layer]);
    let pair = manifest(Some(SPDX), &[&config, &layer, &more]);
    let tagged = [("sbom", &sbom), ("pair", &pair)];
    let stage = Stage::set(&tagged, &[&config, &layer, &more]).await;
    let body = json!({"name": "cli", "scope": ["registry.read"], "expires_at": in_days(1)});
    let made = stage.admin.post("/api/v1/tokens", &body).await;
    let token = made.body["text"].as_str().expect("token").to_owned();
    let home = tempfile::tempdir().expect("folder");
    let home = home.path();
    let run = |arguments| run(&stage, home, &token, arguments);

    let raw = run(&["show", "dock/team/a:sbom", "--raw"]).await;
    assert_eq!(
        raw.stdout,
        sbom.bytes,
        "{}",
        String::from_utf8_lossy(&raw.stderr)
    );
    let file = ["download", "dock/team/a:sbom", "--to", "sbom.json"];
    let saved = run(&file).await;
    assert_eq!(saved.status.code(), Some(0), "{saved:?}");
    let there = std::fs::read(home.join("sbom.json")).expect("file");
    assert_eq!(there, layer.bytes);
    let again = run(&file).await;
    assert_eq!(
        again.status.code(),
        Some(1),
        "what is there is not written over"
    );
    let unsaid = run(&["download", "dock/team/a:pair", "--to", "-"]).await;
    assert_eq!(unsaid.status.code(), Some(2));
    let said = String::from_utf8_lossy(&unsaid.stderr).into_owned();
    assert!(said.contains("--document"), "{said}");
    let which = [
        "download",
        "dock/team/a:pair",
        "--document",
        &more.digest,
        "--to",
        "-",
    ];
    assert_eq!(run(&which).await.stdout, more.bytes);
    let absent = [
        "download",
        "dock/team/a:sbom",
        "--document",
        &more.digest,
        "--to",
        "-",
    ];
    let absent = run(&absent).await;
    assert_eq!((absent.status.code(), absent.stdout.len()), (Some(1), 0));
}
