//! Who did what: an entry for every accepted change, written in the change's own transaction.

use super::{AuditEntryId, RequestContext, RequestId, Timestamp, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum AuditActor {
    /// A person. The name is kept as it was.
    User {
        /// Their id.
        id: UserId,
        /// Their name then.
        name: String,
    },
    /// Roadstead itself, as an effect of the named request.
    Roadstead,
    /// Somebody with a set-up link or without any credential.
    Anonymous,
}

/// What was acted on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditObject {
    /// The noun: `registry`, `user`, `session`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its name then.
    pub name: String,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
}

/// One entry of the audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditEntryId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: AuditActor,
    /// What: a permission's name.
    pub action: String,
    /// On what.
    pub object: AuditObject,
    /// The workspace it belongs to; `None` for the platform.
    pub workspace_id: Option<WorkspaceId>,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// The object before, without secrets.
    pub before: Option<Value>,
    /// The object after, without secrets.
    pub after: Option<Value>,
    /// The request.
    pub request_id: RequestId,
    /// Where the request came from.
    pub source_address: Option<String>,
}

impl AuditEntry {
    /// An entry for something done in a request.
    #[must_use]
    pub fn done(ctx: &RequestContext, at: Timestamp, action: &str, object: AuditObject) -> Self {
        Self {
            id: AuditEntryId::new(),
            at,
            actor: ctx.audit_actor(),
            action: action.to_owned(),
            object,
            workspace_id: None,
            outcome: AuditOutcome::Done,
            before: None,
            after: None,
            request_id: ctx.request_id.clone(),
            source_address: ctx.source_address.clone(),
        }
    }
}
