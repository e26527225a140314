//! Memory of an idle installation.

use crate::report::{Report, rss_bytes};
use roadstead_testkit::{DockerRegistry, Guise, RegistryOptions, TestApp};
use std::time::Duration;

/// Starts it with an empty embedded database, signs an administrator in, and looks after 5 s.
pub(crate) async fn run(binary: &str) {
    let mut seen = Vec::new();
    let mut control = Vec::new();
    for _ in 0..3 {
        let registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
        let app = TestApp::start(binary).await;
        app.admin().await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        seen.push(rss_bytes(app.pid().expect("runs")));
        control.push(rss_bytes(registry.pid().expect("runs")));
    }
    seen.sort_unstable();
    control.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
    let ratio = seen[1] as f64 / control[1] as f64;
    Report::new(
        "idle",
        "empty SQLite, one administrator, 5 s after sign-in",
        "docker-registry idle, same run",
    )
    .with("rss_bytes", seen[1])
    .with("control_rss_bytes", control[1])
    .with("ratio", ratio)
    .print();
}
