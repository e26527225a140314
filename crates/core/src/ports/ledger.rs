//! The ledger of what Roadstead made upstream (I9, I12): written before a thing is made, closed
//! after it was removed. Entries are Roadstead's own notes, no person's change: they take no audit
//! entry, and nobody's list shows them before their registry is disconnected.

use super::StoreError;
use crate::ErrorCode;
use crate::model::{LedgerEntry, LedgerEntryId, RegistryId, Timestamp};
use async_trait::async_trait;

/// The ledger.
#[async_trait]
pub trait LedgerStore: Send + Sync {
    /// Writes down something that is about to be made. To be committed before the request that
    /// makes it. [`StoreError::NotFound`] when the registry is gone: then nothing may be made.
    async fn record_made(&self, entry: LedgerEntry) -> Result<(), StoreError>;

    /// Writes down where it is, once the registry has said.
    async fn record_place(&self, id: LedgerEntryId, reference: &str) -> Result<(), StoreError>;

    /// It was removed, or the registry refused to make it. An entry that is closed stays closed.
    async fn record_removed(&self, id: LedgerEntryId, at: Timestamp) -> Result<(), StoreError>;

    /// It could not be removed now.
    async fn record_failed(
        &self,
        id: LedgerEntryId,
        at: Timestamp,
        why: ErrorCode,
    ) -> Result<(), StoreError>;

    /// What was made in this registry and not removed, the oldest first, at most 200.
    async fn open_entries(&self, registry_id: RegistryId) -> Result<Vec<LedgerEntry>, StoreError>;

    /// Registries that are still integrated and hold something written down before `before`: its
    /// maker was interrupted.
    async fn registries_with_open_entries(
        &self,
        before: Timestamp,
    ) -> Result<Vec<RegistryId>, StoreError>;

    /// Deletes entries closed before `before`; answers how many.
    async fn prune_ledger(&self, before: Timestamp) -> Result<u64, StoreError>;
}
