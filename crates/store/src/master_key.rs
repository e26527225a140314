//! The key that every credential's own key is wrapped with.

use crate::OpenError;
use crate::data_dir::{at, refuse_open_to_others, write_new};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use roadstead_core::model::Secret;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io;
use std::path::Path;
use zeroize::{Zeroize as _, Zeroizing};

/// 256 random bits. Every use derives its own key from them.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// Reads a key from its text: 32 bytes in base64. `place` is where the text came from, for
    /// the sentence of the error.
    ///
    /// # Errors
    /// [`OpenError::KeyMalformed`].
    pub fn from_text(text: &Secret<String>, place: &str) -> Result<Self, OpenError> {
        let malformed = || OpenError::KeyMalformed(place.to_owned());
        let bytes = STANDARD
            .decode(text.expose().trim())
            .map(Zeroizing::new)
            .map_err(|_| malformed())?;
        let bytes = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| malformed())?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// Reads a key file; `None` when there is none.
    ///
    /// # Errors
    /// When it cannot be read, is open to other accounts, or holds no key.
    pub fn load(path: &Path) -> Result<Option<Self>, OpenError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => Secret::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(at(path)(error)),
        };
        refuse_open_to_others(path, 0o600)?;
        Self::from_text(&text, &path.display().to_string()).map(Some)
    }

    /// Makes a key and its file (mode 0600), which must not exist yet.
    ///
    /// # Errors
    /// When there is no randomness or the file cannot be written.
    pub fn create(path: &Path) -> Result<Self, OpenError> {
        let key = Self::random()?;
        write_new(path, key.to_text().expose().as_bytes()).map_err(at(path))?;
        Ok(key)
    }

    /// A fresh key.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn random() -> Result<Self, OpenError> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        getrandom::fill(bytes.as_mut()).map_err(|e| OpenError::Randomness(e.to_string()))?;
        Ok(Self(bytes))
    }

    /// The key as it stands in its file.
    #[must_use]
    pub fn to_text(&self) -> Secret<String> {
        Secret::new(STANDARD.encode(self.0.as_slice()))
    }

    /// A name for the key that gives nothing away: the key is random, so its hash cannot be
    /// searched.
    #[must_use]
    pub fn id(&self) -> String {
        hex::encode(&Sha256::digest(self.0.as_slice())[..8])
    }

    /// A key for one purpose; keys of different purposes are unrelated.
    pub(crate) fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(hmac(&self.0, &[b"roadstead key v1\0", purpose.as_bytes()]))
    }
}

/// HMAC-SHA-256 over the parts, one after the other.
pub(crate) fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    // A shorter key is padded with zeros to the block by definition of HMAC.
    let mut block = [0_u8; 64];
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    block.zeroize();
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::hmac;

    #[test]
    fn hmac_agrees_with_rfc_4231_case_1() {
        let mut key = [0_u8; 32];
        key[..20].fill(0x0b);
        assert_eq!(
            hex::encode(hmac(&key, &[b"Hi ", b"There"])),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
    }
}
