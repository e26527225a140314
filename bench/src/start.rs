//! From start to ready with an existing database.

use crate::report::{Report, cpu_time, median_ms};
use roadstead_testkit::{DockerRegistry, Guise, RegistryOptions, TestApp};
use std::time::Instant;

/// Starts it eleven times on one data directory; docker-registry as often as control.
pub(crate) async fn run(binary: &str) {
    let mut app = TestApp::start(binary).await;
    app.admin().await;
    let mut registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    let (mut ours, mut theirs, mut cpu) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..11 {
        app.stop().await;
        let begun = Instant::now();
        app.restart().await;
        ours.push(begun.elapsed());
        cpu.push(cpu_time(app.pid().expect("runs")));
        registry.stop().await;
        let begun = Instant::now();
        registry.restart().await;
        theirs.push(begun.elapsed());
    }
    let (ours, theirs) = (median_ms(ours), median_ms(theirs));
    Report::new(
        "start",
        "exec to the line that says ready (polled every 2 ms), schema current, median of 11",
        "docker-registry exec to its first answer, same run",
    )
    .with("wall_ms", ours)
    .with("cpu_ms", median_ms(cpu))
    .with("control_wall_ms", theirs)
    .with("ratio", ours / theirs)
    .print();
}
