//! Tags.

use super::{ArtifactKind, Certainty, Digest, OciPlatform};
use crate::ErrorCode;
use crate::model::Timestamp;

/// The longest name a tag can have.
const MAX_NAME: usize = 128;

/// The name of a tag, as the OCI specification allows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TagName(String);

impl TagName {
    /// Checks and takes a name; `None` when it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
        let first = text.bytes().next().is_some_and(word);
        let rest = text.bytes().all(|b| word(b) || matches!(b, b'.' | b'-'));
        (first && rest && text.len() <= MAX_NAME).then(|| Self(text.to_owned()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for TagName {
    type Err = NoTag;

    fn from_str(text: &str) -> Result<Self, NoTag> {
        Self::parse(text).ok_or(NoTag)
    }
}

/// A text that is no tag's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no tag's name")]
pub struct NoTag;

impl std::fmt::Display for TagName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A tag as a repository's page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// What it points at; `None` while nobody has looked.
    pub digest: Option<Digest>,
    /// Whether the digest was computed from bytes, or only told.
    pub certainty: Certainty,
    /// An event told of it, and nobody has looked yet.
    pub provisional: bool,
    /// What the artifact is, once its manifest was read.
    pub kind: Option<ArtifactKind>,
    /// The artifact's media type, once known.
    pub media_type: Option<String>,
    /// Bytes of everything the artifact is made of; `None` while part of it is unread.
    pub size_bytes: Option<u64>,
    /// What it runs on. Attestations are not among them.
    pub platforms: Vec<OciPlatform>,
    /// When the image was built, as its annotation says, or else its configuration.
    pub created_at: Option<Timestamp>,
    /// It tells the beginning of the epoch instead. `created_at` is `None` then.
    pub reproducible: bool,
    /// When it was pushed, as far as known.
    pub pushed_at: Option<Timestamp>,
    /// When it was last pulled, where the registry tells.
    pub pulled_at: Option<Timestamp>,
    /// When the tag was first seen.
    pub seen_at: Timestamp,
    /// When it was last looked at.
    pub checked_at: Option<Timestamp>,
    /// Why its manifest could not be read.
    pub trouble: Option<ErrorCode>,
}

#[cfg(test)]
mod tests {
    use super::TagName;

    #[test]
    fn tag_is_what_the_specification_says_and_nothing_that_leads_elsewhere() {
        for good in ["latest", "_x", "1.0-amd64", "A", &"t".repeat(128)] {
            assert_eq!(
                TagName::parse(good).map(|t| t.to_string()).as_deref(),
                Some(good)
            );
        }
        for bad in [
            "",
            ".x",
            "-x",
            "a/b",
            "a b",
            "a%2f",
            "a?b",
            "sha256:a",
            "é",
            &"t".repeat(129),
        ] {
            assert_eq!(TagName::parse(bad), None, "{bad}");
        }
    }
}
