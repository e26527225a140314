//! What Roadstead made in registries. Only what stands here is ever removed there.

use super::{CleanupId, LedgerEntryId, RegistryId, Timestamp};
use crate::ErrorCode;
use serde::{Deserialize, Serialize};

/// What kind of thing was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerKind {
    /// An upload that was opened to see whether an account can write, and holds no bytes. The
    /// protocol has no room for the installation's id in it.
    Upload,
}

impl LedgerKind {
    /// Every kind.
    pub const ALL: [Self; 1] = [Self::Upload];

    /// The kind in the API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Upload => "upload",
        }
    }

    /// Reads a kind.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == text)
    }
}

/// One thing that was made, or was about to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Its id.
    pub id: LedgerEntryId,
    /// The registry it was made in, which may be disconnected by now.
    pub registry_id: RegistryId,
    /// The cleanup it waits in, after its registry was disconnected.
    pub cleanup_id: Option<CleanupId>,
    /// What it is.
    pub kind: LedgerKind,
    /// What people read, and what is needed to reach it: for an upload its repository.
    pub name: String,
    /// Where it is, in the adapter's own words; `None` before the registry has said. Never shown:
    /// an upload's place carries the registry's own state.
    pub reference: Option<String>,
    /// When it was written down, which is before it was made.
    pub created_at: Timestamp,
    /// When it was removed, or found never to have been made.
    pub removed_at: Option<Timestamp>,
    /// How often removing it has failed.
    pub attempts: u32,
    /// When that was last tried.
    pub tried_at: Option<Timestamp>,
    /// Why it failed then.
    pub last_error: Option<ErrorCode>,
}

impl LedgerEntry {
    /// An entry for something that is about to be made.
    #[must_use]
    pub fn new(registry_id: RegistryId, kind: LedgerKind, name: String, now: Timestamp) -> Self {
        Self {
            id: LedgerEntryId::new(),
            registry_id,
            cleanup_id: None,
            kind,
            name,
            reference: None,
            created_at: now,
            removed_at: None,
            attempts: 0,
            tried_at: None,
            last_error: None,
        }
    }
}
