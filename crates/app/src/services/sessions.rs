//! Signing in and out.

use crate::context::Ports;
use crate::password::Passwords;
use crate::services::setup::new_token;
use roadstead_core::model::{
    Actor, AuditActor, AuditEntry, AuditObject, Name, Person, RequestContext, Secret, Session,
    SessionId, SessionToken,
};
use roadstead_core::ports::SessionOwner;
use roadstead_core::{ErrorCode, Failure, Permission};
use std::sync::Arc;
use std::time::Duration;

/// A session's time of last use is written at most this often.
const TOUCH_EVERY: Duration = Duration::from_secs(60);

/// A session that was just opened, with the secret its cookie carries.
pub struct OpenedSession {
    /// The cookie's secret.
    pub token: SessionToken,
    /// The session and its person.
    pub owner: SessionOwner,
}

/// Signing in and out.
pub struct SessionService {
    ports: Ports,
    passwords: Arc<Passwords>,
}

impl SessionService {
    pub(crate) const fn new(ports: Ports, passwords: Arc<Passwords>) -> Self {
        Self { ports, passwords }
    }

    /// Opens a session for a name and its password.
    ///
    /// # Errors
    /// [`ErrorCode::SessionCredentialsRejected`], the same for a wrong name and a wrong password
    /// and after the same work; [`ErrorCode::SessionThrottled`] when too many wait already.
    pub async fn open(
        &self,
        ctx: &RequestContext,
        name: &str,
        password: Secret<String>,
    ) -> Result<OpenedSession, Failure> {
        let found = match Name::parse(name) {
            Ok(name) => self.ports.store.login_of(&name).await?,
            Err(_) => None,
        };
        let (user, hash) = found.unzip();
        let fits = self.passwords.fits(password, hash).await?;
        let Some(user) = user.filter(|_| fits) else {
            return Err(Failure::new(ErrorCode::SessionCredentialsRejected));
        };
        let now = self.ports.clock.now();
        let token = new_token()?;
        let session = Session {
            id: SessionId::new(),
            user_id: user.id,
            digest: token.digest(),
            created_at: now,
            last_seen_at: now,
        };
        let object = AuditObject {
            kind: "session".to_owned(),
            id: session.id.to_string(),
            name: user.name.to_string(),
        };
        let mut audit = AuditEntry::done(ctx, now, Permission::SessionOpen.as_str(), object);
        audit.actor = AuditActor::User {
            id: user.id,
            name: user.name.to_string(),
        };
        self.ports
            .store
            .open_session(session.clone(), audit)
            .await?;
        Ok(OpenedSession {
            token,
            owner: SessionOwner { session, user },
        })
    }

    /// The session a cookie stands for, if it is open. One query; the time of last use is written
    /// behind the answer's back, so that reading works while the database takes no changes.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn resume(&self, token: &SessionToken) -> Result<Option<SessionOwner>, Failure> {
        let now = self.ports.clock.now();
        let found = self.ports.store.session(&token.digest()).await?;
        let Some(owner) = found.filter(|owner| owner.session.is_open(now)) else {
            return Ok(None);
        };
        if now.since(owner.session.last_seen_at) >= TOUCH_EVERY {
            let store = Arc::clone(&self.ports.store);
            let id = owner.session.id;
            tokio::spawn(async move {
                if let Err(error) = store.touch_session(id, now).await {
                    tracing::warn!(%error, "session's last use not written");
                }
            });
        }
        Ok(Some(owner))
    }

    /// The session of the person asking.
    ///
    /// # Errors
    /// [`ErrorCode::SessionRequired`] when nobody is signed in.
    pub fn person(ctx: &RequestContext) -> Result<&Person, Failure> {
        ctx.actor
            .person()
            .ok_or_else(|| Failure::new(ErrorCode::SessionRequired))
    }

    /// Ends the asker's session.
    ///
    /// # Errors
    /// When nobody is signed in or the database does not take it.
    pub async fn close(&self, ctx: &RequestContext) -> Result<(), Failure> {
        let person = Self::person(ctx)?;
        let object = AuditObject {
            kind: "session".to_owned(),
            id: person.session_id.to_string(),
            name: person.name.to_string(),
        };
        let audit = AuditEntry::done(
            ctx,
            self.ports.clock.now(),
            Permission::SessionClose.as_str(),
            object,
        );
        Ok(self
            .ports
            .store
            .close_session(person.session_id, person.id, audit)
            .await?)
    }

    /// The actor a resumed session stands for.
    #[must_use]
    pub fn actor(owner: &SessionOwner) -> Actor {
        Actor::Person(Person {
            id: owner.user.id,
            name: owner.user.name.clone(),
            platform_role: owner.user.platform_role,
            session_id: owner.session.id,
        })
    }
}
