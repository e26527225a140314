//! Repositories.

use crate::ErrorCode;
use crate::model::{ArtifactKind, RegistryId, RepositoryId, SpaceId, Timestamp};

/// What is known about a repository's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepositoryState {
    /// Only its name: its tags were never read.
    Named,
    /// Its tags were read.
    Listed,
    /// Its tags were read, and there are none.
    Empty,
    /// Its tags could not be read the last time. What was known before is kept.
    Broken(ErrorCode),
}

/// A repository as lists and its own page show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// Its id.
    pub id: RepositoryId,
    /// Whose it is.
    pub registry_id: RegistryId,
    /// The space it is in.
    pub space_id: SpaceId,
    /// Its whole name, as a client pulls it: what stands between `/v2/` and `/manifests/`.
    pub name: String,
    /// What is known about its content.
    pub state: RepositoryState,
    /// Its tags.
    pub tags: u64,
    /// How many of its tags nobody has looked behind yet.
    pub tags_unread: u64,
    /// Its artifacts, those an index lists included.
    pub artifacts: u64,
    /// Bytes nobody else in its registry uses.
    pub unique_bytes: u64,
    /// Bytes other repositories of its registry use too.
    pub shared_bytes: u64,
    /// What its artifacts are.
    pub kinds: Vec<ArtifactKind>,
    /// When something was last pushed to it, as far as known.
    pub pushed_at: Option<Timestamp>,
    /// When it was last pulled from, where the registry tells.
    pub pulled_at: Option<Timestamp>,
    /// When its tags were last read.
    pub listed_at: Option<Timestamp>,
    /// When it was first seen.
    pub created_at: Timestamp,
}
