//! Machine accounts: members of one workspace that are nobody, whose tokens outlive people.

use crate::services::listing::{ListRequest, NamedList};
use crate::services::members::MemberService;
use crate::services::object;
use crate::services::tokens::{self, IssuedToken, TokenInput};
use roadstead_core::model::{
    ApiToken, ApiTokenId, AuditEntry, DisplayName, Member, Name, RequestContext, User, UserId,
    WorkspaceId, WorkspaceRole,
};
use roadstead_core::ports::StoreError;
use roadstead_core::{ErrorCode, Failure, Permission};
use serde_json::json;

impl MemberService {
    /// A page of a workspace's machine accounts.
    ///
    /// # Errors
    /// A workspace that is absent or not to be seen, or a missing permission.
    pub async fn list_machines(
        &self,
        ctx: &RequestContext,
        id: WorkspaceId,
        request: ListRequest,
    ) -> Result<NamedList<Member>, Failure> {
        self.permitted(ctx, id, Permission::MachineAccountRead)
            .await?;
        let list = format!("machine accounts|{id}");
        let page = request.page(&self.cursors, &list)?;
        let found = self.ports.store.machine_accounts(id, &page).await?;
        request.answer(&self.cursors, &list, found.page, found.total)
    }

    /// Makes a machine account.
    ///
    /// # Errors
    /// [`ErrorCode::MachineAccountNameTaken`], or as for the list.
    pub async fn create_machine(
        &self,
        ctx: &RequestContext,
        id: WorkspaceId,
        name: Name,
        role: WorkspaceRole,
    ) -> Result<Member, Failure> {
        self.permitted(ctx, id, Permission::MachineAccountCreate)
            .await?;
        let now = self.ports.clock.now();
        let user = User {
            id: UserId::new(),
            name,
            display_name: DisplayName::default(),
            machine_of: Some(id),
            platform_role: None,
            created_at: now,
            generation: 1,
        };
        let mut audit = self.machine_entry(ctx, Permission::MachineAccountCreate, id, &user);
        audit.after = Some(json!({"name": user.name, "role": role}));
        self.ports
            .store
            .create_machine_account(user.clone(), id, role, audit)
            .await
            .map_err(|error| match error {
                StoreError::NameTaken => {
                    Failure::new(ErrorCode::MachineAccountNameTaken).with("name", &user.name)
                }
                other => other.into(),
            })?;
        Ok(Member {
            user,
            role,
            created_at: now,
        })
    }

    /// Deletes a machine account with its tokens.
    ///
    /// # Errors
    /// An account that is absent or of another workspace, or as for the list.
    pub async fn delete_machine(
        &self,
        ctx: &RequestContext,
        id: WorkspaceId,
        account_id: UserId,
    ) -> Result<(), Failure> {
        let permission = Permission::MachineAccountDelete;
        let member = self.machine(ctx, id, account_id, permission).await?;
        let mut audit = self.machine_entry(ctx, permission, id, &member.user);
        audit.before = Some(json!({"name": member.user.name, "role": member.role}));
        Ok(self
            .ports
            .store
            .delete_machine_account(id, account_id, audit)
            .await?)
    }

    /// The tokens of a machine account.
    ///
    /// # Errors
    /// As for deleting it.
    pub async fn machine_tokens(
        &self,
        ctx: &RequestContext,
        id: WorkspaceId,
        account_id: UserId,
    ) -> Result<Vec<ApiToken>, Failure> {
        self.machine(ctx, id, account_id, Permission::MachineAccountRead)
            .await?;
        Ok(self.ports.store.tokens_of(account_id).await?)
    }

    /// Makes a token for a machine account. It reaches that account's workspace and nothing else.
    ///
    /// # Errors
    /// As for deleting it, and for what a token cannot be.
    pub async fn issue_machine_token(
        &self,
        ctx: &RequestContext,
        id: WorkspaceId,
        account_id: UserId,
        input: TokenInput,
    ) -> Result<IssuedToken, Failure> {
        let permission = Permission::MachineAccountIssue;
        self.machine(ctx, id, account_id, permission).await?;
        let input = TokenInput {
            workspace_id: Some(id),
            ..input
        };
        tokens::issue(&self.ports, ctx, account_id, permission, Some(id), input).await
    }

    /// Revokes a token of a machine account.
    ///
    /// # Errors
    /// As for deleting it; a token of another account is absent.
    pub async fn revoke_machine_token(
        &self,
        ctx: &RequestContext,
        id: WorkspaceId,
        account_id: UserId,
        token_id: ApiTokenId,
    ) -> Result<(), Failure> {
        let permission = Permission::MachineAccountRevoke;
        self.machine(ctx, id, account_id, permission).await?;
        tokens::revoke(&self.ports, ctx, account_id, permission, Some(id), token_id).await
    }

    async fn machine(
        &self,
        ctx: &RequestContext,
        id: WorkspaceId,
        account_id: UserId,
        permission: Permission,
    ) -> Result<Member, Failure> {
        self.permitted(ctx, id, permission).await?;
        self.ports
            .store
            .machine_account(id, account_id)
            .await?
            .ok_or_else(Failure::not_found)
    }

    fn machine_entry(
        &self,
        ctx: &RequestContext,
        action: Permission,
        id: WorkspaceId,
        user: &User,
    ) -> AuditEntry {
        let object = object("machine_account", user.id, &user.name);
        let mut audit = AuditEntry::done(ctx, self.ports.clock.now(), action.as_str(), object);
        audit.workspace_id = Some(id);
        audit
    }
}
