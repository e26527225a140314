//! What disconnected registries left behind.

use crate::command::Command;
use crate::entity::{cleanup, ledger_entry};
use crate::fault::Fault;
use crate::named_list::total;
use crate::paging::{self, Keyset};
use crate::store::Store;
use crate::tx::Tx;
use crate::vault::MasterKeyVault;
use crate::{cleanup_row, key_rotation, ledger};
use async_trait::async_trait;
use roadstead_core::model::{
    CleanupEntries, CleanupId, InstallationId, LedgerEntry, Page, PageRequest, RegistryId,
    Timestamp,
};
use roadstead_core::ports::{
    CleanupList, CleanupStore, CleanupTarget, CredentialBinding, DisconnectRegistry, StoreError,
};
use roadstead_core::rules::Visible;
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Order, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

#[async_trait]
impl CleanupStore for Store {
    async fn cleanups(
        &self,
        visible: &Visible,
        page: &PageRequest<CleanupId>,
    ) -> Result<CleanupList, StoreError> {
        let matching = || cleanup::Entity::find().filter(in_set(visible));
        // Ids are made in the order of time.
        let keyset = Keyset {
            columns: vec![cleanup::Column::Id],
            order: Order::Desc,
        };
        let after = page.after.map(|id| vec![id.0.into()]);
        let rows = paging::page(matching(), &keyset, after, page.limit)
            .all(self.db().read())
            .await
            .map_err(Fault::from)?;
        let limit = usize::from(page.limit);
        let next = rows
            .get(limit.wrapping_sub(1))
            .filter(|_| rows.len() > limit)
            .map(|row| CleanupId(row.id));
        let rows: Vec<_> = rows.into_iter().take(limit).collect();
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut entries = open(self.db().read(), ids).await?;
        let items = rows
            .into_iter()
            .map(|row| {
                let id = CleanupId(row.id);
                let own = entries.extract_if(.., |entry| entry.cleanup_id == Some(id));
                Ok(CleanupEntries {
                    entries: own.collect(),
                    cleanup: cleanup_row::read(row)?,
                })
            })
            .collect::<Result<_, StoreError>>()?;
        Ok(CleanupList {
            page: Page { items, next },
            total: total(self, matching()).await?,
        })
    }

    async fn cleanups_due(&self) -> Result<Vec<RegistryId>, StoreError> {
        let ids: Vec<Uuid> = cleanup::Entity::find()
            .select_only()
            .column(cleanup::Column::RegistryId)
            .filter(cleanup::Column::GivenUpAt.is_null())
            .into_tuple()
            .all(self.db().read())
            .await
            .map_err(Fault::from)?;
        Ok(ids.into_iter().map(RegistryId).collect())
    }

    async fn cleanup_target(
        &self,
        registry_id: RegistryId,
    ) -> Result<Option<CleanupTarget>, StoreError> {
        let row = cleanup::Entity::find()
            .filter(cleanup::Column::RegistryId.eq(registry_id.0))
            .filter(cleanup::Column::GivenUpAt.is_null())
            .one(self.db().read())
            .await
            .map_err(Fault::from)?;
        let Some(row) = row else {
            return Ok(None);
        };
        let entries = open(self.db().read(), vec![row.id]).await?;
        Ok(Some(CleanupTarget {
            credential: cleanup_row::sealed(&row),
            cleanup: CleanupEntries {
                cleanup: cleanup_row::read(row)?,
                entries,
            },
        }))
    }

    async fn end_cleanup(&self, id: CleanupId) -> Result<(), StoreError> {
        self.db()
            .write(Command::RecordLedger, |tx| {
                Box::pin(async move {
                    // Its entries go with it, by their foreign key.
                    let left = ledger_entry::Entity::find()
                        .filter(ledger_entry::Column::CleanupId.eq(id.0))
                        .filter(ledger_entry::Column::RemovedAt.is_null())
                        .count(tx)
                        .await?;
                    if left == 0 {
                        cleanup::Entity::delete_by_id(id.0).exec(tx).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    async fn give_up_cleanup(&self, id: CleanupId, at: Timestamp) -> Result<(), StoreError> {
        self.db()
            .write(Command::RecordLedger, |tx| {
                Box::pin(async move {
                    use cleanup::Column::{Ciphertext, GivenUpAt, Id, KeyId, WrappedKey};
                    let none = || Expr::value(Option::<Vec<u8>>::None);
                    cleanup::Entity::update_many()
                        .col_expr(GivenUpAt, Expr::value(at.as_micros()))
                        .col_expr(KeyId, Expr::value(Option::<String>::None))
                        .col_expr(WrappedKey, none())
                        .col_expr(Ciphertext, none())
                        .filter(Id.eq(id.0))
                        .filter(GivenUpAt.is_null())
                        .exec(tx)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    async fn prune_cleanups(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.db()
            .write(Command::PruneLedger, |tx| {
                Box::pin(async move {
                    let deleted = cleanup::Entity::delete_many()
                        .filter(cleanup::Column::GivenUpAt.lt(before.as_micros()))
                        .exec(tx)
                        .await?;
                    Ok(deleted.rows_affected)
                })
            })
            .await
    }
}

/// Keeps what is needed to remove what we made in a registry that is being disconnected; nothing
/// when nothing is left there.
pub(crate) async fn keep(
    tx: &Tx<'_>,
    keys: Option<&MasterKeyVault>,
    installation: InstallationId,
    command: &DisconnectRegistry,
) -> Result<(), Fault> {
    use ledger_entry::Column::{CleanupId, RegistryId, RemovedAt};
    let registry_id = command.id.0;
    // What was removed already needs no memory once the registry is gone.
    ledger_entry::Entity::delete_many()
        .filter(RegistryId.eq(registry_id))
        .filter(RemovedAt.is_not_null())
        .exec(tx)
        .await?;
    let left = ledger_entry::Entity::find()
        .filter(RegistryId.eq(registry_id))
        .count(tx)
        .await?;
    if left == 0 {
        return Ok(());
    }
    let binding = CredentialBinding::of_cleanup(&command.cleanup);
    let sealed = match &command.credential {
        Some(sealed) => {
            let binding = binding.as_ref();
            Some(key_rotation::keep_up_bound(tx, keys, installation, binding, sealed).await?)
        }
        None => None,
    };
    let row = cleanup_row::write(&command.cleanup, sealed.as_deref())?;
    cleanup::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    ledger_entry::Entity::update_many()
        .col_expr(CleanupId, Expr::value(command.cleanup.id.0))
        .filter(RegistryId.eq(registry_id))
        .exec(tx)
        .await?;
    Ok(())
}

/// What is left of these cleanups, the oldest first.
async fn open(db: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<Vec<LedgerEntry>, StoreError> {
    ledger_entry::Entity::find()
        .filter(ledger_entry::Column::CleanupId.is_in(ids))
        .filter(ledger_entry::Column::RemovedAt.is_null())
        .order_by_asc(ledger_entry::Column::CreatedAt)
        .order_by_asc(ledger_entry::Column::Id)
        .all(db)
        .await
        .map_err(Fault::from)?
        .into_iter()
        .map(ledger::read)
        .collect()
}

/// The rows in a set of visible objects.
fn in_set(visible: &Visible) -> Condition {
    match visible {
        Visible::Everything => Condition::all(),
        // An empty list must match nothing, never everything.
        Visible::Workspaces(ids) if ids.is_empty() => Condition::all().add(Expr::value(1).eq(0)),
        Visible::Workspaces(ids) => {
            Condition::all().add(cleanup::Column::WorkspaceId.is_in(ids.iter().map(|id| id.0)))
        }
    }
}
