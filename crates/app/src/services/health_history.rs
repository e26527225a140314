//! The health of a registry over time.

use super::RegistryService;
use roadstead_core::model::{HealthStrip, RegistryId, RequestContext};
use roadstead_core::rules::{authorize, health_strip};
use roadstead_core::{Failure, Permission};
use std::time::Duration;

impl RegistryService {
    /// The strip of the last `hours` of a registry. Two queries, whatever happened in them.
    ///
    /// # Errors
    /// [`ErrorCode::ObjectNotFound`](roadstead_core::ErrorCode::ObjectNotFound) for a registry that
    /// is absent or not to be seen, a missing permission for one of which only the outside is seen.
    pub async fn health_history(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
        hours: u32,
    ) -> Result<HealthStrip, Failure> {
        let registry = self.get(ctx, id).await?;
        authorize(&ctx.actor, Permission::RegistryRead, registry.owner)?;
        let now = self.ports().clock.now();
        let begin = now.minus(Duration::from_secs(u64::from(hours) * 3_600));
        let turns = self.ports().store.health_turns(id, begin).await?;
        Ok(health_strip(&turns, registry.health.checked_at, now, hours))
    }
}
