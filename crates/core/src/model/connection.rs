//! Everything needed to talk to a registry.

use super::{Address, Listed, Origin, RegistryKind, Secret, ServerIdentity};
use serde::{Deserialize, Serialize};

/// How the registry's certificate is judged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "lowercase", deny_unknown_fields)]
pub enum TlsPolicy {
    /// By the system's certificate authorities.
    #[default]
    Verify,
    /// By this certificate authority alone.
    Ca {
        /// One or more PEM certificates.
        ca_pem: String,
    },
    /// Not at all: whoever is on the way can pose as the registry.
    Skip,
}

/// User name and password, or robot name and token.
#[derive(Clone)]
pub struct Account {
    /// The name to sign in with.
    pub username: String,
    /// Its secret.
    pub password: Secret<String>,
}

/// Where a registry is and how to reach it. The account is used with this address and no other.
#[derive(Clone)]
pub struct Connection {
    /// The product expected there.
    pub kind: RegistryKind,
    /// Where it is.
    pub address: Address,
    /// How its certificate is judged.
    pub tls: TlsPolicy,
    /// The integration account; `None` for anonymous access.
    pub account: Option<Account>,
    /// The token service that was confirmed with the account, when it is not at the registry's
    /// own origin (`docs/adr/0005-token-realm.md`).
    pub token_service: Option<Origin>,
    /// The server that must answer before the account is sent; `None` when none was pinned yet.
    pub identity: Option<ServerIdentity>,
    /// The repositories a person listed, for a registry that gives no catalogue.
    pub listed: Listed,
}
