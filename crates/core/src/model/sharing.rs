//! Who may pull from a registry whose accounts have no rights of their own, and what is known about
//! it (product.md sections 5 and 7).

use super::{ConditionStatus, Reason, Timestamp, UserRef};
use serde::{Deserialize, Serialize};

/// With which account a subject's namespaces pull.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CredentialMode {
    /// With none: everybody may pull.
    Anonymous,
    /// With a pull-only account that a person gave.
    Supplied,
    /// With the integration account.
    Shared,
    /// Not at all.
    None,
}

impl CredentialMode {
    /// Every mode.
    pub const ALL: [Self; 4] = [Self::Anonymous, Self::Supplied, Self::Shared, Self::None];

    /// The mode in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Supplied => "supplied",
            Self::Shared => "shared",
            Self::None => "none",
        }
    }
}

/// A pull-only account that a person gave. Its secret is not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullAccount {
    /// Its name.
    pub username: String,
    /// Who gave it; `None` when that person is gone.
    pub set_by: Option<UserRef>,
    /// When.
    pub set_at: Timestamp,
}

/// Whether everybody may pull, as it was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnonymousProof {
    /// Whether they may.
    pub status: ConditionStatus,
    /// Why.
    pub reason: Reason,
    /// Since when the status has been this.
    pub since: Timestamp,
    /// When it was last tried, whatever came of it.
    pub checked_at: Timestamp,
    /// On how many repositories it was tried.
    pub repositories: u32,
}

/// Whether an account can write, as it was tried. `True` means that it cannot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteProof {
    /// Which account: supplied or shared.
    pub mode: CredentialMode,
    /// Its name.
    pub username: String,
    /// Whether every upload was refused to it.
    pub status: ConditionStatus,
    /// Why.
    pub reason: Reason,
    /// Since when the status has been this.
    pub since: Timestamp,
    /// When it was last tried, whatever came of it.
    pub checked_at: Timestamp,
    /// On how many repositories it was tried: rights can differ between them.
    pub repositories: u32,
}

/// A person's consent that every namespace may pull with an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Who consented.
    pub by: UserRef,
    /// When.
    pub at: Timestamp,
    /// To the delivery of which account: supplied or shared.
    pub mode: CredentialMode,
    /// Its name.
    pub username: String,
    /// To pulls from where: the registry's address at that time.
    pub address: String,
}

/// Everything known about who may pull from a registry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PullAccess {
    /// The pull-only account, when one was given.
    pub account: Option<PullAccount>,
    /// Whether everybody may pull; `None` before it was tried.
    pub anonymous: Option<AnonymousProof>,
    /// Whether the account that would be delivered can write; `None` before it was tried.
    pub write: Option<WriteProof>,
    /// The consent to share it with every namespace.
    pub consent: Option<Consent>,
}
