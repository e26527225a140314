//! The health of the last two days in one line.

use super::output::text;
use serde_json::Value;

/// Characters of the strip; each is two bars of the API's.
const CELLS: usize = 48;

/// The strip, and what it amounts to in words; nothing for an answer that has no bars.
pub(super) fn lines(history: &Value) -> Vec<String> {
    let buckets = history["buckets"].as_array().map_or(&[][..], Vec::as_slice);
    if buckets.is_empty() {
        return Vec::new();
    }
    let strip: String = buckets
        .chunks(buckets.len().div_ceil(CELLS))
        .map(|part| part.iter().map(cell).max_by_key(|(weight, _)| *weight))
        .map(|worst| worst.map_or('?', |(_, shown)| shown))
        .collect();
    let time = &history["time"];
    let words: Vec<String> = times(time)
        .map(|(milliseconds, word)| (milliseconds / 1_000, word))
        .filter(|(seconds, _)| *seconds > 0)
        .map(|(seconds, word)| format!("{word} {}", span(seconds)))
        .collect();
    // The newest bar is still filling, so it is a little less than two days.
    let all: u64 = times(time).map(|(milliseconds, _)| milliseconds).sum();
    let covered = format!("of {}: {}", span(all / 1_000), words.join(", "));
    vec![format!("[{strip}] now"), covered]
}

/// How long each state lasted, in milliseconds, with its sign and word.
fn times(time: &Value) -> impl Iterator<Item = (u64, &'static str)> {
    [
        ("healthy_ms", ". healthy"),
        ("degraded_ms", "! degraded"),
        ("unhealthy_ms", "X unhealthy"),
        ("unknown_ms", "? not observed"),
    ]
    .into_iter()
    .filter_map(|(field, word)| Some((time[field].as_u64()?, word)))
}

/// How a bar is shown, and how much it matters when two share a place.
fn cell(bucket: &Value) -> (u8, char) {
    match text(bucket, "status") {
        "healthy" => (0, '.'),
        "degraded" => (2, '!'),
        "unhealthy" => (3, 'X'),
        _ => (1, '?'),
    }
}

fn span(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        _ => format!("{}h {}m", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::lines;
    use serde_json::{Value, json};

    #[test]
    fn strip_shows_the_worse_of_two_bars_and_says_how_long_each_state_lasted() {
        let bars = |status: &str, count| vec![json!({"status": status}); count];
        let mut buckets = bars("unknown", 46);
        buckets.extend(bars("healthy", 46));
        buckets.extend(bars("degraded", 1));
        buckets.extend(bars("unhealthy", 1));
        buckets.extend(bars("healthy", 2));
        let time = json!({"healthy_ms": 86_400_000, "degraded_ms": 0, "unhealthy_ms": 61_000, "unknown_ms": 59_000});
        let shown = lines(&json!({"buckets": buckets, "time": time}));
        assert_eq!(
            shown,
            [
                format!("[{}{}X.] now", "?".repeat(23), ".".repeat(23)),
                "of 24h 2m: . healthy 24h 0m, X unhealthy 1m, ? not observed 59s".to_owned(),
            ]
        );
    }

    #[test]
    fn answer_without_bars_or_with_odd_ones_is_shown_without_panic() {
        for odd in [Value::Null, json!({"buckets": []}), json!({"buckets": 3})] {
            assert!(lines(&odd).is_empty());
        }
        assert_eq!(lines(&json!({"buckets": [1]}))[0], "[?] now");
    }
}
