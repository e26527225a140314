//! `cargo xtask check`: what can be said in a few minutes and without peers.

use crate::proc::Task;
use crate::tally::{Outcome, Tally};
use crate::{cargo, deb, npm, openapi, project, tidy};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

pub(crate) fn check() -> Result<ExitCode, String> {
    let root = project::root()?;
    deb::node()?;
    let mut tally = Tally::new();
    tally.phase("format", || format(&root));
    tally.phase("tidy", || tidy(&root));
    tally.phase("lints", || lints(&root));
    tally.phase("generated files", || {
        npm::install(&root.join("console"))?;
        npm::schema_drift(&root)?;
        openapi::drift(&root, &cargo::build_server(&root)?)?;
        Ok(Outcome::default())
    });
    Ok(ExitCode::from(tally.finish()))
}

pub(crate) fn format(root: &Path) -> Result<Outcome, String> {
    Task::new("cargo")
        .args(["fmt", "--all", "--check"])
        .dir(root)
        .limit(Duration::from_secs(300))
        .done()?;
    Ok(Outcome::default())
}

pub(crate) fn lints(root: &Path) -> Result<Outcome, String> {
    Task::new("cargo")
        .args(["clippy", "--workspace", "--all-targets", "--locked"])
        .args(["--", "--deny", "warnings"])
        .dir(root)
        .limit(Duration::from_secs(40 * 60))
        .done()?;
    Ok(Outcome::default())
}

fn tidy(root: &Path) -> Result<Outcome, String> {
    let findings = tidy::findings(root)?;
    if findings.is_empty() {
        Ok(Outcome::default())
    } else {
        Err(findings.join("\n"))
    }
}
