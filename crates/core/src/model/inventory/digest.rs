//! The digest of some bytes.

use serde::Serialize;
use std::fmt;

/// `<algorithm>:<encoded>` (image-spec "Digests"), checked: what is registered has its length, and
/// nothing in it is more than a letter, a digit or one of `+._-=`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Digest(String);

const SHA256: u8 = 1;
const SHA512: u8 = 2;
const OTHER: u8 = 0;

impl Digest {
    /// The longest digest of an algorithm that is not registered.
    const MAX: usize = 300;

    /// Checks and takes a digest; `None` when it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (algorithm, encoded) = text.split_once(':')?;
        let algorithm_good = algorithm.split(['+', '.', '_', '-']).all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
        let hex = |length: usize| {
            encoded.len() == length
                && encoded
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        };
        let encoded_good = match algorithm {
            "sha256" => hex(64),
            "sha512" => hex(128),
            _ => {
                !encoded.is_empty()
                    && text.len() <= Self::MAX
                    && encoded
                        .bytes()
                        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'=' | b'_' | b'-'))
            }
        };
        (algorithm_good && encoded_good).then(|| Self(text.to_owned()))
    }

    /// The digest as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digest as the database keeps it: a byte for the algorithm and the raw bytes, less than
    /// half of the text. A million of them stand in a table and in its index.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let (algorithm, encoded) = self.0.split_once(':').unwrap_or((&self.0, ""));
        let mark = match algorithm {
            "sha256" => SHA256,
            "sha512" => SHA512,
            _ => OTHER,
        };
        let mut bytes = vec![mark];
        if mark == OTHER {
            bytes.extend_from_slice(self.0.as_bytes());
        } else {
            bytes.extend(encoded.as_bytes().chunks(2).map(|pair| {
                pair.iter()
                    .fold(0, |value, digit| value << 4 | nibble(*digit))
            }));
        }
        bytes
    }

    /// The lowest and the highest digest of sha256 that begin with these hexadecimal digits; `None`
    /// for what is not hexadecimal.
    #[must_use]
    pub fn between(hex: &str) -> Option<(Self, Self)> {
        let filled = |digit: &str| {
            let missing = 64_usize.checked_sub(hex.len())?;
            Self::parse(&format!("sha256:{hex}{}", digit.repeat(missing)))
        };
        Some((filled("0")?, filled("f")?))
    }

    /// The 32 bytes of what [`Self::to_bytes`] made of a digest of sha256.
    pub(super) const fn sha256(bytes: &[u8]) -> Option<&[u8]> {
        match bytes.split_first() {
            Some((&SHA256, rest)) => Some(rest),
            _ => None,
        }
    }

    /// Reads what [`Self::to_bytes`] made; `None` for anything else.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (mark, rest) = bytes.split_first()?;
        match *mark {
            SHA256 => Self::parse(&format!("sha256:{}", hex(rest))),
            SHA512 => Self::parse(&format!("sha512:{}", hex(rest))),
            OTHER => Self::parse(std::str::from_utf8(rest).ok()?),
            _ => None,
        }
    }
}

impl std::str::FromStr for Digest {
    type Err = NoDigest;

    fn from_str(text: &str) -> Result<Self, NoDigest> {
        Self::parse(text).ok_or(NoDigest)
    }
}

/// A text that is no digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no digest")]
pub struct NoDigest;

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        // The text was checked when the digest was made.
        _ => digit.wrapping_sub(b'a').wrapping_add(10) & 0x0f,
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::Digest;

    #[test]
    fn digest_survives_the_way_to_the_database_and_back() {
        for text in [
            format!("sha256:{}", "0123456789abcdef".repeat(4)),
            format!("sha512:{}", "fedcba9876543210".repeat(8)),
            "blake3+b64:aGVsbG8_-=".to_owned(),
        ] {
            let digest = Digest::parse(&text).expect("a digest");
            assert_eq!(Digest::from_bytes(&digest.to_bytes()), Some(digest));
        }
        let sha256 = Digest::parse(&format!("sha256:{}", "a".repeat(64))).expect("a digest");
        assert_eq!(sha256.to_bytes().len(), 33);
    }

    #[test]
    fn what_is_no_digest_is_refused() {
        for bad in [
            String::new(),
            "sha256".to_owned(),
            format!("sha256:{}", "a".repeat(63)),
            format!("sha256:{}", "A".repeat(64)),
            format!("sha512:{}", "a".repeat(64)),
            "other:".to_owned(),
            "other:a/b".to_owned(),
            format!("other:{}", "a".repeat(400)),
        ] {
            assert_eq!(Digest::parse(&bad), None, "{bad}");
        }
        assert_eq!(Digest::from_bytes(&[]), None);
        assert_eq!(Digest::from_bytes(&[1, 2, 3]), None);
        assert_eq!(Digest::from_bytes(&[9, 1]), None);
    }
}
