//! Workspaces.

use crate::context::Ports;
use crate::cursor::Cursors;
use crate::services::listing::{ListRequest, NamedList};
use crate::services::object;
use roadstead_core::model::{
    AuditEntry, Description, Generation, Name, Owner, RequestContext, Workspace, WorkspaceCounts,
    WorkspaceFilter, WorkspaceId,
};
use roadstead_core::ports::{EditWorkspace, StoreError};
use roadstead_core::rules::{authorize, holds};
use roadstead_core::{ErrorCode, Failure, Permission};
use serde_json::json;

/// A workspace as the asker sees it: a count that is not theirs to know is absent.
pub struct SeenWorkspace {
    /// The workspace.
    pub workspace: Workspace,
    /// Its own registries.
    pub registries: Option<u64>,
    /// People with a role in it.
    pub members: Option<u64>,
    /// Its machine accounts.
    pub machine_accounts: Option<u64>,
}

/// Workspaces.
pub struct WorkspaceService {
    ports: Ports,
    cursors: Cursors,
}

impl WorkspaceService {
    pub(crate) const fn new(ports: Ports, cursors: Cursors) -> Self {
        Self { ports, cursors }
    }

    /// A page of the workspaces the asker may see.
    ///
    /// # Errors
    /// A cursor that was changed or belongs to another list, or a database that does not answer.
    pub async fn list(
        &self,
        ctx: &RequestContext,
        request: ListRequest,
    ) -> Result<NamedList<SeenWorkspace>, Failure> {
        let page = request.page(&self.cursors, "workspaces")?;
        let filter = WorkspaceFilter {
            visible: ctx.visible.clone(),
            text: request.text(),
        };
        let found = self.ports.store.workspaces(&filter, &page).await?;
        let list = request.answer(&self.cursors, "workspaces", found.page, found.total)?;
        let ids: Vec<WorkspaceId> = list.items.iter().map(|workspace| workspace.id).collect();
        let mut counts = self.ports.store.workspace_counts(&ids).await?;
        let seen = |workspace: Workspace| {
            let counts = counts.remove(&workspace.id).unwrap_or_default();
            counted(ctx, workspace, counts)
        };
        Ok(NamedList {
            items: list.items.into_iter().map(seen).collect(),
            next_cursor: list.next_cursor,
            total: list.total,
        })
    }

    /// One workspace.
    ///
    /// # Errors
    /// [`ErrorCode::ObjectNotFound`] for one that is absent or not to be seen.
    pub async fn get(
        &self,
        ctx: &RequestContext,
        id: WorkspaceId,
    ) -> Result<SeenWorkspace, Failure> {
        let workspace = seen(&self.ports, ctx, id).await?;
        self.with_counts(ctx, workspace).await
    }

    /// Makes a workspace.
    ///
    /// # Errors
    /// [`ErrorCode::WorkspaceNameTaken`], or a missing permission.
    pub async fn create(
        &self,
        ctx: &RequestContext,
        name: Name,
        description: Description,
    ) -> Result<SeenWorkspace, Failure> {
        authorize(&ctx.actor, Permission::WorkspaceCreate, Owner::Platform)?;
        let now = self.ports.clock.now();
        let workspace = Workspace {
            id: WorkspaceId::new(),
            name,
            description,
            created_at: now,
            updated_at: now,
            generation: 1,
        };
        let mut audit = self.entry(ctx, Permission::WorkspaceCreate, &workspace);
        audit.after = Some(audited(&workspace));
        self.ports
            .store
            .create_workspace(workspace.clone(), audit)
            .await
            .map_err(|error| match error {
                StoreError::NameTaken => {
                    Failure::new(ErrorCode::WorkspaceNameTaken).with("name", &workspace.name)
                }
                other => other.into(),
            })?;
        Ok(counted(ctx, workspace, WorkspaceCounts::default()))
    }

    /// Edits a workspace's description.
    ///
    /// # Errors
    /// [`ErrorCode::RequestStale`] when it was edited since `expected`.
    pub async fn edit(
        &self,
        ctx: &RequestContext,
        id: WorkspaceId,
        expected: Generation,
        description: Description,
    ) -> Result<SeenWorkspace, Failure> {
        let before = seen(&self.ports, ctx, id).await?;
        authorize(
            &ctx.actor,
            Permission::WorkspaceEdit,
            Owner::Workspace { id },
        )?;
        let mut audit = self.entry(ctx, Permission::WorkspaceEdit, &before);
        audit.before = Some(json!({"description": before.description}));
        audit.after = Some(json!({"description": description}));
        let now = audit.at;
        let command = EditWorkspace {
            id,
            expected,
            description: description.clone(),
            now,
        };
        let generation = self.ports.store.edit_workspace(command, audit).await?;
        let edited = Workspace {
            description,
            generation,
            updated_at: now,
            ..before
        };
        self.with_counts(ctx, edited).await
    }

    /// Deletes a workspace with its memberships and machine accounts.
    ///
    /// # Errors
    /// [`ErrorCode::WorkspaceNotEmpty`] with the registries that stand in the way,
    /// [`ErrorCode::RequestStale`] when it was edited since `expected`.
    pub async fn delete(
        &self,
        ctx: &RequestContext,
        id: WorkspaceId,
        expected: Generation,
    ) -> Result<(), Failure> {
        let before = seen(&self.ports, ctx, id).await?;
        authorize(
            &ctx.actor,
            Permission::WorkspaceDelete,
            Owner::Workspace { id },
        )?;
        let mut audit = self.entry(ctx, Permission::WorkspaceDelete, &before);
        audit.before = Some(audited(&before));
        Ok(self
            .ports
            .store
            .delete_workspace(id, expected, audit)
            .await?)
    }

    async fn with_counts(
        &self,
        ctx: &RequestContext,
        workspace: Workspace,
    ) -> Result<SeenWorkspace, Failure> {
        let mut counts = self.ports.store.workspace_counts(&[workspace.id]).await?;
        let counts = counts.remove(&workspace.id).unwrap_or_default();
        Ok(counted(ctx, workspace, counts))
    }

    fn entry(&self, ctx: &RequestContext, action: Permission, workspace: &Workspace) -> AuditEntry {
        let object = object("workspace", workspace.id, &workspace.name);
        let mut audit = AuditEntry::done(ctx, self.ports.clock.now(), action.as_str(), object);
        audit.workspace_id = Some(workspace.id);
        audit
    }
}

/// A workspace as the asker sees it.
pub(super) async fn seen(
    ports: &Ports,
    ctx: &RequestContext,
    id: WorkspaceId,
) -> Result<Workspace, Failure> {
    ports
        .store
        .workspace(id, &ctx.visible)
        .await?
        .ok_or_else(Failure::not_found)
}

/// The counts as far as the asker may list what is counted.
fn counted(ctx: &RequestContext, workspace: Workspace, counts: WorkspaceCounts) -> SeenWorkspace {
    let owner = Owner::Workspace { id: workspace.id };
    let told =
        |permission, count: u64| Some(count).filter(|_| holds(&ctx.actor, permission, owner));
    SeenWorkspace {
        registries: told(Permission::RegistryRead, counts.registries),
        members: told(Permission::MemberRead, counts.members),
        machine_accounts: told(Permission::MachineAccountRead, counts.machine_accounts),
        workspace,
    }
}

fn audited(workspace: &Workspace) -> serde_json::Value {
    json!({"name": workspace.name, "description": workspace.description})
}
