//! The audit log.

use super::page::TotalView;
use super::words::{AuditOutcomeWord, ErrorCodeWord};
use roadstead_app::services::{AuditInput, AuditListed};
use roadstead_core::model::{
    AuditActor, AuditBy, AuditEntry, AuditEntryId, AuditOutcome, Timestamp, UserId, WorkspaceId,
};
use roadstead_core::{ErrorCode, Failure};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Longest text of a filter.
const LONGEST: usize = 200;

/// Who acted.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[schema(as = AuditActor)]
pub(crate) enum AuditActorView {
    /// A person, with the name they had then.
    User {
        /// Their id.
        #[schema(value_type = uuid::Uuid)]
        id: UserId,
        /// Their name then.
        name: String,
    },
    /// Roadstead itself, as an effect of the named request.
    Roadstead,
    /// Somebody who was not signed in.
    Anonymous,
}

/// What was acted on.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditObject)]
pub(crate) struct AuditObjectView {
    /// The noun.
    kind: String,
    /// Its id; empty when none was named.
    id: String,
    /// Its name then; empty when it was not known.
    name: String,
}

/// One entry of the audit log.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(crate) struct AuditEntryView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: AuditEntryId,
    /// When; for repeated refusals the first time.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who.
    actor: AuditActorView,
    /// What: a permission's name, `setup.offer` or `audit.export`.
    action: String,
    /// On what.
    object: AuditObjectView,
    /// The workspace it belongs to; null for the platform.
    #[schema(value_type = Option<uuid::Uuid>)]
    workspace_id: Option<WorkspaceId>,
    /// How it ended.
    #[schema(value_type = AuditOutcomeWord)]
    outcome: AuditOutcome,
    /// Why it was refused.
    #[schema(value_type = Option<ErrorCodeWord>)]
    code: Option<ErrorCode>,
    /// How often the same was refused within a moment; 1 otherwise.
    repeats: u32,
    /// The object before, without secrets.
    #[schema(value_type = Option<Object>)]
    before: Option<serde_json::Value>,
    /// The object after, without secrets.
    #[schema(value_type = Option<Object>)]
    after: Option<serde_json::Value>,
    /// The request; for effects by Roadstead the one that caused them.
    request_id: String,
    /// Where the request came from.
    source_address: Option<String>,
}

impl From<AuditEntry> for AuditEntryView {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id,
            at: entry.at,
            actor: match entry.actor {
                AuditActor::User { id, name } => AuditActorView::User { id, name },
                AuditActor::Roadstead => AuditActorView::Roadstead,
                AuditActor::Anonymous => AuditActorView::Anonymous,
            },
            action: entry.action,
            object: AuditObjectView {
                kind: entry.object.kind,
                id: entry.object.id,
                name: entry.object.name,
            },
            workspace_id: entry.workspace_id,
            outcome: entry.outcome,
            code: entry.code,
            repeats: entry.repeats,
            before: entry.before,
            after: entry.after,
            request_id: entry.request_id.as_str().to_owned(),
            source_address: entry.source_address,
        }
    }
}

/// A page of the audit log.
#[derive(Serialize, ToSchema)]
pub(crate) struct AuditPage {
    /// The rows, newest first.
    items: Vec<AuditEntryView>,
    /// Where the next page starts; null on the last one.
    next_cursor: Option<String>,
    /// How many match.
    total: TotalView,
}

impl From<AuditListed> for AuditPage {
    fn from(listed: AuditListed) -> Self {
        Self {
            items: listed.items.into_iter().map(Into::into).collect(),
            next_cursor: listed.next_cursor,
            total: listed.total.into(),
        }
    }
}

macro_rules! audit_query {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Deserialize, IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        pub(crate) struct $name {
            /// From this time on (RFC 3339).
            #[param(format = DateTime)]
            from: Option<String>,
            /// Before this time (RFC 3339).
            #[param(format = DateTime)]
            to: Option<String>,
            /// Only by this person: their id, or the name they had then.
            #[param(max_length = 200)]
            actor: Option<String>,
            /// Only this action.
            #[param(max_length = 200)]
            action: Option<String>,
            /// Only on this noun.
            #[param(max_length = 200)]
            object_kind: Option<String>,
            /// Only on the object with this id.
            #[param(max_length = 200)]
            object_id: Option<String>,
            /// Only with this outcome.
            #[param(value_type = Option<AuditOutcomeWord>)]
            outcome: Option<AuditOutcome>,
            /// Only of this workspace.
            #[param(value_type = Option<uuid::Uuid>)]
            workspace_id: Option<WorkspaceId>,
            /// Only those whose object's name contains this.
            #[param(max_length = 200)]
            q: Option<String>,
            $($(#[$field_doc])* $field: $type,)*
        }

        impl $name {
            fn filter(&mut self) -> Result<AuditInput, Failure> {
                let actor = text("actor", self.actor.take())?;
                Ok(AuditInput {
                    from: time("from", self.from.as_deref())?,
                    to: time("to", self.to.as_deref())?,
                    actor: actor.map(|actor| match actor.parse() {
                        Ok(id) => AuditBy::Id(id),
                        Err(_) => AuditBy::Name(actor),
                    }),
                    action: text("action", self.action.take())?,
                    object_kind: text("object_kind", self.object_kind.take())?,
                    object_id: text("object_id", self.object_id.take())?,
                    outcome: self.outcome,
                    workspace_id: self.workspace_id,
                    text: text("q", self.q.take())?,
                })
            }
        }
    };
}

audit_query! {
    /// Which entries are asked for.
    AuditQuery {
        /// Rows, 1 to 200; 50 when absent.
        #[param(minimum = 1, maximum = 200)]
        limit: Option<u16>,
        /// `next_cursor` of the page before.
        cursor: Option<String>,
    }
}

audit_query! {
    /// Which entries are carried out, and how they are written.
    AuditExportQuery {
        /// `csv` or `jsonl`.
        #[param(inline)]
        format: ExportFormat,
    }
}

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ExportFormat {
    /// Comma-separated values with a heading, safe to open in a spreadsheet.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

impl ExportFormat {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }
}

impl AuditQuery {
    /// Filter, rows and cursor.
    pub(crate) fn parse(mut self) -> Result<(AuditInput, u16, Option<String>), Failure> {
        let limit = self.limit.unwrap_or(50);
        if !(1..=200).contains(&limit) {
            return Err(refuse("limit"));
        }
        Ok((self.filter()?, limit, self.cursor))
    }
}

impl AuditExportQuery {
    /// Filter and format.
    pub(crate) fn parse(mut self) -> Result<(AuditInput, ExportFormat), Failure> {
        Ok((self.filter()?, self.format))
    }
}

fn refuse(name: &str) -> Failure {
    Failure::new(ErrorCode::RequestQueryInvalid).with("detail", name)
}

fn time(name: &str, value: Option<&str>) -> Result<Option<Timestamp>, Failure> {
    value
        .map(|text| Timestamp::parse(text).map_err(|_| refuse(name)))
        .transpose()
}

/// A text that was typed; an empty one is no filter. No database stores NUL in a text.
fn text(name: &str, value: Option<String>) -> Result<Option<String>, Failure> {
    let value = value.filter(|v| !v.is_empty());
    match &value {
        Some(v) if v.chars().count() > LONGEST || v.contains('\0') => Err(refuse(name)),
        _ => Ok(value),
    }
}
