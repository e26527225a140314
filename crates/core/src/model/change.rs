//! The change feed: what changed, never how.

use super::{Generation, UserId, WorkspaceId};
use crate::Permission;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Place in the feed. Grows in commit order.
pub type ChangeId = i64;

/// What kind of thing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// A registry was integrated, edited or disconnected.
    Registry,
    /// A registry's health verdict changed.
    RegistryHealth,
    /// A registry's figures, or what was seen that it can do, changed.
    RegistryStatistics,
    /// A registry's spaces or repositories changed; the object is the registry.
    RegistryInventory,
    /// A crawl of a registry began, got on, or ended, or something of it is wanted read; the object
    /// is the registry.
    RegistryCrawl,
    /// A repository's tags or artifacts, or what is said about it, changed; the object is the
    /// repository.
    Repository,
    /// A registry's hook was made, rotated or removed, or events came to it; the object is the
    /// registry.
    RegistryHook,
    /// A person was made, changed or deleted. With a `user_id`: what that person may do has
    /// changed, and their streams end.
    User,
    /// A session was opened or closed.
    Session,
    /// A workspace was made, edited or deleted.
    Workspace,
    /// A member's role was set or taken; the object is the workspace.
    Member,
    /// A machine account was made or deleted.
    MachineAccount,
    /// An API token was made or revoked.
    Token,
    /// What members see of the platform's registries changed: one appeared among those that
    /// everybody may pull from, left them, or another of them changed. Its generation is always 0.
    OpenRegistry,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 14] = [
        Self::Registry,
        Self::RegistryHealth,
        Self::RegistryStatistics,
        Self::RegistryInventory,
        Self::RegistryCrawl,
        Self::Repository,
        Self::RegistryHook,
        Self::User,
        Self::Session,
        Self::Workspace,
        Self::Member,
        Self::MachineAccount,
        Self::Token,
        Self::OpenRegistry,
    ];

    /// The topic in the API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registry => "registry",
            Self::RegistryHealth => "registry_health",
            Self::RegistryStatistics => "registry_statistics",
            Self::RegistryInventory => "registry_inventory",
            Self::RegistryCrawl => "registry_crawl",
            Self::Repository => "repository",
            Self::RegistryHook => "registry_hook",
            Self::User => "user",
            Self::Session => "session",
            Self::Workspace => "workspace",
            Self::Member => "member",
            Self::MachineAccount => "machine_account",
            Self::Token => "token",
            Self::OpenRegistry => "open_registry",
        }
    }

    /// What somebody must hold, on the object's owner, to hear of such changes.
    #[must_use]
    pub const fn permission(self) -> Permission {
        match self {
            Self::Registry
            | Self::RegistryHealth
            | Self::RegistryStatistics
            | Self::RegistryInventory
            | Self::RegistryCrawl
            | Self::Repository
            | Self::OpenRegistry
            | Self::RegistryHook => Permission::RegistryRead,
            Self::User => Permission::UserRead,
            // One's own; `user_id` says whose.
            Self::Session | Self::Token => Permission::ChangeFollow,
            Self::Workspace => Permission::WorkspaceRead,
            Self::Member => Permission::MemberRead,
            Self::MachineAccount => Permission::MachineAccountRead,
        }
    }

    /// Reads a topic.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.as_str() == text)
    }
}

/// One entry of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its place.
    pub id: ChangeId,
    /// What kind of thing.
    pub topic: Topic,
    /// Which one.
    pub object_id: Uuid,
    /// The object's generation after the change.
    pub generation: Generation,
    /// The workspace it belongs to; `None` for the platform.
    pub workspace_id: Option<WorkspaceId>,
    /// The only person who may hear of it, for what is their own; `None` for everybody who may see the object.
    pub user_id: Option<UserId>,
}
