//! `roadstead image rm`.

use super::Bed;
use crate::ROADSTEAD;
use crate::people::in_days;
use roadstead_testkit::RegistryOptions;
use serde_json::{Value, json};
use tokio::process::Command;

struct Did {
    code: Option<i32>,
    out: String,
    err: String,
}

async fn run(bed: &Bed, token: &str, arguments: &[&str]) -> Did {
    let home = tempfile::tempdir().expect("folder");
    let output = Command::new(ROADSTEAD)
        .args(["image", "rm"])
        .args(arguments)
        .env_clear()
        .env("XDG_CONFIG_HOME", home.path())
        .env("ROADSTEAD_URL", bed.cast.app.url())
        .env("ROADSTEAD_TOKEN", token)
        .current_dir(home.path())
        .stdin(std::process::Stdio::null())
        .output()
        .await
        .expect("run");
    Did {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[tokio::test]
async fn peer_docker_image_rm_says_what_goes_and_wants_the_name_for_many() {
    let mut digest = String::new();
    let options = RegistryOptions {
        delete: true,
        ..RegistryOptions::default()
    };
    let bed = Bed::with(options, |storage| {
        digest = storage
            .image("team/app", "one", "c", "amd64")
            .expect("image");
        let other = storage
            .image("team/app", "two", "c", "amd64")
            .expect("image");
        for (tag, digest) in [("v1", &digest), ("v2", &digest), ("solo", &other)] {
            storage.tag("team/app", tag, digest).expect("tag");
        }
    })
    .await;
    let scope = json!(["registry.read", "image.delete"]);
    let body = json!({"name": "cli", "scope": scope, "expires_at": in_days(1)});
    let made = bed.admin.post("/api/v1/tokens", &body).await;
    let token = made.body["text"].as_str().expect("token").to_owned();
    let by_digest = format!("dock/team/app@{digest}");

    let shared = run(&bed, &token, &["dock/team/app:v1", "--yes"]).await;
    assert_eq!(shared.code, Some(1), "{}", shared.err);
    assert_eq!(shared.out, "", "nothing goes");
    assert!(shared.err.contains("v1, v2"), "{}", shared.err);
    let instead = format!("roadstead image rm {by_digest} --confirm team/app");
    assert!(shared.err.contains(&instead), "{}", shared.err);
    assert!(shared.err.contains("tag.shared"), "{}", shared.err);
    let unasked = run(&bed, &token, &[&by_digest, "--yes"]).await;
    assert_eq!(unasked.code, Some(2));
    assert!(unasked.err.contains("--confirm"), "{}", unasked.err);
    let wrong = run(&bed, &token, &[&by_digest, "--confirm", "app"]).await;
    assert_eq!(wrong.code, Some(1));
    assert!(wrong.err.contains("team/app"), "{}", wrong.err);
    let dry = run(&bed, &token, &[&by_digest, "--dry-run", "--output", "json"]).await;
    let told: Value = serde_json::from_str(&dry.out).expect("json");
    assert_eq!((dry.code, &told["tags"]["total"]), (Some(0), &json!(2)));
    let repository = bed.repository("team/app").await;
    assert_eq!(bed.tags(&repository).await, ["solo", "v1", "v2"]);

    let done = run(&bed, &token, &[&by_digest, "--confirm", "team/app"]).await;
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(done.out.contains("is deleted"), "{}", done.out);
    let unsaid = run(&bed, &token, &["dock/team/app:solo"]).await;
    assert_eq!(unsaid.code, Some(2));
    assert_eq!(bed.tags(&repository).await, ["solo"]);
    let done = run(&bed, &token, &["dock/team/app:solo", "--yes", "--json"]).await;
    let told: Value = serde_json::from_str(&done.out).expect("json");
    assert_eq!((done.code, &told["done"]), (Some(0), &json!(true)));
    assert_eq!(bed.tags(&repository).await.len(), 0);
    for absent in ["dock/team/other:v1", "dock/team/app:solo"] {
        let absent = run(&bed, &token, &[absent, "--yes"]).await;
        assert_eq!(absent.code, Some(1), "{}", absent.err);
    }
}
