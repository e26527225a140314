//! Deleting tags and artifacts in registries, and what is remembered of it.
//!
//! A deletion is written down before it is asked for and crossed out in the transaction that takes
//! what is gone out of the index and writes the audit entry. So one that happened always has its
//! entry, whatever was interrupted (`docs/adr/0013-deletion.md`).

use super::{ArtifactPointer, RegistryError, StoreError};
use crate::model::{
    AuditEntry, Capability, DeletionId, DeletionIntent, DeletionReach, Digest, RegistryId,
    RepositoryId, TagName, Timestamp,
};
use async_trait::async_trait;

/// What can be deleted in a repository, as its registry answered just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deletable {
    /// Whether artifacts can be.
    pub artifacts: Capability,
    /// Whether a tag can go alone.
    pub tags: Capability,
}

/// Deletes in a registry. Nothing is repeated by itself: an answer that was lost is looked into by
/// whoever asked.
#[async_trait]
pub trait Deletion: Send + Sync {
    /// Whether something could be deleted in this repository, by questions that change nothing.
    async fn deletable(&self, repository: &str) -> Result<Deletable, RegistryError>;

    /// Deletes an artifact, and with it every tag that points at it. [`RegistryError::NotFound`] is
    /// the registry's word that it is not there; [`RegistryError::Unsupported`] that this cannot be
    /// done.
    async fn delete_artifact(&self, repository: &str, digest: &Digest)
    -> Result<(), RegistryError>;

    /// Takes one tag away; what it points at stays. As [`Self::delete_artifact`].
    async fn delete_tag(&self, repository: &str, tag: &TagName) -> Result<(), RegistryError>;

    /// Whether something is there. Only the registry's own word that it is not counts for that.
    async fn holds(&self, repository: &str, what: &ArtifactPointer) -> Result<bool, RegistryError>;
}

/// A tag as it is known, to be looked at again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTag {
    /// Its name.
    pub name: String,
    /// What it points at, as far as known.
    pub digest: Option<Digest>,
}

/// How a deletion ended.
#[derive(Debug, Clone)]
pub struct EndDeletion {
    /// Which one.
    pub intent: DeletionIntent,
    /// Whether the index follows: the registry was asked through the connection that it has now.
    pub follow: bool,
    /// Now.
    pub now: Timestamp,
}

/// What is remembered of deletions.
#[async_trait]
pub trait DeletionStore: Send + Sync {
    /// What a tag of a repository points at; `None` when there is no such tag. One query.
    async fn known_tag(
        &self,
        id: RepositoryId,
        name: &TagName,
    ) -> Result<Option<KnownTag>, StoreError>;

    /// Whether a repository holds an artifact. One query.
    async fn holds_artifact(&self, id: RepositoryId, digest: &Digest) -> Result<bool, StoreError>;

    /// What hangs on an artifact of a repository; of one that is not known, nothing. At most eight
    /// queries.
    async fn deletion_reach(
        &self,
        id: RepositoryId,
        digest: &Digest,
    ) -> Result<DeletionReach, StoreError>;

    /// The tags of a repository that may point at an artifact: those that are known to, then those
    /// nobody has looked behind, then the others, the longest unseen first. With how many tags
    /// there are.
    async fn tags_to_look_at(
        &self,
        id: RepositoryId,
        digest: &Digest,
        limit: u16,
    ) -> Result<(Vec<KnownTag>, u64), StoreError>;

    /// Manifests of a repository that nobody has read, and which may be indexes that list others.
    /// With how many there are.
    async fn unread_manifests(
        &self,
        id: RepositoryId,
        limit: u16,
    ) -> Result<(Vec<Digest>, u64), StoreError>;

    /// Writes down a deletion that is about to be asked for, with the entry the audit log gets for
    /// it. [`StoreError::NotFound`] when the registry is gone, [`StoreError::Stale`] when it was
    /// edited since: then nothing may be asked for.
    async fn begin_deletion(
        &self,
        intent: DeletionIntent,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// It happened, or may have: writes the audit entry and, where the index is to follow, takes out
    /// what is gone. Nothing happens for one that has ended already.
    async fn end_deletion(&self, command: EndDeletion, audit: AuditEntry)
    -> Result<(), StoreError>;

    /// It did not happen.
    async fn drop_deletion(&self, id: DeletionId) -> Result<(), StoreError>;

    /// Registries with deletions begun before `before`: whoever asked was interrupted.
    async fn registries_with_open_deletions(
        &self,
        before: Timestamp,
    ) -> Result<Vec<RegistryId>, StoreError>;

    /// Those deletions of a registry, the oldest first, at most 200.
    async fn open_deletions(
        &self,
        id: RegistryId,
        before: Timestamp,
    ) -> Result<Vec<(DeletionIntent, AuditEntry)>, StoreError>;
}
