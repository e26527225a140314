//! Sealing of credentials: a fresh key for every record, wrapped under the master key, both bound
//! to the connection the credential was entered for.
//!
//! Rotation wraps the record's key again and leaves the ciphertext alone. The ciphertext is bound
//! to the name of the master key it was made under, so the wrapping carries that name along.

use crate::binding::associated_data;
use crate::master_key::{MasterKey, hmac};
use aes_gcm_siv::aead::{Aead as _, Payload};
use aes_gcm_siv::{Aes256GcmSiv, KeyInit as _, Nonce};
use roadstead_core::model::{InstallationId, Secret};
use roadstead_core::ports::{CredentialBinding, SealedCredential, Vault, VaultError};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

const NONCE: usize = 12;
const RECORD_KEY: usize = 32;

/// The vault over one master key, or over two while one takes over from the other.
#[derive(Clone)]
pub struct MasterKeyVault {
    /// Seals and opens.
    current: Wrapping,
    /// Only opens.
    other: Option<Wrapping>,
}

#[derive(Clone)]
struct Wrapping {
    master: MasterKey,
    id: String,
    key: Zeroizing<[u8; 32]>,
}

impl Wrapping {
    fn new(master: MasterKey) -> Self {
        Self {
            id: master.id(),
            key: master.derive("wrap"),
            master,
        }
    }

    fn tag(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
        hmac(&self.master.derive(&format!("tag {purpose}")), &[data])
    }

    fn check(&self, installation: InstallationId) -> [u8; 32] {
        self.tag("key check", installation.0.as_bytes())
    }
}

/// What is wrapped: the record's key, and the name of the master key that the ciphertext is bound
/// to when that is not the one it is wrapped under.
struct Unwrapped {
    record_key: Zeroizing<[u8; RECORD_KEY]>,
    content_key_id: String,
}

impl MasterKeyVault {
    /// A vault over this key, whatever the database says. Servers use [`Self::open`].
    #[must_use]
    pub fn new(key: MasterKey) -> Self {
        Self {
            current: Wrapping::new(key),
            other: None,
        }
    }

    /// The same vault, which also opens what is sealed under `key`.
    #[must_use]
    pub fn with_other(self, key: MasterKey) -> Self {
        Self {
            other: Some(Wrapping::new(key)),
            ..self
        }
    }

    /// The short name of the master key that seals.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.current.id
    }

    /// The short name of the other key, if there is one.
    #[must_use]
    pub fn other_key_id(&self) -> Option<&str> {
        self.other.as_ref().map(|key| key.id.as_str())
    }

    fn keys(&self) -> impl Iterator<Item = &Wrapping> {
        std::iter::once(&self.current).chain(&self.other)
    }

    fn key(&self, id: &str) -> Result<&Wrapping, VaultError> {
        self.keys()
            .find(|key| key.id == id)
            .ok_or_else(|| VaultError::KeyMissing(id.to_owned()))
    }

    /// What a database notes of the key that seals.
    pub(crate) fn check(&self, installation: InstallationId) -> [u8; 32] {
        self.current.check(installation)
    }

    /// What a database notes of this key.
    pub(crate) fn check_of(
        &self,
        key_id: &str,
        installation: InstallationId,
    ) -> Result<[u8; 32], VaultError> {
        Ok(self.key(key_id)?.check(installation))
    }

    /// The name of the key that a database has noted, if it is here.
    pub(crate) fn key_of_check(&self, installation: InstallationId, noted: &[u8]) -> Option<&str> {
        self.keys()
            .find(|key| bool::from(noted.ct_eq(&key.check(installation))))
            .map(|key| key.id.as_str())
    }

    /// The same credential with its key wrapped under another of the vault's keys.
    pub(crate) fn rewrap(
        &self,
        binding: &CredentialBinding,
        sealed: &SealedCredential,
        to: &str,
    ) -> Result<SealedCredential, VaultError> {
        let to = self.key(to)?;
        let unwrapped = self.unwrap(binding, sealed)?;
        // Never moved on unread: what cannot be opened now must not look whole afterwards.
        open_content(&unwrapped, binding, sealed)?;
        let plain = Zeroizing::new(
            [
                unwrapped.record_key.as_slice(),
                unwrapped.content_key_id.as_bytes(),
            ]
            .concat(),
        );
        Ok(SealedCredential {
            key_id: to.id.clone(),
            wrapped_key: encrypt(&to.key, &associated_data("wrap", &to.id, binding), &plain)?,
            ciphertext: sealed.ciphertext.clone(),
        })
    }

    fn unwrap(
        &self,
        binding: &CredentialBinding,
        sealed: &SealedCredential,
    ) -> Result<Unwrapped, VaultError> {
        let key = self.key(&sealed.key_id)?;
        let aad = associated_data("wrap", &key.id, binding);
        let plain = decrypt(&key.key, &aad, &sealed.wrapped_key)?;
        let (record_key, name) = plain
            .split_first_chunk::<RECORD_KEY>()
            .ok_or(VaultError::BindingChanged)?;
        let name = std::str::from_utf8(name).map_err(|_| VaultError::BindingChanged)?;
        Ok(Unwrapped {
            record_key: Zeroizing::new(*record_key),
            content_key_id: if name.is_empty() { &key.id } else { name }.to_owned(),
        })
    }
}

impl Vault for MasterKeyVault {
    fn seal(
        &self,
        binding: &CredentialBinding,
        secret: &Secret<String>,
    ) -> Result<SealedCredential, VaultError> {
        let mut record_key = Zeroizing::new([0_u8; RECORD_KEY]);
        fill(record_key.as_mut())?;
        let key = &self.current;
        let aad = |purpose| associated_data(purpose, &key.id, binding);
        Ok(SealedCredential {
            key_id: key.id.clone(),
            wrapped_key: encrypt(&key.key, &aad("wrap"), record_key.as_slice())?,
            ciphertext: encrypt(&record_key, &aad("content"), secret.expose().as_bytes())?,
        })
    }

    fn open(
        &self,
        binding: &CredentialBinding,
        sealed: &SealedCredential,
    ) -> Result<Secret<String>, VaultError> {
        let plain = open_content(&self.unwrap(binding, sealed)?, binding, sealed)?;
        std::str::from_utf8(&plain)
            .map(|text| Secret::new(text.to_owned()))
            .map_err(|_| VaultError::BindingChanged)
    }

    fn tag(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
        self.current.tag(purpose, data)
    }
}

fn open_content(
    unwrapped: &Unwrapped,
    binding: &CredentialBinding,
    sealed: &SealedCredential,
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let aad = associated_data("content", &unwrapped.content_key_id, binding);
    decrypt(&unwrapped.record_key, &aad, &sealed.ciphertext)
}

/// Encrypts under a random nonce, which stands in front of the result.
fn encrypt(key: &[u8; 32], aad: &[u8], msg: &[u8]) -> Result<Vec<u8>, VaultError> {
    let mut nonce = [0_u8; NONCE];
    fill(&mut nonce)?;
    let sealed = Aes256GcmSiv::new(&(*key).into())
        .encrypt(&Nonce::from(nonce), Payload { msg, aad })
        // Only texts of many gigabytes are refused; a password field is cut long before.
        .map_err(|_| VaultError::BindingChanged)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn decrypt(key: &[u8; 32], aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let (nonce, msg) = sealed
        .split_first_chunk::<NONCE>()
        .ok_or(VaultError::BindingChanged)?;
    Aes256GcmSiv::new(&(*key).into())
        .decrypt(&Nonce::from(*nonce), Payload { msg, aad })
        .map(Zeroizing::new)
        .map_err(|_| VaultError::BindingChanged)
}

fn fill(bytes: &mut [u8]) -> Result<(), VaultError> {
    getrandom::fill(bytes).map_err(|e| VaultError::Randomness(e.to_string()))
}
