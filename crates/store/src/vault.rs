//! Sealing of credentials: a fresh key for every record, wrapped under the master key, both bound
//! to the connection the credential was entered for.

use crate::binding::associated_data;
use crate::data_dir::DataDir;
use crate::master_key::{MasterKey, hmac};
use crate::{OpenError, Store};
use aes_gcm_siv::aead::{Aead as _, Payload};
use aes_gcm_siv::{Aes256GcmSiv, KeyInit as _, Nonce};
use roadstead_core::model::Secret;
use roadstead_core::ports::{CredentialBinding, SealedCredential, Vault, VaultError};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

const NONCE: usize = 12;

/// Where the master key comes from.
pub enum MasterKeySource<'a> {
    /// The data directory's file, made at the first start. For SQLite.
    File(&'a DataDir),
    /// The configuration. For PostgreSQL, where every replica must be given the same key.
    Text {
        /// The key's text.
        text: &'a Secret<String>,
        /// Where it stood, for error sentences.
        place: &'a str,
    },
}

/// The vault over one master key.
#[derive(Clone)]
pub struct MasterKeyVault {
    key: MasterKey,
    key_id: String,
    wrapping: Zeroizing<[u8; 32]>,
}

impl MasterKeyVault {
    /// A vault over this key, whatever the database says. Servers use [`Self::open`].
    #[must_use]
    pub fn new(key: MasterKey) -> Self {
        Self {
            key_id: key.id(),
            wrapping: key.derive("wrap"),
            key,
        }
    }

    /// Gets the master key and makes sure that it is this database's: the first start notes a
    /// check value, every other start compares.
    ///
    /// # Errors
    /// When the key is missing while credentials are sealed with it, is another one, cannot be
    /// read, or the database does not answer.
    pub async fn open(store: &Store, source: MasterKeySource<'_>) -> Result<Self, OpenError> {
        let (key, place) = match source {
            MasterKeySource::Text { text, place } => {
                (MasterKey::from_text(text, place)?, place.to_owned())
            }
            MasterKeySource::File(data_dir) => {
                let path = data_dir.master_key();
                let key = match MasterKey::load(data_dir)? {
                    Some(key) => key,
                    None if store.has_sealed_credentials().await? => {
                        return Err(OpenError::KeyMissing(path));
                    }
                    None => {
                        // Nothing is sealed with the old key, so there is nothing to lose.
                        store.forget_key_check().await?;
                        MasterKey::create(data_dir)?
                    }
                };
                (key, path.display().to_string())
            }
        };
        let vault = Self::new(key);
        let check = vault.tag("key check", store.installation_id().0.as_bytes());
        let noted = store.note_key_check(&check).await?;
        if bool::from(noted.as_slice().ct_eq(&check)) {
            Ok(vault)
        } else {
            Err(OpenError::WrongMasterKey(place))
        }
    }

    /// The short name of the master key.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    fn aad(&self, purpose: &str, binding: &CredentialBinding) -> Vec<u8> {
        associated_data(purpose, &self.key_id, binding)
    }
}

impl Vault for MasterKeyVault {
    fn seal(
        &self,
        binding: &CredentialBinding,
        secret: &Secret<String>,
    ) -> Result<SealedCredential, VaultError> {
        let mut record_key = Zeroizing::new([0_u8; 32]);
        fill(record_key.as_mut())?;
        Ok(SealedCredential {
            key_id: self.key_id.clone(),
            wrapped_key: encrypt(
                &self.wrapping,
                &self.aad("wrap", binding),
                record_key.as_slice(),
            )?,
            ciphertext: encrypt(
                &record_key,
                &self.aad("content", binding),
                secret.expose().as_bytes(),
            )?,
        })
    }

    fn open(
        &self,
        binding: &CredentialBinding,
        sealed: &SealedCredential,
    ) -> Result<Secret<String>, VaultError> {
        if sealed.key_id != self.key_id {
            return Err(VaultError::KeyMissing(sealed.key_id.clone()));
        }
        let record_key = decrypt(
            &self.wrapping,
            &self.aad("wrap", binding),
            &sealed.wrapped_key,
        )?;
        let record_key = <[u8; 32]>::try_from(record_key.as_slice())
            .map(Zeroizing::new)
            .map_err(|_| VaultError::BindingChanged)?;
        let plain = decrypt(
            &record_key,
            &self.aad("content", binding),
            &sealed.ciphertext,
        )?;
        std::str::from_utf8(&plain)
            .map(|text| Secret::new(text.to_owned()))
            .map_err(|_| VaultError::BindingChanged)
    }

    fn tag(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
        hmac(&self.key.derive(&format!("tag {purpose}")), &[data])
    }
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
