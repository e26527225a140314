//! Removes what has had its day: ended sessions and old entries of the change feed.

use crate::context::Ports;
use crate::driver::{Outcome, Reconciler, Wake};
use async_trait::async_trait;
use roadstead_core::Failure;
use roadstead_core::model::Session;
use roadstead_core::ports::StoreError;
use std::time::Duration;

/// Change entries are kept this long; a browser away for longer reads everything again.
const CHANGES_KEPT: Duration = Duration::from_secs(24 * 3_600);
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

/// Removes ended sessions and old change entries every ten minutes.
pub struct HousekeepingReconciler {
    ports: Ports,
}

impl HousekeepingReconciler {
    /// Builds it.
    #[must_use]
    pub const fn new(ports: Ports) -> Self {
        Self { ports }
    }

    async fn prune(&self) -> Result<(), StoreError> {
        let now = self.ports.clock.now();
        let sessions = self
            .ports
            .store
            .prune_sessions(now.minus(Session::IDLE), now.minus(Session::AGE))
            .await?;
        let changes = self
            .ports
            .store
            .prune_changes(now.minus(CHANGES_KEPT))
            .await?;
        if sessions + changes > 0 {
            tracing::debug!(sessions, changes, "pruned");
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
