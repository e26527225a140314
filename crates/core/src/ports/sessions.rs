//! Sessions and API tokens: how people and programs prove who they are.

use super::StoreError;
use crate::model::{
    ApiToken, ApiTokenId, AuditEntry, Membership, Session, SessionId, Timestamp, TokenDigest, User,
    UserId,
};
use async_trait::async_trait;

/// A session together with its person and their rights, read in one query.
#[derive(Debug, Clone)]
pub struct SessionOwner {
    /// The session.
    pub session: Session,
    /// The person.
    pub user: User,
    /// Their roles in workspaces.
    pub memberships: Vec<Membership>,
}

/// Sessions.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// The session with this digest, whether still open or not. One query.
    async fn session(&self, digest: &TokenDigest) -> Result<Option<SessionOwner>, StoreError>;

    /// The session with this id, whether still open or not. One query.
    async fn session_by_id(&self, id: SessionId) -> Result<Option<SessionOwner>, StoreError>;

    /// Somebody's sessions last used after `idle` and opened after `age`, the newest first, at
    /// most 200.
    async fn sessions_of(
        &self,
        user_id: UserId,
        idle: Timestamp,
        age: Timestamp,
    ) -> Result<Vec<Session>, StoreError>;

    /// Stores a new session.
    async fn open_session(&self, session: Session, audit: AuditEntry) -> Result<(), StoreError>;

    /// Moves the time of last use. Not audited; no change entry.
    async fn touch_session(&self, id: SessionId, at: Timestamp) -> Result<(), StoreError>;

    /// Ends a session. Ending one that is gone is fine. The change entry is for its person only.
    async fn close_session(
        &self,
        id: SessionId,
        user_id: UserId,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// Deletes sessions last used before `idle` or opened before `age`; answers how many.
    async fn prune_sessions(&self, idle: Timestamp, age: Timestamp) -> Result<u64, StoreError>;
}

/// An API token together with its owner and their rights, read in one query.
#[derive(Debug, Clone)]
pub struct TokenOwner {
    /// The token.
    pub token: ApiToken,
    /// The digest of its text; compare in constant time.
    pub digest: TokenDigest,
    /// The person or machine account.
    pub user: User,
    /// Their roles in workspaces.
    pub memberships: Vec<Membership>,
}

/// API tokens.
#[async_trait]
pub trait TokenStore: Send + Sync {
    /// The token with this id, whether still good or not. One query.
    async fn token(&self, id: ApiTokenId) -> Result<Option<TokenOwner>, StoreError>;

    /// Somebody's tokens, the newest first. There are never more than `create_token` lets be.
    async fn tokens_of(&self, user_id: UserId) -> Result<Vec<ApiToken>, StoreError>;

    /// Stores a new token. [`StoreError::Full`] when its owner has `limit` of them already.
    async fn create_token(
        &self,
        token: ApiToken,
        digest: TokenDigest,
        limit: u64,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// Deletes a token of this owner. [`StoreError::NotFound`] when there is none.
    async fn revoke_token(
        &self,
        id: ApiTokenId,
        user_id: UserId,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// Moves the time of last use. Not audited; no change entry.
    async fn touch_token(&self, id: ApiTokenId, at: Timestamp) -> Result<(), StoreError>;

    /// Deletes tokens that ended before a time; answers how many. Not audited; no change entry.
    async fn prune_tokens(&self, ended_before: Timestamp) -> Result<u64, StoreError>;
}
