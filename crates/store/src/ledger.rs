//! The ledger of what was made upstream.

use crate::command::Command;
use crate::entity::{ledger_entry, registry};
use crate::fault::{Fault, damaged};
use crate::store::Store;
use crate::tx::Tx;
use async_trait::async_trait;
use roadstead_core::ErrorCode;
use roadstead_core::model::{
    CleanupId, LedgerEntry, LedgerEntryId, LedgerKind, RegistryId, Timestamp,
};
use roadstead_core::ports::{LedgerStore, StoreError};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// Entries of one registry read at once.
const MOST: u64 = 200;

#[async_trait]
impl LedgerStore for Store {
    async fn record_made(&self, entry: LedgerEntry) -> Result<(), StoreError> {
        let entry = &entry;
        self.db()
            .write(Command::RecordLedger, |tx| {
                Box::pin(async move {
                    // Its row is held, so that it cannot be disconnected behind the entry's back.
                    registry::Entity::find_by_id(entry.registry_id.0)
                        .lock_shared()
                        .one(tx)
                        .await?
                        .ok_or(StoreError::NotFound)?;
                    ledger_entry::Entity::insert(write(entry))
                        .exec_without_returning(tx)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    async fn record_place(&self, id: LedgerEntryId, reference: &str) -> Result<(), StoreError> {
        use ledger_entry::Column::Reference;
        self.note(id, vec![(Reference, Expr::value(reference.to_owned()))])
            .await
    }

    async fn record_removed(&self, id: LedgerEntryId, at: Timestamp) -> Result<(), StoreError> {
        use ledger_entry::Column::{LastError, RemovedAt};
        let values = vec![
            (RemovedAt, Expr::value(at.as_micros())),
            (LastError, Expr::value(Option::<String>::None)),
        ];
        self.note(id, values).await
    }

    async fn record_failed(
        &self,
        id: LedgerEntryId,
        at: Timestamp,
        why: ErrorCode,
    ) -> Result<(), StoreError> {
        use ledger_entry::Column::{Attempts, LastError, TriedAt};
        let values = vec![
            (Attempts, Expr::col(Attempts).add(1_i64)),
            (TriedAt, Expr::value(at.as_micros())),
            (LastError, Expr::value(why.as_str())),
        ];
        self.note(id, values).await
    }

    async fn open_entries(&self, registry_id: RegistryId) -> Result<Vec<LedgerEntry>, StoreError> {
        ledger_entry::Entity::find()
            .filter(ledger_entry::Column::RegistryId.eq(registry_id.0))
            .filter(ledger_entry::Column::RemovedAt.is_null())
            .order_by_asc(ledger_entry::Column::CreatedAt)
            .order_by_asc(ledger_entry::Column::Id)
            .limit(MOST)
            .all(self.db().read())
            .await
            .map_err(Fault::from)?
            .into_iter()
            .map(read)
            .collect()
    }

    async fn registries_with_open_entries(
        &self,
        before: Timestamp,
    ) -> Result<Vec<RegistryId>, StoreError> {
        let integrated: sea_orm::RelationDef = ledger_entry::Entity::belongs_to(registry::Entity)
            .from(ledger_entry::Column::RegistryId)
            .to(registry::Column::Id)
            .into();
        let ids: Vec<Uuid> = ledger_entry::Entity::find()
            .select_only()
            .column(ledger_entry::Column::RegistryId)
            .join(JoinType::InnerJoin, integrated)
            .filter(ledger_entry::Column::RemovedAt.is_null())
            .filter(ledger_entry::Column::CreatedAt.lt(before.as_micros()))
            .distinct()
            .into_tuple()
            .all(self.db().read())
            .await
            .map_err(Fault::from)?;
        Ok(ids.into_iter().map(RegistryId).collect())
    }

    async fn prune_ledger(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.db()
            .write(Command::PruneLedger, |tx| {
                Box::pin(async move {
                    let deleted = ledger_entry::Entity::delete_many()
                        .filter(ledger_entry::Column::RemovedAt.lt(before.as_micros()))
                        .exec(tx)
                        .await?;
                    Ok(deleted.rows_affected)
                })
            })
            .await
    }
}

impl Store {
    /// Notes something of an entry that is still open.
    async fn note(
        &self,
        id: LedgerEntryId,
        values: Vec<(ledger_entry::Column, Expr)>,
    ) -> Result<(), StoreError> {
        let values = &values;
        self.db()
            .write(Command::RecordLedger, |tx| {
                Box::pin(async move { update(tx, id, values).await })
            })
            .await
    }
}

async fn update(
    tx: &Tx<'_>,
    id: LedgerEntryId,
    values: &[(ledger_entry::Column, Expr)],
) -> Result<(), Fault> {
    let mut update = ledger_entry::Entity::update_many()
        .filter(ledger_entry::Column::Id.eq(id.0))
        .filter(ledger_entry::Column::RemovedAt.is_null());
    for (column, value) in values {
        update = update.col_expr(*column, value.clone());
    }
    update.exec(tx).await?;
    Ok(())
}

fn write(entry: &LedgerEntry) -> ledger_entry::ActiveModel {
    ledger_entry::ActiveModel {
        id: Set(entry.id.0),
        registry_id: Set(entry.registry_id.0),
        cleanup_id: Set(entry.cleanup_id.map(|id| id.0)),
        kind: Set(entry.kind.as_str().to_owned()),
        name: Set(entry.name.clone()),
        reference: Set(entry.reference.clone()),
        created_at: Set(entry.created_at.as_micros()),
        removed_at: Set(entry.removed_at.map(Timestamp::as_micros)),
        attempts: Set(i64::from(entry.attempts)),
        tried_at: Set(entry.tried_at.map(Timestamp::as_micros)),
        last_error: Set(entry.last_error.map(|code| code.as_str().to_owned())),
    }
}

pub(crate) fn read(row: ledger_entry::Model) -> Result<LedgerEntry, StoreError> {
    Ok(LedgerEntry {
        id: LedgerEntryId(row.id),
        registry_id: RegistryId(row.registry_id),
        cleanup_id: row.cleanup_id.map(CleanupId),
        kind: LedgerKind::parse(&row.kind).ok_or_else(|| damaged("ledger kind", &row.kind))?,
        name: row.name,
        reference: row.reference,
        created_at: Timestamp::from_micros(row.created_at),
        removed_at: row.removed_at.map(Timestamp::from_micros),
        attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
        tried_at: row.tried_at.map(Timestamp::from_micros),
        // A code of another version is still a failure.
        last_error: row
            .last_error
            .map(|code| ErrorCode::parse(&code).unwrap_or(ErrorCode::InternalError)),
    })
}
