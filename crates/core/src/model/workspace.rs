//! Tenants and who belongs to them.

use super::{Description, Generation, Name, Timestamp, User, WorkspaceId, WorkspaceRole};
use crate::rules::Visible;

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Its name, unique and never changed.
    pub name: Name,
    /// What people say about it.
    pub description: Description,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last edited.
    pub updated_at: Timestamp,
    /// Grows with every edit.
    pub generation: Generation,
}

/// How much a workspace holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WorkspaceCounts {
    /// Its own registries.
    pub registries: u64,
    /// People with a role in it.
    pub members: u64,
    /// Its machine accounts.
    pub machine_accounts: u64,
}

/// A role in one workspace, as its holder carries it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// Which workspace.
    pub workspace_id: WorkspaceId,
    /// The role there.
    pub role: WorkspaceRole,
}

/// Somebody with a role in a workspace, as the workspace sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: User,
    /// Their role.
    pub role: WorkspaceRole,
    /// Since when they belong to it.
    pub created_at: Timestamp,
}

/// Which workspaces are asked for.
#[derive(Debug, Clone)]
pub struct WorkspaceFilter {
    /// What the asker may see; everything else is as if absent.
    pub visible: Visible,
    /// Only those whose name contains this text, in lower case.
    pub text: Option<String>,
}
