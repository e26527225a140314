//! Sessions.

use super::registry::{AllowedAction, allowed};
use super::words::PlatformRoleWord;
use roadstead_app::services::SessionService;
use roadstead_core::Permission;
use roadstead_core::model::{
    DisplayName, Name, Owner, Person, PlatformRole, RequestContext, Secret, Session, SessionId,
    SessionToken, Timestamp, UserId,
};
use roadstead_core::ports::SessionOwner;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Name and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoginRequest {
    /// The person's name.
    pub(crate) name: String,
    /// Their password.
    #[schema(value_type = String)]
    pub(crate) password: Secret<String>,
}

/// The signed-in person.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionUser {
    /// Their id.
    #[schema(value_type = uuid::Uuid)]
    id: UserId,
    /// Their name.
    #[schema(value_type = String)]
    name: Name,
    /// What others call them.
    #[schema(value_type = String)]
    display_name: DisplayName,
    /// Their role over the installation.
    #[schema(value_type = Option<PlatformRoleWord>)]
    platform_role: Option<PlatformRole>,
}

/// An open session, one's own or, for administrators, somebody's.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenSession {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: SessionId,
    /// Whether it is the one that asks.
    current: bool,
    /// Where it was opened from.
    source_address: Option<String>,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last used, within a minute.
    #[schema(value_type = String, format = DateTime)]
    last_seen_at: Timestamp,
    /// When it ends if it is not used again.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// Open sessions, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionList {
    /// The rows.
    items: Vec<OpenSession>,
}

impl SessionList {
    pub(crate) fn new(ctx: &RequestContext, sessions: Vec<Session>) -> Self {
        let own = ctx.actor.person().and_then(Person::session_id);
        let view = |session: Session| OpenSession {
            id: session.id,
            current: own == Some(session.id),
            expires_at: session.expires_at(),
            source_address: session.source_address,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
        };
        Self {
            items: sessions.into_iter().map(view).collect(),
        }
    }
}

/// The own session.
#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
pub(crate) struct SessionView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: SessionId,
    /// Whose it is.
    user: SessionUser,
    /// What mutations of this session carry in `X-Roadstead-Csrf`.
    csrf_token: String,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it ends if it is not used again.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// What the person may do on the platform.
    allowed_actions: Vec<AllowedAction>,
}

impl SessionView {
    pub(crate) fn new(owner: &SessionOwner, token: &SessionToken) -> Self {
        let actor = SessionService::actor(owner);
        Self {
            id: owner.session.id,
            user: SessionUser {
                id: owner.user.id,
                name: owner.user.name.clone(),
                display_name: owner.user.display_name.clone(),
                platform_role: owner.user.platform_role,
            },
            csrf_token: token.csrf_token(),
            created_at: owner.session.created_at,
            expires_at: owner.session.expires_at(),
            allowed_actions: allowed(
                &actor,
                Owner::Platform,
                &[
                    Permission::RegistryRead,
                    Permission::RegistryIntegrate,
                    Permission::RegistryTest,
                    Permission::WorkspaceRead,
                    Permission::WorkspaceCreate,
                    Permission::UserRead,
                    Permission::UserCreate,
                ],
            ),
        }
    }
}
