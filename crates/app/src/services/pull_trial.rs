//! Trying out who may pull and who may write, and what is made of it.

use super::registries::unreadable;
use crate::context::Ports;
use roadstead_core::model::{
    Account, AnonymousProof, ConditionStatus, Connection, LedgerEntry, LedgerKind, PullAccess,
    Reason, Registry, RegistryId, Secret, Timestamp, WriteProof,
};
use roadstead_core::ports::{
    AnonymousPull, CredentialBinding, PullProbe, PullTarget, RegistryAdapter, RegistryError,
    Sample, Sampled, StoreError, UploadTrial,
};
use roadstead_core::rules::{Delivered, DockerSpace};
use roadstead_core::{ErrorCode, Failure};

/// Repositories tried out: rights can differ between them.
pub(crate) const SAMPLE: usize = 3;

/// A status with its reason, and on how many repositories it was found.
pub(crate) type Found = (ConditionStatus, Reason, u32);

/// What the rules want to know of a Docker Registry.
pub(crate) fn space_of<'a>(
    registry: &'a Registry,
    address: &'a str,
    access: &'a PullAccess,
) -> DockerSpace<'a> {
    DockerSpace {
        registry_id: registry.id,
        owner: registry.owner,
        kind: registry.kind,
        address,
        username: registry.username.as_deref(),
        access,
    }
}

/// Whether everybody may pull.
pub(crate) async fn try_anonymous(
    probe: &dyn PullProbe,
    sample: &Sample,
) -> Result<Found, RegistryError> {
    Ok(match sample {
        Sample::Some(sample) => match probe.anonymous_pull(sample).await? {
            AnonymousPull::Proved(on) => (ConditionStatus::True, Reason::Proved, on),
            AnonymousPull::Refused(on) => (ConditionStatus::False, Reason::Refused, on),
            AnonymousPull::Gone => (ConditionStatus::Unknown, Reason::NoRepositoryKnown, 0),
        },
        Sample::Empty if probe.anonymous_admitted().await? => {
            (ConditionStatus::True, Reason::RegistryEmpty, 0)
        }
        Sample::Empty => (ConditionStatus::False, Reason::Refused, 0),
        Sample::Unknown => (ConditionStatus::Unknown, Reason::NoRepositoryKnown, 0),
    })
}

/// The proof after a trial. What could not be tried keeps what was known (I10): losing sight
/// neither opens nor closes.
pub(crate) fn anonymous_proof(
    known: Option<&AnonymousProof>,
    (status, reason, repositories): Found,
    now: Timestamp,
) -> AnonymousProof {
    match known {
        Some(known)
            if status == ConditionStatus::Unknown && known.status != ConditionStatus::Unknown =>
        {
            AnonymousProof {
                checked_at: now,
                ..known.clone()
            }
        }
        known => AnonymousProof {
            status,
            reason,
            since: known
                .filter(|known| known.status == status)
                .map_or(now, |known| known.since),
            checked_at: now,
            repositories,
        },
    }
}

/// Whether `adapter`'s account can write, tried where it can read: a refused upload of an account
/// that is refused everything proves nothing. Every upload stands in the ledger before it is
/// opened and is cancelled at once.
pub(crate) async fn try_writing(
    ports: &Ports,
    id: RegistryId,
    adapter: &dyn RegistryAdapter,
    sample: &Sample,
) -> Result<Found, StoreError> {
    let (Some(probe), Sample::Some(sample)) = (adapter.pulls(), sample) else {
        return Ok((ConditionStatus::Unknown, Reason::NoRepositoryKnown, 0));
    };
    let unknown = |error: &RegistryError| Ok((ConditionStatus::Unknown, error.reason(), 0));
    let mut refused = 0;
    for sampled in sample {
        match probe.account_reads(sampled).await {
            Ok(true) => {}
            Ok(false) => continue,
            Err(error) => return unknown(&error),
        }
        match upload(ports, id, adapter, probe, sampled).await? {
            Ok(UploadTrial::Refused) => refused += 1,
            Ok(UploadTrial::Opened(_)) => {
                return Ok((ConditionStatus::False, Reason::UploadAccepted, refused + 1));
            }
            Err(error) => return unknown(&error),
        }
    }
    Ok(if refused == 0 {
        (ConditionStatus::Unknown, Reason::NoRepositoryKnown, 0)
    } else {
        (ConditionStatus::True, Reason::UploadRefused, refused)
    })
}

async fn upload(
    ports: &Ports,
    id: RegistryId,
    adapter: &dyn RegistryAdapter,
    probe: &dyn PullProbe,
    sampled: &Sampled,
) -> Result<Result<UploadTrial, RegistryError>, StoreError> {
    let store = &ports.store;
    let now = || ports.clock.now();
    let name = sampled.repository.clone();
    let mut entry = LedgerEntry::new(id, LedgerKind::Upload, name, now());
    store.record_made(entry.clone()).await?;
    let opened = probe.open_upload(&sampled.repository).await;
    match &opened {
        Ok(UploadTrial::Refused) => store.record_removed(entry.id, now()).await?,
        Ok(UploadTrial::Opened(place)) => {
            if let Some(place) = place {
                store.record_place(entry.id, place).await?;
            }
            entry.reference.clone_from(place);
            match adapter.remove_made(&entry).await {
                Ok(()) | Err(RegistryError::NotFound) => {
                    store.record_removed(entry.id, now()).await?;
                }
                Err(error) => store.record_failed(entry.id, now(), error.code()).await?,
            }
        }
        Err(error) => store.record_failed(entry.id, now(), error.code()).await?,
    }
    Ok(opened)
}

/// The proof after a trial, of this account. What could not be tried keeps what was known of the
/// same account.
pub(crate) fn write_proof(
    known: Option<&WriteProof>,
    account: &Delivered,
    (status, reason, repositories): Found,
    now: Timestamp,
) -> WriteProof {
    let known =
        known.filter(|known| (known.mode, &known.username) == (account.mode, &account.username));
    match known {
        Some(known)
            if status == ConditionStatus::Unknown && known.status != ConditionStatus::Unknown =>
        {
            WriteProof {
                checked_at: now,
                ..known.clone()
            }
        }
        known => WriteProof {
            mode: account.mode,
            username: account.username.clone(),
            status,
            reason,
            since: known
                .filter(|known| known.status == status)
                .map_or(now, |known| known.since),
            checked_at: now,
            repositories,
        },
    }
}

/// The connection with the pull-only account, its secret opened. It opens only for the connection
/// it was given for.
pub(crate) fn pull_connection_of(
    ports: &Ports,
    pull: &PullTarget,
) -> Result<Option<Connection>, Failure> {
    let registry = &pull.target.registry;
    let (Some(account), Some(sealed)) = (&pull.access.account, &pull.sealed) else {
        return Ok(None);
    };
    if registry.suspension.is_some() {
        return Ok(None);
    }
    let realm = sealed.token_service.clone();
    let binding = CredentialBinding::of_pull_account(registry, &account.username, realm);
    let password: Secret<String> = ports
        .vault
        .open(&binding, &sealed.credential)
        .map_err(unreadable)?;
    Ok(Some(Connection {
        kind: registry.kind,
        address: registry.address.clone(),
        tls: registry.tls.clone(),
        account: Some(Account {
            username: account.username.clone(),
            password,
        }),
        token_service: Some(
            sealed
                .token_service
                .clone()
                .unwrap_or_else(|| registry.address.origin()),
        ),
        identity: registry.identity.clone(),
        listed: registry.listed.clone().unwrap_or_default(),
    }))
}

/// Registries of other kinds say who may pull themselves.
pub(crate) fn probe_of(adapter: &dyn RegistryAdapter) -> Result<&dyn PullProbe, Failure> {
    adapter
        .pulls()
        .ok_or_else(|| Failure::new(ErrorCode::SharingNotOffered))
}
