//! The server against its committed description, by schemathesis.

use crate::peers::roadstead::Roadstead;
use crate::python;
use crate::tally::{Counts, Outcome};
use std::path::Path;
use std::time::Duration;

/// Runs it against a fresh server; each way to come counts as a test.
pub(crate) fn run(root: &Path, server: &Path) -> Result<Outcome, String> {
    let server = Roadstead::start(server)?;
    let ended = python::script(root, "tools/contract.py")?
        .env("ROADSTEAD_URL", &server.url)
        .env("SETUP_TOKEN", &server.setup_token)
        .limit(Duration::from_secs(20 * 60))
        .together()?;
    Ok(Outcome {
        counts: counts(&ended.log, ended.ok),
        output: ended.log,
    })
}

fn counts(log: &str, ok: bool) -> Counts {
    let ways = || log.lines().filter(|line| line.starts_with("contract as "));
    let passed = ways().filter(|line| line.ends_with(", exit 0")).count() as u64;
    let failed = ways().count() as u64 - passed;
    Counts {
        passed,
        failed: if ok { failed } else { failed.max(1) },
        skipped: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::counts;

    #[test]
    fn every_way_counts_and_a_run_that_broke_off_has_failed() {
        let log = "contract as nobody: 9 cases, exit 0\ncontract as token: 9 cases, exit 1\n";
        let seen = counts(log, false);
        assert_eq!((seen.passed, seen.failed), (1, 1));
        let seen = counts("Traceback", false);
        assert_eq!((seen.passed, seen.failed), (0, 1));
        let seen = counts("contract as nobody: 9 cases, exit 0\n", true);
        assert_eq!((seen.passed, seen.failed), (1, 0));
    }
}
