//! Workspaces.

use crate::context::Ports;
use crate::cursor::Cursors;
use crate::services::listing::{ListRequest, NamedList};
use crate::services::object;
use roadstead_core::model::{
    AuditEntry, Description, Generation, Name, Owner, RequestContext, Workspace, WorkspaceFilter,
    WorkspaceId,
};
use roadstead_core::ports::{EditWorkspace, StoreError};
use roadstead_core::rules::authorize;
use roadstead_core::{ErrorCode, Failure, Permission};
use serde_json::json;

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
    ) -> Result<NamedList<Workspace>, Failure> {
        let page = request.page(&self.cursors, "workspaces")?;
        let filter = WorkspaceFilter {
            visible: ctx.visible.clone(),
            text: request.text(),
        };
        let found = self.ports.store.workspaces(&filter, &page).await?;
        request.answer(&self.cursors, "workspaces", found)
    }

    /// One workspace.
    ///
    /// # Errors
    /// [`ErrorCode::ObjectNotFound`] for one that is absent or not to be seen.
    pub async fn get(&self, ctx: &RequestContext, id: WorkspaceId) -> Result<Workspace, Failure> {
        seen(&self.ports, ctx, id).await
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
    ) -> Result<Workspace, Failure> {
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
        Ok(workspace)
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
    ) -> Result<Workspace, Failure> {
        let before = self.get(ctx, id).await?;
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
        Ok(Workspace {
            description,
            generation,
            updated_at: now,
            ..before
        })
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
        let before = self.get(ctx, id).await?;
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

fn audited(workspace: &Workspace) -> serde_json::Value {
    json!({"name": workspace.name, "description": workspace.description})
}
