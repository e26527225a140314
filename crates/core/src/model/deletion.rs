//! What a deletion takes, and what it leaves behind.

use super::{DeletionId, Digest, Generation, RegistryId, RepositoryId, TagName, Timestamp};

/// What somebody wants deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeletionTarget {
    /// This tag alone.
    Tag(TagName),
    /// The artifact, with every tag that points at it.
    Artifact(Digest),
}

/// What the registry is asked to delete for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletionWay {
    /// The tag alone; the artifact stays.
    Untag,
    /// The artifact, and all its tags go with it.
    Artifact,
}

/// The first of something, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct First<T> {
    /// The first hundred.
    pub items: Vec<T>,
    /// How many there are.
    pub total: u64,
}

impl<T> Default for First<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            total: 0,
        }
    }
}

/// An index that lists an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedBy {
    /// Its digest.
    pub digest: Digest,
    /// The first of its tags by name, where it has one.
    pub tag: Option<String>,
}

/// What hangs on an artifact of a repository, as far as is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeletionReach {
    /// The repository's tags that point at it, by name.
    pub tags: First<String>,
    /// Manifests it lists that no tag and no other index of the repository leads to.
    pub children: First<Digest>,
    /// Indexes of the repository that list it.
    pub parents: First<ListedBy>,
    /// What refers to it: signatures, SBOMs.
    pub referrers: First<Digest>,
    /// Tags named after its digest, by which signatures and the like are found where the registry
    /// does not answer what refers to an artifact.
    pub attached: Vec<String>,
}

/// What goes by a deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deleted {
    /// This tag alone, and what it points at as far as known.
    Tag(TagName, Option<Digest>),
    /// The artifact with all its tags.
    Artifact(Digest),
}

/// A deletion that is about to be asked for, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletionIntent {
    /// Its id.
    pub id: DeletionId,
    /// In which registry.
    pub registry_id: RegistryId,
    /// The registry's generation when the connection was taken.
    pub generation: Generation,
    /// In which repository.
    pub repository_id: RepositoryId,
    /// The repository's whole name.
    pub repository: String,
    /// What goes.
    pub what: Deleted,
    /// When it was begun.
    pub begun_at: Timestamp,
}
