//! People.

use super::{DisplayName, Generation, Name, Timestamp, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};

/// A role over the whole installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlatformRole {
    /// Everything.
    Admin,
    /// Reads everything, changes nothing.
    Auditor,
}

impl PlatformRole {
    /// Every role.
    pub const ALL: [Self; 2] = [Self::Admin, Self::Auditor];

    /// The role in the API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Auditor => "auditor",
        }
    }

    /// Reads a role.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }
}

/// A role in one workspace. A greater one includes the lesser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkspaceRole {
    /// Looks and chooses images.
    Viewer,
    /// Also pushes, describes, deploys.
    Editor,
    /// Also owns the workspace's registries and members.
    Admin,
}

impl WorkspaceRole {
    /// Every role, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Editor, Self::Admin];

    /// The role in the API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }

    /// Reads a role.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.as_str() == text)
    }
}

/// A person as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserRef {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: Name,
}

/// A person, or a workspace's machine account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// The name they sign in with, never changed. A machine account's is unique in its workspace.
    pub name: Name,
    /// What others call them.
    pub display_name: DisplayName,
    /// The workspace a machine account belongs to; `None` for a person.
    pub machine_of: Option<WorkspaceId>,
    /// Their role over the installation, if any.
    pub platform_role: Option<PlatformRole>,
    /// When they were made.
    pub created_at: Timestamp,
    /// Grows with every edit.
    pub generation: Generation,
}

/// A password as Argon2id leaves it, in PHC string form. Not a secret like the password, but not
/// for answers either: it has no `Debug` and no `Serialize`.
#[derive(Clone)]
pub struct PasswordHash(pub String);

/// What an edit changes of a person; absent parts stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserChanges {
    /// What others call them.
    pub display_name: Option<DisplayName>,
    /// Their role over the installation.
    pub platform_role: Option<Option<PlatformRole>>,
}

/// Which people are asked for.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// Only those whose name contains this text, in lower case.
    pub text: Option<String>,
}
