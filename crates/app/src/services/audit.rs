//! The audit log, read and carried out.

use crate::context::Ports;
use crate::cursor::Cursors;
use futures::Stream;
use futures::stream;
use roadstead_core::model::{
    AuditBy, AuditEntry, AuditFilter, AuditObject, AuditOutcome, AuditPosition, PageRequest,
    RequestContext, Timestamp, Total, WorkspaceId,
};
use roadstead_core::rules::{audit_set, authorize};
use roadstead_core::{Failure, Permission, model::Owner};
use serde_json::json;

/// Entries read at once for an export: this many are in memory, however long the log is.
const EXPORT_PAGE: u16 = 500;

/// Which entries are asked for.
#[derive(Debug, Clone, Default)]
pub struct AuditInput {
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
    /// Only those whose object's name contains this.
    pub text: Option<String>,
}

/// A page of the log.
pub struct AuditListed {
    /// The rows, newest first.
    pub items: Vec<AuditEntry>,
    /// Where the next page starts.
    pub next_cursor: Option<String>,
    /// How many match.
    pub total: Total,
}

/// The audit log.
pub struct AuditService {
    ports: Ports,
    cursors: Cursors,
}

impl AuditService {
    pub(crate) const fn new(ports: Ports, cursors: Cursors) -> Self {
        Self { ports, cursors }
    }

    /// A page of the entries the asker may see. Two queries whatever the number of rows.
    ///
    /// # Errors
    /// A cursor that was changed or belongs to another list, nobody signed in, or a database that
    /// does not answer.
    pub async fn list(
        &self,
        ctx: &RequestContext,
        input: AuditInput,
        limit: u16,
        cursor: Option<&str>,
    ) -> Result<AuditListed, Failure> {
        authorize(&ctx.actor, Permission::AuditRead, Owner::Platform)?;
        let list = format!("audit-entries|{input:?}");
        let after: Option<AuditPosition> =
            cursor.map(|c| self.cursors.read(&list, c)).transpose()?;
        let found = self
            .ports
            .store
            .audit_entries(&filter(ctx, input), &PageRequest { limit, after })
            .await?;
        let next_cursor = found
            .page
            .next
            .as_ref()
            .map(|place| self.cursors.write(&list, place))
            .transpose()?;
        Ok(AuditListed {
            items: found.page.items,
            next_cursor,
            total: found.total,
        })
    }

    /// All entries the asker may see up to now, newest first, read page by page as they are taken.
    /// That somebody carried them out is itself an entry; it is written before the first is read.
    ///
    /// # Errors
    /// Nobody signed in, or a database that takes no entry. Within the stream, a database that does
    /// not answer, after which it ends.
    pub async fn export(
        &self,
        ctx: &RequestContext,
        input: AuditInput,
        format: &'static str,
    ) -> Result<impl Stream<Item = Result<Vec<AuditEntry>, Failure>> + Send + 'static, Failure>
    {
        authorize(&ctx.actor, Permission::AuditRead, Owner::Platform)?;
        let now = self.ports.clock.now();
        let object = AuditObject {
            kind: "audit".to_owned(),
            id: "audit".to_owned(),
            name: "audit log".to_owned(),
        };
        let mut entry = AuditEntry::done(ctx, now, AuditEntry::EXPORT, object);
        entry.after = Some(told(&input, format));
        let mut filter = filter(ctx, input);
        // What is written from here on is not part of it, so it ends however busy the house is.
        filter.to = Some(filter.to.map_or(now, |to| to.min(now)));
        self.ports.store.record_audit(entry).await?;
        let store = std::sync::Arc::clone(&self.ports.store);
        let first = Some(PageRequest {
            limit: EXPORT_PAGE,
            after: None,
        });
        Ok(stream::try_unfold(first, move |request| {
            let (store, filter) = (std::sync::Arc::clone(&store), filter.clone());
            async move {
                let Some(request) = request else {
                    return Ok(None);
                };
                let page = store.audit_page(&filter, &request).await?;
                let next = page.next.map(|after| PageRequest {
                    limit: EXPORT_PAGE,
                    after: Some(after),
                });
                Ok(Some((page.items, next)))
            }
        }))
    }
}

/// The filter with the one set of what the asker may see.
fn filter(ctx: &RequestContext, input: AuditInput) -> AuditFilter {
    AuditFilter {
        visible: audit_set(&ctx.actor),
        from: input.from,
        to: input.to,
        actor: input.actor,
        action: input.action,
        object_kind: input.object_kind,
        object_id: input.object_id,
        outcome: input.outcome,
        workspace_id: input.workspace_id,
        text: input.text.map(|t| t.to_lowercase()),
    }
}

/// What an export asked for, as its entry tells it: the filters that were set.
fn told(input: &AuditInput, format: &str) -> serde_json::Value {
    let actor = input.actor.as_ref().map(|actor| match actor {
        AuditBy::Id(id) => id.to_string(),
        AuditBy::Name(name) => name.clone(),
    });
    let mut told = json!({
        "format": format,
        "from": input.from,
        "to": input.to,
        "actor": actor,
        "action": input.action,
        "object_kind": input.object_kind,
        "object_id": input.object_id,
        "outcome": input.outcome,
        "workspace_id": input.workspace_id,
        "text": input.text,
    });
    if let Some(fields) = told.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    told
}
