//! Registries that give no catalogue: a person lists repositories, or prefixes of them.

use crate::client::OciClient;
use crate::listing::{ListPage, Listing};
use crate::reference::{ReferenceError, RepositoryName};
use futures::{Stream, stream};
use roadstead_core::ports::RegistryError;
use std::collections::BTreeSet;

/// How many repositories are asked for before what was found is given out.
const PAGE: usize = 50;

/// The most lines a person may list.
const MAX_LINES: usize = 1_000;

/// What a person listed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listed {
    names: BTreeSet<RepositoryName>,
    prefixes: BTreeSet<RepositoryName>,
}

impl Listed {
    /// Reads one line for each repository (`team/app`) or prefix (`team/*`). Empty lines count
    /// for nothing.
    ///
    /// # Errors
    /// The number of the first line that is neither, or one too many, from one.
    pub fn parse(text: &str) -> Result<Self, (usize, ReferenceError)> {
        let mut listed = Self::default();
        let lines = text.lines().map(str::trim).enumerate();
        for (count, (at, line)) in lines.filter(|(_, line)| !line.is_empty()).enumerate() {
            let bad = |error| (at + 1, error);
            if count >= MAX_LINES {
                return Err(bad(ReferenceError::Repository));
            }
            match line.strip_suffix("/*") {
                Some(prefix) => {
                    let prefix = RepositoryName::parse(prefix).map_err(bad)?;
                    listed.prefixes.insert(prefix);
                }
                None => {
                    listed
                        .names
                        .insert(RepositoryName::parse(line).map_err(bad)?);
                }
            }
        }
        Ok(listed)
    }

    /// Whether a repository, wherever it was heard of, is one of those listed. Prefixes count by
    /// whole parts: `team/*` does not cover `team-b/app`.
    #[must_use]
    pub fn covers(&self, name: &RepositoryName) -> bool {
        self.names.contains(name)
            || self.prefixes.iter().any(|prefix| {
                name.as_str()
                    .strip_prefix(prefix.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
            })
    }

    /// The repositories listed by their whole name.
    pub fn names(&self) -> impl Iterator<Item = &RepositoryName> {
        self.names.iter()
    }
}

impl OciClient {
    /// Whether the registry knows a repository: one question for one tag.
    ///
    /// # Errors
    /// Those of [`Self::page`]; that it is not there is an answer, not an error.
    pub async fn knows(&self, name: &RepositoryName) -> Result<bool, RegistryError> {
        let tags = Listing::Tags(name.clone());
        match self.page(&tags, Some("n=1")).await {
            Ok(_) => Ok(true),
            Err(RegistryError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Those of the listed repositories that are there, one question each, in the order of their
    /// names and from a [`ListPage::next`] on. What only a prefix covers cannot be asked for. It
    /// ends after the first error; a repository the account may not see counts as not there.
    pub fn list_listed<'a>(
        &'a self,
        listed: &'a Listed,
        from: Option<String>,
    ) -> impl Stream<Item = Result<ListPage, RegistryError>> + Send + 'a {
        stream::try_unfold(Some(from), move |state| async move {
            let Some(from) = state else {
                return Ok(None);
            };
            let mut rest = listed
                .names
                .iter()
                .filter(|name| from.as_deref().is_none_or(|from| name.as_str() >= from));
            let mut names = Vec::new();
            for name in rest.by_ref().take(PAGE) {
                match self.knows(name).await {
                    Ok(true) => names.push(name.to_string()),
                    Ok(false) | Err(RegistryError::Forbidden) => {}
                    Err(error) => return Err(error),
                }
            }
            let next = rest.next().map(ToString::to_string);
            let page = ListPage {
                names,
                malformed: 0,
                next: next.clone(),
            };
            Ok(Some((page, next.map(Some))))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Listed;
    use crate::reference::RepositoryName;

    fn covers(listed: &Listed, name: &str) -> bool {
        listed.covers(&RepositoryName::parse(name).expect("name"))
    }

    #[test]
    fn prefix_covers_whole_parts_only() {
        let listed = Listed::parse("app\n\n  team/*  \nteam-a/x/*\r\n").expect("listed");
        for name in ["app", "team/app", "team/a/b", "team-a/x/y"] {
            assert!(covers(&listed, name), "{name}");
        }
        for name in [
            "app2",
            "app/x",
            "team",
            "team-b/app",
            "team-a/xy",
            "team-a/x",
        ] {
            assert!(!covers(&listed, name), "{name}");
        }
        assert_eq!(listed.names().count(), 1);
    }

    #[test]
    fn line_that_is_no_name_is_told_by_its_number() {
        for (text, line) in [
            ("a\n\nB", 3),
            ("*", 1),
            ("/*", 1),
            ("a*", 1),
            ("a\nhttps://x/y", 2),
            ("../*", 1),
        ] {
            assert_eq!(
                Listed::parse(text).map_err(|(at, _)| at),
                Err(line),
                "{text}"
            );
        }
        let many = "a\n".repeat(1_001);
        assert_eq!(Listed::parse(&many).map_err(|(at, _)| at), Err(1_001));
    }
}
