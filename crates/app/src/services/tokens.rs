//! API tokens.

use crate::context::Ports;
use crate::services::{SessionService, object};
use roadstead_core::model::{
    Actor, ApiToken, ApiTokenId, ApiTokenText, AuditEntry, CameBy, Name, Person, RequestContext,
    Timestamp, TokenCut, UserId, WorkspaceId,
};
use roadstead_core::{ErrorCode, Failure, FieldFailure, Permission};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// Tokens one owner may have.
const LIMIT: u64 = 100;
/// A token's time of last use is written at most this often.
const TOUCH_EVERY: Duration = Duration::from_secs(60);

/// What a new token shall be.
pub struct TokenInput {
    /// What its owner calls it.
    pub name: Name,
    /// The permissions it can use.
    pub scope: Vec<Permission>,
    /// The only workspace it reaches.
    pub workspace_id: Option<WorkspaceId>,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A token that was just made, with its text, which is never shown again.
pub struct IssuedToken {
    /// The token.
    pub token: ApiToken,
    /// Its text.
    pub text: ApiTokenText,
}

/// API tokens.
pub struct TokenService {
    ports: Ports,
}

impl TokenService {
    pub(crate) const fn new(ports: Ports) -> Self {
        Self { ports }
    }

    /// Who a token's text stands for, with what it leaves of their rights now. One query; the time
    /// of last use is written behind the answer's back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn resume(&self, text: &str) -> Result<Option<Actor>, Failure> {
        let Some((id, text)) = ApiTokenText::parse(text) else {
            return Ok(None);
        };
        let now = self.ports.clock.now();
        let found = self.ports.store.token(id).await?;
        let Some(owner) =
            found.filter(|o| o.digest.matches(&text.digest()) && now < o.token.expires_at)
        else {
            return Ok(None);
        };
        if owner
            .token
            .last_used_at
            .is_none_or(|at| now.since(at) >= TOUCH_EVERY)
        {
            let store = Arc::clone(&self.ports.store);
            tokio::spawn(async move {
                if let Err(error) = store.touch_token(id, now).await {
                    tracing::warn!(%error, "token's last use not written");
                }
            });
        }
        let came_by = CameBy::Token {
            id,
            cut: owner.token.cut,
        };
        Ok(Some(Actor::Person(Person::new(
            &owner.user,
            owner.memberships,
            came_by,
        ))))
    }

    /// The asker's tokens.
    ///
    /// # Errors
    /// When nobody is signed in or the database does not answer.
    pub async fn list(&self, ctx: &RequestContext) -> Result<Vec<ApiToken>, Failure> {
        let person = SessionService::person(ctx)?;
        Ok(self.ports.store.tokens_of(person.id).await?)
    }

    /// Makes a token for the asker.
    ///
    /// # Errors
    /// A scope or an end that no token can have, a workspace that is absent or not to be seen,
    /// [`ErrorCode::TokenLimit`].
    pub async fn create(
        &self,
        ctx: &RequestContext,
        input: TokenInput,
    ) -> Result<IssuedToken, Failure> {
        let person = SessionService::person(ctx)?;
        if let Some(id) = input.workspace_id {
            let seen = self.ports.store.workspace(id, &ctx.visible).await?;
            if seen.is_none() {
                return Err(Failure::not_found());
            }
        }
        issue(
            &self.ports,
            ctx,
            person.id,
            Permission::TokenCreate,
            None,
            input,
        )
        .await
    }

    /// Revokes a token of the asker.
    ///
    /// # Errors
    /// A token that is absent or somebody else's.
    pub async fn revoke(&self, ctx: &RequestContext, id: ApiTokenId) -> Result<(), Failure> {
        let person = SessionService::person(ctx)?;
        let permission = Permission::TokenRevoke;
        revoke(&self.ports, ctx, person.id, permission, None, id).await
    }
}

/// Makes a token for a person or machine account.
pub(super) async fn issue(
    ports: &Ports,
    ctx: &RequestContext,
    user_id: UserId,
    action: Permission,
    workspace_id: Option<WorkspaceId>,
    input: TokenInput,
) -> Result<IssuedToken, Failure> {
    let now = ports.clock.now();
    let scope = checked(&input, now)?;
    let id = ApiTokenId::new();
    let text =
        ApiTokenText::make(id).map_err(|e| Failure::new(ErrorCode::InternalError).because(e))?;
    let token = ApiToken {
        id,
        user_id,
        name: input.name,
        cut: TokenCut {
            scope,
            workspace_id: input.workspace_id,
        },
        created_at: now,
        expires_at: input.expires_at,
        last_used_at: None,
    };
    let object = object("token", id, &token.name);
    let mut audit = AuditEntry::done(ctx, now, action.as_str(), object);
    audit.workspace_id = workspace_id;
    audit.after = Some(json!({
        "name": token.name,
        "owner_id": user_id,
        "scope": token.cut.scope,
        "workspace_id": token.cut.workspace_id,
        "expires_at": token.expires_at,
    }));
    ports
        .store
        .create_token(token.clone(), text.digest(), LIMIT, audit)
        .await?;
    Ok(IssuedToken { token, text })
}

/// Revokes a token of a person or machine account.
pub(super) async fn revoke(
    ports: &Ports,
    ctx: &RequestContext,
    user_id: UserId,
    action: Permission,
    workspace_id: Option<WorkspaceId>,
    id: ApiTokenId,
) -> Result<(), Failure> {
    let tokens = ports.store.tokens_of(user_id).await?;
    let token = tokens
        .into_iter()
        .find(|token| token.id == id)
        .ok_or_else(Failure::not_found)?;
    let object = object("token", id, &token.name);
    let mut audit = AuditEntry::done(ctx, ports.clock.now(), action.as_str(), object);
    audit.workspace_id = workspace_id;
    audit.before = Some(json!({"name": token.name, "owner_id": user_id}));
    Ok(ports.store.revoke_token(id, user_id, audit).await?)
}

/// The scope without repetitions, if scope and end are what a token can have.
fn checked(input: &TokenInput, now: Timestamp) -> Result<Vec<Permission>, Failure> {
    let mut fields = Vec::new();
    let mut scope = input.scope.clone();
    scope.sort_unstable();
    scope.dedup();
    let refused = |permission: &Permission| {
        FieldFailure::new("/scope", ErrorCode::TokenScopeInvalid).with("permission", permission)
    };
    let wrong = scope.iter().filter(|p| !TokenCut::may_carry(**p));
    fields.extend(wrong.map(refused));
    if scope.is_empty() {
        fields.push(FieldFailure::new("/scope", ErrorCode::TokenScopeInvalid));
    }
    if input.expires_at <= now || input.expires_at.since(now) > ApiToken::LONGEST {
        fields.push(
            FieldFailure::new("/expires_at", ErrorCode::TokenExpiryInvalid)
                .with("max_days", ApiToken::LONGEST.as_secs() / 86_400),
        );
    }
    if fields.is_empty() {
        Ok(scope)
    } else {
        Err(Failure::fields(fields))
    }
}
