//! What the health duty makes of who answered (`docs/adr/0006-server-identity.md`).

use super::health::Means;
use crate::services::connection_with;
use roadstead_core::model::{
    AuditEntry, AuditObject, ConditionStatus, ConditionType, Generation, ProbeDepth, Reason,
    Registry, RegistryId, RequestId, ServerIdentity, Suspension, SuspensionCause,
};
use roadstead_core::ports::{
    CredentialBinding, PinIdentity, RegistryAdapter, RegistryError, SuspendRegistry,
};
use roadstead_core::rules::same_server;
use roadstead_core::{ErrorCode, Failure};
use std::time::Duration;
use tokio::time::Instant;

/// Asks, without any credential, whether the server that was pinned answers: to be done before
/// the account is used.
pub(super) async fn expected_server(
    adapter: &dyn RegistryAdapter,
    pinned: Option<&ServerIdentity>,
) -> Result<(), RegistryError> {
    let report = adapter.probe(ProbeDepth::Liveness, &|_| {}).await;
    report.outcome?;
    match (pinned, report.identity) {
        (Some(pinned), Some(seen)) if !same_server(pinned, &seen) => {
            Err(RegistryError::IdentityChanged)
        }
        _ => Ok(()),
    }
}

/// To be done before a duty uses a registry's account: it is shown only to the server that was
/// pinned, and that was just seen without it.
pub(crate) async fn may_show_account(
    adapter: &dyn RegistryAdapter,
    registry: &Registry,
) -> Result<(), RegistryError> {
    if registry.username.is_none() {
        return Ok(());
    }
    expected_server(adapter, registry.identity.as_ref()).await
}

/// How long a server that was just recognised is taken for the same.
const RECOGNISED_FOR: Duration = Duration::from_secs(1);

/// When the pinned server of a registry was last recognised.
#[derive(Default)]
pub(super) struct Recognised(Option<Instant>);

impl Recognised {
    /// The account is shown only to a server that has just been looked at without it
    /// (`docs/adr/0006-server-identity.md`).
    pub(super) async fn ask(
        &mut self,
        adapter: &dyn RegistryAdapter,
        registry: &Registry,
    ) -> Result<(), RegistryError> {
        if self.0.is_some_and(|at| at.elapsed() < RECOGNISED_FOR) {
            return Ok(());
        }
        may_show_account(adapter, registry).await?;
        self.0 = Some(Instant::now());
        Ok(())
    }
}

/// What is known of the server of one registry.
pub(super) struct Known {
    pub(super) identity: Option<ServerIdentity>,
    pub(super) suspension: Option<Suspension>,
}

impl Known {
    pub(super) fn of(registry: &Registry) -> Self {
        Self {
            identity: registry.identity.clone(),
            suspension: registry.suspension.clone(),
        }
    }

    pub(super) const fn is_suspended(&self) -> bool {
        self.suspension.is_some()
    }

    /// What people are told of it.
    pub(super) const fn condition(&self) -> (ConditionType, ConditionStatus, Reason) {
        let (status, reason) = match (&self.identity, &self.suspension) {
            (_, Some(_)) => (ConditionStatus::False, Reason::IdentityChanged),
            (Some(_), None) => (ConditionStatus::True, Reason::IdentityPinned),
            (None, None) => (ConditionStatus::Unknown, Reason::NotChecked),
        };
        (ConditionType::IdentityConfirmed, status, reason)
    }

    /// Takes in who answered a question without credential; answers whether the registry was
    /// suspended by it. What cannot be written now counts all the same, and is written later.
    pub(super) async fn see(
        &mut self,
        means: &Means,
        id: RegistryId,
        generation: Generation,
        seen: Option<&ServerIdentity>,
    ) -> bool {
        let Some(seen) = seen else {
            return false;
        };
        let outcome = match (&self.identity, &mut self.suspension) {
            (_, Some(suspension)) if suspension.seen != *seen => {
                suspension.seen = seen.clone();
                let command = SuspendRegistry {
                    id,
                    generation,
                    suspension: suspension.clone(),
                };
                means
                    .store
                    .record_seen(command)
                    .await
                    .map_err(Failure::from)
            }
            (_, Some(_)) => return false,
            (Some(pinned), None) if same_server(pinned, seen) => return false,
            (Some(pinned), None) => {
                let suspension = Suspension {
                    cause: SuspensionCause::Answers,
                    seen: seen.clone(),
                    since: means.clock.now(),
                };
                // Before it is written: from here on nothing secret goes there.
                self.suspension = Some(suspension.clone());
                tracing::warn!(registry_id = %id, "another server answers for a registry");
                let written = suspend(means, id, generation, pinned, suspension).await;
                report(id, written);
                return true;
            }
            (None, None) => match pin(means, id, generation, seen).await {
                Ok(()) => {
                    self.identity = Some(seen.clone());
                    Ok(())
                }
                Err(failure) => Err(failure),
            },
        };
        report(id, outcome);
        false
    }
}

fn report(id: RegistryId, outcome: Result<(), Failure>) {
    if let Err(failure) = outcome {
        tracing::warn!(registry_id = %id, code = %failure.code, cause = failure.internal(), "identity not written");
    }
}

async fn suspend(
    means: &Means,
    id: RegistryId,
    generation: Generation,
    pinned: &ServerIdentity,
    suspension: Suspension,
) -> Result<(), Failure> {
    let Some(target) = means.store.registry_target(id).await? else {
        return Ok(());
    };
    let registry = target.registry;
    let object = AuditObject {
        kind: "registry".to_owned(),
        id: id.to_string(),
        name: registry.name.to_string(),
    };
    let mut audit = AuditEntry::effect(
        &RequestId::make(),
        suspension.since,
        AuditEntry::SUSPEND,
        object,
    );
    audit.workspace_id = registry.owner.workspace();
    audit.before = Some(serde_json::json!({"identity": pinned}));
    audit.after = Some(serde_json::json!({"identity": suspension.seen}));
    let command = SuspendRegistry {
        id,
        generation,
        suspension,
    };
    means.store.suspend_registry(command, audit).await?;
    Ok(())
}

/// Pins the first server that answers for a registry stored without having been reached, and
/// seals its credential for it.
async fn pin(
    means: &Means,
    id: RegistryId,
    generation: Generation,
    identity: &ServerIdentity,
) -> Result<(), Failure> {
    let Some(target) = means.store.registry_target(id).await? else {
        return Ok(());
    };
    if target.registry.generation != generation || target.registry.identity.is_some() {
        return Ok(());
    }
    let account = match connection_with(means.vault.as_ref(), &target) {
        Ok(connection) => connection.account,
        // It stays unreadable; the server is known all the same.
        Err(failure) if failure.code == ErrorCode::CredentialUnreadable => None,
        Err(failure) => return Err(failure),
    };
    let pinned = Registry {
        identity: Some(identity.clone()),
        ..target.registry
    };
    let credential = match (account, CredentialBinding::of(&pinned)) {
        (Some(account), Some(binding)) => {
            let sealed = means.vault.seal(&binding, &account.password);
            Some(sealed.map_err(|e| Failure::new(ErrorCode::InternalError).because(e))?)
        }
        _ => None,
    };
    let command = PinIdentity {
        id,
        generation,
        identity: identity.clone(),
        credential,
    };
    Ok(means.store.pin_identity(command).await?)
}
