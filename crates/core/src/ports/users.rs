//! People.

use super::StoreError;
use crate::model::{
    AuditEntry, Counted, Generation, Name, NamePosition, PageRequest, PasswordHash, Session,
    SessionId, Timestamp, TokenDigest, User, UserChanges, UserFilter, UserId,
};
use async_trait::async_trait;

/// A link with which somebody sets a password, good once.
#[derive(Debug, Clone, Copy)]
pub struct OneTimeLink {
    /// Digest of the link's token.
    pub digest: TokenDigest,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// An edit of a person.
#[derive(Debug, Clone)]
pub struct EditUser {
    /// Who.
    pub id: UserId,
    /// The generation the editor saw; `None` for one's own profile, where the last word counts.
    pub expected: Option<Generation>,
    /// What changes.
    pub changes: UserChanges,
}

/// A new password by a one-time link.
#[derive(Clone)]
pub struct UseLink {
    /// Digest of the link's token.
    pub link: TokenDigest,
    /// Whose link it is.
    pub user_id: UserId,
    /// The new password.
    pub password: PasswordHash,
    /// The session they are signed in with at once; every other one ends.
    pub session: Session,
    /// Now.
    pub now: Timestamp,
}

/// A new password by somebody who knows the present one.
#[derive(Clone)]
pub struct ChangePassword {
    /// Who.
    pub user_id: UserId,
    /// The new password.
    pub password: PasswordHash,
    /// The session that stays; every other one ends.
    pub keep: Option<SessionId>,
}

/// People. Machine accounts are none: no method here finds or changes one.
#[async_trait]
pub trait UserStore: Send + Sync {
    /// The person with this name and their password; none before they have set one.
    async fn login_of(
        &self,
        name: &Name,
    ) -> Result<Option<(User, Option<PasswordHash>)>, StoreError>;

    /// A page of people by name, with its count. Two queries.
    async fn users(
        &self,
        filter: &UserFilter,
        page: &PageRequest<NamePosition>,
    ) -> Result<Counted<User>, StoreError>;

    /// One person.
    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError>;

    /// The person a one-time link is for, if the link is good.
    async fn linked_user(
        &self,
        link: &TokenDigest,
        now: Timestamp,
    ) -> Result<Option<User>, StoreError>;

    /// Stores a new person without a password, and the link to set one.
    /// [`StoreError::NameTaken`] when another has the name.
    async fn create_user(
        &self,
        user: User,
        link: OneTimeLink,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// Edits a person and answers what became of them. [`StoreError::Stale`] when they were edited
    /// since, [`StoreError::LastAdmin`] when nobody could administer the installation any more. A
    /// changed role ends the person's streams.
    async fn edit_user(&self, command: EditUser, audit: AuditEntry) -> Result<User, StoreError>;

    /// Deletes a person with sessions, tokens and memberships. Errors as for an edit.
    async fn delete_user(
        &self,
        id: UserId,
        expected: Generation,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// Deletes links that have ended; answers how many. Not audited; no change entry.
    async fn prune_links(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Remembers a new link for a person and forgets the one before.
    async fn offer_link(
        &self,
        id: UserId,
        link: OneTimeLink,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// Sets a password with a link: the link is used up, every session ends, a new one is opened.
    /// [`StoreError::NoMatch`] when the link is no longer good.
    async fn use_link(&self, command: UseLink, audit: AuditEntry) -> Result<(), StoreError>;

    /// Sets a password; every other session of that person and any link ends.
    async fn change_password(
        &self,
        command: ChangePassword,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;
}
