//! Hooks: where a registry sends word of what happens in it, and what it proves itself with.

use super::{RegistryId, Secret, Timestamp, TokenDigest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::time::Duration;
use uuid::Uuid;

const PREFIX: &str = "rsh_";

/// The last part of a hook's address: 128 random bits, so that addresses cannot be guessed or
/// counted. It proves nothing; the secret does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HookId(pub Uuid);

impl HookId {
    /// A fresh one.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn make() -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(Uuid::from_bytes(bytes)))
    }

    /// Reads one from an address; `None` for what cannot be one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        hex.then(|| Uuid::try_parse(text).ok()).flatten().map(Self)
    }
}

impl fmt::Display for HookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}

/// What a registry sends with its events: 256 random bits, shown once and never stored.
pub struct HookSecret(Secret<String>);

impl HookSecret {
    /// A fresh one.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn make() -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes)?;
        let secret = URL_SAFE_NO_PAD.encode(bytes);
        Ok(Self(Secret::new(format!("{PREFIX}{secret}"))))
    }

    /// Takes one from outside. Any text is accepted: a wrong one simply matches nothing.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self(Secret::new(text.to_owned()))
    }

    /// The text, for its one showing.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What the database keeps.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        TokenDigest(Sha256::digest(self.expose().as_bytes()).into())
    }
}

/// A registry's hook, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// The last part of its address.
    pub id: HookId,
    /// Whose events it takes.
    pub registry_id: RegistryId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its secret was last made anew.
    pub rotated_at: Timestamp,
    /// When the last events came.
    pub last_event_at: Option<Timestamp>,
    /// What came so far.
    pub counts: HookCounts,
}

impl Hook {
    /// A registry goes on sending to a hook that was removed until its own configuration is
    /// changed, and whatever is not accepted piles up in its memory. So such posts are accepted,
    /// and forgotten, for this long.
    pub const TOMBSTONE: Duration = Duration::from_secs(90 * 24 * 3_600);
}

/// What came to a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HookCounts {
    /// Events that were taken, those included that ask for nothing.
    pub accepted: u64,
    /// Events and posts that were not worked on: unreadable, too large, or too many at once. A
    /// reading of the registry makes up for them.
    pub dropped: u64,
    /// Posts with a wrong secret.
    pub unauthenticated: u64,
}

impl HookCounts {
    /// Whether nothing came.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            accepted: self.accepted.saturating_add(other.accepted),
            dropped: self.dropped.saturating_add(other.dropped),
            unauthenticated: self.unauthenticated.saturating_add(other.unauthenticated),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HookId, HookSecret};

    #[test]
    fn hook_id_is_random_and_survives_its_way_through_an_address() {
        let id = HookId::make().expect("randomness");
        assert_ne!(id, HookId::make().expect("randomness"));
        assert_eq!(id.to_string().len(), 32);
        assert_eq!(HookId::parse(&id.to_string()), Some(id));
        for bad in [
            "",
            "0123456789abcdef0123456789abcde",
            "0123456789ABCDEF0123456789abcdef",
            "01234567-89ab-cdef-0123-456789abcdef",
            "{01234567-89ab-cdef-0123-456789abcdef}",
            "0123456789abcdef0123456789abcdeg",
        ] {
            assert_eq!(HookId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn hook_secret_is_matched_by_its_digest_only() {
        let secret = HookSecret::make().expect("randomness");
        assert_eq!(secret.expose().len(), "rsh_".len() + 43);
        let again = HookSecret::from_text(secret.expose());
        assert!(again.digest().matches(&secret.digest()));
        let other = HookSecret::from_text(&secret.expose()[1..]);
        assert!(!other.digest().matches(&secret.digest()));
    }
}
