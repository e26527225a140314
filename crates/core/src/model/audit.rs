//! Who did what: an entry for every accepted change, written in the change's own transaction, and
//! one for refusals of people we know.

use super::{AuditEntryId, RequestContext, RequestId, Timestamp, UserId, WorkspaceId};
use crate::ErrorCode;
use crate::rules::AuditSet;
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

impl AuditOutcome {
    /// Every outcome.
    pub const ALL: [Self; 2] = [Self::Done, Self::Refused];

    /// The outcome in the API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }

    /// Reads an outcome.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|o| o.as_str() == text)
    }
}

/// One entry of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditEntryId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: AuditActor,
    /// What: a permission's name, or one of [`AuditEntry::OTHER_ACTIONS`].
    pub action: String,
    /// On what.
    pub object: AuditObject,
    /// The workspace it belongs to; `None` for the platform.
    pub workspace_id: Option<WorkspaceId>,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// Why it was refused.
    pub code: Option<ErrorCode>,
    /// How often the same was refused in a row; 1 for what was done.
    pub repeats: u32,
    /// The object before, without secrets.
    pub before: Option<Value>,
    /// The object after, without secrets.
    pub after: Option<Value>,
    /// The request; for effects by Roadstead the one that caused them.
    pub request_id: RequestId,
    /// Where the request came from.
    pub source_address: Option<String>,
}

impl AuditEntry {
    /// A new set-up link was made.
    pub const SETUP_OFFER: &str = "setup.offer";
    /// The audit log was carried out of the house.
    pub const EXPORT: &str = "audit.export";
    /// Another server answers for a registry.
    pub const SUSPEND: &str = "registry.suspend";
    /// Actions that are no permission of their own.
    pub const OTHER_ACTIONS: [&str; 3] = [Self::SETUP_OFFER, Self::EXPORT, Self::SUSPEND];

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
            code: None,
            repeats: 1,
            before: None,
            after: None,
            request_id: ctx.request_id.clone(),
            source_address: ctx.source_address.clone(),
        }
    }

    /// An entry for something Roadstead did by itself, as an effect of the request `cause`.
    #[must_use]
    pub fn effect(cause: &RequestId, at: Timestamp, action: &str, object: AuditObject) -> Self {
        Self {
            id: AuditEntryId::new(),
            at,
            actor: AuditActor::Roadstead,
            action: action.to_owned(),
            object,
            workspace_id: None,
            outcome: AuditOutcome::Done,
            code: None,
            repeats: 1,
            before: None,
            after: None,
            request_id: cause.clone(),
            source_address: None,
        }
    }

    /// An entry for something refused in a request.
    #[must_use]
    pub fn refused(
        ctx: &RequestContext,
        at: Timestamp,
        action: &str,
        object: AuditObject,
        code: ErrorCode,
    ) -> Self {
        Self {
            outcome: AuditOutcome::Refused,
            code: Some(code),
            ..Self::done(ctx, at, action, object)
        }
    }
}

/// Whose entries: by id, or by the name they had then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditBy {
    /// The person with this id.
    Id(UserId),
    /// Whoever had this name.
    Name(String),
}

/// Which entries are asked for.
#[derive(Debug, Clone)]
pub struct AuditFilter {
    /// What the asker may see; everything else is as if absent.
    pub visible: AuditSet,
    /// From this time on.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub to: Option<Timestamp>,
    /// Only by this actor.
    pub actor: Option<AuditBy>,
    /// Only this action.
    pub action: Option<String>,
    /// Only on this noun.
    pub object_kind: Option<String>,
    /// Only on the object with this id.
    pub object_id: Option<String>,
    /// Only with this outcome.
    pub outcome: Option<AuditOutcome>,
    /// Only of this workspace.
    pub workspace_id: Option<WorkspaceId>,
    /// Only those whose object's name contains this text, in lower case.
    pub text: Option<String>,
}

impl AuditFilter {
    /// Everything in the set.
    #[must_use]
    pub const fn of(visible: AuditSet) -> Self {
        Self {
            visible,
            from: None,
            to: None,
            actor: None,
            action: None,
            object_kind: None,
            object_id: None,
            outcome: None,
            workspace_id: None,
            text: None,
        }
    }
}

/// An entry's place in the list: newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditPosition {
    /// Microseconds.
    pub at: i64,
    /// The id, which makes the order total.
    pub id: AuditEntryId,
}
