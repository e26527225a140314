//! What is remembered of hooks.

use super::StoreError;
use crate::model::{AuditEntry, Hook, HookCounts, HookId, RegistryId, Timestamp, TokenDigest};
use async_trait::async_trait;

/// What an address leads to.
#[derive(Debug, Clone, Copy)]
pub struct HookHolder {
    /// Whose events it takes; `None` when the hook was removed or its registry disconnected.
    pub registry_id: Option<RegistryId>,
    /// The digest of its secret; compare in constant time.
    pub digest: TokenDigest,
}

/// Makes a registry's hook, or gives the one it has another secret.
#[derive(Debug, Clone, Copy)]
pub struct SetHook {
    /// Of which registry.
    pub registry_id: RegistryId,
    /// The hook's id, if it has none yet.
    pub id: HookId,
    /// The digest of its new secret.
    pub digest: TokenDigest,
    /// Now.
    pub now: Timestamp,
}

/// What came to a hook since it was last noted.
#[derive(Debug, Clone, Copy)]
pub struct HookActivity {
    /// Whose.
    pub registry_id: RegistryId,
    /// When the last events came, if any did.
    pub last_event_at: Option<Timestamp>,
    /// How many of what.
    pub counts: HookCounts,
    /// Now.
    pub now: Timestamp,
}

/// Hooks.
#[async_trait]
pub trait HookStore: Send + Sync {
    /// What this address leads to, hooks removed less than [`Hook::TOMBSTONE`] ago included. One
    /// query, whatever comes of it.
    async fn hook_holder(&self, id: HookId) -> Result<Option<HookHolder>, StoreError>;

    /// A registry's hook.
    async fn hook(&self, registry_id: RegistryId) -> Result<Option<Hook>, StoreError>;

    /// Makes a hook, or puts another secret in the place of the one it has.
    /// [`StoreError::NotFound`] when the registry is gone.
    async fn set_hook(&self, command: SetHook, audit: AuditEntry) -> Result<Hook, StoreError>;

    /// Removes a registry's hook. Its address goes on taking posts with its last secret, as a
    /// tombstone. [`StoreError::NotFound`] when there is none.
    async fn end_hook(
        &self,
        registry_id: RegistryId,
        now: Timestamp,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// Adds what came. Hooks that are gone are passed over. Not audited.
    async fn record_hook_activity(&self, batch: Vec<HookActivity>) -> Result<(), StoreError>;

    /// Makes tombstones of hooks whose registry is gone, and deletes tombstones made before a time;
    /// answers how many it deleted. Not audited; no change entry.
    async fn prune_hooks(&self, now: Timestamp, ended_before: Timestamp)
    -> Result<u64, StoreError>;
}
