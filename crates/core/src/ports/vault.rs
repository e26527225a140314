//! Secrets at rest.

use crate::model::{
    Cleanup, Origin, Owner, Registry, RegistryId, RegistryKind, Secret, ServerIdentity, TlsPolicy,
};

/// Which account of a registry a credential belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialPurpose {
    /// The one Roadstead asks the registry with.
    Integration,
    /// The one that namespaces pull with.
    PullAccount,
}

/// What a stored credential is bound to. It becomes the associated data of the encryption: when
/// any of it is edited or moved, the credential no longer decrypts (threat model, rule C1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialBinding {
    /// The record it belongs to.
    pub registry_id: RegistryId,
    /// Whose record that is.
    pub owner: Owner,
    /// The product it is for.
    pub kind: RegistryKind,
    /// The only place it may be sent to.
    pub origin: Origin,
    /// How that place proves itself, with the certificate authority.
    pub tls: TlsPolicy,
    /// The account's name.
    pub username: String,
    /// The proxy on the way.
    pub proxy: Option<Origin>,
    /// The token service it may be sent to besides, learnt when it was entered.
    pub realm: Option<Origin>,
    /// The server it was entered for.
    pub identity: Option<ServerIdentity>,
    /// Which of the registry's accounts it is.
    pub purpose: CredentialPurpose,
}

impl CredentialBinding {
    /// What the credential of this registry is bound to; `None` for one without an account.
    #[must_use]
    pub fn of(registry: &Registry) -> Option<Self> {
        Some(Self {
            registry_id: registry.id,
            owner: registry.owner,
            kind: registry.kind,
            origin: registry.address.origin(),
            tls: registry.tls.clone(),
            username: registry.username.clone()?,
            proxy: None,
            realm: registry.token_service.clone(),
            identity: registry.identity.clone(),
            purpose: CredentialPurpose::Integration,
        })
    }

    /// What the credential kept for a cleanup is bound to. The record's id is the cleanup's own,
    /// so neither it nor the registry's opens as the other.
    #[must_use]
    pub fn of_cleanup(cleanup: &Cleanup) -> Option<Self> {
        Some(Self {
            registry_id: RegistryId(cleanup.id.0),
            owner: cleanup.owner,
            kind: cleanup.kind,
            origin: cleanup.address.origin(),
            tls: cleanup.tls.clone(),
            username: cleanup.username.clone()?,
            proxy: None,
            realm: cleanup.token_service.clone(),
            identity: cleanup.identity.clone(),
            purpose: CredentialPurpose::Integration,
        })
    }

    /// What the credential of this registry's pull-only account is bound to.
    #[must_use]
    pub fn of_pull_account(registry: &Registry, username: &str, realm: Option<Origin>) -> Self {
        Self {
            registry_id: registry.id,
            owner: registry.owner,
            kind: registry.kind,
            origin: registry.address.origin(),
            tls: registry.tls.clone(),
            username: username.to_owned(),
            proxy: None,
            realm,
            // A server is pinned after the account was given, too. Of a suspended registry nothing
            // is used, and confirming another server ends the account.
            identity: None,
            purpose: CredentialPurpose::PullAccount,
        }
    }
}

/// A credential as the database keeps it.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedCredential {
    /// Which master key wraps the record's own key.
    pub key_id: String,
    /// The record's key, wrapped.
    pub wrapped_key: Vec<u8>,
    /// The secret, encrypted with the record's key.
    pub ciphertext: Vec<u8>,
}

/// Why a credential could not be sealed or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// It was sealed for another binding, or its bytes were changed.
    #[error("the credential was sealed for another connection or was altered")]
    BindingChanged,
    /// It was sealed under a master key that is not here.
    #[error("the credential was sealed under master key {0}, which is not loaded")]
    KeyMissing(String),
    /// The system gave no randomness.
    #[error("no randomness: {0}")]
    Randomness(String),
}

/// Seals and opens secrets.
pub trait Vault: Send + Sync {
    /// Encrypts a secret for this binding and no other.
    ///
    /// # Errors
    /// When the system has no randomness.
    fn seal(
        &self,
        binding: &CredentialBinding,
        secret: &Secret<String>,
    ) -> Result<SealedCredential, VaultError>;

    /// Decrypts a secret that was sealed for exactly this binding.
    ///
    /// # Errors
    /// When binding or bytes differ, or the master key is not loaded.
    fn open(
        &self,
        binding: &CredentialBinding,
        sealed: &SealedCredential,
    ) -> Result<Secret<String>, VaultError>;

    /// A keyed checksum over `data` for one purpose, so that what clients hold for us (cursors)
    /// comes back unaltered. Tags of different purposes are unrelated. Compare in constant time.
    fn tag(&self, purpose: &str, data: &[u8]) -> [u8; 32];
}
