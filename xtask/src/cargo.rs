//! Building the workspace once and running the test programs it lists.

use crate::proc::Task;
use crate::tally::{Counts, Outcome};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// One test program.
pub(crate) struct TestProgram {
    pub(crate) path: PathBuf,
    /// Its package's folder, in which it runs.
    pub(crate) folder: PathBuf,
    /// `crates/store it`
    pub(crate) name: String,
}

/// What the build made.
pub(crate) struct Built {
    pub(crate) tests: Vec<TestProgram>,
    /// The product itself.
    pub(crate) server: PathBuf,
    /// Measurements and the crash test.
    pub(crate) bench: PathBuf,
}

/// Builds every target of the workspace.
pub(crate) fn build_all(root: &Path) -> Result<Built, String> {
    let messages = Task::new("cargo")
        .args(["build", "--workspace", "--all-targets", "--locked"])
        .arg_format()
        .dir(root)
        .limit(Duration::from_secs(45 * 60))
        .output()?;
    let mut tests = Vec::new();
    let (mut server, mut bench) = (None, None);
    for artifact in artifacts(&messages) {
        let (Some(path), Some(manifest)) = (
            artifact["executable"].as_str(),
            artifact["manifest_path"].as_str(),
        ) else {
            continue;
        };
        let folder = Path::new(manifest).parent().unwrap_or(root).to_owned();
        let target = artifact["target"]["name"].as_str().unwrap_or_default();
        if artifact["profile"]["test"] == true {
            let shown = folder.strip_prefix(root).unwrap_or(&folder);
            tests.push(TestProgram {
                path: path.into(),
                name: format!("{} {target}", shown.display()),
                folder,
            });
        } else if target == SERVER {
            server = Some(PathBuf::from(path));
        } else if target == BENCH {
            bench = Some(PathBuf::from(path));
        }
    }
    tests.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Built {
        tests,
        server: server.ok_or("the build made no program `roadstead`")?,
        bench: bench.ok_or("the build made no program `roadstead-bench`")?,
    })
}

/// What cargo's messages report as made.
fn artifacts(messages: &str) -> impl Iterator<Item = Value> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
}

/// The product: package and program.
pub(crate) const SERVER: &str = "roadstead";
/// Measurements and the crash test: package and program.
pub(crate) const BENCH: &str = "roadstead-bench";

/// Builds the server alone and says where it lies.
pub(crate) fn build_server(root: &Path) -> Result<PathBuf, String> {
    let [server] = build_programs(root, [SERVER], &[])?;
    Ok(server)
}

/// Builds packages with a program of the same name, for somebody who watches, and says where the
/// programs lie: cargo's own word for it, because a shared target folder holds others too.
pub(crate) fn build_programs<const N: usize>(
    root: &Path,
    names: [&str; N],
    flags: &[&str],
) -> Result<[PathBuf; N], String> {
    let packages = names.iter().flat_map(|name| ["--package", name]);
    let made = Task::new("cargo")
        .args(["build", "--locked"])
        .arg_format()
        .args(packages)
        .args(flags)
        .dir(root)
        .command()
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| format!("cargo does not start: {e}"))?;
    let messages = String::from_utf8_lossy(&made.stdout);
    let made_here = |name: &str| {
        artifacts(&messages)
            .filter(|artifact| artifact["target"]["name"] == name)
            .find_map(|artifact| artifact["executable"].as_str().map(PathBuf::from))
    };
    let found = names.map(made_here);
    if !made.status.success() || found.iter().any(Option::is_none) {
        return Err(format!("{} does not build", names.join(" or ")));
    }
    Ok(found.map(Option::unwrap_or_default))
}

impl Task {
    fn arg_format(self) -> Self {
        self.args(["--message-format", "json-render-diagnostics"])
    }
}

/// Which tests to run.
pub(crate) struct Selection<'a> {
    /// Tests whose names contain one of these are left out.
    pub(crate) without: &'a [&'a str],
    /// Also those marked as slow.
    pub(crate) all: bool,
    pub(crate) environment: &'a [(&'a str, String)],
}

/// Runs the test programs one after the other and sums them.
pub(crate) fn run_tests(
    programs: &[TestProgram],
    selection: &Selection<'_>,
) -> Result<Outcome, String> {
    let mut outcome = Outcome::default();
    let mut slow = 0;
    for program in programs {
        let mut task = Task::new(&program.path)
            .dir(&program.folder)
            .limit(Duration::from_secs(20 * 60));
        for (name, value) in selection.environment {
            task = task.env(name, value);
        }
        for part in selection.without {
            task = task.args(["--skip", part]);
        }
        if selection.all {
            task = task.args(["--include-ignored"]);
        }
        let ended = task
            .env("CARGO_MANIFEST_DIR", &program.folder)
            .env("RUST_BACKTRACE", "1")
            .together()?;
        let summary = summary(&ended.log);
        let mut counts = summary.map_or(Counts::default(), |s| s.counts);
        slow += summary.map_or(0, |s| s.ignored);
        if (summary.is_none() || !ended.ok) && counts.failed == 0 {
            counts.failed = 1;
        }
        if counts.failed > 0 {
            outcome.output += &format!("-- {}\n{}\n", program.name, ended.log);
        }
        outcome.counts.add(counts);
    }
    if slow > 0 {
        println!("   {slow} slow tests run with --all");
    }
    Ok(outcome)
}

/// Runs the examples in the documentation of `core`.
pub(crate) fn doc_tests(root: &Path) -> Result<Outcome, String> {
    let ended = Task::new("cargo")
        .args(["test", "--doc", "--package", "roadstead-core", "--locked"])
        .dir(root)
        .limit(Duration::from_secs(15 * 60))
        .together()?;
    let mut counts = summary(&ended.log).map_or(Counts::default(), |s| s.counts);
    if !ended.ok && counts.failed == 0 {
        counts.failed = 1;
    }
    Ok(Outcome {
        counts,
        output: ended.log,
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) counts: Counts,
    pub(crate) ignored: u64,
}

/// Sums the `test result:` lines of a test program; tests left out by name are skipped ones.
pub(crate) fn summary(output: &str) -> Option<Summary> {
    let mut all: Option<Summary> = None;
    for line in output.lines() {
        let Some(rest) = line.strip_prefix("test result: ") else {
            continue;
        };
        let count = |what: &str| {
            rest.split([';', '.'])
                .filter_map(|part| part.trim().strip_suffix(what))
                .filter_map(|number| number.trim().parse::<u64>().ok())
                .sum::<u64>()
        };
        let sum = all.get_or_insert(Summary {
            counts: Counts::default(),
            ignored: 0,
        });
        sum.counts.add(Counts {
            passed: count("passed"),
            failed: count("failed"),
            skipped: count("filtered out"),
        });
        sum.ignored += count("ignored");
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{Summary, summary};
    use crate::tally::Counts;

    #[test]
    fn summary_sums_every_result_line() {
        let text = "running 3 tests\n\
            test result: FAILED. 2 passed; 1 failed; 4 ignored; 0 measured; 5 filtered out; finished in 0.01s\n\
            test result: ok. 10 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 2.50s\n";
        assert_eq!(
            summary(text),
            Some(Summary {
                counts: Counts {
                    passed: 12,
                    failed: 1,
                    skipped: 5
                },
                ignored: 4
            })
        );
        assert_eq!(summary("thread main panicked"), None);
    }
}
