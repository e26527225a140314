//! Finds out how deletions ended whose answer was lost: with a process that died, or a registry that
//! fell silent. None of them stays without its audit entry.

use crate::context::Ports;
use crate::driver::{Outcome, Reconciler, Wake};
use crate::reconcilers::identity::may_show_account;
use crate::reconcilers::readable::may_read;
use crate::services::connection_of;
use crate::services::deletion_run::{Certain, end, is_gone};
use async_trait::async_trait;
use roadstead_core::Failure;
use roadstead_core::model::{DeletionIntent, RegistryId};
use roadstead_core::ports::{RegistryAdapter, RegistryTarget};
use std::sync::Arc;
use std::time::Duration;

/// Whoever deletes something has ended it after this long, or was interrupted.
const INTERRUPTED: Duration = Duration::from_secs(300);
/// While the registry cannot be asked.
const LATER: Duration = Duration::from_secs(60);
/// After this long it is written that nobody could find out.
const GIVEN_UP: Duration = Duration::from_secs(24 * 3_600);

/// Finds out how deletions ended.
pub struct DeletionReconciler {
    ports: Ports,
}

impl DeletionReconciler {
    /// Builds it.
    #[must_use]
    pub const fn new(ports: Ports) -> Self {
        Self { ports }
    }

    async fn find_out(&self, id: RegistryId) -> Result<Outcome, Failure> {
        let store = &self.ports.store;
        let now = self.ports.clock.now();
        let open = store.open_deletions(id, now.minus(INTERRUPTED)).await?;
        if open.is_empty() {
            return Ok(Outcome::Gone);
        }
        let target = store.registry_target(id).await?;
        let generation = target.as_ref().map(|target| target.registry.generation);
        let adapter = self.adapter(target).await;
        let mut left = false;
        for (intent, audit) in open {
            let certain = if generation != Some(intent.generation) {
                // Whoever answers now is perhaps not who was asked.
                Some(Certain::No)
            } else {
                let gone = self.ask(adapter.as_ref(), &intent).await;
                match gone {
                    Some(true) => Some(Certain::Deleted),
                    Some(false) => {
                        store.drop_deletion(intent.id).await?;
                        continue;
                    }
                    None if now.since(intent.begun_at) > GIVEN_UP => Some(Certain::No),
                    None => None,
                }
            };
            match certain {
                Some(certain) => end(&self.ports, intent, audit, certain).await?,
                None => left = true,
            }
        }
        Ok(if left {
            Outcome::Again(LATER)
        } else {
            Outcome::Gone
        })
    }

    /// The way to the registry, when it may be asked.
    async fn adapter(&self, target: Option<RegistryTarget>) -> Option<Arc<dyn RegistryAdapter>> {
        let target = target.filter(|target| may_read(&target.registry).is_ok())?;
        let connection = connection_of(&self.ports, &target).ok()?;
        let registry = &target.registry;
        let connector = self.ports.connector_of(registry.owner);
        let adapter = connector.connect(connection).ok()?;
        let shown = may_show_account(adapter.as_ref(), registry).await;
        shown.is_ok().then_some(adapter)
    }

    async fn ask(
        &self,
        adapter: Option<&Arc<dyn RegistryAdapter>>,
        intent: &DeletionIntent,
    ) -> Option<bool> {
        is_gone(adapter?.as_ref(), intent).await.ok()
    }
}

#[async_trait]
impl Reconciler for DeletionReconciler {
    type Key = RegistryId;

    fn name(&self) -> &'static str {
        "deletions"
    }

    async fn keys(&self) -> Result<Vec<RegistryId>, Failure> {
        let before = self.ports.clock.now().minus(INTERRUPTED);
        let ids = self.ports.store.registries_with_open_deletions(before);
        Ok(ids.await?)
    }

    async fn run(&self, id: RegistryId, _: Wake) -> Outcome {
        match self.find_out(id).await {
            Ok(outcome) => outcome,
            Err(failure) => {
                tracing::warn!(registry_id = %id, code = %failure.code, cause = failure.internal(), "how a deletion ended was not found out");
                Outcome::Failed
            }
        }
    }
}
