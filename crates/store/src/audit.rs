//! Writing and ending audit entries. Those of changes are written inside the transaction of the
//! change they tell of.

use crate::audit_list;
use crate::command::Command;
use crate::entity::{audit_entry, installation};
use crate::fault::Fault;
use crate::store::Store;
use crate::tx::Tx;
use async_trait::async_trait;
use roadstead_core::model::{
    AuditActor, AuditEntry, AuditFilter, AuditOutcome, AuditPosition, Page, PageRequest, Timestamp,
};
use roadstead_core::ports::{AuditList, AuditStore, StoreError};
use sea_orm::sea_query::{Expr, ExprTrait as _, Query};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait};

/// Entries deleted in one transaction.
const PRUNE_BATCH: u64 = 500;
/// Refusals written in one transaction.
const REFUSAL_BATCH: usize = 100;

#[async_trait]
impl AuditStore for Store {
    async fn audit_entries(
        &self,
        filter: &AuditFilter,
        page: &PageRequest<AuditPosition>,
    ) -> Result<AuditList, StoreError> {
        audit_list::list(self, filter, page).await
    }

    async fn audit_page(
        &self,
        filter: &AuditFilter,
        page: &PageRequest<AuditPosition>,
    ) -> Result<Page<AuditEntry, AuditPosition>, StoreError> {
        audit_list::page(self, filter, page).await
    }

    async fn record_audit(&self, entry: AuditEntry) -> Result<(), StoreError> {
        let entry = &entry;
        self.db()
            .write(Command::RecordAudit, |tx| Box::pin(insert(tx, entry)))
            .await
    }

    async fn record_refusals(&self, batch: Vec<AuditEntry>) -> Result<(), StoreError> {
        for chunk in batch.chunks(REFUSAL_BATCH) {
            self.db()
                .write(Command::RecordRefusals, |tx| {
                    Box::pin(async move {
                        audit_entry::Entity::insert_many(chunk.iter().map(row))
                            .exec_without_returning(tx)
                            .await?;
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(())
    }

    async fn prune_audit(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut pruned = 0;
        loop {
            let batch = self
                .db()
                .write(Command::PruneAudit, |tx| Box::pin(prune_batch(tx, before)))
                .await?;
            pruned += batch;
            if batch < PRUNE_BATCH {
                return Ok(pruned);
            }
        }
    }
}

/// Deletes the oldest entries before a time, found by the index in the order of time.
async fn prune_batch(tx: &Tx<'_>, before: Timestamp) -> Result<u64, Fault> {
    use audit_entry::Column::{At, Id};
    let old = Query::select()
        .column(Id)
        .from(audit_entry::Entity)
        .and_where(At.lt(before.as_micros()))
        .order_by(At, sea_orm::Order::Asc)
        .order_by(Id, sea_orm::Order::Asc)
        .limit(PRUNE_BATCH)
        .to_owned();
    let delete = Query::delete()
        .from_table(audit_entry::Entity)
        .and_where(Expr::col(Id).in_subquery(old))
        .to_owned();
    let deleted = tx.execute(&delete).await?.rows_affected();
    if deleted > 0 {
        // What is asked for later must know that entries are not missing but over.
        installation::Entity::update_many()
            .col_expr(
                installation::Column::AuditPrunedBefore,
                Expr::value(before.as_micros()),
            )
            .exec(tx)
            .await?;
    }
    Ok(deleted)
}

/// Adds an entry.
pub(crate) async fn insert(tx: &Tx<'_>, entry: &AuditEntry) -> Result<(), Fault> {
    audit_entry::Entity::insert(row(entry))
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// An entry as a row.
fn row(entry: &AuditEntry) -> audit_entry::ActiveModel {
    let (actor_type, actor_id, actor_name) = match &entry.actor {
        AuditActor::User { id, name } => ("user", Some(id.0), Some(name.clone())),
        AuditActor::Roadstead => ("roadstead", None, None),
        AuditActor::Anonymous => ("anonymous", None, None),
    };
    audit_entry::ActiveModel {
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
        code: Set(entry.code.map(|code| code.as_str().to_owned())),
        repeats: Set(i32::try_from(entry.repeats).unwrap_or(i32::MAX)),
        search: Set(entry.object.name.to_lowercase()),
    }
}

/// The outcome as it is stored.
pub(crate) const fn outcome(outcome: AuditOutcome) -> &'static str {
    outcome.as_str()
}
