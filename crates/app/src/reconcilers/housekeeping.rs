//! Removes what has had its day: ended sessions, tokens and links, old entries of the change feed
//! and of the audit log, tombstones of hooks, what the health of registries was long ago, and what is left of ended
//! inventories. Notes each day's figures.

use crate::context::Ports;
use crate::driver::{Outcome, Reconciler, Wake};
use async_trait::async_trait;
use roadstead_core::Failure;
use roadstead_core::model::{Hook, Session};
use roadstead_core::ports::StoreError;
use std::time::Duration;

/// Change entries are kept this long; a browser away for longer reads everything again.
const CHANGES_KEPT: Duration = Duration::from_secs(24 * 3_600);
/// A token that has ended stays in its owner's list this long, so that they see why it failed.
const ENDED_TOKENS_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);
/// The longest strip that can be asked for, and some of its first bar.
const HEALTH_KEPT: Duration = Duration::from_secs(8 * 24 * 3_600);
/// What was made upstream and removed again is remembered this long.
const LEDGER_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);
/// What could not be removed upstream is shown this long after the last attempt.
const GIVEN_UP_KEPT: Duration = Duration::from_secs(90 * 24 * 3_600);
/// Parts of ended inventories removed in one run: of a million tags about all.
const PARTS: usize = 20_000;
const EVERY: Duration = Duration::from_secs(600);

/// The one key of this reconciler.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Duty {
    /// Removing what is over.
    Prune,
}

impl std::fmt::Display for Duty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("prune")
    }
}

/// Removes ended sessions, tokens and links, old change entries and old audit entries every ten minutes.
pub struct HousekeepingReconciler {
    ports: Ports,
    audit_kept: Duration,
}

impl HousekeepingReconciler {
    /// Builds it. Audit entries older than `audit_kept` are removed.
    #[must_use]
    pub const fn new(ports: Ports, audit_kept: Duration) -> Self {
        Self { ports, audit_kept }
    }

    async fn prune(&self) -> Result<(), StoreError> {
        let now = self.ports.clock.now();
        let sessions = self
            .ports
            .store
            .prune_sessions(now.minus(Session::IDLE), now.minus(Session::AGE))
            .await?;
        let store = &self.ports.store;
        let tokens = store.prune_tokens(now.minus(ENDED_TOKENS_KEPT)).await?;
        let links = store.prune_links(now).await?;
        let changes = self
            .ports
            .store
            .prune_changes(now.minus(CHANGES_KEPT))
            .await?;
        let audit = self
            .ports
            .store
            .prune_audit(now.minus(self.audit_kept))
            .await?;
        let turns = store.prune_health_turns(now.minus(HEALTH_KEPT)).await?;
        let ledger = store.prune_ledger(now.minus(LEDGER_KEPT)).await?
            + store.prune_cleanups(now.minus(GIVEN_UP_KEPT)).await?;
        let hooks = store.prune_hooks(now, now.minus(Hook::TOMBSTONE)).await?;
        store.note_history(now).await?;
        let mut inventory = 0;
        for _ in 0..PARTS {
            let removed = store.remove_ended(now).await?;
            inventory += removed;
            if removed == 0 {
                break;
            }
        }
        let rows = sessions + tokens + links + changes + audit + turns + ledger + inventory + hooks;
        if rows > 0 {
            tracing::debug!(
                sessions, tokens, links, changes, audit, turns, ledger, inventory, hooks, "pruned"
            );
        }
        Ok(())
    }
}

#[async_trait]
impl Reconciler for HousekeepingReconciler {
    type Key = Duty;

    fn name(&self) -> &'static str {
        "housekeeping"
    }

    async fn keys(&self) -> Result<Vec<Duty>, Failure> {
        Ok(vec![Duty::Prune])
    }

    async fn run(&self, _: Duty, _: Wake) -> Outcome {
        match self.prune().await {
            Ok(()) => Outcome::Again(EVERY),
            Err(error) => {
                tracing::warn!(%error, "housekeeping failed");
                Outcome::Failed
            }
        }
    }
}
