//! The certificate a registry presents.

use super::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What is kept of a certificate a registry presented, whether it was accepted or not. Names in it
/// are the server's own words: untrusted, short, without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerCertificate {
    /// Whom it is for, as the certificate says.
    pub subject: String,
    /// Who issued it, as the certificate says.
    pub issuer: String,
    /// Whether it names itself as its issuer.
    pub self_signed: bool,
    /// The last moment it is valid at.
    pub expires_at: Timestamp,
}

impl PeerCertificate {
    /// A certificate that ends sooner than this needs attention.
    pub const SOON: Duration = Duration::from_secs(14 * 86_400);

    /// Whether it ends within [`Self::SOON`], or has ended.
    #[must_use]
    pub fn expires_soon(&self, now: Timestamp) -> bool {
        self.expires_at < now.plus(Self::SOON)
    }

    /// Whole days until it ends; negative once it has ended.
    #[must_use]
    pub fn days_left(&self, now: Timestamp) -> i64 {
        (self.expires_at.as_micros() - now.as_micros()).div_euclid(86_400_000_000)
    }
}

#[cfg(test)]
mod tests {
    use super::PeerCertificate;
    use crate::model::Timestamp;
    use std::time::Duration;

    #[test]
    fn certificate_needs_attention_below_14_days_and_its_days_are_whole() {
        let now = Timestamp::from_micros(1_000_000_000_000_000);
        let day = Duration::from_secs(86_400);
        let ending = |expires_at| PeerCertificate {
            subject: String::new(),
            issuer: String::new(),
            self_signed: false,
            expires_at,
        };
        for (expires_at, soon, days) in [
            (now.plus(day * 14), false, 14),
            (now.plus(day * 14).minus(Duration::from_secs(1)), true, 13),
            (now.plus(Duration::from_secs(1)), true, 0),
            (now.minus(Duration::from_secs(1)), true, -1),
        ] {
            let certificate = ending(expires_at);
            assert_eq!(certificate.expires_soon(now), soon, "{expires_at}");
            assert_eq!(certificate.days_left(now), days, "{expires_at}");
        }
    }
}
