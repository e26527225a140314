//! How images are named: `host[:port]/path:tag@digest` (OCI distribution-spec 1.1, "Pulling
//! manifests"; the host part as the `docker` command reads it).

use roadstead_core::model::{REPOSITORY_NAME_MAX, is_repository_name};
use std::fmt;
use std::str::FromStr;

/// Why a text is no reference, or no part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// The host part is not `name[:port]`.
    #[error("the host is malformed")]
    Host,
    /// The repository name breaks its grammar.
    #[error("the repository name is malformed")]
    Repository,
    /// The tag breaks its grammar.
    #[error("the tag is malformed")]
    Tag,
    /// The digest breaks its grammar, or has the wrong length for its algorithm.
    #[error("the digest is malformed")]
    Digest,
}

macro_rules! text_newtype {
    ($name:ident) => {
        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = ReferenceError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }
    };
}

/// A repository's name inside its registry: lower-case parts joined by `/`, at most 255
/// characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RepositoryName(String);

impl RepositoryName {
    /// The most characters a name may have.
    pub const MAX: usize = REPOSITORY_NAME_MAX;

    /// Checks and takes a name.
    ///
    /// # Errors
    /// [`ReferenceError::Repository`].
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        if is_repository_name(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ReferenceError::Repository)
        }
    }
}

text_newtype!(RepositoryName);

/// A tag: `[A-Za-z0-9_][A-Za-z0-9._-]{0,127}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(String);

impl Tag {
    /// The most characters a tag may have.
    pub const MAX: usize = 128;

    /// Checks and takes a tag.
    ///
    /// # Errors
    /// [`ReferenceError::Tag`].
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let bytes = text.as_bytes();
        let good = bytes.first().is_some_and(|b| word(*b))
            && bytes.len() <= Self::MAX
            && bytes.iter().all(|b| word(*b) || matches!(b, b'.' | b'-'));
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(ReferenceError::Tag)
        }
    }
}

text_newtype!(Tag);

/// A digest: `algorithm:encoded`. For `sha256` and `sha512` the encoded part is lower-case hex of
/// the algorithm's length; other algorithms are taken by grammar alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(String);

impl Digest {
    /// Checks and takes a digest.
    ///
    /// # Errors
    /// [`ReferenceError::Digest`].
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let (algorithm, encoded) = text.split_once(':').ok_or(ReferenceError::Digest)?;
        let algorithm_good = algorithm.split(['+', '.', '_', '-']).all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        let hex = |length: usize| {
            encoded.len() == length
                && encoded
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        };
        let encoded_good = match algorithm {
            "sha256" => hex(64),
            "sha512" => hex(128),
            _ => {
                (1..=256).contains(&encoded.len())
                    && encoded
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'=' | b'_' | b'-'))
            }
        };
        if algorithm_good && encoded_good {
            Ok(Self(text.to_owned()))
        } else {
            Err(ReferenceError::Digest)
        }
    }

    /// The digest of 64 hexadecimal digits that were just made.
    pub(crate) fn sha256(hex: &str) -> Self {
        Self(format!("sha256:{hex}"))
    }

    /// The tag that stands for "what refers to this" in registries without that question
    /// (distribution-spec "Referrers Tag Schema").
    pub(crate) fn fallback_tag(&self) -> Option<Tag> {
        let (algorithm, encoded) = self.0.split_once(':')?;
        let cut = |text: &str, most: usize| -> String {
            text.chars()
                .take(most)
                .map(|c| {
                    let kept = c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
                    if kept { c } else { '-' }
                })
                .collect()
        };
        Tag::parse(&format!("{}-{}", cut(algorithm, 32), cut(encoded, 64))).ok()
    }

    /// The algorithm: `sha256`.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        self.0
            .split_once(':')
            .map_or("", |(algorithm, _)| algorithm)
    }
}

text_newtype!(Digest);

/// A whole reference. Without a host it means "in the registry we are talking about".
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    host: Option<String>,
    repository: RepositoryName,
    tag: Option<Tag>,
    digest: Option<Digest>,
}

impl Reference {
    /// Reads a reference. The first part is a host when it has a dot, a colon, an upper-case
    /// letter or is `localhost`, and a `/` follows.
    ///
    /// # Errors
    /// The [`ReferenceError`] of the part that is malformed.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(Digest::parse(digest)?)),
            None => (text, None),
        };
        let (host, rest) = match rest.split_once('/') {
            Some((first, rest)) if looks_like_host(first) => (Some(check_host(first)?), rest),
            _ => (None, rest),
        };
        let (repository, tag) = match rest.rsplit_once(':') {
            Some((repository, tag)) => (repository, Some(Tag::parse(tag)?)),
            None => (rest, None),
        };
        Ok(Self {
            host,
            repository: RepositoryName::parse(repository)?,
            tag,
            digest,
        })
    }

    /// `name[:port]` of the registry, as written.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The repository.
    #[must_use]
    pub const fn repository(&self) -> &RepositoryName {
        &self.repository
    }

    /// The tag.
    #[must_use]
    pub const fn tag(&self) -> Option<&Tag> {
        self.tag.as_ref()
    }

    /// The digest. Where both are present it decides, and the tag is only a label.
    #[must_use]
    pub const fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(host) = &self.host {
            write!(f, "{host}/")?;
        }
        write!(f, "{}", self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

fn looks_like_host(first: &str) -> bool {
    first == "localhost"
        || first.contains(['.', ':'])
        || first.contains(|c: char| c.is_ascii_uppercase())
}

fn check_host(text: &str) -> Result<String, ReferenceError> {
    let (name, port) = if let Some(rest) = text.strip_prefix('[') {
        let (literal, after) = rest.split_once(']').ok_or(ReferenceError::Host)?;
        literal
            .parse::<std::net::Ipv6Addr>()
            .map_err(|_| ReferenceError::Host)?;
        match after.strip_prefix(':') {
            Some(port) => ("ipv6", Some(port)),
            None if after.is_empty() => ("ipv6", None),
            None => return Err(ReferenceError::Host),
        }
    } else {
        match text.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (text, None),
        }
    };
    let name_good = name.len() <= 253
        && name.split('.').all(|label| {
            let bytes = label.as_bytes();
            (1..=63).contains(&bytes.len())
                && bytes.first() != Some(&b'-')
                && bytes.last() != Some(&b'-')
                && bytes
                    .iter()
                    .all(|b| b.is_ascii_alphanumeric() || *b == b'-')
        });
    let port_good = port.is_none_or(|port| {
        !port.is_empty()
            && port.bytes().all(|b| b.is_ascii_digit())
            && port.parse::<u16>().is_ok_and(|p| p > 0)
    });
    if name_good && port_good {
        Ok(text.to_owned())
    } else {
        Err(ReferenceError::Host)
    }
}

#[cfg(test)]
mod tests {
    use super::{Digest, Reference, ReferenceError, RepositoryName, Tag};
    use proptest::prelude::*;

    const SHA: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn reference_is_split_into_its_parts() {
        let text = format!("registry.example:5000/team-a/app:v1.2@{SHA}");
        let reference = Reference::parse(&text).expect("good");
        assert_eq!(reference.host(), Some("registry.example:5000"));
        assert_eq!(reference.repository().as_str(), "team-a/app");
        assert_eq!(reference.tag().map(Tag::as_str), Some("v1.2"));
        assert_eq!(reference.digest().map(Digest::as_str), Some(SHA));
        assert_eq!(reference.to_string(), text);
    }

    #[test]
    fn first_part_is_a_host_only_when_it_looks_like_one() {
        let host = |t: &str| Reference::parse(t).map(|r| r.host().map(str::to_owned));
        assert_eq!(host("team/app"), Ok(None));
        assert_eq!(host("localhost/app"), Ok(Some("localhost".to_owned())));
        assert_eq!(host("a.b/app"), Ok(Some("a.b".to_owned())));
        assert_eq!(host("[::1]:5000/app"), Ok(Some("[::1]:5000".to_owned())));
        assert_eq!(host("app:v1"), Ok(None));
    }

    #[test]
    fn malformed_references_name_the_part() {
        for (text, error) in [
            ("", ReferenceError::Repository),
            ("App", ReferenceError::Repository),
            ("a//b", ReferenceError::Repository),
            ("a/", ReferenceError::Repository),
            ("a___b", ReferenceError::Repository),
            ("a..b", ReferenceError::Repository),
            ("a:", ReferenceError::Tag),
            ("a:-x", ReferenceError::Tag),
            ("a@sha256:00", ReferenceError::Digest),
            ("a@x", ReferenceError::Digest),
            ("h.x:0/a", ReferenceError::Host),
            ("h.x:99999/a", ReferenceError::Host),
            ("h..x/a", ReferenceError::Host),
            ("[::1/a", ReferenceError::Host),
        ] {
            assert_eq!(Reference::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn repository_name_grammar_holds_at_its_edges() {
        for good in [
            "a",
            "0",
            "a-b",
            "a---b",
            "a__b",
            "a.b/c_d",
            &"a".repeat(255),
        ] {
            assert!(RepositoryName::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "-a",
            "a-",
            "a-_b",
            "ä",
            "a b",
            "/a",
            "../a",
            &"a".repeat(256),
        ] {
            assert!(RepositoryName::parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn reference_printed_is_read_back(
            host in proptest::option::of("[a-z][a-z0-9]{0,8}(\\.[a-z0-9]{1,5}){1,2}(:[1-9][0-9]{0,3})?"),
            // Without a host, a dot in the first part would make it one.
            repository in "[a-z0-9]{1,6}((_|__|-{1,3})[a-z0-9]{1,6}){0,2}(/[a-z0-9]{1,6}(\\.[a-z0-9]{1,6}){0,2}){0,3}",
            tag in proptest::option::of("[A-Za-z0-9_][A-Za-z0-9._-]{0,30}"),
            digest in proptest::option::of("sha256:[0-9a-f]{64}"),
        ) {
            let text = format!(
                "{}{repository}{}{}",
                host.map(|h| h + "/").unwrap_or_default(),
                tag.map(|t| format!(":{t}")).unwrap_or_default(),
                digest.map(|d| format!("@{d}")).unwrap_or_default(),
            );
            let reference = Reference::parse(&text).map_err(|e| TestCaseError::fail(format!("{e}: {text}")))?;
            prop_assert_eq!(reference.to_string(), text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            if let Ok(reference) = Reference::parse(&text) {
                prop_assert_eq!(reference.to_string(), text);
            }
        }
    }
}
