//! Hooks that registries send their events to.

use crate::audit;
use crate::changes::{self, NewChange};
use crate::command::Command;
use crate::entity::{registry, registry_hook};
use crate::fault::{Fault, damaged};
use crate::store::Store;
use crate::tx::Tx;
use async_trait::async_trait;
use roadstead_core::model::{
    AuditEntry, Generation, Hook, HookCounts, HookId, RegistryId, Timestamp, TokenDigest, Topic,
    WorkspaceId,
};
use roadstead_core::ports::{HookActivity, HookHolder, HookStore, SetHook, StoreError};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait as _, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

/// Rows in one transaction.
const BATCH: usize = 200;

#[async_trait]
impl HookStore for Store {
    async fn hook_holder(&self, id: HookId) -> Result<Option<HookHolder>, StoreError> {
        let row = registry_hook::Entity::find_by_id(id.0)
            .one(self.db().read())
            .await
            .map_err(Fault::from)?;
        row.map(|row| {
            Ok(HookHolder {
                registry_id: row.registry_id.map(RegistryId),
                digest: digest(&row.digest)?,
            })
        })
        .transpose()
    }

    async fn hook(&self, registry_id: RegistryId) -> Result<Option<Hook>, StoreError> {
        let row = registry_hook::Entity::find()
            .filter(registry_hook::Column::RegistryId.eq(registry_id.0))
            .one(self.db().read())
            .await
            .map_err(Fault::from)?;
        Ok(row.map(|row| read(registry_id, &row)))
    }

    async fn set_hook(&self, command: SetHook, audit: AuditEntry) -> Result<Hook, StoreError> {
        let (command, audit) = (&command, &audit);
        self.db()
            .write(Command::SetHook, |tx| {
                Box::pin(async move {
                    let change = locked(tx, command.registry_id, command.now)
                        .await?
                        .ok_or(StoreError::NotFound)?;
                    let there = registry_hook::Entity::find()
                        .filter(registry_hook::Column::RegistryId.eq(command.registry_id.0))
                        .one(tx)
                        .await?;
                    let row = match there {
                        Some(row) => {
                            let mut row = registry_hook::ActiveModel::from(row);
                            row.digest = Set(command.digest.0.to_vec());
                            row.rotated_at = Set(command.now.as_micros());
                            row.update(tx).await?
                        }
                        None => made(command).insert(tx).await?,
                    };
                    audit::insert(tx, audit).await?;
                    changes::append(tx, &[change]).await?;
                    Ok(read(command.registry_id, &row))
                })
            })
            .await
    }

    async fn end_hook(
        &self,
        registry_id: RegistryId,
        now: Timestamp,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        let audit = &audit;
        self.db()
            .write(Command::EndHook, |tx| {
                Box::pin(async move {
                    use registry_hook::Column::{EndedAt, RegistryId as Registry};
                    let change = locked(tx, registry_id, now)
                        .await?
                        .ok_or(StoreError::NotFound)?;
                    let ended = registry_hook::Entity::update_many()
                        .col_expr(Registry, Expr::value(None::<Uuid>))
                        .col_expr(EndedAt, Expr::value(now.as_micros()))
                        .filter(Registry.eq(registry_id.0))
                        .exec(tx)
                        .await?;
                    if ended.rows_affected == 0 {
                        return Err(StoreError::NotFound.into());
                    }
                    audit::insert(tx, audit).await?;
                    changes::append(tx, &[change]).await
                })
            })
            .await
    }

    async fn record_hook_activity(&self, mut batch: Vec<HookActivity>) -> Result<(), StoreError> {
        // Always in one order, so that two batches cannot wait for each other's rows.
        batch.sort_by_key(|seen| seen.registry_id);
        for chunk in batch.chunks(BATCH) {
            self.db()
                .write(Command::RecordHookActivity, |tx| {
                    Box::pin(async move {
                        let mut news = Vec::new();
                        for seen in chunk {
                            if add(tx, seen).await?
                                && let Some(change) = locked(tx, seen.registry_id, seen.now).await?
                            {
                                news.push(change);
                            }
                        }
                        changes::append(tx, &news).await
                    })
                })
                .await?;
        }
        Ok(())
    }

    async fn prune_hooks(
        &self,
        now: Timestamp,
        ended_before: Timestamp,
    ) -> Result<u64, StoreError> {
        self.db()
            .write(Command::PruneHooks, |tx| {
                Box::pin(async move {
                    use registry_hook::Column::{EndedAt, RegistryId as Registry};
                    registry_hook::Entity::update_many()
                        .col_expr(EndedAt, Expr::value(now.as_micros()))
                        .filter(Registry.is_null())
                        .filter(EndedAt.is_null())
                        .exec(tx)
                        .await?;
                    let deleted = registry_hook::Entity::delete_many()
                        .filter(EndedAt.lt(ended_before.as_micros()))
                        .exec(tx)
                        .await?;
                    Ok(deleted.rows_affected)
                })
            })
            .await
    }
}

/// Locks a registry's row, so that two cannot make its hook at once, and answers the change that
/// tells of it; `None` when it is gone.
async fn locked(tx: &Tx<'_>, id: RegistryId, at: Timestamp) -> Result<Option<NewChange>, Fault> {
    use registry::Column::{Generation as C, Id, WorkspaceId as Workspace};
    let row: Option<(Option<Uuid>, Generation)> = registry::Entity::find_by_id(id.0)
        .select_only()
        .columns([Workspace, C])
        .order_by_asc(Id)
        .lock_exclusive()
        .into_tuple()
        .one(tx)
        .await?;
    Ok(row.map(|(workspace, generation)| NewChange {
        topic: Topic::RegistryHook,
        object_id: id.0,
        generation,
        workspace_id: workspace.map(WorkspaceId),
        user_id: None,
        at,
    }))
}

fn made(command: &SetHook) -> registry_hook::ActiveModel {
    registry_hook::ActiveModel {
        id: Set(command.id.0),
        registry_id: Set(Some(command.registry_id.0)),
        digest: Set(command.digest.0.to_vec()),
        created_at: Set(command.now.as_micros()),
        rotated_at: Set(command.now.as_micros()),
        last_event_at: Set(None),
        accepted: Set(0),
        dropped: Set(0),
        unauthenticated: Set(0),
        ended_at: Set(None),
    }
}

/// Adds what came to one hook; answers whether it is there.
async fn add(tx: &Tx<'_>, seen: &HookActivity) -> Result<bool, Fault> {
    use registry_hook::Column as C;
    let more = |column: C, by: u64| {
        let by = i64::try_from(by).unwrap_or(i64::MAX);
        (column, Expr::col(column).add(by))
    };
    let counts = seen.counts;
    let mut update =
        registry_hook::Entity::update_many().filter(C::RegistryId.eq(seen.registry_id.0));
    for (column, value) in [
        more(C::Accepted, counts.accepted),
        more(C::Dropped, counts.dropped),
        more(C::Unauthenticated, counts.unauthenticated),
    ] {
        update = update.col_expr(column, value);
    }
    if let Some(at) = seen.last_event_at {
        update = update.col_expr(C::LastEventAt, Expr::value(at.as_micros()));
    }
    Ok(update.exec(tx).await?.rows_affected > 0)
}

fn digest(bytes: &[u8]) -> Result<TokenDigest, StoreError> {
    <[u8; 32]>::try_from(bytes)
        .map(TokenDigest)
        .map_err(|_| damaged("hook digest", bytes.len()))
}

fn read(registry_id: RegistryId, row: &registry_hook::Model) -> Hook {
    let count = |stored: i64| u64::try_from(stored).unwrap_or(0);
    Hook {
        id: HookId(row.id),
        registry_id,
        created_at: Timestamp::from_micros(row.created_at),
        rotated_at: Timestamp::from_micros(row.rotated_at),
        last_event_at: row.last_event_at.map(Timestamp::from_micros),
        counts: HookCounts {
            accepted: count(row.accepted),
            dropped: count(row.dropped),
            unauthenticated: count(row.unauthenticated),
        },
    }
}
