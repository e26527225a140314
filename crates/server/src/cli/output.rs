//! What reaches the terminal: tables, JSON, and text of others made harmless.

use crate::print_line;
use clap::ValueEnum;
use roadstead_core::model::Timestamp;
use serde_json::Value;
use std::fmt::Write as _;

/// How results are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Table,
    /// The API's own JSON.
    Json,
}

/// Whether a character could move the cursor, change colours or turn the text around.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text of others on one line: what a terminal would obey is shown as its number instead.
pub(super) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    for c in text.chars() {
        if is_harmful(c) {
            let _ = write!(cleaned, "\\u{{{:x}}}", u32::from(c));
        } else {
            cleaned.push(c);
        }
    }
    cleaned
}

/// JSON of others, which stays that JSON: what a terminal would obey can only stand in a string,
/// and there it is written by its number.
pub(super) fn json_text(value: &Value, pretty: bool) -> String {
    let text = if pretty {
        format!("{value:#}")
    } else {
        value.to_string()
    };
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        // Line ends here are those between the parts; within strings they are written `\n`.
        if c != '\n' && is_harmful(c) {
            // All of them have four digits.
            let _ = write!(safe, "\\u{:04x}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    safe
}

/// Prints a document.
pub(super) fn print_json(value: &Value) {
    print_line(&json_text(value, true));
}

/// Rows under headings, each column as wide as its widest cell.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(headings: &[&str]) -> Self {
        Self {
            rows: vec![headings.iter().map(ToString::to_string).collect()],
        }
    }

    /// Adds a row; its cells are cleaned here.
    pub(super) fn row(&mut self, cells: &[&str]) {
        self.rows.push(cells.iter().map(|c| clean(c)).collect());
    }

    pub(super) fn print(&self) {
        for line in self.lines() {
            print_line(&line);
        }
    }

    fn lines(&self) -> Vec<String> {
        let mut widths = Vec::new();
        for row in &self.rows {
            widths.resize(row.len().max(widths.len()), 0);
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        let line = |row: &Vec<String>| {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                let _ = write!(line, "{cell:<width$}  ");
            }
            line.trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }
}

/// The text of a field, or nothing.
pub(super) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

/// How long ago that was, by this machine's clock: `12s`, `5m`, `3h`, `4d`.
pub(super) fn age(time: &Value, now: Timestamp) -> Option<String> {
    let then = Timestamp::parse(time.as_str()?).ok()?;
    let seconds = now.since(then).as_secs();
    Some(match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    })
}

#[cfg(test)]
mod tests {
    use super::{Table, age, clean, json_text};
    use roadstead_core::model::Timestamp;
    use serde_json::json;

    const HOSTILE: &str = "a\u{1b}[2J\u{7}\r\n\u{9b}31m\u{202e}\u{7f}é语";

    #[test]
    fn sec_31_what_a_terminal_would_obey_is_shown_as_its_number() {
        assert_eq!(
            clean(HOSTILE),
            "a\\u{1b}[2J\\u{7}\\u{d}\\u{a}\\u{9b}31m\\u{202e}\\u{7f}é语"
        );
        let value = json!({"name": HOSTILE, HOSTILE: [1, null]});
        for pretty in [false, true] {
            let text = json_text(&value, pretty);
            let bad = text.chars().find(|c| *c != '\n' && super::is_harmful(*c));
            assert_eq!(bad, None, "{text}");
            let read: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(read, value, "it is the same document");
        }
    }

    #[test]
    fn columns_are_aligned_and_lines_do_not_end_in_blanks() {
        let mut table = Table::new(&["NAME", "KIND"]);
        table.row(&["dock-open", ""]);
        table.row(&["é", "docker"]);
        assert_eq!(
            table.lines(),
            ["NAME       KIND", "dock-open", "é          docker"]
        );
    }

    #[test]
    fn age_is_short_and_the_future_is_now() {
        let now = Timestamp::parse("2026-01-03T00:00:00Z").expect("time");
        for (then, wanted) in [
            ("2026-01-02T23:59:59Z", Some("1s")),
            ("2026-01-02T23:55:00Z", Some("5m")),
            ("2026-01-02T00:00:00Z", Some("24h")),
            ("2025-12-01T00:00:00Z", Some("33d")),
            ("2027-01-01T00:00:00Z", Some("0s")),
            ("soon", None),
        ] {
            assert_eq!(age(&json!(then), now).as_deref(), wanted, "{then}");
        }
    }
}
