//! Who is asking.

use super::{AuditActor, Name, PlatformRole, RequestId, SessionId, UserId};
use crate::rules::Visible;

/// A signed-in person with the rights they have now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: Name,
    /// Their role over the installation, if any.
    pub platform_role: Option<PlatformRole>,
    /// The session they came by.
    pub session_id: SessionId,
}

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Nobody we know.
    Anonymous,
    /// A person.
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
