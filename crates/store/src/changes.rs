//! The change feed.
//!
//! Ids are given out by one row, `change_head`, which each command updates as the last thing
//! before its entries and the commit. The row's lock is held until the commit is visible, so the
//! next command gets the next id only then: ids are dense and in the order of the commits, and a
//! reader that has seen id n has seen everything before it. A sequence would give ids in the order
//! of asking, and a reader would pass over a slow transaction for ever. SQLite has one writer
//! anyway; the code is the same.

use crate::command::Command;
use crate::entity::{change, change_head};
use crate::fault::{Fault, damaged};
use crate::store::Store;
use crate::tx::Tx;
use async_trait::async_trait;
use futures::stream::BoxStream;
use roadstead_core::model::{Change, ChangeId, Generation, Timestamp, Topic, UserId, WorkspaceId};
use roadstead_core::ports::{ChangeFeed, StoreError};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

/// Entries deleted in one transaction.
const PRUNE_BATCH: u64 = 500;

/// An entry before it has its place.
pub(crate) struct NewChange {
    pub(crate) topic: Topic,
    pub(crate) object_id: Uuid,
    pub(crate) generation: Generation,
    pub(crate) workspace_id: Option<WorkspaceId>,
    pub(crate) user_id: Option<UserId>,
    pub(crate) at: Timestamp,
}

/// Adds entries. To be called last in a transaction, because everybody else's commit waits from
/// here on.
pub(crate) async fn append(tx: &Tx<'_>, changes: &[NewChange]) -> Result<(), Fault> {
    let Ok(count) = i64::try_from(changes.len()) else {
        return Err(StoreError::Internal("too many changes at once".to_owned()).into());
    };
    if count == 0 {
        return Ok(());
    }
    let reserve = Query::update()
        .table(change_head::Entity)
        .value(
            change_head::Column::Last,
            Expr::col(change_head::Column::Last).add(count),
        )
        .returning_col(change_head::Column::Last)
        .to_owned();
    let last: i64 = tx
        .query_one(&reserve)
        .await?
        .ok_or_else(|| damaged("head of the change feed", "no row"))?
        .try_get("", "last")?;
    let rows = changes
        .iter()
        .zip(last - count + 1..)
        .map(|(new, id)| change::ActiveModel {
            id: Set(id),
            topic: Set(new.topic.as_str().to_owned()),
            object_id: Set(new.object_id),
            generation: Set(new.generation),
            workspace_id: Set(new.workspace_id.map(|id| id.0)),
            user_id: Set(new.user_id.map(|id| id.0)),
            at: Set(new.at.as_micros()),
        });
    change::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    tx.note_change();
    Ok(())
}

#[async_trait]
impl ChangeFeed for Store {
    async fn head(&self) -> Result<ChangeId, StoreError> {
        let head = change_head::Entity::find()
            .one(self.db().read())
            .await
            .map_err(Fault::from)?;
        head.map(|row| row.last)
            .ok_or_else(|| damaged("head of the change feed", "no row"))
    }

    async fn after(&self, after: ChangeId, limit: u16) -> Result<Option<Vec<Change>>, StoreError> {
        // The head first: what is committed between the two queries is then extra, not missing.
        let head = self.head().await?;
        if after < 0 || after > head {
            return Ok(None);
        }
        let rows = change::Entity::find()
            .filter(change::Column::Id.gt(after))
            .order_by_asc(change::Column::Id)
            .limit(u64::from(limit))
            .all(self.db().read())
            .await
            .map_err(Fault::from)?;
        // Ids are dense, so a first entry that does not follow means that some were pruned.
        let complete = match rows.first() {
            Some(first) => first.id == after + 1,
            None => after == head,
        };
        if !complete {
            return Ok(None);
        }
        rows.into_iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map(Some)
    }

    fn signals(&self) -> BoxStream<'static, ()> {
        self.db().signals.subscribe()
    }
}

fn read(row: change::Model) -> Result<Change, StoreError> {
    Ok(Change {
        id: row.id,
        topic: Topic::parse(&row.topic).ok_or_else(|| damaged("topic", &row.topic))?,
        object_id: row.object_id,
        generation: row.generation,
        workspace_id: row.workspace_id.map(WorkspaceId),
        user_id: row.user_id.map(UserId),
    })
}

impl Store {
    /// Deletes the oldest entries up to the first that is not older than `before`, so that no gap
    /// appears in the middle even when clocks stepped back; never the newest.
    pub(crate) async fn prune_feed(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut pruned = 0;
        loop {
            let batch = self
                .db()
                .write(Command::PruneChanges, |tx| {
                    Box::pin(prune_batch(tx, before))
                })
                .await?;
            pruned += batch;
            if batch < PRUNE_BATCH {
                return Ok(pruned);
            }
        }
    }
}

async fn prune_batch(tx: &Tx<'_>, before: Timestamp) -> Result<u64, Fault> {
    let rows: Vec<(i64, i64)> = change::Entity::find()
        .select_only()
        .columns([change::Column::Id, change::Column::At])
        .order_by_asc(change::Column::Id)
        .limit(PRUNE_BATCH + 1)
        .into_tuple()
        .all(tx)
        .await?;
    // The last row read stays in any case: it is the newest, or the next batch begins with it.
    let old = rows
        .iter()
        .take(rows.len().saturating_sub(1))
        .take_while(|(_, at)| *at < before.as_micros())
        .last();
    let Some((last, _)) = old else {
        return Ok(0);
    };
    let deleted = change::Entity::delete_many()
        .filter(change::Column::Id.lte(*last))
        .exec(tx)
        .await?;
    Ok(deleted.rows_affected)
}
