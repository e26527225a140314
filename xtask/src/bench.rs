//! `cargo xtask bench` and `cargo xtask crash`: both start the program `roadstead-bench`.

use crate::cargo::{self, BENCH, SERVER};
use crate::peers::postgres;
use crate::proc::Task;
use crate::project;
use crate::tally::{Counts, Outcome};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

const FIGURES: &[&str] = &[
    "idle",
    "start",
    "list",
    "logins",
    "inventory",
    "b1",
    "b3",
    "b4",
    "storm",
    "b12",
];

/// Measured on PostgreSQL, too, where it is installed.
const ON_BOTH: &[&str] = &["inventory", "b3", "b4"];

/// Measures a release build; one line of JSON per figure.
pub(crate) fn bench(arguments: &[String]) -> Result<ExitCode, String> {
    let (names, more): (Vec<&str>, &[String]) = match arguments {
        [] => (FIGURES.to_vec(), &[]),
        [name] if FIGURES.contains(&name.as_str()) => (vec![name], &[]),
        [name, flag, _] if name == "b3" && flag == "--pushes" => (vec![name], &arguments[1..]),
        _ => {
            return Err(format!(
                "usage: cargo xtask bench [{}] [b3 --pushes <n>]",
                FIGURES.join("|")
            ));
        }
    };
    let on_both = postgres::programs().is_some();
    let root = project::root()?;
    let [server, bench] = cargo::build_programs(&root, [SERVER, BENCH], &["--release"])?;
    for name in names {
        let measured = Task::new(&bench)
            .args([name, "--binary"])
            .args([&server])
            .args(more)
            .args((on_both && ON_BOTH.contains(&name)).then_some("--postgres"))
            .dir(&root)
            // A million tags are loaded twice.
            .limit(Duration::from_secs(
                if ["inventory", "b4"].contains(&name) {
                    60
                } else {
                    15
                } * 60,
            ))
            .run()?;
        print!("{}", measured.stdout);
        if !measured.ok {
            return Err(format!("{name}: {}", measured.log));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Kills a debug build at every named point, as often as asked.
pub(crate) fn crash(arguments: &[String]) -> Result<ExitCode, String> {
    let usage = "usage: cargo xtask crash [--rounds <n>]";
    let rounds = match arguments {
        [] => 1,
        [flag, number] if flag == "--rounds" => number.parse().map_err(|_| usage)?,
        _ => return Err(usage.to_owned()),
    };
    let root = project::root()?;
    let [server, bench] = cargo::build_programs(&root, [SERVER, BENCH], &[])?;
    let with_postgres = postgres::programs().is_some();
    if !with_postgres {
        println!("SKIPPED on PostgreSQL: it is not installed");
    }
    let crashed = kill_everywhere(&root, &bench, &server, rounds, with_postgres)?;
    print!("{}", crashed.output);
    Ok(if crashed.counts.failed > 0 {
        ExitCode::FAILURE
    } else if with_postgres {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(3)
    })
}

/// Runs the crash test; it counts as a test for each database.
pub(crate) fn kill_everywhere(
    root: &Path,
    bench: &Path,
    server: &Path,
    rounds: u32,
    with_postgres: bool,
) -> Result<Outcome, String> {
    let ended = Task::new(bench)
        .args(["crash", "--rounds", &rounds.to_string(), "--binary"])
        .args([server])
        .args(with_postgres.then_some("--postgres"))
        .dir(root)
        .limit(Duration::from_secs(120 + 300 * u64::from(rounds)))
        .together()?;
    let whole = |line: &&str| line.contains(": points ") && line.ends_with(", lost 0");
    let passed = ended.log.lines().filter(whole).count() as u64;
    let all = 1 + u64::from(with_postgres);
    let failed = if ended.ok {
        all - passed
    } else {
        all - passed.min(all - 1)
    };
    Ok(Outcome {
        counts: Counts {
            passed: all - failed,
            failed,
            skipped: 0,
        },
        output: ended.log,
    })
}
