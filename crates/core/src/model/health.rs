//! Whether a registry works, and why not.

use super::Timestamp;
use serde::{Deserialize, Serialize};

/// The health shown to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// It does not work.
    Unhealthy,
    /// It works, with trouble.
    Degraded,
    /// Not checked yet, or not for too long.
    Unknown,
    /// It works.
    Healthy,
}

impl Health {
    /// All of them, those that need attention first.
    pub const ALL: [Self; 4] = [
        Self::Unhealthy,
        Self::Degraded,
        Self::Unknown,
        Self::Healthy,
    ];

    /// Order in lists: what needs attention comes first.
    #[must_use]
    pub const fn rank(self) -> i16 {
        match self {
            Self::Unhealthy => 0,
            Self::Degraded => 1,
            Self::Unknown => 2,
            Self::Healthy => 3,
        }
    }

    /// The health with this rank; what cannot be read is unknown.
    #[must_use]
    pub const fn from_rank(rank: i16) -> Self {
        match rank {
            0 => Self::Unhealthy,
            1 => Self::Degraded,
            3 => Self::Healthy,
            _ => Self::Unknown,
        }
    }

    /// The word in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Unhealthy => "unhealthy",
            Self::Unknown => "unknown",
        }
    }
}

macro_rules! reasons {
    ($($variant:ident,)*) => {
        /// Why a condition has its status, in the words of the console and the API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Reason {
            $(#[allow(missing_docs, reason = "the name is the meaning")] $variant,)*
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The reason in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)* }
            }

            /// Reads a stored reason.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|r| r.as_str() == text)
            }
        }
    };
}

reasons! {
    NotChecked,
    Reachable,
    SlowAnswers,
    AddressRefused,
    NameUnresolved,
    ConnectionRefused,
    ConnectionReset,
    Timeout,
    TlsFailed,
    NotARegistry,
    ServerError,
    RateLimited,
    ProtocolError,
    CredentialsRejected,
    TokenServiceUnconfirmed,
    IdentityChanged,
    IdentityPinned,
    CredentialsAccepted,
    NoCredentials,
    CredentialUnreadable,
    NotTested,
    Tested,
    NotObserved,
    Unstable,
    OtherScheme,
    CertificateExpired,
    CertificateNotYetValid,
    CertificateOtherHost,
    CertificateIssuerUnknown,
    CertificateSelfSigned,
    TlsTooOld,
    CertificateValid,
    CertificateExpiresSoon,
    Proved,
    Refused,
    RegistryEmpty,
    NoRepositoryKnown,
    UploadRefused,
    UploadAccepted,
    NotAvailable,
}

/// Health with everything a person on call asks for next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthReport {
    /// The verdict.
    pub status: Health,
    /// Why.
    pub reason: Reason,
    /// The registry's own short text, untrusted.
    pub message: Option<String>,
    /// When this verdict began.
    pub since: Option<Timestamp>,
    /// When it was last asked.
    pub checked_at: Option<Timestamp>,
    /// When it last answered well.
    pub last_success_at: Option<Timestamp>,
    /// How long the last good answer took, in milliseconds.
    pub latency_ms: Option<i64>,
}

impl HealthReport {
    /// Before the first check.
    #[must_use]
    pub const fn unchecked() -> Self {
        Self {
            status: Health::Unknown,
            reason: Reason::NotChecked,
            message: None,
            since: None,
            checked_at: None,
            last_success_at: None,
            latency_ms: None,
        }
    }
}
