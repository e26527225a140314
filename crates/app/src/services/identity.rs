//! Another server answers for a registry: a person confirms it, with the secret given anew.

use super::registries::{RegistryService, audited, object_of};
use super::sharing::fresh;
use super::tested::Tested;
use futures::StreamExt as _;
use roadstead_core::model::{
    Account, AuditEntry, Connection, Generation, Registry, RegistryId, RequestContext, Secret,
    ServerIdentity, Suspension, SuspensionCause,
};
use roadstead_core::ports::{
    CrawlScope, Crawled, EditRegistry, Reconnect, RegistryAdapter, RegistryError,
};
use roadstead_core::rules::authorize;
use roadstead_core::{ErrorCode, Failure, Permission};
use std::time::Duration;

/// How long another address is searched for what the old one had.
const SEARCHED_FOR: Duration = Duration::from_secs(20);
/// Pages of the catalogue that are read for it.
const SEARCHED_PAGES: usize = 20;

/// What a person confirms.
pub struct IdentityConfirmation {
    /// The server they saw: another one is not confirmed with it.
    pub seen: ServerIdentity,
    /// The account's secret, given anew.
    pub password: Option<Secret<String>>,
}

impl RegistryService {
    /// Pins the server that answers now in place of the one that was pinned. The secret is given
    /// anew and only ever sent to the server that was confirmed (threat model, rule C1; SEC-02).
    ///
    /// # Errors
    /// [`ErrorCode::RegistryNotSuspended`], [`ErrorCode::RegistryIdentityMoved`] when yet another
    /// server answers, [`ErrorCode::CredentialBindingChanged`] without the secret,
    /// [`ErrorCode::RequestStale`], and what the connection test finds.
    pub async fn confirm_identity(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
        expected: Generation,
        input: IdentityConfirmation,
    ) -> Result<Registry, Failure> {
        let before = self.get(ctx, id).await?;
        authorize(&ctx.actor, Permission::RegistryEdit, before.owner)
            .map_err(|refusal| refusal.about(object_of(&before)))?;
        fresh(&before, expected)?;
        let Some(suspension) = &before.suspension else {
            return Err(Failure::new(ErrorCode::RegistryNotSuspended));
        };
        if suspension.seen != input.seen {
            return Err(Failure::new(ErrorCode::RegistryIdentityMoved));
        }
        let account = match (&before.username, input.password) {
            (Some(_), None) => {
                return Err(Failure::field(
                    "/password",
                    ErrorCode::CredentialBindingChanged,
                ));
            }
            (Some(username), Some(password)) => Some(Account {
                username: username.clone(),
                password,
            }),
            (None, _) => None,
        };
        let connection = Connection {
            kind: before.kind,
            address: before.address.clone(),
            tls: before.tls.clone(),
            account: account.clone(),
            token_service: None,
            identity: Some(input.seen.clone()),
            listed: before.listed.clone().unwrap_or_default(),
        };
        let tested = Tested::by(self.connect(before.owner, connection)?.as_ref()).await;
        match &tested.outcome {
            Ok(()) => {}
            Err((RegistryError::IdentityChanged, _)) => {
                return Err(Failure::new(ErrorCode::RegistryIdentityMoved));
            }
            Err((error, step)) => {
                return Err(Failure::from(error.clone()).with("step", step.as_str()));
            }
        }
        let now = self.ports().clock.now();
        let confirmed = Registry {
            identity: Some(input.seen),
            suspension: None,
            updated_at: now,
            generation: expected + 1,
            ..before.clone()
        };
        let after = tested.tell_of(confirmed, now);
        let credential = self.sealed(&after, account.as_ref())?;
        let action = Permission::RegistryEdit.as_str();
        let mut audit = AuditEntry::done(ctx, now, action, object_of(&before));
        audit.workspace_id = before.owner.workspace();
        let part = |registry: &Registry| {
            let all = audited(registry);
            serde_json::json!({"identity": all["identity"], "suspended": all["suspended"]})
        };
        (audit.before, audit.after) = (Some(part(&before)), Some(part(&after)));
        let command = EditRegistry {
            id,
            expected,
            description: before.description.clone(),
            listed: None,
            connection: Some(Reconnect {
                registry: after.clone(),
                credential,
            }),
            now,
        };
        self.ports().store.edit_registry(command, audit).await?;
        Ok(after)
    }

    /// Suspends a registry that moved to an address where a server of the same kind answers, but
    /// holds nothing of what was known. Where nothing was known or the catalogue does not say,
    /// nothing is decided.
    pub(super) async fn compare_content(
        &self,
        moved: Registry,
        account: Option<&Account>,
    ) -> Result<Registry, Failure> {
        let known = self.ports().store.known_names(moved.id).await?;
        let Some(seen) = moved.identity.clone() else {
            return Ok(moved);
        };
        if known.is_empty() || moved.suspension.is_some() || !moved.verified {
            return Ok(moved);
        }
        let adapter = self.connect(
            moved.owner,
            Connection {
                kind: moved.kind,
                address: moved.address.clone(),
                tls: moved.tls.clone(),
                account: account.cloned(),
                token_service: moved.token_service.clone(),
                identity: moved.identity.clone(),
                listed: moved.listed.clone().unwrap_or_default(),
            },
        )?;
        let search = holds_any(adapter.as_ref(), &known);
        let holds = tokio::time::timeout(SEARCHED_FOR, search).await;
        if holds != Ok(Some(false)) {
            return Ok(moved);
        }
        let now = moved.updated_at;
        let suspension = Suspension {
            cause: SuspensionCause::Content,
            seen,
            since: now,
        };
        let suspended = Registry {
            suspension: Some(suspension),
            verified: false,
            ..moved
        };
        Ok(super::tested::told_suspended(suspended, now))
    }
}

/// Whether the registry holds any of these repositories; `None` when it does not say, or not soon.
async fn holds_any(adapter: &dyn RegistryAdapter, known: &[String]) -> Option<bool> {
    let mut batches = adapter.crawl(CrawlScope::Registry, None);
    for _ in 0..SEARCHED_PAGES {
        let Some(batch) = batches.next().await else {
            return Some(false);
        };
        let found = batch.ok()?.found;
        let is_known = |found: &Crawled| match found {
            Crawled::Repository { name } => known.contains(name),
            Crawled::Tag { .. } => false,
        };
        if found.iter().any(is_known) {
            return Some(true);
        }
    }
    None
}
