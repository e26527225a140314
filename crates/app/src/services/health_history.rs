//! The health of a registry over time.

use super::RegistryService;
use roadstead_core::Failure;
use roadstead_core::model::{HealthStrip, RegistryId, RequestContext};
use roadstead_core::rules::health_strip;
use std::time::Duration;

impl RegistryService {
    /// The strip of the last `hours` of a registry. Two queries, whatever happened in them.
    ///
    /// # Errors
    /// [`ErrorCode::ObjectNotFound`](roadstead_core::ErrorCode::ObjectNotFound) for a registry that
    /// is absent or not to be seen.
    pub async fn health_history(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
        hours: u32,
    ) -> Result<HealthStrip, Failure> {
        let registry = self.get(ctx, id).await?;
        let now = self.ports().clock.now();
        let begin = now.minus(Duration::from_secs(u64::from(hours) * 3_600));
        let turns = self.ports().store.health_turns(id, begin).await?;
        // Every reason of the strip comes from these turns: whoever may know only a coarse one gets
        // it by cutting them here.
        Ok(health_strip(&turns, registry.health.checked_at, now, hours))
    }
}
