//! Page cursors as clients hold them: a place in one list, with a keyed checksum, so that a cursor
//! that was changed or belongs to another list, filter or order is refused.

use roadstead_core::ports::Vault;
use roadstead_core::{ErrorCode, Failure};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

const PURPOSE: &str = "cursor v1";
const TAG_BYTES: usize = 16;

/// Makes and reads cursors.
pub(crate) struct Cursors {
    vault: Arc<dyn Vault>,
}

impl Cursors {
    pub(crate) fn new(vault: Arc<dyn Vault>) -> Self {
        Self { vault }
    }

    /// A cursor for `place` in `list`; `list` names route, filter and order.
    pub(crate) fn write<P: Serialize>(&self, list: &str, place: &P) -> Result<String, Failure> {
        let place = serde_json::to_vec(place)
            .map_err(|e| Failure::new(ErrorCode::InternalError).because(e))?;
        let mut bytes = self.checksum(list, &place).to_vec();
        bytes.extend_from_slice(&place);
        Ok(hex(&bytes))
    }

    /// The place in `list` that a cursor stands for.
    pub(crate) fn read<P: DeserializeOwned>(&self, list: &str, cursor: &str) -> Result<P, Failure> {
        let refuse = || Failure::new(ErrorCode::RequestCursorInvalid);
        let bytes = unhex(cursor).ok_or_else(refuse)?;
        let (tag, place) = bytes.split_at_checked(TAG_BYTES).ok_or_else(refuse)?;
        // A cursor is no secret and a wrong one costs nothing, but equal time costs nothing too.
        let differs = self
            .checksum(list, place)
            .iter()
            .zip(tag)
            .fold(0_u8, |d, (a, b)| d | (a ^ b));
        if differs != 0 {
            return Err(refuse());
        }
        serde_json::from_slice(place).map_err(|_| refuse())
    }

    fn checksum(&self, list: &str, place: &[u8]) -> [u8; TAG_BYTES] {
        let mut data = Vec::with_capacity(8 + list.len() + place.len());
        data.extend_from_slice(&(list.len() as u64).to_be_bytes());
        data.extend_from_slice(list.as_bytes());
        data.extend_from_slice(place);
        let full = self.vault.tag(PURPOSE, &data);
        let mut short = [0; TAG_BYTES];
        short.copy_from_slice(&full[..TAG_BYTES]);
        short
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.len() > 4_096 || !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Cursors;
    use roadstead_core::model::Secret;
    use roadstead_core::ports::{CredentialBinding, SealedCredential, Vault, VaultError};
    use std::sync::Arc;

    /// Only `tag` matters here: a mixing of purpose and data that is good enough to notice change.
    struct TagOnly;

    impl Vault for TagOnly {
        fn seal(
            &self,
            _: &CredentialBinding,
            _: &Secret<String>,
        ) -> Result<SealedCredential, VaultError> {
            Err(VaultError::BindingChanged)
        }
        fn open(
            &self,
            _: &CredentialBinding,
            _: &SealedCredential,
        ) -> Result<Secret<String>, VaultError> {
            Err(VaultError::BindingChanged)
        }
        fn tag(&self, purpose: &str, data: &[u8]) -> [u8; 32] {
            let mut state = [7_u8; 32];
            for (i, byte) in purpose.bytes().chain(data.iter().copied()).enumerate() {
                let at = i % 32;
                state[at] = state[at].wrapping_mul(31).wrapping_add(byte).rotate_left(3);
                state[(at + 1) % 32] ^= state[at];
            }
            state
        }
    }

    #[test]
    fn cursor_tampered_or_of_another_list_is_refused() {
        let cursors = Cursors::new(Arc::new(TagOnly));
        let cursor = cursors
            .write("registries|name", &("b".to_owned(), 7))
            .expect("cursor");
        assert_eq!(
            cursors
                .read::<(String, i64)>("registries|name", &cursor)
                .ok(),
            Some(("b".to_owned(), 7))
        );
        assert!(
            cursors
                .read::<(String, i64)>("registries|-name", &cursor)
                .is_err()
        );
        for i in 0..cursor.len() {
            let mut bytes = cursor.clone().into_bytes();
            bytes[i] = if bytes[i] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(bytes).expect("ascii");
            assert!(
                cursors
                    .read::<(String, i64)>("registries|name", &changed)
                    .is_err(),
                "{i}"
            );
        }
        for bad in ["", "0", "zz", "ä", &"0".repeat(5_000)] {
            assert!(
                cursors
                    .read::<(String, i64)>("registries|name", bad)
                    .is_err(),
                "{bad}"
            );
        }
    }
}
