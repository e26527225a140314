//! Who answers at a registry's address (`docs/adr/0006-server-identity.md`).

use super::{RegistryKind, Timestamp};
use serde::{Deserialize, Serialize};

/// What a registry asks for before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthScheme {
    /// Nothing.
    Open,
    /// A name and a password.
    Basic,
    /// A token.
    Bearer,
    /// Either.
    BasicOrBearer,
}

impl AuthScheme {
    /// Every scheme.
    pub const ALL: [Self; 4] = [Self::Open, Self::Basic, Self::Bearer, Self::BasicOrBearer];

    /// The scheme in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Basic => "basic",
            Self::Bearer => "bearer",
            Self::BasicOrBearer => "basic_or_bearer",
        }
    }
}

/// What tells one server from another, as far as its anonymous answers give it away. Of a
/// stranger's texts only hashes are kept: one that was sent a secret could send it back in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerIdentity {
    /// The product.
    pub product: RegistryKind,
    /// What it asks for.
    pub auth: AuthScheme,
    /// A hash of what its tokens are for.
    pub service: Option<String>,
    /// Where its tokens come from: [`Self::OWN_REALM`], or an origin; for passwords a hash of
    /// the text it shows to whoever is asked for one.
    pub realm: Option<String>,
    /// The SHA-256 of its public key, where its certificate is not judged: then the key is all
    /// that proves anything.
    pub key: Option<String>,
}

impl ServerIdentity {
    /// Tokens come from the registry's own origin, whatever that is.
    pub const OWN_REALM: &str = "own";
    /// The longest text that is kept of a server.
    pub const MAX_TEXT: usize = 255;
}

/// Why a registry is suspended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspensionCause {
    /// It answers otherwise than the server that was pinned.
    Answers,
    /// It holds none of the repositories that were known.
    Content,
}

impl SuspensionCause {
    /// The cause in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Content => "content",
        }
    }
}

/// Another server answers: nothing secret is sent until a person has confirmed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// Why.
    pub cause: SuspensionCause,
    /// Who answered last.
    pub seen: ServerIdentity,
    /// Since when.
    pub since: Timestamp,
}
