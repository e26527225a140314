//! Who is asking.

use super::{
    ApiTokenId, AuditActor, Membership, Name, Owner, PlatformRole, RequestId, SessionId, TokenCut,
    User, UserId, WorkspaceRole,
};
use crate::rules::Visible;

/// How somebody proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CameBy {
    /// By a browser's session.
    Session(SessionId),
    /// By an API token, which leaves only a part of their rights.
    Token {
        /// Which one.
        id: ApiTokenId,
        /// What it leaves.
        cut: TokenCut,
    },
}

/// A person, or a machine account, with the rights they have now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: Name,
    /// Their role over the installation, if any.
    pub platform_role: Option<PlatformRole>,
    /// Their roles in workspaces.
    pub memberships: Vec<Membership>,
    /// How they came.
    pub came_by: CameBy,
}

impl Person {
    /// This user with these memberships.
    #[must_use]
    pub fn new(user: &User, memberships: Vec<Membership>, came_by: CameBy) -> Self {
        Self {
            id: user.id,
            name: user.name.clone(),
            platform_role: user.platform_role,
            memberships,
            came_by,
        }
    }

    /// Their role in the workspace that owns something.
    #[must_use]
    pub fn role_at(&self, owner: Owner) -> Option<WorkspaceRole> {
        let id = owner.workspace()?;
        self.memberships
            .iter()
            .find(|m| m.workspace_id == id)
            .map(|m| m.role)
    }

    /// The session they came by, if it was one.
    #[must_use]
    pub const fn session_id(&self) -> Option<SessionId> {
        match self.came_by {
            CameBy::Session(id) => Some(id),
            CameBy::Token { .. } => None,
        }
    }
}

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Nobody we know.
    Anonymous,
    /// A person or a machine account.
    Person(Person),
}

impl Actor {
    /// The person, if it is one.
    #[must_use]
    pub const fn person(&self) -> Option<&Person> {
        match self {
            Self::Anonymous => None,
            Self::Person(person) => Some(person),
        }
    }
}

/// The first argument of every service: who asks, what they may see, under which request id.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// Who is asking.
    pub actor: Actor,
    /// What they may see.
    pub visible: Visible,
    /// The request.
    pub request_id: RequestId,
    /// Where the request came from, for the audit log.
    pub source_address: Option<String>,
}

impl RequestContext {
    /// The actor as the audit log names it.
    #[must_use]
    pub fn audit_actor(&self) -> AuditActor {
        match &self.actor {
            Actor::Anonymous => AuditActor::Anonymous,
            Actor::Person(person) => AuditActor::User {
                id: person.id,
                name: person.name.as_str().to_owned(),
            },
        }
    }
}
