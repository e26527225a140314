//! Observed state with its reason.

use super::{Reason, Timestamp};
use serde::{Deserialize, Serialize};

/// Which aspect a condition is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ConditionType {
    /// The registry answers.
    Reachable,
    /// The registry accepts the account.
    CredentialsValid,
    /// The whole connection test has passed since the last change of the connection.
    Verified,
    /// The certificate the registry presents ends within 14 days, or has ended.
    CertificateExpiring,
    /// The server that was pinned answers, and no other in its place.
    IdentityConfirmed,
    /// Everybody may pull, without any account.
    AnonymousPull,
    /// The account that would be delivered cannot write.
    PullOnly,
}

impl ConditionType {
    /// Every type.
    pub const ALL: [Self; 7] = [
        Self::Reachable,
        Self::CredentialsValid,
        Self::Verified,
        Self::CertificateExpiring,
        Self::IdentityConfirmed,
        Self::AnonymousPull,
        Self::PullOnly,
    ];

    /// The type in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reachable => "Reachable",
            Self::CredentialsValid => "CredentialsValid",
            Self::Verified => "Verified",
            Self::CertificateExpiring => "CertificateExpiring",
            Self::IdentityConfirmed => "IdentityConfirmed",
            Self::AnonymousPull => "AnonymousPull",
            Self::PullOnly => "PullOnly",
        }
    }
}

/// "Cannot tell" is a state of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConditionStatus {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// It could not be observed.
    Unknown,
}

/// One observed aspect of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Which aspect.
    #[serde(rename = "type")]
    pub kind: ConditionType,
    /// Whether it holds.
    pub status: ConditionStatus,
    /// Why.
    pub reason: Reason,
    /// The upstream's own short text, untrusted.
    pub message: Option<String>,
    /// Since when the status has been this.
    pub since: Timestamp,
}
