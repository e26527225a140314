//! Looks at what registries can do, about once an hour and whenever one was integrated, edited or
//! tested. The questions change nothing at the registry, and none is asked of a registry that is
//! not proved, does not answer or rejects the account.

use crate::context::Ports;
use crate::driver::{Outcome, Reconciler, Wake};
use crate::reconcilers::identity::may_show_account;
use crate::reconcilers::readable::may_read;
use crate::services::connection_of;
use async_trait::async_trait;
use roadstead_core::Failure;
use roadstead_core::model::{Registry, RegistryId, Timestamp};
use roadstead_core::ports::CapabilityObservation;
use std::time::Duration;

/// Spread by the driver, so that they do not all ask at once.
const EVERY: Duration = Duration::from_secs(3_600);
/// When it cannot be asked now.
const LATER: Duration = Duration::from_secs(60);

/// Looks at what registries can do.
pub struct CapabilityReconciler {
    ports: Ports,
}

impl CapabilityReconciler {
    /// Builds it.
    #[must_use]
    pub const fn new(ports: Ports) -> Self {
        Self { ports }
    }

    async fn look(&self, id: RegistryId, wake: Wake) -> Result<Outcome, Failure> {
        let Some(target) = self.ports.store.registry_target(id).await? else {
            return Ok(Outcome::Gone);
        };
        let before = &target.registry;
        // A restart is no reason to ask everybody again.
        if wake == Wake::Timer
            && let Some(left) = rest(before, self.ports.clock.now())
        {
            return Ok(Outcome::Again(left));
        }
        if !may_be_asked(before) {
            return Ok(Outcome::Again(LATER));
        }
        let adapter = self
            .ports
            .connector_of(before.owner)
            .connect(connection_of(&self.ports, &target)?)?;
        if let Err(error) = may_show_account(adapter.as_ref(), before).await {
            tracing::debug!(registry_id = %id, %error, "account not shown");
            return Ok(Outcome::Again(LATER));
        }
        let seen = match adapter.observe().await {
            Ok(seen) => seen,
            Err(error) => {
                tracing::debug!(registry_id = %id, %error, "capabilities not seen");
                return Ok(Outcome::Again(LATER));
            }
        };
        let now = self.ports.clock.now();
        let mut capabilities = seen.capabilities.over(&before.capabilities);
        capabilities.as_of = Some(now);
        let observation = CapabilityObservation {
            id,
            generation: before.generation,
            news: capabilities.differs(&before.capabilities),
            capabilities,
            version: seen.version,
            at: now,
        };
        self.ports.store.record_capabilities(observation).await?;
        Ok(Outcome::Again(EVERY))
    }
}

/// How long what was seen is still good; `None` when it is not, or a clock has gone back.
fn rest(registry: &Registry, now: Timestamp) -> Option<Duration> {
    let seen = registry.capabilities.as_of?;
    let age = u64::try_from(now.as_micros() - seen.as_micros()).ok()?;
    EVERY.checked_sub(Duration::from_micros(age))
}

/// Only a registry whose whole test has passed, that answers, and that takes the account.
fn may_be_asked(registry: &Registry) -> bool {
    registry.verified && may_read(registry).is_ok()
}

#[async_trait]
impl Reconciler for CapabilityReconciler {
    type Key = RegistryId;

    fn name(&self) -> &'static str {
        "capabilities"
    }

    async fn keys(&self) -> Result<Vec<RegistryId>, Failure> {
        Ok(self.ports.store.registry_ids().await?)
    }

    async fn run(&self, id: RegistryId, wake: Wake) -> Outcome {
        match self.look(id, wake).await {
            Ok(outcome) => outcome,
            Err(failure) => {
                tracing::warn!(registry_id = %id, code = %failure.code, cause = failure.internal(), "capabilities not looked at");
                Outcome::Failed
            }
        }
    }
}
