//! Registries that give no catalogue: a person lists repositories, and prefixes of them.

use crate::ErrorCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The repositories and prefixes a person listed, each by the grammar of repository names
/// (distribution-spec 1.1, "Pulling manifests").
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    repositories: BTreeSet<String>,
    prefixes: BTreeSet<String>,
}

/// A line that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedError {
    /// Where it stands: `/repositories/3`.
    pub pointer: String,
    /// What is wrong with it.
    pub code: ErrorCode,
    /// The text itself, cut short.
    pub name: String,
}

impl Listed {
    /// The most lines a person may list, repositories and prefixes together.
    pub const MAX: usize = 1_000;

    /// Checks and takes what was listed. A prefix may be written `team`, `team/` or `team/*`; it
    /// counts by whole parts. Everything that is wrong is told at once.
    ///
    /// # Errors
    /// [`ErrorCode::RepositoryNameMalformed`] for each name that is none,
    /// [`ErrorCode::RepositoryTooMany`] once above [`Self::MAX`].
    pub fn new(repositories: &[String], prefixes: &[String]) -> Result<Self, Vec<ListedError>> {
        if repositories.len() + prefixes.len() > Self::MAX {
            return Err(vec![ListedError {
                pointer: String::new(),
                code: ErrorCode::RepositoryTooMany,
                name: String::new(),
            }]);
        }
        let mut wrong = Vec::new();
        let mut take = |list: &[String], field: &str, cut: fn(&str) -> &str| {
            let mut taken = BTreeSet::new();
            for (at, text) in list.iter().enumerate() {
                let name = cut(text.trim());
                if is_repository_name(name) {
                    taken.insert(name.to_owned());
                } else {
                    wrong.push(ListedError {
                        pointer: format!("/{field}/{at}"),
                        code: ErrorCode::RepositoryNameMalformed,
                        name: text.chars().take(80).collect(),
                    });
                }
            }
            taken
        };
        let listed = Self {
            repositories: take(repositories, "repositories", |name| name),
            prefixes: take(prefixes, "prefixes", |prefix| {
                let prefix = prefix.strip_suffix('*').unwrap_or(prefix);
                prefix.strip_suffix('/').unwrap_or(prefix)
            }),
        };
        if wrong.is_empty() {
            Ok(listed)
        } else {
            Err(wrong)
        }
    }

    /// Whether nothing is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.repositories.is_empty() && self.prefixes.is_empty()
    }

    /// Whether a repository, wherever it was heard of, is one of those listed: `team` as a prefix
    /// covers `team/app` and not `team-b/app`.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        self.repositories.contains(name)
            || self.prefixes.iter().any(|prefix| {
                name.strip_prefix(prefix.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
            })
    }

    /// The repositories listed by their whole name, sorted.
    pub fn repositories(&self) -> impl Iterator<Item = &str> {
        self.repositories.iter().map(String::as_str)
    }

    /// The prefixes, sorted, without a slash at their end.
    pub fn prefixes(&self) -> impl Iterator<Item = &str> {
        self.prefixes.iter().map(String::as_str)
    }
}

/// The most characters a repository's name may have.
pub const REPOSITORY_NAME_MAX: usize = 255;

/// Whether a text is a repository's name inside its registry: lower-case parts joined by `/`, at
/// most 255 characters.
#[must_use]
pub fn is_repository_name(text: &str) -> bool {
    text.len() <= REPOSITORY_NAME_MAX && text.split('/').all(is_name_part)
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
fn is_name_part(part: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if !part.starts_with(word) || !part.ends_with(word) {
        return false;
    }
    part.split(word)
        .all(|gap| matches!(gap, "" | "." | "_" | "__") || gap.bytes().all(|b| b == b'-'))
}

#[cfg(test)]
mod tests {
    use super::Listed;
    use crate::ErrorCode;

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn prefix_covers_whole_parts_only() {
        let listed = Listed::new(
            &texts(&["app", " app "]),
            &texts(&["team/*", "team/", "team-a/x"]),
        )
        .expect("listed");
        for name in ["app", "team/app", "team/a/b", "team-a/x/y"] {
            assert!(listed.covers(name), "{name}");
        }
        for name in [
            "app2",
            "app/x",
            "team",
            "team-b/app",
            "team-a/xy",
            "team-a/x",
        ] {
            assert!(!listed.covers(name), "{name}");
        }
        assert_eq!(listed.repositories().count(), 1);
        assert_eq!(listed.prefixes().collect::<Vec<_>>(), ["team", "team-a/x"]);
        assert!(!listed.is_empty() && Listed::default().is_empty());
    }

    #[test]
    fn every_name_that_is_none_is_told_by_its_place() {
        let repositories = texts(&["a", "B", "https://x/y", "a:v1", "", "../a", "a/*"]);
        let prefixes = texts(&["*", "/*", "a*b", "team//*", "ok/*"]);
        let wrong = Listed::new(&repositories, &prefixes).expect_err("wrong");
        let places: Vec<&str> = wrong.iter().map(|w| w.pointer.as_str()).collect();
        assert_eq!(
            places,
            [
                "/repositories/1",
                "/repositories/2",
                "/repositories/3",
                "/repositories/4",
                "/repositories/5",
                "/repositories/6",
                "/prefixes/0",
                "/prefixes/1",
                "/prefixes/2",
                "/prefixes/3",
            ]
        );
        assert!(
            wrong
                .iter()
                .all(|w| w.code == ErrorCode::RepositoryNameMalformed)
        );
    }

    #[test]
    fn more_than_a_thousand_lines_are_refused_before_any_is_read() {
        let many = vec!["a".to_owned(); 1_001];
        let wrong = Listed::new(&many, &[]).expect_err("too many");
        assert_eq!(wrong.len(), 1);
        assert_eq!(wrong[0].code, ErrorCode::RepositoryTooMany);
        assert!(Listed::new(&many[..1_000], &[]).is_ok());
    }
}
