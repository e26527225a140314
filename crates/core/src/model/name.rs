//! Names of registries, workspaces and people.

use crate::ErrorCode;
use serde::Serialize;
use std::fmt;

/// A name: `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Name(String);

impl Name {
    /// Checks and takes a name.
    ///
    /// # Errors
    /// [`ErrorCode::NameMalformed`] when the text breaks the rule.
    pub fn parse(text: &str) -> Result<Self, ErrorCode> {
        let bytes = text.as_bytes();
        let inner = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-';
        let ends = bytes.first() != Some(&b'-') && bytes.last() != Some(&b'-');
        if (1..=63).contains(&bytes.len()) && bytes.iter().all(inner) && ends {
            Ok(Self(text.to_owned()))
        } else {
            Err(ErrorCode::NameMalformed)
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn name_rule_holds_at_its_edges() {
        for good in ["a", "0", "a-b", "dock-open", "123", &"x".repeat(63)] {
            assert!(Name::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "-",
            "-a",
            "a-",
            "A",
            "a_b",
            "a b",
            "ä",
            "a/b",
            &"x".repeat(64),
        ] {
            assert!(Name::parse(bad).is_err(), "{bad}");
        }
    }
}
