//! Removes upstream what we made there and nothing else, by the ledger: after a registry was
//! disconnected, and where whoever made it was interrupted.

use crate::context::Ports;
use crate::driver::{Outcome, Reconciler, Wake};
use crate::reconcilers::identity::expected_server;
use crate::services::connection_of;
use async_trait::async_trait;
use roadstead_core::model::{
    Account, CleanupEntries, Connection, LedgerEntry, Listed, RegistryId, ServerIdentity, Timestamp,
};
use roadstead_core::ports::{
    CleanupTarget, CredentialBinding, RegistryAdapter, RegistryError, StoreError,
};
use roadstead_core::{ErrorCode, Failure};
use std::sync::Arc;
use std::time::Duration;

/// After the first failure; doubled with each further one.
const RETRY: Duration = Duration::from_secs(5);
const MOST: Duration = Duration::from_secs(3_600);
/// Whoever makes something has ended it after this long, or was interrupted.
const INTERRUPTED: Duration = Duration::from_secs(600);

/// Removes what was made upstream.
pub struct CleanupReconciler {
    ports: Ports,
}

impl CleanupReconciler {
    /// Builds it.
    #[must_use]
    pub const fn new(ports: Ports) -> Self {
        Self { ports }
    }

    async fn tidy(&self, id: RegistryId) -> Result<Outcome, Failure> {
        match self.ports.store.cleanup_target(id).await? {
            Some(target) => self.clean_up(target).await,
            None => self.end_interrupted(id).await,
        }
    }

    async fn clean_up(&self, target: CleanupTarget) -> Result<Outcome, Failure> {
        let CleanupEntries { cleanup, entries } = &target.cleanup;
        let left = match self.adapter_of(&target) {
            Ok(adapter) => {
                self.remove(adapter.as_ref(), cleanup.identity.as_ref(), entries)
                    .await?
            }
            Err(error) => {
                self.note_all(entries, &error).await?;
                entries.len()
            }
        };
        if left == 0 {
            self.ports.store.end_cleanup(cleanup.id).await?;
            tracing::info!(registry_id = %cleanup.registry_id, "cleanup ended");
            return Ok(Outcome::Gone);
        }
        let now = self.ports.clock.now();
        if now >= cleanup.gives_up_at() {
            self.ports.store.give_up_cleanup(cleanup.id, now).await?;
            tracing::warn!(registry_id = %cleanup.registry_id, left, "cleanup given up");
            return Ok(Outcome::Gone);
        }
        Ok(Outcome::Again(pause(entries)))
    }

    /// The way to the registry as it was.
    fn adapter_of(
        &self,
        target: &CleanupTarget,
    ) -> Result<Arc<dyn RegistryAdapter>, RegistryError> {
        let cleanup = &target.cleanup.cleanup;
        let account = match (&target.credential, CredentialBinding::of_cleanup(cleanup)) {
            (Some(sealed), Some(binding)) => {
                let opened = self.ports.vault.open(&binding, sealed);
                let password = opened.map_err(|_| RegistryError::Unauthorized)?;
                Some(Account {
                    username: binding.username,
                    password,
                })
            }
            // Its secret was not kept: without it nobody is asked to delete anything.
            (None, Some(_)) => return Err(RegistryError::Unauthorized),
            _ => None,
        };
        let own = cleanup.address.origin();
        self.ports.connector_of(cleanup.owner).connect(Connection {
            kind: cleanup.kind,
            address: cleanup.address.clone(),
            tls: cleanup.tls.clone(),
            account,
            token_service: Some(cleanup.token_service.clone().unwrap_or(own)),
            identity: cleanup.identity.clone(),
            listed: Listed::default(),
        })
    }

    /// What is left in a registry that is still there.
    async fn end_interrupted(&self, id: RegistryId) -> Result<Outcome, Failure> {
        let before = self.ports.clock.now().minus(INTERRUPTED);
        let mut entries = self.ports.store.open_entries(id).await?;
        entries.retain(|entry| entry.created_at < before);
        if entries.is_empty() {
            return Ok(Outcome::Gone);
        }
        let Some(target) = self.ports.store.registry_target(id).await? else {
            return Ok(Outcome::Gone);
        };
        if target.registry.suspension.is_some() {
            return Ok(Outcome::Again(MOST));
        }
        let connection = connection_of(&self.ports, &target)?;
        let adapter = self
            .ports
            .connector_of(target.registry.owner)
            .connect(connection)?;
        let identity = target.registry.identity.as_ref();
        Ok(
            match self.remove(adapter.as_ref(), identity, &entries).await? {
                0 => Outcome::Gone,
                _ => Outcome::Again(pause(&entries)),
            },
        )
    }

    /// Removes them one after the other; answers how many are left.
    async fn remove(
        &self,
        adapter: &dyn RegistryAdapter,
        identity: Option<&ServerIdentity>,
        entries: &[LedgerEntry],
    ) -> Result<usize, Failure> {
        if let Err(error) = expected_server(adapter, identity).await {
            self.note_all(entries, &error).await?;
            return Ok(entries.len());
        }
        let mut left = 0;
        for entry in entries {
            let removed = adapter.remove_made(entry).await;
            let now = self.ports.clock.now();
            match removed {
                // Gone is gone, whoever removed it.
                Ok(()) | Err(RegistryError::NotFound) => {
                    self.ports.store.record_removed(entry.id, now).await?;
                }
                Err(error) => {
                    left += 1;
                    self.note(entry, now, error.code()).await?;
                }
            }
        }
        Ok(left)
    }

    async fn note_all(
        &self,
        entries: &[LedgerEntry],
        error: &RegistryError,
    ) -> Result<(), StoreError> {
        let now = self.ports.clock.now();
        for entry in entries {
            self.note(entry, now, error.code()).await?;
        }
        Ok(())
    }

    async fn note(
        &self,
        entry: &LedgerEntry,
        now: Timestamp,
        why: ErrorCode,
    ) -> Result<(), StoreError> {
        self.ports.store.record_failed(entry.id, now, why).await
    }
}

/// How long to wait after this many failures.
fn pause(entries: &[LedgerEntry]) -> Duration {
    let attempts = entries.iter().map(|e| e.attempts).max().unwrap_or(0);
    RETRY
        .saturating_mul(1_u32.checked_shl(attempts).unwrap_or(u32::MAX))
        .min(MOST)
}

#[async_trait]
impl Reconciler for CleanupReconciler {
    type Key = RegistryId;

    fn name(&self) -> &'static str {
        "cleanup"
    }

    async fn keys(&self) -> Result<Vec<RegistryId>, Failure> {
        let before = self.ports.clock.now().minus(INTERRUPTED);
        let mut ids = self.ports.store.cleanups_due().await?;
        let interrupted = self.ports.store.registries_with_open_entries(before);
        ids.extend(interrupted.await?);
        Ok(ids)
    }

    async fn run(&self, id: RegistryId, _: Wake) -> Outcome {
        match self.tidy(id).await {
            Ok(outcome) => outcome,
            Err(failure) => {
                tracing::warn!(registry_id = %id, code = %failure.code, cause = failure.internal(), "cleanup failed");
                Outcome::Failed
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, RETRY, pause};
    use roadstead_core::model::{LedgerEntry, LedgerKind, RegistryId, Timestamp};

    #[test]
    fn pause_doubles_with_each_failure_up_to_an_hour() {
        let entry = |attempts| LedgerEntry {
            attempts,
            ..LedgerEntry::new(
                RegistryId::new(),
                LedgerKind::Upload,
                "a".to_owned(),
                Timestamp::from_micros(0),
            )
        };
        assert_eq!(pause(&[entry(0)]), RETRY);
        assert_eq!(pause(&[entry(0), entry(3)]), RETRY * 8);
        for many in [20, 31, 32, 1_000] {
            assert_eq!(pause(&[entry(many)]), MOST, "{many}");
        }
    }
}
