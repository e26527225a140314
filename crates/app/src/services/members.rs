//! Members of workspaces.

use crate::context::Ports;
use crate::cursor::Cursors;
use crate::services::listing::{ListRequest, NamedList};
use crate::services::object;
use crate::services::workspaces::seen;
use roadstead_core::model::{
    AuditEntry, Member, Name, Owner, RequestContext, User, UserId, Workspace, WorkspaceId,
    WorkspaceRole,
};
use roadstead_core::ports::{SetMember, StoreError};
use roadstead_core::rules::{authorize, holds};
use roadstead_core::{ErrorCode, Failure, Permission};
use serde_json::json;

/// Members and machine accounts of workspaces.
pub struct MemberService {
    pub(super) ports: Ports,
    pub(super) cursors: Cursors,
}

impl MemberService {
    pub(crate) const fn new(ports: Ports, cursors: Cursors) -> Self {
        Self { ports, cursors }
    }

    /// The workspace, if the asker sees it and holds the permission there.
    pub(super) async fn permitted(
        &self,
        ctx: &RequestContext,
        id: WorkspaceId,
        permission: Permission,
    ) -> Result<Workspace, Failure> {
        let workspace = seen(&self.ports, ctx, id).await?;
        authorize(&ctx.actor, permission, Owner::Workspace { id })?;
        Ok(workspace)
    }

    /// A page of a workspace's people.
    ///
    /// # Errors
    /// A workspace that is absent or not to be seen, or a missing permission.
    pub async fn list(
        &self,
        ctx: &RequestContext,
        id: WorkspaceId,
        request: ListRequest,
    ) -> Result<NamedList<Member>, Failure> {
        self.permitted(ctx, id, Permission::MemberRead).await?;
        let list = format!("members|{id}");
        let page = request.page(&self.cursors, &list)?;
        let found = self.ports.store.members(id, &page).await?;
        request.answer(&self.cursors, &list, found.page, found.total)
    }

    /// Takes somebody into the workspace by their name, or changes their role. Who adds must know
    /// the name already: there is no list of people for them to choose from.
    ///
    /// # Errors
    /// [`ErrorCode::UserUnknown`] when nobody has the name.
    pub async fn add(
        &self,
        ctx: &RequestContext,
        id: WorkspaceId,
        name: &Name,
        role: WorkspaceRole,
    ) -> Result<Member, Failure> {
        let workspace = self.permitted(ctx, id, Permission::MemberSet).await?;
        let found = self.ports.store.login_of(name).await?;
        let Some((user, _)) = found else {
            return Err(Failure::field("/name", ErrorCode::UserUnknown));
        };
        let user_id = user.id;
        self.change(ctx, &workspace, user, Some(role)).await?;
        self.member(&workspace, user_id).await
    }

    /// Sets a member's role. Who may see people can take anybody in this way; everybody else only
    /// changes the roles of members.
    ///
    /// # Errors
    /// Somebody who is absent or not to be seen, [`ErrorCode::WorkspaceLastAdmin`].
    pub async fn set(
        &self,
        ctx: &RequestContext,
        id: WorkspaceId,
        user_id: UserId,
        role: WorkspaceRole,
    ) -> Result<Member, Failure> {
        let workspace = self.permitted(ctx, id, Permission::MemberSet).await?;
        let user = self.reachable(ctx, id, user_id).await?;
        self.change(ctx, &workspace, user, Some(role)).await?;
        self.member(&workspace, user_id).await
    }

    /// Takes somebody out of the workspace.
    ///
    /// # Errors
    /// Somebody who is no member, [`ErrorCode::WorkspaceLastAdmin`].
    pub async fn remove(
        &self,
        ctx: &RequestContext,
        id: WorkspaceId,
        user_id: UserId,
    ) -> Result<(), Failure> {
        let workspace = self.permitted(ctx, id, Permission::MemberRemove).await?;
        let member = self.member(&workspace, user_id).await?;
        self.change(ctx, &workspace, member.user, None).await
    }

    async fn member(&self, workspace: &Workspace, user_id: UserId) -> Result<Member, Failure> {
        self.ports
            .store
            .member(workspace.id, user_id)
            .await?
            .ok_or_else(Failure::not_found)
    }

    /// Somebody whose id the asker may use here.
    async fn reachable(
        &self,
        ctx: &RequestContext,
        id: WorkspaceId,
        user_id: UserId,
    ) -> Result<User, Failure> {
        let found = if holds(&ctx.actor, Permission::UserRead, Owner::Platform) {
            self.ports.store.user(user_id).await?
        } else {
            let member = self.ports.store.member(id, user_id).await?;
            member.map(|member| member.user)
        };
        found.ok_or_else(Failure::not_found)
    }

    async fn change(
        &self,
        ctx: &RequestContext,
        workspace: &Workspace,
        user: User,
        role: Option<WorkspaceRole>,
    ) -> Result<(), Failure> {
        let before = self.ports.store.member(workspace.id, user.id).await?;
        let action = match role {
            Some(_) => Permission::MemberSet,
            None => Permission::MemberRemove,
        };
        let object = object("member", user.id, &user.name);
        let now = self.ports.clock.now();
        let mut audit = AuditEntry::done(ctx, now, action.as_str(), object);
        audit.workspace_id = Some(workspace.id);
        let audited = |role: WorkspaceRole| json!({"workspace": workspace.name, "role": role});
        audit.before = before.map(|member| audited(member.role));
        audit.after = role.map(audited);
        let command = SetMember {
            workspace_id: workspace.id,
            user_id: user.id,
            role,
            // Whoever administers the installation can always give the workspace another one.
            keep_admin: !holds(&ctx.actor, Permission::WorkspaceDelete, Owner::Platform),
            now,
        };
        self.ports
            .store
            .set_member(command, audit)
            .await
            .map_err(|error| match error {
                StoreError::LastAdmin => Failure::new(ErrorCode::WorkspaceLastAdmin),
                other => other.into(),
            })
    }
}
