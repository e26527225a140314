//! A cleanup as a row, and back.

use crate::entity::cleanup;
use crate::fault::damaged;
use crate::registry_row::{self, json, parse};
use roadstead_core::model::{
    Address, Cleanup, CleanupId, Origin, RegistryId, RegistryKind, Timestamp,
};
use roadstead_core::ports::{SealedCredential, StoreError};
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};

pub(crate) fn write(
    cleanup: &Cleanup,
    sealed: Option<&SealedCredential>,
) -> Result<cleanup::ActiveModel, StoreError> {
    let (tls_mode, tls_ca) = registry_row::write_tls(&cleanup.tls);
    let row = cleanup::Model {
        id: cleanup.id.0,
        registry_id: cleanup.registry_id.0,
        workspace_id: cleanup.owner.workspace().map(|id| id.0),
        name: cleanup.name.as_str().to_owned(),
        kind: cleanup.kind.as_str().to_owned(),
        address: cleanup.address.to_string(),
        tls_mode: tls_mode.to_owned(),
        tls_ca,
        username: cleanup.username.clone(),
        token_service: cleanup.token_service.as_ref().map(ToString::to_string),
        identity: cleanup.identity.as_ref().map(json).transpose()?,
        key_id: sealed.map(|s| s.key_id.clone()),
        wrapped_key: sealed.map(|s| s.wrapped_key.clone()),
        ciphertext: sealed.map(|s| s.ciphertext.clone()),
        disconnected_at: cleanup.disconnected_at.as_micros(),
        given_up_at: cleanup.given_up_at.map(Timestamp::as_micros),
    };
    Ok(row.into_active_model().reset_all())
}

pub(crate) fn read(row: cleanup::Model) -> Result<Cleanup, StoreError> {
    Ok(Cleanup {
        id: CleanupId(row.id),
        registry_id: RegistryId(row.registry_id),
        name: registry_row::name(&row.name)?,
        kind: RegistryKind::parse(&row.kind).ok_or_else(|| damaged("kind", &row.kind))?,
        owner: registry_row::owner(row.workspace_id),
        address: Address::parse(&row.address).map_err(|_| damaged("address", &row.address))?,
        tls: registry_row::tls(&row.tls_mode, row.tls_ca)?,
        username: row.username,
        token_service: row
            .token_service
            .map(|text| Origin::parse(&text).ok_or_else(|| damaged("token service", text)))
            .transpose()?,
        identity: row
            .identity
            .map(|text| parse("identity", &text))
            .transpose()?,
        disconnected_at: Timestamp::from_micros(row.disconnected_at),
        given_up_at: row.given_up_at.map(Timestamp::from_micros),
    })
}

/// The secret kept for it, if there is one.
pub(crate) fn sealed(row: &cleanup::Model) -> Option<SealedCredential> {
    Some(SealedCredential {
        key_id: row.key_id.clone()?,
        wrapped_key: row.wrapped_key.clone()?,
        ciphertext: row.ciphertext.clone()?,
    })
}
