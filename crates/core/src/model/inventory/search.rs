//! Words of the search over repositories, tags and digests.

use super::{ArtifactKind, Digest};
use crate::model::{RegistryId, RepositoryId, SpaceId, Timestamp, Visibility, WorkspaceId};
use std::collections::HashSet;

/// The spaces that are searched: what the asker may see, cut to what they want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpaceSet {
    /// Every space there is.
    Everything,
    /// These; possibly none.
    Spaces(HashSet<SpaceId>),
}

impl SpaceSet {
    /// Whether a space is in the set.
    #[must_use]
    pub fn contains(&self, id: SpaceId) -> bool {
        match self {
            Self::Everything => true,
            Self::Spaces(ids) => ids.contains(&id),
        }
    }
}

/// Which images are asked for, of those that the asker may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImageFilter<'a> {
    /// Only those whose repository's name contains this.
    pub text: Option<&'a str>,
    /// Only in this registry.
    pub registry: Option<RegistryId>,
    /// Only in this space.
    pub space: Option<SpaceId>,
    /// Only in registries of this workspace.
    pub workspace: Option<WorkspaceId>,
    /// `Public`: everybody may pull, as the registry says or as was proved or consented to.
    pub visibility: Option<Visibility>,
    /// Only repositories that hold such an artifact.
    pub kind: Option<ArtifactKind>,
}

impl ImageFilter<'_> {
    /// Whether it leaves every space in.
    #[must_use]
    pub const fn is_of_all_spaces(&self) -> bool {
        self.registry.is_none()
            && self.space.is_none()
            && self.workspace.is_none()
            && self.visibility.is_none()
    }
}

/// The first eight bytes of a digest: enough to find it by what people paste, and an eighth of its
/// text. A million of them stand in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DigestStart(pub u64);

impl DigestStart {
    /// Of a digest; `None` for one that is not of sha256.
    #[must_use]
    pub fn of(digest: &Digest) -> Option<Self> {
        Self::of_bytes(&digest.to_bytes())
    }

    /// Of what [`Digest::to_bytes`] made.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self(u64::from_be_bytes(
            *Digest::sha256(bytes)?.first_chunk()?,
        )))
    }

    /// The range of starts that begin with these hexadecimal digits, of which those after the
    /// sixteenth say nothing more here; `None` for what is not hexadecimal or shorter than four,
    /// which nobody means as part of a digest.
    #[must_use]
    pub fn range(hex: &str) -> Option<(Self, Self)> {
        let good = hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !good || !(4..=64).contains(&hex.len()) {
            return None;
        }
        let head = hex.get(..hex.len().min(16))?;
        let bits = 64 - 4 * u32::try_from(head.len()).ok()?;
        let low = u64::from_str_radix(head, 16).ok()? << bits;
        Some((Self(low), Self(low | ((1_u64 << bits) - 1))))
    }
}

/// A repository with everything of it that can be searched for.
#[derive(Debug, Clone)]
pub struct IndexedRepository {
    /// Its place among all of them; grows.
    pub place: i64,
    /// Its id.
    pub id: RepositoryId,
    /// Whose it is.
    pub registry_id: RegistryId,
    /// The space it is in.
    pub space_id: SpaceId,
    /// Its whole name.
    pub name: String,
    /// What its artifacts are.
    pub kinds: Vec<ArtifactKind>,
    /// When something was last pushed to it, as far as known; else when it was first seen.
    pub at: Timestamp,
    /// Its tags, each with when it was pushed or first seen.
    pub tags: Vec<(String, Timestamp)>,
    /// The starts of its artifacts' digests.
    pub digests: Vec<DigestStart>,
}

/// A tag or an artifact that was found, as far as a list of them shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundReference {
    /// In which repository.
    pub repository_id: RepositoryId,
    /// The tag; `None` when it was found by its digest.
    pub tag: Option<String>,
    /// What it points at; `None` while nobody has looked.
    pub digest: Option<Digest>,
    /// What the artifact is, once its manifest was read.
    pub kind: Option<ArtifactKind>,
    /// Bytes of everything the artifact is made of; `None` while part of it is unread.
    pub size_bytes: Option<u64>,
    /// When the tag was pushed or first seen; of an artifact nothing.
    pub at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::DigestStart;
    use crate::model::Digest;

    #[test]
    fn range_holds_the_digests_that_begin_with_its_digits() {
        let digest =
            Digest::parse(&format!("sha256:0123456789abcdef{}", "0".repeat(48))).expect("digest");
        let start = DigestStart::of(&digest).expect("start");
        for hex in ["0123", "0123456789abcdef", "0123456789abcdef0000"] {
            let (low, high) = DigestStart::range(hex).expect("range");
            assert!(low <= start && start <= high, "{hex}");
        }
        let (low, high) = DigestStart::range("0124").expect("range");
        assert!(start < low && start < high);
        for none in ["", "012", "xyz1", "ABCD", &"0".repeat(65)] {
            assert_eq!(DigestStart::range(none), None, "{none}");
        }
    }

    #[test]
    fn digest_of_another_algorithm_has_no_start() {
        let other = Digest::parse("blake3:AbCdEfGhIjKl").expect("digest");
        assert_eq!(DigestStart::of(&other), None);
    }
}
