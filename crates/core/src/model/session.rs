//! A signed-in browser.

use super::{Secret, SessionId, Timestamp, UserId};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use subtle::ConstantTimeEq as _;

/// SHA-256 of a bearer secret: what the database keeps instead of the secret. The secret has 256
/// random bits, so a plain hash is enough. It has no `==`, whose time tells how much was right.
///
/// ```compile_fail
/// let digest = roadstead_core::model::TokenDigest([0; 32]);
/// assert!(digest == digest);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct TokenDigest(pub [u8; 32]);

impl TokenDigest {
    /// Whether both are the same, in the same time whatever they are.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// The secret in a session cookie or a set-up link: 256 random bits.
#[derive(Clone)]
pub struct SessionToken(Secret<String>);

impl SessionToken {
    /// A fresh one.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn make() -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(Secret::new(URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// Takes one from outside. Any text is accepted: a wrong one simply matches nothing.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self(Secret::new(text.to_owned()))
    }

    /// The secret text, for the cookie or the link.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What the database keeps.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        TokenDigest(Sha256::digest(self.expose().as_bytes()).into())
    }

    /// The value a mutation of this session must carry in its header. It follows from the secret,
    /// which other sites cannot read, and does not lead back to it.
    #[must_use]
    pub fn csrf_token(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"roadstead csrf v1\0");
        hash.update(self.expose().as_bytes());
        URL_SAFE_NO_PAD.encode(hash.finalize())
    }
}

/// A session as it is stored.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its id; not the secret.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// Digest of its secret.
    pub digest: TokenDigest,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last used, within a minute.
    pub last_seen_at: Timestamp,
    /// Where it was opened from.
    pub source_address: Option<String>,
}

impl Session {
    /// Unused for this long, a session is over.
    pub const IDLE: Duration = Duration::from_secs(12 * 3_600);
    /// At this age a session is over.
    pub const AGE: Duration = Duration::from_secs(7 * 24 * 3_600);

    /// When it ends if it is not used again.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.last_seen_at
            .plus(Self::IDLE)
            .min(self.created_at.plus(Self::AGE))
    }

    /// Whether it may still be used.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires_at()
    }
}

#[cfg(test)]
mod tests {
    use super::{Session, SessionToken};
    use crate::model::{SessionId, Timestamp, UserId};
    use std::time::Duration;

    #[test]
    fn csrf_token_is_neither_the_secret_nor_its_digest() {
        let token = SessionToken::make().expect("randomness");
        assert_eq!(token.expose().len(), 43);
        assert_ne!(token.csrf_token(), token.expose());
        assert_eq!(
            token.csrf_token(),
            SessionToken::from_text(token.expose()).csrf_token()
        );
        assert_ne!(token.csrf_token().as_bytes(), token.digest().0);
    }

    #[test]
    fn session_ends_idle_or_old() {
        let start = Timestamp::from_micros(0);
        let mut session = Session {
            id: SessionId::new(),
            user_id: UserId::new(),
            digest: SessionToken::from_text("x").digest(),
            created_at: start,
            last_seen_at: start,
            source_address: None,
        };
        let hour = |h: u64| start.plus(Duration::from_secs(h * 3_600));
        assert!(session.is_open(hour(11)));
        assert!(!session.is_open(hour(12)));
        session.last_seen_at = hour(7 * 24 - 1);
        assert!(!session.is_open(hour(7 * 24)));
    }
}
