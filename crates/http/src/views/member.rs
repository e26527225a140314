//! Members and machine accounts of workspaces.

use super::page::TotalView;
use super::words::{PermissionWord, WorkspaceRoleWord};
use roadstead_app::services::NamedList;
use roadstead_core::model::{
    DisplayName, Member, Name, Timestamp, TokenCut, UserId, WorkspaceRole,
};
use roadstead_core::{ErrorCode, Failure, Permission};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A person with a role in a workspace.
#[derive(Serialize, ToSchema)]
#[schema(as = Member)]
pub(crate) struct MemberView {
    /// The person's id.
    #[schema(value_type = Uuid)]
    user_id: UserId,
    /// Their name.
    #[schema(value_type = String)]
    name: Name,
    /// What others call them.
    #[schema(value_type = String)]
    display_name: DisplayName,
    /// Their role.
    #[schema(value_type = WorkspaceRoleWord)]
    role: WorkspaceRole,
    /// Since when they belong to it.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<Member> for MemberView {
    fn from(member: Member) -> Self {
        Self {
            user_id: member.user.id,
            name: member.user.name,
            display_name: member.user.display_name,
            role: member.role,
            created_at: member.created_at,
        }
    }
}

/// A page of members.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberPage {
    /// The rows.
    items: Vec<MemberView>,
    /// Where the next page starts; null on the last one.
    next_cursor: Option<String>,
    /// How many there are.
    total: TotalView,
}

impl From<NamedList<Member>> for MemberPage {
    fn from(list: NamedList<Member>) -> Self {
        Self {
            items: list.items.into_iter().map(Into::into).collect(),
            next_cursor: list.next_cursor,
            total: list.total.into(),
        }
    }
}

/// A member of a workspace that is nobody.
#[derive(Serialize, ToSchema)]
#[schema(as = MachineAccount)]
pub(crate) struct MachineAccountView {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: UserId,
    /// Its name, unique in the workspace.
    #[schema(value_type = String)]
    name: Name,
    /// Its role.
    #[schema(value_type = WorkspaceRoleWord)]
    role: WorkspaceRole,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// What its tokens can be given: a permission outside is no use to them.
    #[schema(value_type = Vec<PermissionWord>)]
    token_scope: Vec<Permission>,
}

impl From<Member> for MachineAccountView {
    fn from(member: Member) -> Self {
        Self {
            id: member.user.id,
            name: member.user.name,
            token_scope: TokenCut::for_role(member.role),
            role: member.role,
            created_at: member.created_at,
        }
    }
}

/// A page of machine accounts.
#[derive(Serialize, ToSchema)]
pub(crate) struct MachineAccountPage {
    /// The rows.
    items: Vec<MachineAccountView>,
    /// Where the next page starts; null on the last one.
    next_cursor: Option<String>,
    /// How many there are.
    total: TotalView,
}

impl From<NamedList<Member>> for MachineAccountPage {
    fn from(list: NamedList<Member>) -> Self {
        Self {
            items: list.items.into_iter().map(Into::into).collect(),
            next_cursor: list.next_cursor,
            total: list.total.into(),
        }
    }
}

/// A name with a role: a person to take in, or a machine account to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberInput {
    /// The name.
    #[schema(pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", max_length = 63)]
    name: String,
    /// The role.
    #[schema(value_type = WorkspaceRoleWord)]
    role: WorkspaceRole,
}

impl MemberInput {
    pub(crate) fn parse(
        &self,
        malformed: Option<ErrorCode>,
    ) -> Result<(Name, WorkspaceRole), Failure> {
        let name = Name::parse(&self.name)
            .map_err(|code| Failure::field("/name", malformed.unwrap_or(code)))?;
        Ok((name, self.role))
    }
}

/// A member's role.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberRole {
    /// The role.
    #[schema(value_type = WorkspaceRoleWord)]
    pub(crate) role: WorkspaceRole,
}
