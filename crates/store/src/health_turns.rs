//! Health over time: a row when a verdict turns, none while it stays.

use crate::command::Command;
use crate::entity::health_turn::{self, Column as C};
use crate::fault::Fault;
use crate::store::Store;
use crate::tx::Tx;
use roadstead_core::model::{Health, HealthTurn, Reason, RegistryId, Timestamp};
use roadstead_core::ports::StoreError;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, Order, QueryFilter, QueryOrder};
use std::collections::BTreeMap;

/// Turns deleted in one transaction.
const PRUNE_BATCH: u64 = 500;

/// Adds turns of a registry, in a transaction that has changed its row.
pub(crate) async fn append(tx: &Tx<'_>, id: RegistryId, turns: &[HealthTurn]) -> Result<(), Fault> {
    if turns.is_empty() {
        return Ok(());
    }
    // One of a moment: where two fall together the later one holds from there on.
    let turns: BTreeMap<Timestamp, &HealthTurn> = turns.iter().map(|t| (t.at, t)).collect();
    let rows = turns.into_values().map(|turn| health_turn::ActiveModel {
        registry_id: Set(id.0),
        at: Set(turn.at.as_micros()),
        health_rank: Set(turn.status.rank()),
        reason: Set(turn.reason.as_str().to_owned()),
    });
    // Told twice, after a commit whose answer was lost: the same row again.
    let known = OnConflict::columns([C::RegistryId, C::At])
        .update_columns([C::HealthRank, C::Reason])
        .to_owned();
    health_turn::Entity::insert_many(rows)
        .on_conflict(known)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// What a registry that was just tested begins with, or goes on with.
pub(crate) async fn begin(
    tx: &Tx<'_>,
    registry: &roadstead_core::model::Registry,
) -> Result<(), Fault> {
    let Some(at) = registry.health.checked_at else {
        return Ok(());
    };
    let turn = HealthTurn {
        at,
        status: registry.health.status,
        reason: registry.health.reason,
    };
    append(tx, registry.id, &[turn]).await
}

impl Store {
    pub(crate) async fn turns_since(
        &self,
        id: RegistryId,
        since: Timestamp,
    ) -> Result<Vec<HealthTurn>, StoreError> {
        // What held when the window opens began before it.
        let before = Query::select()
            .expr(Func::max(Expr::col(C::At)))
            .from(health_turn::Entity)
            .and_where(C::RegistryId.eq(id.0))
            .and_where(C::At.lte(since.as_micros()))
            .to_owned();
        let begin = Func::coalesce([
            Expr::SubQuery(None, Box::new(before.into())),
            since.as_micros().into(),
        ]);
        let rows = health_turn::Entity::find()
            .filter(C::RegistryId.eq(id.0))
            .filter(Expr::col(C::At).gte(begin))
            .order_by_asc(C::At)
            .all(self.db().read())
            .await
            .map_err(Fault::from)?;
        Ok(rows.into_iter().map(read).collect())
    }

    pub(crate) async fn prune_turns(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut pruned = 0;
        loop {
            let batch = self
                .db()
                .write(Command::PruneHealthTurns, |tx| {
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

/// Deletes turns that another one of the same registry ended before `before`.
async fn prune_batch(tx: &Tx<'_>, before: Timestamp) -> Result<u64, Fault> {
    let next = Alias::new("next");
    let ended = Query::select()
        .expr(Expr::val(1))
        .from_as(health_turn::Entity, next.clone())
        .and_where(
            Expr::col((next.clone(), C::RegistryId)).equals((health_turn::Entity, C::RegistryId)),
        )
        .and_where(Expr::col((next.clone(), C::At)).gt(Expr::col((health_turn::Entity, C::At))))
        .and_where(Expr::col((next, C::At)).lte(before.as_micros()))
        .to_owned();
    let old = Query::select()
        .columns([C::RegistryId, C::At].map(|c| (health_turn::Entity, c)))
        .from(health_turn::Entity)
        .and_where(Expr::col((health_turn::Entity, C::At)).lt(before.as_micros()))
        .and_where(Expr::exists(ended))
        .order_by((health_turn::Entity, C::At), Order::Asc)
        .limit(PRUNE_BATCH)
        .to_owned();
    let delete = Query::delete()
        .from_table(health_turn::Entity)
        .and_where(Expr::tuple([Expr::col(C::RegistryId), Expr::col(C::At)]).in_subquery(old))
        .to_owned();
    Ok(tx.execute(&delete).await?.rows_affected())
}

fn read(row: health_turn::Model) -> HealthTurn {
    HealthTurn {
        at: Timestamp::from_micros(row.at),
        status: Health::from_rank(row.health_rank),
        // A reason of a newer or older version reads as "not observed".
        reason: Reason::parse(&row.reason).unwrap_or(Reason::NotObserved),
    }
}
