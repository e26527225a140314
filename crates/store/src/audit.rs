//! Writing audit entries, always inside the transaction of the change they tell of.

use crate::entity::audit_entry;
use crate::fault::Fault;
use crate::tx::Tx;
use roadstead_core::model::{AuditActor, AuditEntry, AuditOutcome};
use sea_orm::{ActiveValue::Set, EntityTrait};

/// Adds an entry.
pub(crate) async fn insert(tx: &Tx<'_>, entry: &AuditEntry) -> Result<(), Fault> {
    let (actor_type, actor_id, actor_name) = match &entry.actor {
        AuditActor::User { id, name } => ("user", Some(id.0), Some(name.clone())),
        AuditActor::Roadstead => ("roadstead", None, None),
        AuditActor::Anonymous => ("anonymous", None, None),
    };
    let row = audit_entry::ActiveModel {
        id: Set(entry.id.0),
        at: Set(entry.at.as_micros()),
        actor_type: Set(actor_type.to_owned()),
        actor_id: Set(actor_id),
        actor_name: Set(actor_name),
        action: Set(entry.action.clone()),
        object_kind: Set(entry.object.kind.clone()),
        object_id: Set(entry.object.id.clone()),
        object_name: Set(entry.object.name.clone()),
        workspace_id: Set(entry.workspace_id.map(|id| id.0)),
        outcome: Set(outcome(entry.outcome).to_owned()),
        before: Set(entry.before.as_ref().map(ToString::to_string)),
        after: Set(entry.after.as_ref().map(ToString::to_string)),
        request_id: Set(entry.request_id.as_str().to_owned()),
        source_address: Set(entry.source_address.clone()),
    };
    audit_entry::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// The outcome as it is stored.
pub(crate) const fn outcome(outcome: AuditOutcome) -> &'static str {
    match outcome {
        AuditOutcome::Done => "done",
        AuditOutcome::Refused => "refused",
    }
}
