//! Looking at a registry now, because somebody asks for it.

use super::SessionService;
use super::registries::{RegistryService, object_of};
use roadstead_core::model::{RegistryId, RequestContext};
use roadstead_core::rules::authorize;
use roadstead_core::{ErrorCode, Failure, Permission};
use tokio::time::Instant;

/// Refreshes a person may ask for in a minute, of whatever registries.
const REFRESHES_A_MINUTE: usize = 10;

impl RegistryService {
    /// Has the health of a registry looked at, its repositories counted and what is new read at once.
    ///
    /// # Errors
    /// An absent registry, a missing permission, [`ErrorCode::RegistryRefreshLimit`].
    pub async fn refresh(&self, ctx: &RequestContext, id: RegistryId) -> Result<(), Failure> {
        let registry = self.get(ctx, id).await?;
        authorize(&ctx.actor, Permission::RegistryRefresh, registry.owner)
            .map_err(|refusal| refusal.about(object_of(&registry)))?;
        let person = SessionService::person(ctx)?;
        self.refresh_times()
            .begin((person.id, true), REFRESHES_A_MINUTE, Instant::now())
            .map_err(|wait| {
                Failure::new(ErrorCode::RegistryRefreshLimit)
                    .with("retry_after_s", wait.as_secs().max(1))
            })?;
        self.ports().wishes.make(id);
        Ok(())
    }
}
