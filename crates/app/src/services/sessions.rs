//! Signing in and out.

use crate::context::Ports;
use crate::password::Passwords;
use crate::services::object;
use crate::services::setup::new_token;
use crate::tarpit::Tarpit;
use crate::throttle::Throttle;
use roadstead_core::model::{
    Actor, AuditActor, AuditEntry, CameBy, Name, Person, RequestContext, Secret, Session,
    SessionId, SessionToken, Timestamp, UserId,
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
    throttle: Arc<Throttle>,
    tarpit: Tarpit,
}

impl SessionService {
    pub(crate) fn new(ports: Ports, passwords: Arc<Passwords>, throttle: Arc<Throttle>) -> Self {
        Self {
            ports,
            passwords,
            throttle,
            tarpit: Tarpit::default(),
        }
    }

    /// A new session of somebody, and the secret for its cookie.
    pub(super) fn fresh(
        ctx: &RequestContext,
        user_id: UserId,
        now: Timestamp,
    ) -> Result<(SessionToken, Session), Failure> {
        let token = new_token()?;
        let session = Session {
            id: SessionId::new(),
            user_id,
            digest: token.digest(),
            created_at: now,
            last_seen_at: now,
            source_address: ctx.source_address.clone(),
        };
        Ok((token, session))
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
        let opened = self.try_to_open(ctx, name, password).await;
        if let Err(failure) = &opened
            && failure.code == ErrorCode::SessionThrottled
        {
            self.tarpit.hold().await;
        }
        opened
    }

    async fn try_to_open(
        &self,
        ctx: &RequestContext,
        name: &str,
        password: Secret<String>,
    ) -> Result<OpenedSession, Failure> {
        let name = Name::parse(name).ok();
        // Before the password is looked at: a right one must not tell itself apart.
        self.throttle
            .attempt(name.as_ref(), ctx.source_address.as_deref())?;
        // Nobody has an empty password, so nothing is looked up or hashed for one.
        if password.expose().is_empty() {
            return Err(Failure::new(ErrorCode::SessionCredentialsRejected));
        }
        let turn = self.passwords.turn().await?;
        let found = match &name {
            Some(name) => self.ports.store.login_of(name).await?,
            None => None,
        };
        let (user, hash) = found.unzip();
        let fits = Passwords::fits(turn, password, hash.flatten()).await?;
        let Some(user) = user.filter(|_| fits) else {
            return Err(Failure::new(ErrorCode::SessionCredentialsRejected));
        };
        self.throttle
            .succeeded(&user.name, ctx.source_address.as_deref());
        let now = self.ports.clock.now();
        let (token, session) = Self::fresh(ctx, user.id, now)?;
        let object = object("session", session.id, &user.name);
        let mut audit = AuditEntry::done(ctx, now, Permission::SessionOpen.as_str(), object);
        audit.actor = AuditActor::User {
            id: user.id,
            name: user.name.to_string(),
        };
        let id = session.id;
        self.ports.store.open_session(session, audit).await?;
        let owner = self
            .ports
            .store
            .session_by_id(id)
            .await?
            .ok_or_else(|| Failure::new(ErrorCode::SessionCredentialsRejected))?;
        Ok(OpenedSession { token, owner })
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
        let id = person
            .session_id()
            .ok_or_else(|| Failure::new(ErrorCode::SessionRequired))?;
        self.end(ctx, person, id).await
    }

    /// The asker's sessions.
    ///
    /// # Errors
    /// When nobody is signed in or the database does not answer.
    pub async fn list(&self, ctx: &RequestContext) -> Result<Vec<Session>, Failure> {
        let person = Self::person(ctx)?;
        let now = self.ports.clock.now();
        let (idle, age) = (now.minus(Session::IDLE), now.minus(Session::AGE));
        Ok(self.ports.store.sessions_of(person.id, idle, age).await?)
    }

    /// Ends one of the asker's sessions.
    ///
    /// # Errors
    /// A session that is absent or somebody else's.
    pub async fn revoke(&self, ctx: &RequestContext, id: SessionId) -> Result<(), Failure> {
        let person = Self::person(ctx)?;
        let found = self.ports.store.session_by_id(id).await?;
        if found.is_none_or(|owner| owner.user.id != person.id) {
            return Err(Failure::not_found());
        }
        self.end(ctx, person, id).await
    }

    async fn end(
        &self,
        ctx: &RequestContext,
        person: &Person,
        id: SessionId,
    ) -> Result<(), Failure> {
        let object = object("session", id, &person.name);
        let action = Permission::SessionClose.as_str();
        let audit = AuditEntry::done(ctx, self.ports.clock.now(), action, object);
        Ok(self.ports.store.close_session(id, person.id, audit).await?)
    }

    /// The actor a resumed session stands for.
    #[must_use]
    pub fn actor(owner: &SessionOwner) -> Actor {
        Actor::Person(Person::new(
            &owner.user,
            owner.memberships.clone(),
            CameBy::Session(owner.session.id),
        ))
    }
}
