//! Workspaces.

use super::page::TotalView;
use super::registry::{AllowedAction, allowed};
use super::words::WorkspaceRoleWord;
use roadstead_app::services::{NamedList, SeenWorkspace};
use roadstead_core::model::{
    Description, Generation, Name, Owner, RequestContext, Timestamp, WorkspaceId, WorkspaceRole,
};
use roadstead_core::{Failure, FieldFailure, Permission};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How much a workspace holds. Null for what the asker may not list.
#[derive(Serialize, ToSchema)]
#[schema(as = WorkspaceCounts)]
pub(crate) struct WorkspaceCountsView {
    /// Its own registries.
    registries: Option<u64>,
    /// People with a role in it.
    members: Option<u64>,
    /// Its machine accounts.
    machine_accounts: Option<u64>,
}

/// A tenant.
#[derive(Serialize, ToSchema)]
#[schema(as = Workspace)]
pub(crate) struct WorkspaceView {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: WorkspaceId,
    /// Its name.
    #[schema(value_type = String)]
    name: Name,
    /// What people say about it.
    description: String,
    /// The asker's own role in it.
    #[schema(value_type = Option<WorkspaceRoleWord>)]
    role: Option<WorkspaceRole>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last edited.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Grows with every edit; send it as `If-Match`.
    generation: Generation,
    /// How much it holds.
    counts: WorkspaceCountsView,
    /// What the asker may do with it.
    allowed_actions: Vec<AllowedAction>,
}

impl WorkspaceView {
    pub(crate) fn new(ctx: &RequestContext, seen: SeenWorkspace) -> Self {
        let workspace = seen.workspace;
        let owner = Owner::Workspace { id: workspace.id };
        let actions = [
            Permission::WorkspaceEdit,
            Permission::WorkspaceDelete,
            Permission::MemberRead,
            Permission::MemberSet,
            Permission::MemberRemove,
            Permission::MachineAccountRead,
            Permission::MachineAccountCreate,
            Permission::MachineAccountDelete,
            Permission::MachineAccountIssue,
            Permission::MachineAccountRevoke,
            Permission::RegistryIntegrate,
            Permission::RegistryTest,
        ];
        Self {
            role: ctx.actor.person().and_then(|p| p.role_at(owner)),
            counts: WorkspaceCountsView {
                registries: seen.registries,
                members: seen.members,
                machine_accounts: seen.machine_accounts,
            },
            allowed_actions: allowed(&ctx.actor, owner, &actions),
            id: workspace.id,
            name: workspace.name,
            description: workspace.description.as_str().to_owned(),
            created_at: workspace.created_at,
            updated_at: workspace.updated_at,
            generation: workspace.generation,
        }
    }

    pub(crate) const fn generation(&self) -> Generation {
        self.generation
    }

    pub(crate) const fn id(&self) -> WorkspaceId {
        self.id
    }
}

/// A page of workspaces.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkspacePage {
    /// The rows.
    items: Vec<WorkspaceView>,
    /// Where the next page starts; null on the last one.
    next_cursor: Option<String>,
    /// How many match.
    total: TotalView,
}

impl WorkspacePage {
    pub(crate) fn new(ctx: &RequestContext, list: NamedList<SeenWorkspace>) -> Self {
        let view = |workspace| WorkspaceView::new(ctx, workspace);
        Self {
            items: list.items.into_iter().map(view).collect(),
            next_cursor: list.next_cursor,
            total: list.total.into(),
        }
    }
}

/// A workspace to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkspaceInput {
    /// Its name; it cannot be changed later.
    #[schema(pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", max_length = 63)]
    name: String,
    /// What people say about it.
    #[serde(default)]
    description: String,
}

impl WorkspaceInput {
    pub(crate) fn parse(&self) -> Result<(Name, Description), Failure> {
        let mut fields = Vec::new();
        let name = Name::parse(&self.name)
            .map_err(|code| fields.push(FieldFailure::new("/name", code)))
            .ok();
        let description = described(&self.description)
            .map_err(|failure| fields.extend(failure.fields))
            .ok();
        match (name, description) {
            (Some(name), Some(description)) => Ok((name, description)),
            _ => Err(Failure::fields(fields)),
        }
    }
}

/// An edit of a workspace.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkspaceEdit {
    /// What people say about it.
    description: String,
}

impl WorkspaceEdit {
    pub(crate) fn parse(&self) -> Result<Description, Failure> {
        described(&self.description)
    }
}

fn described(text: &str) -> Result<Description, Failure> {
    Description::parse(text).map_err(|code| {
        let field = FieldFailure::new("/description", code).with("max", Description::MAX);
        Failure::fields(vec![field])
    })
}
