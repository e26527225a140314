//! Digests of bytes as they come.

use crate::reference::Digest;
use sha2::{Digest as _, Sha256, Sha512};

/// Hashes pieces to the digest that is expected, in its algorithm.
pub(crate) enum Hasher {
    Sha256(Sha256),
    Sha512(Sha512),
}

impl Hasher {
    /// A hasher for this digest's algorithm; `None` for one we cannot verify.
    pub(crate) fn for_digest(digest: &Digest) -> Option<Self> {
        match digest.algorithm() {
            "sha256" => Some(Self::Sha256(Sha256::new())),
            "sha512" => Some(Self::Sha512(Sha512::new())),
            _ => None,
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hasher) => hasher.update(bytes),
            Self::Sha512(hasher) => hasher.update(bytes),
        }
    }

    /// Whether the bytes were those of `digest`.
    pub(crate) fn is(self, digest: &Digest) -> bool {
        let (algorithm, hex) = match self {
            Self::Sha256(hasher) => ("sha256", hex::encode(hasher.finalize())),
            Self::Sha512(hasher) => ("sha512", hex::encode(hasher.finalize())),
        };
        digest.as_str() == format!("{algorithm}:{hex}")
    }
}

impl Digest {
    /// The SHA-256 digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::sha256(&hex::encode(Sha256::digest(bytes)))
    }

    /// Whether these bytes have this digest; `None` when its algorithm is not one we verify.
    #[must_use]
    pub fn matches(&self, bytes: &[u8]) -> Option<bool> {
        let mut hasher = Hasher::for_digest(self)?;
        hasher.update(bytes);
        Some(hasher.is(self))
    }
}

#[cfg(test)]
mod tests {
    use super::Digest;

    #[test]
    fn digest_of_bytes_matches_them_and_no_others() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Digest::of(b"").as_str(), empty);
        let digest = Digest::of(b"a");
        assert_eq!(digest.matches(b"a"), Some(true));
        assert_eq!(digest.matches(b"b"), Some(false));
        let sha512 = Digest::parse(&format!("sha512:{}", "0".repeat(128))).expect("digest");
        assert_eq!(sha512.matches(b"a"), Some(false));
        let other = Digest::parse("blake3:abc").expect("digest");
        assert_eq!(other.matches(b"a"), None);
    }
}
