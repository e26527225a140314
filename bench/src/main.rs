//! Measurements and the crash test. Started by `cargo xtask bench` and `cargo xtask crash`, which
//! name the binary to measure.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that cannot go on stops with what it saw"
)]

mod crash;
mod crawl;
mod events;
mod idle;
mod inventory;
mod list;
mod logins;
mod report;
mod search;
mod start;
mod storm;

use std::path::PathBuf;

/// `<what> --binary PATH [--rounds N] [--pushes N] [--postgres]`
fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let mut binary = PathBuf::from("target/debug/roadstead");
    let mut rounds = 1;
    let mut pushes = 1_000;
    let mut postgres = std::env::var_os(roadstead_testkit::postgres::ENVIRONMENT).is_some();
    while let Some(flag) = arguments.next() {
        if flag == "--postgres" {
            postgres = true;
            continue;
        }
        let value = arguments.next().unwrap_or_default();
        match flag.as_str() {
            "--binary" => binary = value.into(),
            "--pushes" => pushes = value.parse().expect("--pushes takes a number"),
            "--rounds" => rounds = value.parse().expect("--rounds takes a number"),
            other => panic!("unknown flag {other}"),
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        // More than processors, because preparing a case blocks at times.
        .worker_threads(8)
        .enable_all()
        .build()
        .unwrap();
    let binary = binary
        .canonicalize()
        .expect("the binary to measure; build it first");
    let binary = binary.to_str().expect("a path in UTF-8");
    runtime.block_on(async {
        match what.as_str() {
            "crash" => crash::run(binary, rounds, postgres).await,
            "idle" => idle::run(binary).await,
            "start" => start::run(binary).await,
            "list" => list::run().await,
            "inventory" => inventory::run(postgres).await,
            "logins" => logins::run(binary).await,
            "b1" => crawl::b1(binary).await,
            "b3" => events::b3(binary, pushes, postgres).await,
            "storm" => storm::run(binary).await,
            "b4" => search::b4(binary, postgres).await,
            "b12" => crawl::b12(binary).await,
            other => panic!(
                "there is no {other:?}; there are crash, idle, start, list, logins, inventory, b1, b3, b4, b12, storm"
            ),
        }
    });
}
