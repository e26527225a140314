//! Counting what was run, and the last line that says it.

use std::time::{Duration, Instant};

/// Tests counted by one phase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// What a phase leaves behind: its counts, and what to show when something failed.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) counts: Counts,
    /// Shown only when something failed.
    pub(crate) output: String,
}

/// The phases of one run.
pub(crate) struct Tally {
    began: Instant,
    counts: Counts,
    phases: Vec<(&'static str, Duration)>,
    skipped: Vec<String>,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            counts: Counts::default(),
            phases: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// Runs one phase, prints its heading, time and, when it fails, its output in full.
    pub(crate) fn phase(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<Outcome, String>,
    ) -> bool {
        println!("== {name}");
        let began = Instant::now();
        let outcome = work();
        let took = began.elapsed();
        self.phases.push((name, took));
        let (counts, failure) = match outcome {
            Ok(outcome) if outcome.counts.failed == 0 => (outcome.counts, None),
            Ok(outcome) => (outcome.counts, Some(outcome.output)),
            Err(message) => {
                let failed = Counts {
                    failed: 1,
                    ..Counts::default()
                };
                (failed, Some(message))
            }
        };
        self.counts.add(counts);
        if let Some(output) = &failure {
            println!("{}\n   {name} FAILED, {}", output.trim_end(), clock(took));
        } else if counts.passed > 0 {
            println!("   {name}: {} tests, {}", counts.passed, clock(took));
        } else {
            println!("   {name}: ok, {}", clock(took));
        }
        failure.is_none()
    }

    /// Something was left out because a peer is declared absent.
    pub(crate) fn skip(&mut self, what: &str, peer: &str, tests: u64) {
        println!("SKIPPED {what}: no {peer} (ROADSTEAD_TEST_WITHOUT)");
        self.skipped.push(what.to_owned());
        self.counts.skipped += tests;
    }

    /// Prints the last line; its word and the exit code say the same.
    pub(crate) fn finish(&self) -> u8 {
        let (line, code) = self.verdict(self.began.elapsed());
        println!("{line}");
        code
    }

    fn verdict(&self, took: Duration) -> (String, u8) {
        let Counts {
            passed,
            failed,
            skipped,
        } = self.counts;
        let (word, code) = if failed > 0 {
            ("FAILED", 1)
        } else if skipped > 0 || !self.skipped.is_empty() {
            ("PARTIAL", 3)
        } else {
            ("ALL", 0)
        };
        let phases: Vec<String> = self
            .phases
            .iter()
            .map(|(name, took)| format!("{name} {}", clock(*took)))
            .collect();
        let all = passed + failed + skipped;
        let line = format!(
            "{word} {all} tests, {failed} failed, {skipped} skipped, {} ({})",
            clock(took),
            phases.join(", ")
        );
        (line, code)
    }
}

/// Minutes and seconds.
pub(crate) fn clock(took: Duration) -> String {
    let seconds = took.as_secs();
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::{Counts, Outcome, Tally, clock};
    use std::time::Duration;

    fn passed(passed: u64) -> Result<Outcome, String> {
        Ok(Outcome {
            counts: Counts {
                passed,
                ..Counts::default()
            },
            output: String::new(),
        })
    }

    #[test]
    fn clock_is_minutes_and_seconds() {
        assert_eq!(clock(Duration::from_secs(3_725)), "62:05");
    }

    #[test]
    fn all_only_when_nothing_failed_or_was_left_out() {
        let mut tally = Tally::new();
        assert!(tally.phase("build", || Ok(Outcome::default())));
        assert!(tally.phase("tests", || passed(7)));
        let (line, code) = tally.verdict(Duration::from_secs(61));
        assert_eq!(
            line,
            "ALL 7 tests, 0 failed, 0 skipped, 01:01 (build 00:00, tests 00:00)"
        );
        assert_eq!(code, 0);

        tally.skip("browser", "chromium", 0);
        let (line, code) = tally.verdict(Duration::ZERO);
        assert!(line.starts_with("PARTIAL 7 tests, 0 failed"), "{line}");
        assert_eq!(code, 3);

        assert!(!tally.phase("lints", || Err("a warning".to_owned())));
        let (line, code) = tally.verdict(Duration::ZERO);
        assert!(line.starts_with("FAILED 8 tests, 1 failed"), "{line}");
        assert_eq!(code, 1);
    }
}
