//! First start: no default password, but a link that is good once, for an hour, while there is no
//! administrator.

use crate::context::Ports;
use crate::password::Passwords;
use crate::services::{OpenedSession, SessionService};
use roadstead_core::model::{
    Actor, AuditEntry, AuditObject, DisplayName, Name, PlatformRole, RequestContext, RequestId,
    Secret, SessionToken, User, UserId,
};
use roadstead_core::ports::{CreateFirstAdmin, SessionOwner, StoreError};
use roadstead_core::rules::visible;
use roadstead_core::{ErrorCode, Failure, Permission};
use std::sync::Arc;
use std::time::Duration;

/// How long a set-up link is good for: the hour that people are told, and the ten minutes by which
/// a running server renews its own early, so that each one shown really is good for an hour.
const LINK_LIFE: Duration = Duration::from_secs(70 * 60);

/// A set-up link's secret. It goes to the terminal and its file, never to the log.
pub struct SetupLink {
    /// The token in the link's fragment.
    pub token: SessionToken,
}

/// First start.
pub struct SetupService {
    ports: Ports,
    passwords: Arc<Passwords>,
}

impl SetupService {
    pub(crate) const fn new(ports: Ports, passwords: Arc<Passwords>) -> Self {
        Self { ports, passwords }
    }

    /// Whether there is no administrator yet.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn is_needed(&self) -> Result<bool, Failure> {
        Ok(!self.ports.store.has_admin().await?)
    }

    /// Makes a new set-up link; the one before is no longer good. `None` when there is an
    /// administrator already.
    ///
    /// # Errors
    /// When the database does not take it.
    pub async fn offer_link(&self) -> Result<Option<SetupLink>, Failure> {
        let token = new_token()?;
        let now = self.ports.clock.now();
        let audit = AuditEntry::effect(
            &RequestId::make(),
            now,
            AuditEntry::SETUP_OFFER,
            AuditObject {
                kind: "setup".to_owned(),
                id: "setup".to_owned(),
                name: "set-up link".to_owned(),
            },
        );
        match self
            .ports
            .store
            .offer_setup_link(token.digest(), now.plus(LINK_LIFE), audit)
            .await
        {
            Ok(()) => Ok(Some(SetupLink { token })),
            Err(StoreError::AlreadyDone) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes the first administrator with a link and signs them in.
    ///
    /// # Errors
    /// [`ErrorCode::SetupDone`], [`ErrorCode::SetupLinkInvalid`], a refused password, or a
    /// database that does not answer.
    pub async fn finish(
        &self,
        ctx: &RequestContext,
        token: &SessionToken,
        name: Name,
        password: Secret<String>,
    ) -> Result<OpenedSession, Failure> {
        Passwords::check_length("/password", &password)?;
        // Asked before the expensive hash, so that nobody can make us hash once an administrator
        // exists; the transaction decides again.
        if !self.is_needed().await? {
            return Err(Failure::new(ErrorCode::SetupDone));
        }
        let hash = self.passwords.hash(password).await?;
        let now = self.ports.clock.now();
        let user = new_admin(name, now);
        let (session_token, session) = SessionService::fresh(ctx, user.id, now)?;
        let mut audit = AuditEntry::done(
            ctx,
            now,
            Permission::SetupFinish.as_str(),
            user_object(&user),
        );
        audit.after =
            Some(serde_json::json!({"name": user.name, "platform_role": user.platform_role}));
        let command = CreateFirstAdmin {
            link: token.digest(),
            user: user.clone(),
            password: hash,
            session: session.clone(),
            now,
        };
        self.ports.store.create_first_admin(command, audit).await?;
        Ok(OpenedSession {
            token: session_token,
            owner: SessionOwner {
                session,
                user,
                memberships: Vec::new(),
            },
        })
    }

    /// Makes the first administrator from the configuration, if there is none. Answers whether
    /// one was made.
    ///
    /// # Errors
    /// A refused password, or a database that does not answer.
    pub async fn ensure_admin(
        &self,
        name: Name,
        password: Secret<String>,
    ) -> Result<bool, Failure> {
        Passwords::check_length("/password", &password)?;
        if !self.is_needed().await? {
            return Ok(false);
        }
        let hash = self.passwords.hash(password).await?;
        let now = self.ports.clock.now();
        let user = new_admin(name, now);
        let mut audit = AuditEntry::effect(
            &RequestId::make(),
            now,
            Permission::SetupFinish.as_str(),
            user_object(&user),
        );
        audit.after =
            Some(serde_json::json!({"name": user.name, "platform_role": user.platform_role}));
        Ok(self.ports.store.ensure_admin(user, hash, audit).await?)
    }
}

/// The context of something done on the host, without anybody asking over the network.
#[must_use]
pub fn own_context() -> RequestContext {
    RequestContext {
        visible: visible(&Actor::Anonymous),
        actor: Actor::Anonymous,
        request_id: RequestId::make(),
        source_address: None,
    }
}

fn new_admin(name: Name, now: roadstead_core::model::Timestamp) -> User {
    User {
        id: UserId::new(),
        name,
        display_name: DisplayName::default(),
        machine_of: None,
        platform_role: Some(PlatformRole::Admin),
        created_at: now,
        generation: 1,
    }
}

fn user_object(user: &User) -> AuditObject {
    AuditObject {
        kind: "user".to_owned(),
        id: user.id.to_string(),
        name: user.name.to_string(),
    }
}

pub(super) fn new_token() -> Result<SessionToken, Failure> {
    SessionToken::make().map_err(|e| Failure::new(ErrorCode::InternalError).because(e))
}
