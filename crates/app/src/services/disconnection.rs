//! Ending an integration: what it costs, the end, and what is left behind.

use super::pull_trial::space_of;
use super::registries::{RegistryService, audited, connection_of, object_of};
use roadstead_core::model::{
    AuditEntry, Cleanup, CleanupEntries, CleanupId, Generation, LedgerKind, Observed, Owner,
    PageRequest, Registry, RegistryId, RequestContext, Total,
};
use roadstead_core::ports::{CredentialBinding, DisconnectRegistry, SealedCredential};
use roadstead_core::rules::{Visible, authorize, holds, opened};
use roadstead_core::{ErrorCode, Failure, Permission};

/// What disconnecting a registry costs.
pub struct DisconnectionCost {
    /// The registry as it is.
    pub registry: Registry,
    /// Workspaces whose members lose sight of it.
    pub workspaces: Observed,
    /// People who lose sight of it.
    pub members: Observed,
    /// What was made in it and will be removed there: kind and what people call it.
    pub made: Vec<(LedgerKind, String)>,
}

/// Which part of the cleanups is asked for.
pub struct CleanupsInput {
    /// How many, 1..=200.
    pub limit: u16,
    /// After which place.
    pub cursor: Option<String>,
}

/// A page of cleanups.
pub struct CleanupsListed {
    /// The rows.
    pub items: Vec<CleanupEntries>,
    /// Where the next page starts.
    pub next_cursor: Option<String>,
    /// How many there are.
    pub total: Total,
}

impl RegistryService {
    /// What disconnecting it costs. Nothing is changed, and nothing is asked of the registry.
    ///
    /// # Errors
    /// An absent registry or a missing permission.
    pub async fn disconnection_cost(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
    ) -> Result<DisconnectionCost, Failure> {
        let registry = self.to_disconnect(ctx, id).await?;
        let store = &self.ports().store;
        let (workspaces, members) = match registry.owner {
            Owner::Workspace { id } => {
                let mut counts = store.workspace_counts(&[id]).await?;
                (1, counts.remove(&id).unwrap_or_default().members)
            }
            // What everybody may pull from, the members of every workspace see; the rest none.
            Owner::Platform if self.is_open(&registry).await? => store.workspace_totals().await?,
            Owner::Platform => (0, 0),
        };
        let made = store.open_entries(id).await?;
        let now = self.ports().clock.now();
        let known = |count: u64| Observed::known(i64::try_from(count).unwrap_or(i64::MAX), now);
        Ok(DisconnectionCost {
            registry: self.with_figures(registry).await?,
            workspaces: known(workspaces),
            members: known(members),
            made: made.into_iter().map(|e| (e.kind, e.name)).collect(),
        })
    }

    /// Whether every subject may pull from it, and so members of every workspace see it.
    async fn is_open(&self, registry: &Registry) -> Result<bool, Failure> {
        let pull = self.ports().store.pull_target(registry.id).await?;
        let address = registry.address.to_string();
        Ok(pull.is_some_and(|pull| opened(&space_of(registry, &address, &pull.access)).is_some()))
    }

    /// Ends an integration. What we made upstream is removed there afterwards, by the ledger;
    /// nothing else upstream is touched.
    ///
    /// # Errors
    /// [`ErrorCode::RegistryNameUnconfirmed`] when `confirm` is not its name,
    /// [`ErrorCode::RequestStale`] when it was edited since `expected`.
    pub async fn disconnect(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
        expected: Generation,
        confirm: Option<&str>,
    ) -> Result<(), Failure> {
        let before = self.to_disconnect(ctx, id).await?;
        if before.generation != expected {
            let current = before.generation;
            return Err(Failure::new(ErrorCode::RequestStale).with("current", current));
        }
        if confirm != Some(before.name.as_str()) {
            return Err(Failure::new(ErrorCode::RegistryNameUnconfirmed).with("name", &before.name));
        }
        let now = self.ports().clock.now();
        let action = Permission::RegistryDisconnect.as_str();
        let mut audit = AuditEntry::done(ctx, now, action, object_of(&before));
        audit.workspace_id = before.owner.workspace();
        audit.before = Some(audited(&before));
        let cleanup = Cleanup {
            id: CleanupId::new(),
            registry_id: id,
            name: before.name.clone(),
            kind: before.kind,
            owner: before.owner,
            address: before.address.clone(),
            tls: before.tls.clone(),
            username: before.username.clone(),
            token_service: before.token_service.clone(),
            identity: before.identity.clone(),
            disconnected_at: now,
            given_up_at: None,
        };
        let left = !self.ports().store.open_entries(id).await?.is_empty();
        let credential = if left {
            self.resealed(&before, &cleanup).await?
        } else {
            None
        };
        let command = DisconnectRegistry {
            id,
            expected,
            cleanup,
            credential,
        };
        Ok(self
            .ports()
            .store
            .disconnect_registry(command, audit)
            .await?)
    }

    /// The registry's secret, sealed for its cleanup. While another server answers it is sent to
    /// nobody, so none is kept; nor is one that cannot be opened.
    async fn resealed(
        &self,
        registry: &Registry,
        cleanup: &Cleanup,
    ) -> Result<Option<SealedCredential>, Failure> {
        let Some(binding) = CredentialBinding::of_cleanup(cleanup) else {
            return Ok(None);
        };
        let target = self.ports().store.registry_target(registry.id).await?;
        let Some(target) = target.filter(|t| t.registry.generation == registry.generation) else {
            return Ok(None);
        };
        let account = match connection_of(self.ports(), &target) {
            Ok(connection) => connection.account,
            Err(failure) if failure.code == ErrorCode::CredentialUnreadable => None,
            Err(failure) => return Err(failure),
        };
        account
            .map(|account| {
                let sealed = self.ports().vault.seal(&binding, &account.password);
                sealed.map_err(|e| Failure::new(ErrorCode::InternalError).because(e))
            })
            .transpose()
    }

    async fn to_disconnect(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
    ) -> Result<Registry, Failure> {
        let registry = self.get(ctx, id).await?;
        authorize(&ctx.actor, Permission::RegistryDisconnect, registry.owner)
            .map_err(|refusal| refusal.about(object_of(&registry)))?;
        Ok(registry)
    }

    /// What disconnected registries left behind, as far as the asker may know: in workspaces only
    /// their administrators may.
    ///
    /// # Errors
    /// A cursor that was changed, or a database that does not answer.
    pub async fn cleanups(
        &self,
        ctx: &RequestContext,
        input: CleanupsInput,
    ) -> Result<CleanupsListed, Failure> {
        const LIST: &str = "cleanups";
        let after = input
            .cursor
            .as_deref()
            .map(|cursor| self.cursors().read::<CleanupId>(LIST, cursor))
            .transpose()?;
        let read = |owner| holds(&ctx.actor, Permission::CleanupRead, owner);
        let visible = match &ctx.visible {
            Visible::Everything if read(Owner::Platform) => Visible::Everything,
            Visible::Everything => Visible::Workspaces(Vec::new()),
            Visible::Workspaces(ids) => Visible::Workspaces(
                ids.iter()
                    .copied()
                    .filter(|id| read(Owner::Workspace { id: *id }))
                    .collect(),
            ),
        };
        let page = PageRequest {
            limit: input.limit,
            after,
        };
        let found = self.ports().store.cleanups(&visible, &page).await?;
        let next_cursor = found
            .page
            .next
            .as_ref()
            .map(|place| self.cursors().write(LIST, place))
            .transpose()?;
        Ok(CleanupsListed {
            items: found.page.items,
            next_cursor,
            total: found.total,
        })
    }
}
