//! The binary `roadstead`: configuration, wiring, command line.

mod cli;
mod config;
mod config_keys;
mod logging;
mod start_error;
mod wiring;

use clap::Parser as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprint_line(&format!("roadstead: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}

/// The one place that writes to standard error beside the log.
#[expect(
    clippy::print_stderr,
    reason = "sentences for the person who started the process"
)]
fn eprint_line(text: &str) {
    eprintln!("{text}");
}

/// The one place that writes to standard output.
fn print_line(text: &str) {
    use std::io::Write as _;
    // A reader that went away (a closed pipe) is no reason to stop serving.
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}
