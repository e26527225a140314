//! The project's own commands: `cargo xtask <command>`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks on the terminal"
)]

mod bench;
mod cargo;
mod check;
mod contract;
mod deb;
mod fuzz;
mod golang;
mod guards;
mod npm;
mod openapi;
mod peers;
mod proc;
mod project;
mod python;
mod run;
mod shots;
mod tally;
mod test;
mod tidy;
mod tour;

use std::process::ExitCode;

const HELP: &str = "\
usage: cargo xtask <command>

  run [arguments]     build console and server, start Roadstead on an embedded database
  test [--all]        install what the tests need, start real peers, run everything
  check               the fast part of it: format, lints, tidy rules, generated files
  tour                run the README's tour against a fresh server and a real registry
  shots               take pictures of every screen, in both themes and languages, to be looked at
  crash [--rounds n]  kill the server at named points of every command; nothing may be lost
  guards [name]       remove each security guard in a scratch tree; its test must fail
  fuzz [target]       run the decoders of a registry's bytes under cargo-fuzz, or on mutations
  bench [name]        measure a release build: idle, start, list, logins; one line of JSON each
  openapi             write the generated files again: API description, error page, types";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", &[][..]),
    };
    let done = match command {
        "run" => run::run(rest),
        "test" => test::test(rest),
        "check" => check::check(),
        "shots" => shots::shots(),
        "tour" => tour::tour(),
        "crash" => bench::crash(rest),
        "bench" => bench::bench(rest),
        "openapi" => openapi::openapi(),
        "fuzz" => fuzz::fuzz(rest),
        "guards" => guards::guards(rest),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => Err(format!("there is no command `{other}`\n\n{HELP}")),
    };
    done.unwrap_or_else(|message| {
        eprintln!("{message}");
        ExitCode::FAILURE
    })
}
