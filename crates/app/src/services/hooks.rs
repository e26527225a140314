//! Hooks: where registries send their events.

use super::registries::object_of;
use crate::context::Ports;
use crate::events::{Arrival, EventInbox};
use roadstead_core::model::{
    AuditEntry, Hook, HookId, HookSecret, Registry, RegistryId, RegistryKind, RequestContext,
    TokenDigest,
};
use roadstead_core::ports::{SetHook, StoreError};
use roadstead_core::rules::authorize;
use roadstead_core::{ErrorCode, Failure, Permission};
use serde_json::json;

/// A hook that was just made or rotated, with its secret, which is never shown again.
pub struct IssuedHook {
    /// The hook.
    pub hook: Hook,
    /// Its secret.
    pub secret: HookSecret,
}

/// What becomes of a post.
pub enum Post {
    /// Nobody's, or without the secret.
    Refused,
    /// To be accepted and forgotten: the hook was removed, or too much comes at once.
    Forget,
    /// To be read, and handed to [`HookService::take`].
    Read(RegistryId, Arrival),
}

/// Hooks.
pub struct HookService {
    ports: Ports,
    inbox: EventInbox,
}

impl HookService {
    pub(crate) fn new(ports: Ports) -> Self {
        let inbox = ports.events.clone();
        Self { ports, inbox }
    }

    /// The hook of a registry, if it has one.
    ///
    /// # Errors
    /// A registry that is absent or not to be seen, or of which the asker may not know this much.
    pub async fn get(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
    ) -> Result<(Registry, Option<Hook>), Failure> {
        let registry = self.seen(ctx, id, Permission::RegistryRead).await?;
        let hook = self.ports.store.hook(id).await?;
        Ok((registry, hook))
    }

    /// Makes a registry's hook, or gives the one it has another secret: from then on the one before
    /// counts for nothing.
    ///
    /// # Errors
    /// A missing permission, or a kind that sends no events this version understands.
    pub async fn set(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
    ) -> Result<(Registry, IssuedHook), Failure> {
        let registry = self.seen(ctx, id, Permission::RegistryHook).await?;
        if registry.kind != RegistryKind::Docker {
            return Err(Failure::new(ErrorCode::RegistryKindUnavailable)
                .with("kind", registry.kind.as_str()));
        }
        let unrandom = |e| Failure::new(ErrorCode::InternalError).because(e);
        let secret = HookSecret::make().map_err(unrandom)?;
        let command = SetHook {
            registry_id: id,
            id: HookId::make().map_err(unrandom)?,
            digest: secret.digest(),
            now: self.ports.clock.now(),
        };
        let mut audit = self.audit(ctx, &registry);
        audit.after = Some(json!({"events": true}));
        let hook = self.ports.store.set_hook(command, audit).await?;
        Ok((registry, IssuedHook { hook, secret }))
    }

    /// Removes a registry's hook.
    ///
    /// # Errors
    /// A missing permission. That there is none is no failure.
    pub async fn end(&self, ctx: &RequestContext, id: RegistryId) -> Result<(), Failure> {
        let registry = self.seen(ctx, id, Permission::RegistryHook).await?;
        let mut audit = self.audit(ctx, &registry);
        audit.before = Some(json!({"events": true}));
        let now = self.ports.clock.now();
        match self.ports.store.end_hook(id, now, audit).await {
            // There is none, as was asked for.
            Ok(()) | Err(StoreError::NotFound) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// What becomes of a post to this address with this secret. One query whatever the answer, and
    /// the same work: who does not know the secret learns nothing, not even whether the address is
    /// one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn post(&self, id: HookId, secret: &HookSecret) -> Result<Post, Failure> {
        let holder = self.ports.store.hook_holder(id).await?;
        let nobody = TokenDigest([0; 32]);
        let digest = holder.as_ref().map_or(&nobody, |holder| &holder.digest);
        let proved = secret.digest().matches(digest);
        let registry_id = holder.as_ref().and_then(|holder| holder.registry_id);
        if !proved || holder.is_none() {
            if let Some(id) = registry_id {
                self.inbox.refused(id);
            }
            return Ok(Post::Refused);
        }
        let Some(id) = registry_id else {
            return Ok(Post::Forget);
        };
        let Some(arrival) = self.inbox.arrive(id) else {
            self.inbox.shed(id, self.ports.clock.now());
            return Ok(Post::Forget);
        };
        Ok(Post::Read(id, arrival))
    }

    /// Takes a post's body, whole and not too large; `None` for one that was neither.
    pub fn take(&self, id: RegistryId, body: Option<&[u8]>, arrival: Arrival) {
        let now = self.ports.clock.now();
        match body {
            Some(body) => self.inbox.take_body(id, body, now),
            None => self.inbox.shed(id, now),
        }
        drop(arrival);
    }

    async fn seen(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
        permission: Permission,
    ) -> Result<Registry, Failure> {
        let registry = self
            .ports
            .store
            .registry(id, &ctx.visible)
            .await?
            .ok_or_else(Failure::not_found)?;
        authorize(&ctx.actor, permission, registry.owner)
            .map_err(|refusal| refusal.about(object_of(&registry)))?;
        Ok(registry)
    }

    fn audit(&self, ctx: &RequestContext, registry: &Registry) -> AuditEntry {
        let action = Permission::RegistryHook.as_str();
        let mut audit = AuditEntry::done(ctx, self.ports.clock.now(), action, object_of(registry));
        audit.workspace_id = registry.owner.workspace();
        audit
    }
}
