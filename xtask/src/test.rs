//! `cargo xtask test`: everything, on a machine that had nothing.

use crate::cargo::{self, Built, Selection};
use crate::peers::postgres::Postgres;
use crate::proc::Task;
use crate::tally::{Counts, Outcome, Tally};
use crate::{
    bench, check, contract, deb, golang, guards, npm, openapi, proc, project, python, tour,
};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// The peers that may be declared absent, and what is left out then.
struct Absence {
    peer: &'static str,
    /// Parts of the names of the Rust tests that need it.
    rust_tests: &'static [&'static str],
    tour: bool,
    browser: bool,
    contract: bool,
}

const ABSENCES: &[Absence] = &[
    Absence::of("postgres").rust(&["postgres"]),
    Absence::of("docker-registry")
        .rust(&["peer_docker"])
        .tour()
        .browser(),
    Absence::of("skopeo").rust(&["by_skopeo"]).tour(),
    Absence::of("chromium").browser(),
    Absence::of("fonts").browser(),
    Absence::of("curl").tour(),
    Absence::of("jq").tour(),
    Absence::of("python").contract(),
    Absence::of("go").rust(&["peer_distribution3"]),
];

impl Absence {
    const fn of(peer: &'static str) -> Self {
        Self {
            peer,
            rust_tests: &[],
            tour: false,
            browser: false,
            contract: false,
        }
    }

    const fn rust(mut self, parts: &'static [&'static str]) -> Self {
        self.rust_tests = parts;
        self
    }

    const fn tour(mut self) -> Self {
        self.tour = true;
        self
    }

    const fn contract(mut self) -> Self {
        self.contract = true;
        self
    }

    const fn browser(mut self) -> Self {
        self.browser = true;
        self
    }
}

pub(crate) fn test(arguments: &[String]) -> Result<ExitCode, String> {
    let all = match arguments {
        [] => false,
        [flag] if flag == "--all" => true,
        _ => return Err("usage: cargo xtask test [--all]".to_owned()),
    };
    let without = without(&std::env::var("ROADSTEAD_TEST_WITHOUT").unwrap_or_default())?;
    if !all {
        proc::everything_ends_within(Duration::from_secs(88 * 60));
    }
    let root = project::root()?;
    let mut tally = Tally::new();
    everything(&root, &mut tally, &without, all);
    Ok(ExitCode::from(tally.finish()))
}

/// The absences that `ROADSTEAD_TEST_WITHOUT` names.
fn without(names: &str) -> Result<Vec<&'static Absence>, String> {
    names
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| {
            ABSENCES.iter().find(|a| a.peer == name).ok_or_else(|| {
                let known: Vec<&str> = ABSENCES.iter().map(|a| a.peer).collect();
                format!(
                    "ROADSTEAD_TEST_WITHOUT knows no `{name}`; it knows {}",
                    known.join(", ")
                )
            })
        })
        .collect()
}

fn everything(root: &Path, tally: &mut Tally, without: &[&'static Absence], all: bool) {
    if !tally.phase("prerequisites", || prerequisites(root, without)) {
        return;
    }
    let console_built = console(root, tally);
    let mut built = None;
    let build = || {
        built = Some(cargo::build_all(root)?);
        Ok(Outcome::default())
    };
    if !console_built || !tally.phase("build", build) {
        return;
    }
    let Some(built) = built else { return };
    tally.phase("generated files", || {
        npm::schema_drift(root)?;
        openapi::drift(root, &built.server)?;
        Ok(Outcome::default())
    });
    tally.phase("format", || check::format(root));
    tally.phase("lints", || check::lints(root));
    rust_tests(tally, &built, without, all);
    tally.phase("doc tests", || cargo::doc_tests(root));
    let with_postgres = !without.iter().any(|a| a.peer == "postgres");
    tally.phase("crash", || {
        bench::kill_everywhere(root, &built.bench, &built.server, 1, with_postgres)
    });
    match absent(without, |a| a.contract) {
        Some(peer) => tally.skip("contract", peer, 1),
        None => {
            tally.phase("contract", || contract::run(root, &built.server));
        }
    }
    match absent(without, |a| a.tour) {
        Some(peer) => tally.skip("tour", peer, 1),
        None => {
            tally.phase("tour", || tour_steps(root, &built.server));
        }
    }
    match absent(without, |a| a.browser) {
        Some(peer) => tally.skip("browser", peer, 1),
        None => {
            tally.phase("browser", || npm::browser_tests(root, &built.server));
        }
    }
    if all {
        // Each guard is a build of its own; everybody can run them with `cargo xtask guards`.
        tally.phase("guards", || every_guard(root));
    }
}

fn absent(without: &[&'static Absence], needed: fn(&Absence) -> bool) -> Option<&'static str> {
    without.iter().find(|a| needed(a)).map(|a| a.peer)
}

/// Packages, npm modules and crates, side by side: each waits for another server.
fn prerequisites(root: &Path, without: &[&'static Absence]) -> Result<Outcome, String> {
    deb::node()?;
    let names: Vec<String> = without.iter().map(|a| a.peer.to_owned()).collect();
    let fetch = || {
        Task::new("cargo")
            .args(["fetch", "--locked"])
            .dir(root)
            .limit(Duration::from_secs(15 * 60))
            .done()
    };
    let contract = absent(without, |a| a.contract).is_none();
    let built_by_go = !without.iter().any(|a| a.peer == "go");
    // Python's modules and what Go builds need Debian's packages first.
    let programs = || {
        deb::install(&names)?;
        if contract {
            python::install(root)?;
        }
        if built_by_go {
            golang::install(root)?;
        }
        Ok(())
    };
    let ends: Vec<Result<(), String>> = std::thread::scope(|scope| {
        [
            scope.spawn(programs),
            scope.spawn(|| npm::install(&root.join("console"))),
            scope.spawn(|| npm::install(&root.join("e2e"))),
            scope.spawn(fetch),
        ]
        .into_iter()
        .map(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err("an installer stopped half-way".to_owned()))
        })
        .collect()
    });
    let failures: Vec<String> = ends.into_iter().filter_map(Result::err).collect();
    if failures.is_empty() {
        Ok(Outcome::default())
    } else {
        Err(failures.join("\n"))
    }
}

/// Types, unit tests, build and size of the console. It is built before the server, which embeds
/// it; false when there is nothing to embed.
fn console(root: &Path, tally: &mut Tally) -> bool {
    let folder = root.join("console");
    let script = |name: &str| {
        npm::script(&folder, name)
            .done()
            .map(|()| Outcome::default())
    };
    tally.phase("console tests", || npm::unit_tests(root));
    // The build checks the types first.
    let built = tally.phase("console", || script("build"));
    if built {
        tally.phase("console size", || script("budget"));
    }
    let e2e = root.join("e2e");
    tally.phase("browser test types", || {
        npm::script(&e2e, "check")
            .done()
            .map(|()| Outcome::default())
    });
    built
}

fn rust_tests(tally: &mut Tally, built: &Built, without: &[&'static Absence], all: bool) {
    let parts: Vec<&str> = without.iter().flat_map(|a| a.rust_tests).copied().collect();
    for absence in without.iter().filter(|a| !a.rust_tests.is_empty()) {
        tally.skip(
            &format!("Rust tests named `{}`", absence.rust_tests.join("`, `")),
            absence.peer,
            0,
        );
    }
    tally.phase("tests", || {
        let postgres = if parts.contains(&"postgres") {
            None
        } else {
            Some(Postgres::start()?)
        };
        let environment: Vec<(&str, String)> = postgres
            .iter()
            .map(|server| ("ROADSTEAD_TEST_POSTGRES", server.url()))
            .collect();
        cargo::run_tests(
            &built.tests,
            &Selection {
                without: &parts,
                all,
                environment: &environment,
            },
        )
    });
}

fn tour_steps(root: &Path, server: &Path) -> Result<Outcome, String> {
    let walked = tour::walk(root, server)?;
    Ok(Outcome {
        counts: Counts {
            passed: walked.done,
            failed: walked.steps - walked.done,
            skipped: 0,
        },
        output: walked.output,
    })
}

fn every_guard(root: &Path) -> Result<Outcome, String> {
    let (red, all) = guards::run(root, None)?;
    Ok(Outcome {
        counts: Counts {
            passed: red,
            failed: all - red,
            skipped: 0,
        },
        output: "a guard can be removed and its test still passes".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{ABSENCES, without};
    use crate::deb::NEEDS;

    #[test]
    fn unknown_peer_is_refused_with_the_known_ones() {
        let named = without(" go, chromium ,").expect("known");
        assert_eq!(named.len(), 2);
        let refused = without("chrome").err().expect("unknown");
        assert!(refused.contains("chromium"), "{refused}");
    }

    #[test]
    fn everything_needed_can_be_declared_absent() {
        for need in NEEDS {
            assert!(
                ABSENCES.iter().any(|a| a.peer == need.name),
                "{}",
                need.name
            );
        }
    }
}
