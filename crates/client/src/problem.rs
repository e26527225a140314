//! Refusals as the API gives them (RFC 9457).

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

/// A problem body.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The stable code: `registry.name_taken`.
    pub code: String,
    /// One English sentence.
    pub title: String,
    /// What is particular about this time.
    #[serde(default)]
    pub detail: Option<String>,
    /// Parameters of the sentence.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    /// Refused fields.
    #[serde(default)]
    pub errors: Vec<FieldProblem>,
    /// The missing permission, when that is the reason.
    #[serde(default)]
    pub permission: Option<String>,
    /// Names the request in the server's log.
    #[serde(default)]
    pub request_id: Option<String>,
}

/// A refused field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FieldProblem {
    /// JSON pointer to it.
    pub pointer: String,
    /// The stable code.
    pub code: String,
    /// Parameters of the sentence.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.title, self.code)?;
        for field in &self.errors {
            write!(f, "; {}: {}", field.pointer, field.code)?;
        }
        Ok(())
    }
}
