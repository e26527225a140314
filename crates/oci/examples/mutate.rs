//! Runs every decoder on seeded mutations: `mutate <executions> [target] [seed]`. What
//! `cargo xtask fuzz --mutations` starts.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks on the terminal"
)]

use roadstead_oci::targets::{Random, TARGETS};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let executions = arguments.first().and_then(|text| text.parse().ok());
    let wanted = arguments.get(1).filter(|name| name.as_str() != "all");
    let seed = arguments.get(2).and_then(|text| text.parse().ok());
    let Some(executions) = executions else {
        eprintln!("usage: mutate <executions> [target|all] [seed]");
        return ExitCode::FAILURE;
    };
    let seed: u64 = seed.unwrap_or(1);
    let mut ran = false;
    for target in TARGETS {
        if wanted.is_some_and(|name| name != target.name) {
            continue;
        }
        ran = true;
        // Told before, so that a panic leaves behind what it takes to see it again.
        println!("{}: seed {seed}", target.name);
        let taken = target.mutate(&mut Random::new(seed), executions);
        println!("{}: {executions} executions, {taken} taken", target.name);
    }
    if ran {
        ExitCode::SUCCESS
    } else {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!("the targets are: {}", names.join(", "));
        ExitCode::FAILURE
    }
}
