//! A registry as a row, and back.

use crate::entity::{credential, registry};
use crate::fault::damaged;
use roadstead_core::model::{
    Address, Condition, Description, Health, HealthReport, Name, Observed, Origin, Owner, Reason,
    Registry, RegistryId, RegistryKind, RegistryStatistics, Timestamp, TlsPolicy, Unavailable,
    UserId, UserRef, WorkspaceId,
};
use roadstead_core::ports::{SealedCredential, StoreError};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};
use serde::{Deserialize, Serialize};

/// The figures as JSON. Names are part of the schema.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredStatistics {
    pub(crate) spaces: Observed,
    pub(crate) repositories: Observed,
    pub(crate) artifacts: Observed,
    pub(crate) tags: Observed,
    pub(crate) storage_bytes: Observed,
}

impl From<RegistryStatistics> for StoredStatistics {
    fn from(figures: RegistryStatistics) -> Self {
        Self {
            spaces: figures.spaces,
            repositories: figures.repositories,
            artifacts: figures.artifacts,
            tags: figures.tags,
            storage_bytes: figures.storage_bytes,
        }
    }
}

/// What a column with JSON holds.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Internal(e.to_string()))
}

/// Reads a column with JSON.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(
    what: &str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| damaged(what, e))
}

pub(crate) fn write(registry: &Registry) -> Result<registry::ActiveModel, StoreError> {
    let (tls_mode, tls_ca) = write_tls(&registry.tls);
    let address = registry.address.to_string();
    let health = &registry.health;
    let row = registry::Model {
        id: registry.id.0,
        workspace_id: registry.owner.workspace().map(|id| id.0),
        name: registry.name.as_str().to_owned(),
        kind: registry.kind.as_str().to_owned(),
        // A line break occurs in neither, so no text matches across the two.
        search: format!("{}\n{}", registry.name, address).to_lowercase(),
        address,
        tls_mode: tls_mode.to_owned(),
        tls_ca,
        username: registry.username.clone(),
        token_service: registry.token_service.as_ref().map(ToString::to_string),
        identity: registry.identity.as_ref().map(json).transpose()?,
        suspension: registry.suspension.as_ref().map(json).transpose()?,
        description: registry.description.as_str().to_owned(),
        verified: registry.verified,
        version: registry.version.clone(),
        health_rank: health.status.rank(),
        health_reason: health.reason.as_str().to_owned(),
        health_message: health.message.clone(),
        health_since: health.since.map(Timestamp::as_micros),
        checked_at: health.checked_at.map(Timestamp::as_micros),
        last_success_at: health.last_success_at.map(Timestamp::as_micros),
        latency_ms: health.latency_ms,
        conditions: json(&registry.conditions)?,
        certificate: registry.certificate.as_ref().map(json).transpose()?,
        statistics: json(&StoredStatistics::from(registry.statistics))?,
        capabilities: Some(json(&registry.capabilities)?),
        created_by: registry.integrated_by.as_ref().map(|user| user.id.0),
        created_by_name: registry
            .integrated_by
            .as_ref()
            .map(|user| user.name.as_str().to_owned()),
        created_at: registry.created_at.as_micros(),
        updated_at: registry.updated_at.as_micros(),
        generation: registry.generation,
    };
    Ok(row.into_active_model().reset_all())
}

pub(crate) fn read(row: registry::Model) -> Result<Registry, StoreError> {
    let conditions: Vec<Condition> = parse("conditions", &row.conditions)?;
    let certificate = row.certificate.as_deref();
    let certificate = certificate
        .map(|text| parse("certificate", text))
        .transpose()?;
    let figures: StoredStatistics = parse("statistics", &row.statistics)?;
    let capabilities = row.capabilities.as_deref();
    Ok(Registry {
        id: RegistryId(row.id),
        name: name(&row.name)?,
        kind: RegistryKind::parse(&row.kind).ok_or_else(|| damaged("kind", &row.kind))?,
        owner: owner(row.workspace_id),
        address: Address::parse(&row.address).map_err(|_| damaged("address", &row.address))?,
        tls: tls(&row.tls_mode, row.tls_ca)?,
        username: row.username,
        token_service: row
            .token_service
            .map(|text| Origin::parse(&text).ok_or_else(|| damaged("token service", text)))
            .transpose()?,
        identity: row
            .identity
            .map(|text| parse("identity", &text))
            .transpose()?,
        // A suspension that cannot be read is never read as none.
        suspension: row
            .suspension
            .map(|text| parse("suspension", &text))
            .transpose()?,
        description: Description::parse(&row.description)
            .map_err(|_| damaged("description", "too long"))?,
        verified: row.verified,
        version: row.version,
        health: HealthReport {
            status: Health::from_rank(row.health_rank),
            // A reason of an older version that is no longer used reads as "not checked".
            reason: Reason::parse(&row.health_reason).unwrap_or(Reason::NotChecked),
            message: row.health_message,
            since: row.health_since.map(Timestamp::from_micros),
            checked_at: row.checked_at.map(Timestamp::from_micros),
            last_success_at: row.last_success_at.map(Timestamp::from_micros),
            latency_ms: row.latency_ms,
        },
        conditions,
        certificate,
        statistics: RegistryStatistics {
            spaces: figures.spaces,
            repositories: figures.repositories,
            artifacts: figures.artifacts,
            tags: figures.tags,
            storage_bytes: figures.storage_bytes,
            shared_bytes: Observed::unknown(Unavailable::NotMeasuredYet),
            manifests: None,
        },
        capabilities: capabilities
            .map(|text| parse("capabilities", text))
            .transpose()?
            .unwrap_or_default(),
        listed: None,
        integrated_by: row
            .created_by
            .zip(row.created_by_name)
            .map(|(id, text)| {
                Ok::<_, StoreError>(UserRef {
                    id: UserId(id),
                    name: name(&text)?,
                })
            })
            .transpose()?,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
        generation: row.generation,
    })
}

pub(crate) fn owner(workspace_id: Option<uuid::Uuid>) -> Owner {
    workspace_id.map_or(Owner::Platform, |id| Owner::Workspace {
        id: WorkspaceId(id),
    })
}

pub(crate) fn name(text: &str) -> Result<Name, StoreError> {
    Name::parse(text).map_err(|_| damaged("name", text))
}

pub(crate) fn write_tls(policy: &TlsPolicy) -> (&'static str, Option<String>) {
    match policy {
        TlsPolicy::Verify => ("verify", None),
        TlsPolicy::Ca { ca_pem } => ("ca", Some(ca_pem.clone())),
        TlsPolicy::Skip => ("skip", None),
    }
}

pub(crate) fn tls(mode: &str, ca: Option<String>) -> Result<TlsPolicy, StoreError> {
    match (mode, ca) {
        ("verify", None) => Ok(TlsPolicy::Verify),
        ("ca", Some(ca_pem)) => Ok(TlsPolicy::Ca { ca_pem }),
        ("skip", None) => Ok(TlsPolicy::Skip),
        // Never read as something weaker than what was meant.
        (mode, _) => Err(damaged("TLS policy", mode)),
    }
}

pub(crate) fn write_credential(
    id: RegistryId,
    sealed: &SealedCredential,
) -> credential::ActiveModel {
    credential::ActiveModel {
        registry_id: Set(id.0),
        key_id: Set(sealed.key_id.clone()),
        wrapped_key: Set(sealed.wrapped_key.clone()),
        ciphertext: Set(sealed.ciphertext.clone()),
    }
}

pub(crate) fn read_credential(row: credential::Model) -> SealedCredential {
    SealedCredential {
        key_id: row.key_id,
        wrapped_key: row.wrapped_key,
        ciphertext: row.ciphertext,
    }
}
