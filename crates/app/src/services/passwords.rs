//! Passwords: set with a one-time link, or changed by who knows the present one.

use crate::context::Ports;
use crate::password::Passwords;
use crate::services::{OpenedSession, SessionService, object};
use crate::throttle::Throttle;
use roadstead_core::model::{AuditActor, AuditEntry, RequestContext, Secret, SessionToken, User};
use roadstead_core::ports::{ChangePassword, StoreError, UseLink};
use roadstead_core::{ErrorCode, Failure, Permission};
use std::sync::Arc;

/// Passwords.
pub struct PasswordService {
    ports: Ports,
    passwords: Arc<Passwords>,
    throttle: Arc<Throttle>,
}

impl PasswordService {
    pub(crate) const fn new(
        ports: Ports,
        passwords: Arc<Passwords>,
        throttle: Arc<Throttle>,
    ) -> Self {
        Self {
            ports,
            passwords,
            throttle,
        }
    }

    /// Sets a password with a one-time link. Every session of the person ends, and they are signed
    /// in anew.
    ///
    /// # Errors
    /// [`ErrorCode::LinkInvalid`], or a refused password.
    pub async fn reset(
        &self,
        ctx: &RequestContext,
        link: &SessionToken,
        password: Secret<String>,
    ) -> Result<OpenedSession, Failure> {
        Passwords::check_length("/password", &password)?;
        let refuse = || Failure::new(ErrorCode::LinkInvalid);
        let now = self.ports.clock.now();
        // Asked before the expensive hash; the transaction decides again.
        let user = self
            .ports
            .store
            .linked_user(&link.digest(), now)
            .await?
            .ok_or_else(refuse)?;
        let hash = self.passwords.hash(password).await?;
        let (token, session) = SessionService::fresh(ctx, user.id, now)?;
        let mut audit = self.entry(ctx, Permission::PasswordReset, &user);
        audit.actor = AuditActor::User {
            id: user.id,
            name: user.name.to_string(),
        };
        let id = session.id;
        let command = UseLink {
            link: link.digest(),
            user_id: user.id,
            password: hash,
            session,
            now,
        };
        self.ports
            .store
            .use_link(command, audit)
            .await
            .map_err(|error| match error {
                StoreError::NoMatch => refuse(),
                other => other.into(),
            })?;
        self.throttle.succeeded(&user.name, None);
        let owner = self
            .ports
            .store
            .session_by_id(id)
            .await?
            .ok_or_else(|| Failure::new(ErrorCode::SessionRequired))?;
        Ok(OpenedSession { token, owner })
    }

    /// Changes the asker's password. Every other session of theirs ends.
    ///
    /// # Errors
    /// [`ErrorCode::PasswordWrong`] for the present one, [`ErrorCode::SessionThrottled`] after too
    /// many guesses, or a refused new one.
    pub async fn change(
        &self,
        ctx: &RequestContext,
        present: Secret<String>,
        new: Secret<String>,
    ) -> Result<(), Failure> {
        let person = SessionService::person(ctx)?;
        Passwords::check_length("/new", &new)?;
        let address = ctx.source_address.as_deref();
        self.throttle.attempt(Some(&person.name), address)?;
        if present.expose().is_empty() {
            return Err(Failure::field("/current", ErrorCode::PasswordWrong));
        }
        let found = self
            .ports
            .store
            .login_of(&person.name)
            .await?
            .filter(|(user, _)| user.id == person.id);
        let Some((user, hash)) = found else {
            return Err(Failure::not_found());
        };
        if !Passwords::fits(self.passwords.turn().await?, present, hash).await? {
            return Err(Failure::field("/current", ErrorCode::PasswordWrong));
        }
        self.throttle.succeeded(&person.name, address);
        let command = ChangePassword {
            user_id: person.id,
            password: self.passwords.hash(new).await?,
            keep: person.session_id(),
        };
        let audit = self.entry(ctx, Permission::PasswordChange, &user);
        Ok(self.ports.store.change_password(command, audit).await?)
    }

    fn entry(&self, ctx: &RequestContext, action: Permission, user: &User) -> AuditEntry {
        let object = object("user", user.id, &user.name);
        AuditEntry::done(ctx, self.ports.clock.now(), action.as_str(), object)
    }
}
