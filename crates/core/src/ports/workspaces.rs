//! Workspaces, their members and machine accounts.

use super::StoreError;
use crate::model::{
    AuditEntry, Counted, Description, Generation, Member, NamePosition, PageRequest, Timestamp,
    User, UserId, Workspace, WorkspaceCounts, WorkspaceFilter, WorkspaceId, WorkspaceRole,
};
use crate::rules::Visible;
use async_trait::async_trait;
use std::collections::HashMap;

/// An edit of a workspace.
#[derive(Debug, Clone)]
pub struct EditWorkspace {
    /// Which one.
    pub id: WorkspaceId,
    /// The generation the person saw.
    pub expected: Generation,
    /// The new description.
    pub description: Description,
    /// Now.
    pub now: Timestamp,
}

/// A member's role set or, without a role, taken.
#[derive(Debug, Clone, Copy)]
pub struct SetMember {
    /// In which workspace.
    pub workspace_id: WorkspaceId,
    /// Whose.
    pub user_id: UserId,
    /// Which role; `None` takes them out.
    pub role: Option<WorkspaceRole>,
    /// Whether an administrator of the workspace must be left.
    pub keep_admin: bool,
    /// Now.
    pub now: Timestamp,
}

/// Workspaces.
#[async_trait]
pub trait WorkspaceStore: Send + Sync {
    /// A page of workspaces by name, with its count. Two queries.
    async fn workspaces(
        &self,
        filter: &WorkspaceFilter,
        page: &PageRequest<NamePosition>,
    ) -> Result<Counted<Workspace>, StoreError>;

    /// One workspace, if it is in `visible`.
    async fn workspace(
        &self,
        id: WorkspaceId,
        visible: &Visible,
    ) -> Result<Option<Workspace>, StoreError>;

    /// How much each of these workspaces holds, in one query. One that is gone is left out.
    async fn workspace_counts(
        &self,
        ids: &[WorkspaceId],
    ) -> Result<HashMap<WorkspaceId, WorkspaceCounts>, StoreError>;

    /// How many workspaces there are, and how many people have a role in any of them; machine
    /// accounts are nobody. One query.
    async fn workspace_totals(&self) -> Result<(u64, u64), StoreError>;

    /// Stores a new workspace. [`StoreError::NameTaken`] when another has the name.
    async fn create_workspace(
        &self,
        workspace: Workspace,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// Edits a workspace. [`StoreError::Stale`] when it was edited since.
    async fn edit_workspace(
        &self,
        command: EditWorkspace,
        audit: AuditEntry,
    ) -> Result<Generation, StoreError>;

    /// Deletes a workspace with its memberships, machine accounts and their tokens.
    /// [`StoreError::NotEmpty`] while it has registries. The streams of its members end.
    async fn delete_workspace(
        &self,
        id: WorkspaceId,
        expected: Generation,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// A page of a workspace's people by name, with its count. Two queries.
    async fn members(
        &self,
        id: WorkspaceId,
        page: &PageRequest<NamePosition>,
    ) -> Result<Counted<Member>, StoreError>;

    /// One person of a workspace.
    async fn member(&self, id: WorkspaceId, user_id: UserId) -> Result<Option<Member>, StoreError>;

    /// Sets or takes a role. [`StoreError::NotFound`] when workspace or person is gone,
    /// [`StoreError::LastAdmin`] when an administrator must stay and none would. The person's
    /// streams end.
    async fn set_member(&self, command: SetMember, audit: AuditEntry) -> Result<(), StoreError>;

    /// A page of a workspace's machine accounts by name, with its count. Two queries.
    async fn machine_accounts(
        &self,
        id: WorkspaceId,
        page: &PageRequest<NamePosition>,
    ) -> Result<Counted<Member>, StoreError>;

    /// One machine account of a workspace.
    async fn machine_account(
        &self,
        id: WorkspaceId,
        account_id: UserId,
    ) -> Result<Option<Member>, StoreError>;

    /// Stores a new machine account. [`StoreError::NameTaken`] when the workspace has one of that
    /// name.
    async fn create_machine_account(
        &self,
        account: User,
        workspace_id: WorkspaceId,
        role: WorkspaceRole,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// Deletes a machine account with its tokens.
    async fn delete_machine_account(
        &self,
        id: WorkspaceId,
        account_id: UserId,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;
}
