//! Who may pull from a Docker Registry: its pull-only account, and sharing it with every namespace
//! (product.md section 5, `docs/adr/0007-sharing.md`).

use super::pull_trial::{SAMPLE, probe_of, pull_connection_of, space_of, try_writing, write_proof};
use super::registries::{RegistryService, connection_of, object_of};
use roadstead_core::model::{
    Account, AuditEntry, Connection, Consent, CredentialMode, Generation, PullAccess, PullAccount,
    Registry, RegistryId, RequestContext, UserRef, WriteProof,
};
use roadstead_core::ports::{
    CredentialBinding, PullTarget, RegistryAdapter, Sample, SealedPullAccount, SetPullAccount,
    ShareRegistry,
};
use roadstead_core::rules::{Delivered, authorize, delivered, may_share};
use roadstead_core::{ErrorCode, Failure, Permission};
use serde_json::json;
use std::sync::Arc;

/// Who may pull from a registry, as people with rights over it see it.
pub struct SeenSharing {
    /// The registry.
    pub registry: Registry,
    /// What is known.
    pub access: PullAccess,
    /// How many workspaces there are now, all of which sharing reaches.
    pub workspaces: u64,
}

impl RegistryService {
    /// Who may pull from a registry.
    ///
    /// # Errors
    /// [`ErrorCode::ObjectNotFound`] for a registry that is absent or not to be seen, a missing
    /// permission for one of which only the outside is seen.
    pub async fn sharing(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
    ) -> Result<SeenSharing, Failure> {
        let pull = self.pull_of(ctx, id, Permission::RegistryRead).await?;
        self.seen_sharing(pull.target.registry, pull.access).await
    }

    /// Gives a registry a pull-only account, or another one. It is tried before it is kept:
    /// whether it signs in, and whether it can write.
    ///
    /// # Errors
    /// What the trial found, [`ErrorCode::RequestStale`], a missing permission.
    pub async fn set_pull_account(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
        expected: Generation,
        account: Account,
    ) -> Result<SeenSharing, Failure> {
        let pull = self.pull_of(ctx, id, Permission::PullAccountSet).await?;
        let registry = &pull.target.registry;
        fresh(registry, expected)?;
        if registry.suspension.is_some() {
            return Err(Failure::new(ErrorCode::RegistrySuspended));
        }
        let connection = Connection {
            kind: registry.kind,
            address: registry.address.clone(),
            tls: registry.tls.clone(),
            account: Some(account.clone()),
            token_service: None,
            identity: registry.identity.clone(),
            listed: registry.listed.clone().unwrap_or_default(),
        };
        let tested = self
            .tested(registry.owner, connection.clone(), false)
            .await?;
        let token_service = tested.token_service();
        let given = Delivered {
            mode: CredentialMode::Supplied,
            username: account.username.clone(),
        };
        let adapter = self.connect(
            registry.owner,
            Connection {
                token_service: Some(
                    token_service
                        .clone()
                        .unwrap_or_else(|| registry.address.origin()),
                ),
                ..connection
            },
        )?;
        let write = self.proved(&pull, &given, adapter.as_ref(), None).await?;
        let now = self.ports().clock.now();
        let binding =
            CredentialBinding::of_pull_account(registry, &account.username, token_service.clone());
        let credential = self
            .ports()
            .vault
            .seal(&binding, &account.password)
            .map_err(|e| Failure::new(ErrorCode::InternalError).because(e))?;
        let described = PullAccount {
            username: account.username.clone(),
            set_by: person(ctx),
            set_at: now,
        };
        let sealed = SealedPullAccount {
            token_service,
            credential,
        };
        let mut audit = audit_of(ctx, now, Permission::PullAccountSet, registry);
        audit.before = Some(account_told(pull.access.account.as_ref()));
        audit.after = Some(json!({
            "pull_account": account.username,
            "credential": "given anew",
            "can_write": write.status,
        }));
        let command = SetPullAccount {
            id,
            expected,
            account: Some((described, sealed)),
            write: Some(write),
            now,
        };
        self.ports().store.set_pull_account(command, audit).await?;
        self.sharing(ctx, id).await
    }

    /// Takes a registry's pull-only account away. Nothing is done to it upstream.
    ///
    /// # Errors
    /// [`ErrorCode::ObjectNotFound`] when there is none, [`ErrorCode::RequestStale`], a missing
    /// permission.
    pub async fn remove_pull_account(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
        expected: Generation,
    ) -> Result<(), Failure> {
        let pull = self.pull_of(ctx, id, Permission::PullAccountRemove).await?;
        let now = self.ports().clock.now();
        let registry = &pull.target.registry;
        let mut audit = audit_of(ctx, now, Permission::PullAccountRemove, registry);
        audit.before = Some(account_told(pull.access.account.as_ref()));
        audit.after = Some(account_told(None));
        let command = SetPullAccount {
            id,
            expected,
            account: None,
            write: None,
            now,
        };
        self.ports().store.set_pull_account(command, audit).await?;
        Ok(())
    }

    /// What sharing would mean, or why it cannot be: the account is tried out, nothing is decided.
    ///
    /// # Errors
    /// [`ErrorCode::RequestStale`], a missing permission.
    pub async fn preview_sharing(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
        expected: Generation,
    ) -> Result<SeenSharing, Failure> {
        let (seen, _) = self.tried(ctx, id, expected).await?;
        Ok(seen)
    }

    /// Shares a registry with every namespace, with the asker's consent.
    ///
    /// # Errors
    /// Why it cannot be shared, [`ErrorCode::SharingConsentRequired`],
    /// [`ErrorCode::RequestStale`], a missing permission.
    pub async fn share(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
        expected: Generation,
        consent: bool,
    ) -> Result<SeenSharing, Failure> {
        let (seen, verdict) = self.tried(ctx, id, expected).await?;
        let account = verdict.map_err(|code| refusal(code, &seen.registry, &seen.access))?;
        let by = person(ctx).filter(|_| consent);
        let Some(by) = by else {
            return Err(Failure::field(
                "/consent",
                ErrorCode::SharingConsentRequired,
            ));
        };
        let now = self.ports().clock.now();
        let consent = Consent {
            by,
            at: now,
            mode: account.mode,
            username: account.username,
            address: seen.registry.address.to_string(),
        };
        let mut audit = audit_of(ctx, now, Permission::RegistryShare, &seen.registry);
        audit.before = Some(consent_told(seen.access.consent.as_ref()));
        audit.after = Some(consent_told(Some(&consent)));
        let command = ShareRegistry {
            id,
            expected,
            consent: Some(consent),
            write: seen.access.write.clone(),
            now,
        };
        self.ports().store.share_registry(command, audit).await?;
        self.sharing(ctx, id).await
    }

    /// Ends the sharing of a registry.
    ///
    /// # Errors
    /// [`ErrorCode::ObjectNotFound`] when it is not shared, [`ErrorCode::RequestStale`], a missing
    /// permission.
    pub async fn unshare(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
        expected: Generation,
    ) -> Result<(), Failure> {
        let pull = self.pull_of(ctx, id, Permission::RegistryUnshare).await?;
        let registry = &pull.target.registry;
        fresh(registry, expected)?;
        if pull.access.consent.is_none() {
            return Err(Failure::not_found());
        }
        let now = self.ports().clock.now();
        let mut audit = audit_of(ctx, now, Permission::RegistryUnshare, registry);
        audit.before = Some(consent_told(pull.access.consent.as_ref()));
        audit.after = Some(consent_told(None));
        let command = ShareRegistry {
            id,
            expected,
            consent: None,
            write: None,
            now,
        };
        self.ports().store.share_registry(command, audit).await?;
        Ok(())
    }

    /// The registry with what is known of its pulls, for an asker who may do this to it.
    async fn pull_of(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
        permission: Permission,
    ) -> Result<PullTarget, Failure> {
        let registry = self.get(ctx, id).await?;
        authorize(&ctx.actor, permission, registry.owner)
            .map_err(|refusal| refusal.about(object_of(&registry)))?;
        let pull = self.ports().store.pull_target(id).await?;
        pull.ok_or_else(Failure::not_found)
    }

    /// Tries the account that would be delivered and asks the rule.
    async fn tried(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
        expected: Generation,
    ) -> Result<(SeenSharing, Result<Delivered, ErrorCode>), Failure> {
        let mut pull = self.pull_of(ctx, id, Permission::RegistryShare).await?;
        fresh(&pull.target.registry, expected)?;
        let address = pull.target.registry.address.to_string();
        let space = space_of(&pull.target.registry, &address, &pull.access);
        let account = match may_share(&space) {
            Err(
                code @ (ErrorCode::SharingNotOffered
                | ErrorCode::SharingNotNeeded
                | ErrorCode::SharingAccountMissing),
            ) => {
                let seen = self.seen_sharing(pull.target.registry, pull.access).await?;
                return Ok((seen, Err(code)));
            }
            _ => delivered(&space),
        };
        if let Some(account) = account {
            let connection = match account.mode {
                CredentialMode::Supplied => pull_connection_of(self.ports(), &pull)?,
                _ => Some(connection_of(self.ports(), &pull.target)?),
            };
            if let Some(connection) = connection {
                let adapter: Arc<dyn RegistryAdapter> =
                    self.connect(pull.target.registry.owner, connection)?;
                let known = pull.access.write.as_ref();
                let write = self
                    .proved(&pull, &account, adapter.as_ref(), known)
                    .await?;
                pull.access.write = Some(write);
            }
        }
        let space = space_of(&pull.target.registry, &address, &pull.access);
        let verdict = may_share(&space);
        let seen = self.seen_sharing(pull.target.registry, pull.access).await?;
        Ok((seen, verdict))
    }

    /// Whether an account can write, tried on repositories that the integration account names.
    async fn proved(
        &self,
        pull: &PullTarget,
        account: &Delivered,
        adapter: &dyn RegistryAdapter,
        known: Option<&WriteProof>,
    ) -> Result<WriteProof, Failure> {
        let registry = &pull.target.registry;
        let naming = self.connect(registry.owner, connection_of(self.ports(), &pull.target)?)?;
        let sample = match probe_of(naming.as_ref())?.sample(SAMPLE).await {
            Ok(sample) => sample,
            Err(error) => {
                tracing::debug!(registry_id = %registry.id, %error, "nothing to try on");
                Sample::Unknown
            }
        };
        let found = try_writing(self.ports(), registry.id, adapter, &sample).await?;
        Ok(write_proof(known, account, found, self.ports().clock.now()))
    }

    async fn seen_sharing(
        &self,
        registry: Registry,
        access: PullAccess,
    ) -> Result<SeenSharing, Failure> {
        let (workspaces, _) = self.ports().store.workspace_totals().await?;
        Ok(SeenSharing {
            registry,
            access,
            workspaces,
        })
    }
}

/// Before anything is asked of a registry on behalf of what cannot be kept.
/// Refuses who has read another generation than the present one.
pub(super) fn fresh(registry: &Registry, expected: Generation) -> Result<(), Failure> {
    if registry.generation == expected {
        return Ok(());
    }
    Err(Failure::new(ErrorCode::RequestStale).with("current", registry.generation))
}

fn refusal(code: ErrorCode, registry: &Registry, access: &PullAccess) -> Failure {
    let failure = Failure::new(code).about(object_of(registry));
    let address = registry.address.to_string();
    match delivered(&space_of(registry, &address, access)) {
        Some(account) if code.params().contains(&"username") => {
            failure.with("username", account.username)
        }
        _ => failure,
    }
}

fn person(ctx: &RequestContext) -> Option<UserRef> {
    ctx.actor.person().map(|p| UserRef {
        id: p.id,
        name: p.name.clone(),
    })
}

fn audit_of(
    ctx: &RequestContext,
    now: roadstead_core::model::Timestamp,
    permission: Permission,
    registry: &Registry,
) -> AuditEntry {
    let mut audit = AuditEntry::done(ctx, now, permission.as_str(), object_of(registry));
    audit.workspace_id = registry.owner.workspace();
    audit
}

fn account_told(account: Option<&PullAccount>) -> serde_json::Value {
    json!({ "pull_account": account.map(|account| &account.username) })
}

/// A consent as the audit log keeps it: to which account and set of namespaces.
fn consent_told(consent: Option<&Consent>) -> serde_json::Value {
    consent.map_or_else(
        || json!({ "shared": false }),
        |consent| {
            json!({
                "shared": true,
                "mode": consent.mode,
                "account": consent.username,
                "address": consent.address,
                "namespaces": "all",
            })
        },
    )
}
