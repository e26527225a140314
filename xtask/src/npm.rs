//! The two npm projects: the console and the browser tests.

use crate::proc::Task;
use crate::project::{read, write};
use crate::tally::{Counts, Outcome};
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Installs a project's modules exactly as its lock file says, unless they are in place.
pub(crate) fn install(project: &Path) -> Result<(), String> {
    let lock = read(&project.join("package-lock.json"))?;
    let stamp = project.join("node_modules/.installed-lock.json");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    npm(project, &["ci", "--no-audit", "--no-fund"]).done()?;
    write(&stamp, &lock)
}

/// One of a project's scripts, to be run.
pub(crate) fn script(project: &Path, name: &str) -> Task {
    npm(project, &["run", "--silent", name])
}

fn npm(project: &Path, arguments: &[&str]) -> Task {
    Task::new("npm")
        .args(arguments)
        .dir(project)
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
        .env("CI", "1")
        .limit(Duration::from_secs(15 * 60))
}

/// Builds the console, unless what is built is newer than everything it is made of.
pub(crate) fn build_console(root: &Path) -> Result<(), String> {
    let console = root.join("console");
    install(&console)?;
    let built = modified(&console.join("dist/index.html"));
    let sources = crate::project::files(root)?
        .into_iter()
        .filter(|file| file.starts_with("console/"))
        .filter_map(|file| modified(&root.join(file)))
        .max();
    if built.is_some() && built > sources {
        return Ok(());
    }
    println!("Building the console ...");
    script(&console, "build").done()
}

fn modified(file: &Path) -> Option<SystemTime> {
    file.metadata().and_then(|m| m.modified()).ok()
}

/// Whether the console's types are those of the committed API description.
pub(crate) fn schema_drift(root: &Path) -> Result<(), String> {
    let console = root.join("console");
    let file = console.join("src/api/schema.d.ts");
    let committed = read(&file)?;
    script(&console, "generate").done()?;
    if read(&file)? == committed {
        return Ok(());
    }
    write(&file, &committed)?;
    Err(
        "console/src/api/schema.d.ts is not what openapi.json gives: run `cargo xtask openapi`"
            .to_owned(),
    )
}

/// Runs the console's unit tests.
pub(crate) fn unit_tests(root: &Path) -> Result<Outcome, String> {
    let report = crate::project::target(root)?.join("xtask/vitest.json");
    let tested = some_unit_tests(root, &report, &["run"])?;
    Ok(outcome(tested.counts, tested.ok, tested.log))
}

/// How unit tests of the console ended.
pub(crate) struct Tested {
    pub(crate) ok: bool,
    pub(crate) counts: Counts,
    pub(crate) log: String,
}

/// Runs those of the console's unit tests that the arguments choose.
pub(crate) fn some_unit_tests(
    root: &Path,
    report: &Path,
    arguments: &[&str],
) -> Result<Tested, String> {
    let console = root.join("console");
    install(&console)?;
    let _ = std::fs::remove_file(report);
    let ended = npm(&console, &["exec", "--", "vitest"])
        .args(arguments)
        .args(["--reporter=default", "--reporter=json"])
        .args([format!("--outputFile.json={}", report.display())])
        .together()?;
    let said: Value = std::fs::read_to_string(report)
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    let number = |key: &str| said[key].as_u64().unwrap_or(0);
    Ok(Tested {
        ok: ended.ok,
        counts: Counts {
            passed: number("numPassedTests"),
            failed: number("numFailedTests"),
            skipped: number("numPendingTests") + number("numTodoTests"),
        },
        log: ended.log,
    })
}

/// Runs the browser tests against the server just built.
pub(crate) fn browser_tests(root: &Path, server: &Path) -> Result<Outcome, String> {
    let e2e = root.join("e2e");
    let report = e2e.join("out/results.json");
    let _ = std::fs::remove_file(&report);
    let ended = script(&e2e, "test")
        .env("ROADSTEAD_TEST_BINARY", server)
        .limit(Duration::from_secs(30 * 60))
        .together()?;
    let said: Value = std::fs::read_to_string(&report)
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    let number = |key: &str| said["stats"][key].as_u64().unwrap_or(0);
    Ok(outcome(
        Counts {
            passed: number("expected"),
            // A test that fails and then passes is a failure here: nothing is tried twice.
            failed: number("unexpected") + number("flaky"),
            skipped: number("skipped"),
        },
        ended.ok,
        ended.log,
    ))
}

fn outcome(mut counts: Counts, ok: bool, output: String) -> Outcome {
    if counts.failed == 0 && (!ok || counts.passed == 0) {
        counts.failed = 1;
    }
    Outcome { counts, output }
}
