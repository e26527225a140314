//! People.

use crate::context::Ports;
use crate::cursor::Cursors;
use crate::services::listing::{ListRequest, NamedList};
use crate::services::setup::new_token;
use crate::services::{SessionService, object};
use roadstead_core::model::{
    AuditActor, AuditEntry, DisplayName, Generation, Name, Owner, PlatformRole, RequestContext,
    Session, SessionId, SessionToken, Timestamp, User, UserChanges, UserFilter, UserId,
};
use roadstead_core::ports::{EditUser, OneTimeLink, StoreError};
use roadstead_core::rules::{Visible, authorize};
use roadstead_core::{ErrorCode, Failure, Permission};
use serde_json::{Value, json};
use std::time::Duration;

/// How long a link to set a password is good for.
const LINK_LIFE: Duration = Duration::from_secs(24 * 3_600);

/// A person to be made.
pub struct NewUser {
    /// The name they sign in with.
    pub name: Name,
    /// What others call them.
    pub display_name: DisplayName,
    /// Their role over the installation.
    pub platform_role: Option<PlatformRole>,
}

/// A link with which somebody sets a password. It is shown once.
pub struct UserLink {
    /// The token in the link's fragment.
    pub token: SessionToken,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// People.
pub struct UserService {
    ports: Ports,
    cursors: Cursors,
}

impl UserService {
    pub(crate) const fn new(ports: Ports, cursors: Cursors) -> Self {
        Self { ports, cursors }
    }

    /// A page of people.
    ///
    /// # Errors
    /// A missing permission, or a cursor that was changed or belongs to another list.
    pub async fn list(
        &self,
        ctx: &RequestContext,
        request: ListRequest,
    ) -> Result<NamedList<User>, Failure> {
        authorize(&ctx.actor, Permission::UserRead, Owner::Platform)?;
        let page = request.page(&self.cursors, "users")?;
        let filter = UserFilter {
            text: request.text(),
        };
        let found = self.ports.store.users(&filter, &page).await?;
        request.answer(&self.cursors, "users", found.page, found.total)
    }

    /// One person.
    ///
    /// # Errors
    /// [`ErrorCode::ObjectNotFound`] for somebody who is absent or not to be seen.
    pub async fn get(&self, ctx: &RequestContext, id: UserId) -> Result<User, Failure> {
        // People belong to the platform: who sees less than everything sees none of them.
        if ctx.visible != Visible::Everything {
            return Err(Failure::not_found());
        }
        self.ports
            .store
            .user(id)
            .await?
            .ok_or_else(Failure::not_found)
    }

    async fn permitted(
        &self,
        ctx: &RequestContext,
        id: UserId,
        permission: Permission,
    ) -> Result<User, Failure> {
        let user = self.get(ctx, id).await?;
        authorize(&ctx.actor, permission, Owner::Platform)?;
        Ok(user)
    }

    /// Makes a person, and the link with which they set their password.
    ///
    /// # Errors
    /// [`ErrorCode::UserNameTaken`], or a missing permission.
    pub async fn create(
        &self,
        ctx: &RequestContext,
        new: NewUser,
    ) -> Result<(User, UserLink), Failure> {
        authorize(&ctx.actor, Permission::UserCreate, Owner::Platform)?;
        let now = self.ports.clock.now();
        let user = User {
            id: UserId::new(),
            name: new.name,
            display_name: new.display_name,
            machine_of: None,
            platform_role: new.platform_role,
            created_at: now,
            generation: 1,
        };
        let (link, stored) = new_link(now)?;
        let mut audit = self.entry(ctx, Permission::UserCreate, &user);
        audit.after = Some(audited(&user));
        self.ports
            .store
            .create_user(user.clone(), stored, audit)
            .await
            .map_err(|error| match error {
                StoreError::NameTaken => {
                    Failure::new(ErrorCode::UserNameTaken).with("name", &user.name)
                }
                other => other.into(),
            })?;
        Ok((user, link))
    }

    /// Changes a person's role or display name.
    ///
    /// # Errors
    /// [`ErrorCode::UserLastAdmin`], [`ErrorCode::RequestStale`].
    pub async fn edit(
        &self,
        ctx: &RequestContext,
        id: UserId,
        expected: Generation,
        changes: UserChanges,
    ) -> Result<User, Failure> {
        let before = self.permitted(ctx, id, Permission::UserEdit).await?;
        let audit = self.entry(ctx, Permission::UserEdit, &before);
        self.change(before, Some(expected), changes, audit).await
    }

    /// The asker's own profile.
    ///
    /// # Errors
    /// When nobody is signed in; a machine account has none.
    pub async fn profile(&self, ctx: &RequestContext) -> Result<User, Failure> {
        let person = SessionService::person(ctx)?;
        self.ports
            .store
            .user(person.id)
            .await?
            .ok_or_else(Failure::not_found)
    }

    /// Changes the asker's own display name.
    ///
    /// # Errors
    /// As for reading it.
    pub async fn edit_profile(
        &self,
        ctx: &RequestContext,
        display_name: DisplayName,
    ) -> Result<User, Failure> {
        let before = self.profile(ctx).await?;
        let audit = self.entry(ctx, Permission::ProfileEdit, &before);
        let changes = UserChanges {
            display_name: Some(display_name),
            platform_role: None,
        };
        self.change(before, None, changes, audit).await
    }

    async fn change(
        &self,
        before: User,
        expected: Option<Generation>,
        changes: UserChanges,
        mut audit: AuditEntry,
    ) -> Result<User, Failure> {
        audit.before = Some(audited(&before));
        audit.after = Some(json!({
            "name": before.name,
            "display_name": changes.display_name.as_ref().unwrap_or(&before.display_name),
            "platform_role": changes.platform_role.unwrap_or(before.platform_role),
        }));
        let command = EditUser {
            id: before.id,
            expected,
            changes,
        };
        Ok(self.ports.store.edit_user(command, audit).await?)
    }

    /// Deletes a person. Their sessions, tokens and memberships end with them.
    ///
    /// # Errors
    /// [`ErrorCode::UserLastAdmin`], [`ErrorCode::RequestStale`].
    pub async fn delete(
        &self,
        ctx: &RequestContext,
        id: UserId,
        expected: Generation,
    ) -> Result<(), Failure> {
        let before = self.permitted(ctx, id, Permission::UserDelete).await?;
        let mut audit = self.entry(ctx, Permission::UserDelete, &before);
        audit.before = Some(audited(&before));
        Ok(self.ports.store.delete_user(id, expected, audit).await?)
    }

    /// Makes a link with which a person sets a new password; an earlier one is no longer good.
    ///
    /// # Errors
    /// Somebody who is absent or not to be seen, or a missing permission.
    pub async fn reset_link(&self, ctx: &RequestContext, id: UserId) -> Result<UserLink, Failure> {
        let user = self
            .permitted(ctx, id, Permission::UserResetPassword)
            .await?;
        let audit = self.entry(ctx, Permission::UserResetPassword, &user);
        self.offer_link(&user, audit).await
    }

    /// The same on the host, for an administrator who cannot sign in.
    ///
    /// # Errors
    /// When nobody has the name.
    pub async fn reset_link_on_host(
        &self,
        ctx: &RequestContext,
        name: &Name,
    ) -> Result<UserLink, Failure> {
        let found = self.ports.store.login_of(name).await?;
        let Some((user, _)) = found else {
            return Err(Failure::new(ErrorCode::UserUnknown));
        };
        let mut audit = self.entry(ctx, Permission::UserResetPassword, &user);
        audit.actor = AuditActor::Roadstead;
        self.offer_link(&user, audit).await
    }

    async fn offer_link(&self, user: &User, audit: AuditEntry) -> Result<UserLink, Failure> {
        let (link, stored) = new_link(audit.at)?;
        self.ports.store.offer_link(user.id, stored, audit).await?;
        Ok(link)
    }

    /// A person's sessions.
    ///
    /// # Errors
    /// Somebody who is absent or not to be seen.
    pub async fn sessions(
        &self,
        ctx: &RequestContext,
        id: UserId,
    ) -> Result<Vec<Session>, Failure> {
        self.permitted(ctx, id, Permission::UserRead).await?;
        let now = self.ports.clock.now();
        Ok(self
            .ports
            .store
            .sessions_of(id, now.minus(Session::IDLE), now.minus(Session::AGE))
            .await?)
    }

    /// Ends a session of a person.
    ///
    /// # Errors
    /// A session that is absent or somebody else's, or as for the person.
    pub async fn end_session(
        &self,
        ctx: &RequestContext,
        id: UserId,
        session_id: SessionId,
    ) -> Result<(), Failure> {
        let user = self.permitted(ctx, id, Permission::UserEndSession).await?;
        let found = self.ports.store.session_by_id(session_id).await?;
        if found.is_none_or(|owner| owner.user.id != id) {
            return Err(Failure::not_found());
        }
        let object = object("session", session_id, &user.name);
        let action = Permission::UserEndSession.as_str();
        let audit = AuditEntry::done(ctx, self.ports.clock.now(), action, object);
        Ok(self
            .ports
            .store
            .close_session(session_id, id, audit)
            .await?)
    }

    fn entry(&self, ctx: &RequestContext, action: Permission, user: &User) -> AuditEntry {
        let object = object("user", user.id, &user.name);
        AuditEntry::done(ctx, self.ports.clock.now(), action.as_str(), object)
    }
}

fn new_link(now: Timestamp) -> Result<(UserLink, OneTimeLink), Failure> {
    let token = new_token()?;
    let stored = OneTimeLink {
        digest: token.digest(),
        expires_at: now.plus(LINK_LIFE),
    };
    let link = UserLink {
        token,
        expires_at: stored.expires_at,
    };
    Ok((link, stored))
}

/// A person as the audit log keeps them. There is no secret to redact: the password is no part of
/// a [`User`].
fn audited(user: &User) -> Value {
    json!({
        "name": user.name,
        "display_name": user.display_name,
        "platform_role": user.platform_role,
    })
}
