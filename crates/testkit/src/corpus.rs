//! Hostile inputs, one file per area.

use serde::Deserialize;
use std::path::Path;

/// One row: `id`, `input` and what must come of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Names the row in a failure.
    pub id: String,
    /// What goes in.
    pub input: String,
    /// What must come out, in the words of the test that reads the file.
    pub expected: String,
}

#[derive(Deserialize)]
struct File {
    row: Vec<toml::Value>,
}

/// The rows of `corpus/<area>.toml`.
///
/// # Panics
/// For a row without id, input or expectation, for two rows with one id, for an empty file.
#[must_use]
pub fn corpus(area: &str) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("corpus/{area}.toml"));
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let file: File = toml::from_str(&text).unwrap();
    let rows: Vec<Row> = file
        .row
        .into_iter()
        .map(|row| {
            let shown = row.to_string();
            let row: Row = row.try_into().unwrap_or_else(|e| panic!("{shown}: {e}"));
            assert!(!row.expected.is_empty(), "{shown}: no expectation");
            row
        })
        .collect();
    assert!(!rows.is_empty(), "{area}: no rows");
    let ids: std::collections::HashSet<_> = rows.iter().map(|row| &row.id).collect();
    assert_eq!(ids.len(), rows.len(), "{area}: an id is used twice");
    rows
}
