//! What disconnected registries left behind. A cleanup begins with the disconnection, in its
//! transaction and under its audit entry; the rest are Roadstead's own notes.

use super::{SealedCredential, StoreError};
use crate::model::{CleanupEntries, CleanupId, Page, PageRequest, RegistryId, Timestamp, Total};
use crate::rules::Visible;
use async_trait::async_trait;

/// A page of cleanups with its count.
#[derive(Debug, Clone)]
pub struct CleanupList {
    /// The rows, the newest first.
    pub page: Page<CleanupEntries, CleanupId>,
    /// How many there are.
    pub total: Total,
}

/// A cleanup with the secret kept for it.
#[derive(Clone)]
pub struct CleanupTarget {
    /// What is to be removed, and where.
    pub cleanup: CleanupEntries,
    /// The account's secret.
    pub credential: Option<SealedCredential>,
}

/// Cleanups.
#[async_trait]
pub trait CleanupStore: Send + Sync {
    /// Those of the owners in `visible`, with what is left of each. Three queries.
    async fn cleanups(
        &self,
        visible: &Visible,
        page: &PageRequest<CleanupId>,
    ) -> Result<CleanupList, StoreError>;

    /// Registries whose cleanup is still tried.
    async fn cleanups_due(&self) -> Result<Vec<RegistryId>, StoreError>;

    /// The cleanup of a registry, unless it was given up.
    async fn cleanup_target(
        &self,
        registry_id: RegistryId,
    ) -> Result<Option<CleanupTarget>, StoreError>;

    /// Ends a cleanup of which nothing is left.
    async fn end_cleanup(&self, id: CleanupId) -> Result<(), StoreError>;

    /// Ends trying, and forgets the secret.
    async fn give_up_cleanup(&self, id: CleanupId, at: Timestamp) -> Result<(), StoreError>;

    /// Deletes cleanups given up before `before`; answers how many.
    async fn prune_cleanups(&self, before: Timestamp) -> Result<u64, StoreError>;
}
