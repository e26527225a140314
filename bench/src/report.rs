//! One line of JSON per measurement.

use serde_json::{Map, Value, json};
use std::process::Command;
use std::time::Duration;

/// What was measured; figures that a measurement does not have stay null.
pub(crate) struct Report(Map<String, Value>);

impl Report {
    pub(crate) fn new(bench: &str, workload: &str, control: &str) -> Self {
        let mut map = Map::new();
        for (name, value) in [
            ("bench", json!(bench)),
            ("commit", json!(commit())),
            ("workload", json!(workload)),
            ("control", json!(control)),
        ] {
            map.insert(name.to_owned(), value);
        }
        for name in [
            "requests",
            "queries",
            "bytes",
            "cpu_ms",
            "wall_ms",
            "rss_bytes",
            "ratio",
        ] {
            map.insert(name.to_owned(), Value::Null);
        }
        Self(map)
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn print(self) {
        println!("{}", Value::Object(self.0));
    }
}

fn commit() -> String {
    let output = Command::new("git")
        .args(["describe", "--always", "--dirty"])
        .output();
    output
        .map(|o| String::from_utf8_lossy(&o.stdout).trim().to_owned())
        .unwrap_or_default()
}

/// The middle value, in milliseconds.
pub(crate) fn median_ms(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e3
}

/// The value that `share` of the others do not exceed, in milliseconds.
pub(crate) fn percentile_ms(times: &mut [Duration], share: f64) -> f64 {
    times.sort();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index of a small list"
    )]
    let index = ((times.len() - 1) as f64 * share).round() as usize;
    times[index].as_secs_f64() * 1e3
}

/// What the threads of a process have had of the processors, whatever else ran there.
pub(crate) fn cpu_time(pid: u32) -> Duration {
    let threads = std::fs::read_dir(format!("/proc/{pid}/task")).expect("the process runs");
    let of_thread = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(path.join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    };
    let nanoseconds = threads
        .flatten()
        .filter_map(|thread| of_thread(thread.path()));
    Duration::from_nanos(nanoseconds.sum())
}

/// Memory in use by a process, in bytes.
pub(crate) fn rss_bytes(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("the process runs");
    let line = status
        .lines()
        .find(|l| l.starts_with("VmRSS:"))
        .expect("VmRSS");
    line.split_whitespace()
        .nth(1)
        .and_then(|kb| kb.parse::<u64>().ok())
        .expect("a number")
        * 1024
}

/// How many tags; a million unless `BENCH_TAGS` says otherwise. No name of
/// the server's own variables, of which it refuses those it does not know.
pub(crate) fn tags() -> u64 {
    std::env::var("BENCH_TAGS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1_000_000)
}
