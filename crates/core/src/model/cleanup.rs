//! What a disconnected registry left behind.

use super::{
    Address, CleanupId, LedgerEntry, Name, Origin, Owner, RegistryId, RegistryKind, ServerIdentity,
    Timestamp, TlsPolicy,
};
use std::time::Duration;

/// Removing it is tried again for this long.
pub const CLEANUP_TRIED_FOR: Duration = Duration::from_secs(7 * 24 * 3_600);

/// A registry that was disconnected while something we made was still in it, with what is needed
/// to remove that. Its sealed secret is no part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleanup {
    /// Its id.
    pub id: CleanupId,
    /// The registry's id then.
    pub registry_id: RegistryId,
    /// Its name then.
    pub name: Name,
    /// The product.
    pub kind: RegistryKind,
    /// Whom it belonged to.
    pub owner: Owner,
    /// Where it is.
    pub address: Address,
    /// How its certificate is judged.
    pub tls: TlsPolicy,
    /// The account's name.
    pub username: Option<String>,
    /// The token service its account was confirmed for.
    pub token_service: Option<Origin>,
    /// The server it was.
    pub identity: Option<ServerIdentity>,
    /// When it was disconnected.
    pub disconnected_at: Timestamp,
    /// When trying ended with something left behind.
    pub given_up_at: Option<Timestamp>,
}

impl Cleanup {
    /// When trying ends.
    #[must_use]
    pub fn gives_up_at(&self) -> Timestamp {
        self.disconnected_at.plus(CLEANUP_TRIED_FOR)
    }
}

/// A cleanup with what is left to remove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanupEntries {
    /// The cleanup.
    pub cleanup: Cleanup,
    /// What is left, the oldest first.
    pub entries: Vec<LedgerEntry>,
}
