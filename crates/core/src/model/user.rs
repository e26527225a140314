//! People.

use super::{Generation, Name, Timestamp, UserId};
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
        [Self::Admin, Self::Auditor]
            .into_iter()
            .find(|r| r.as_str() == text)
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

/// A person as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserRef {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: Name,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: Name,
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
