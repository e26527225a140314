//! What the reconcilers saw of registries. No person's change: no audit entry, no new generation,
//! and a change entry only when people should hear of it.

use crate::changes::{self, NewChange};
use crate::command::Command;
use crate::entity::registry;
use crate::fault::Fault;
use crate::health_turns;
use crate::pull_access;
use crate::registries::changed;
use crate::registry_row::{StoredStatistics, json, parse};
use crate::store::Store;
use crate::tx::Tx;
use roadstead_core::model::{RegistryId, Timestamp, Topic};
use roadstead_core::ports::{
    CapabilityObservation, RegistryObservation, StatisticsObservation, StoreError,
};
use sea_orm::sea_query::{Query, UpdateStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// Rows in one transaction: each is a statement, and a person who waits must not wait long.
const BATCH: usize = 200;

pub(crate) async fn record_health(
    store: &Store,
    mut batch: Vec<RegistryObservation>,
) -> Result<(), StoreError> {
    // Always in one order, so that two batches cannot wait for each other's rows.
    batch.sort_by_key(|seen| seen.id);
    for chunk in batch.chunks(BATCH) {
        store
            .db()
            .write(Command::RecordHealth, |tx| {
                Box::pin(async move {
                    let mut news = Vec::new();
                    for seen in chunk {
                        let row = changed(tx, health_update(seen)?).await?;
                        if row.is_some() {
                            health_turns::append(tx, seen.id, &seen.turns).await?;
                        }
                        if let (Some(row), true) = (row, seen.news) {
                            news.push(NewChange {
                                topic: Topic::RegistryHealth,
                                object_id: seen.id.0,
                                generation: row.generation,
                                workspace_id: row.workspace_id,
                                user_id: None,
                                at: at(seen.health.checked_at),
                            });
                        }
                    }
                    news.extend(pull_access::news_for_members(tx, &news).await?);
                    changes::append(tx, &news).await
                })
            })
            .await?;
    }
    Ok(())
}

fn health_update(seen: &RegistryObservation) -> Result<UpdateStatement, StoreError> {
    use registry::Column as C;
    let micros = |time: Option<Timestamp>| time.map(Timestamp::as_micros);
    let health = &seen.health;
    let mut update = Query::update()
        .table(registry::Entity)
        .value(C::HealthRank, health.status.rank())
        .value(C::HealthReason, health.reason.as_str())
        .value(C::HealthMessage, health.message.clone())
        .value(C::HealthSince, micros(health.since))
        .value(C::CheckedAt, micros(health.checked_at))
        .value(C::LastSuccessAt, micros(health.last_success_at))
        .value(C::LatencyMs, health.latency_ms)
        .value(C::Conditions, json(&seen.conditions)?)
        .value(C::Verified, seen.verified)
        .and_where(C::Id.eq(seen.id.0))
        .and_where(C::Generation.eq(seen.generation))
        .to_owned();
    if let Some(version) = &seen.version {
        // A test that saw no version does not unlearn the one seen before.
        update.value(C::Version, version.as_str());
    }
    if let Some(certificate) = &seen.certificate {
        update.value(C::Certificate, json(certificate)?);
    }
    Ok(update)
}

pub(crate) async fn record_statistics(
    store: &Store,
    mut batch: Vec<StatisticsObservation>,
) -> Result<(), StoreError> {
    batch.sort_by_key(|seen| seen.id);
    for chunk in batch.chunks(BATCH) {
        store
            .db()
            .write(Command::RecordStatistics, |tx| {
                Box::pin(record_statistics_chunk(tx, chunk))
            })
            .await?;
    }
    Ok(())
}

async fn record_statistics_chunk(
    tx: &Tx<'_>,
    chunk: &[StatisticsObservation],
) -> Result<(), Fault> {
    let mut stored = stored_statistics(tx, chunk.iter().map(|seen| seen.id)).await?;
    let mut news = Vec::new();
    for seen in chunk {
        // Gone meanwhile: passed over.
        let Some(text) = stored.get_mut(&seen.id.0) else {
            continue;
        };
        let mut figures: StoredStatistics = parse("statistics", text)?;
        figures.spaces = seen.spaces;
        figures.repositories = seen.repositories;
        // The same registry may occur twice in a batch; the second goes on from the first.
        *text = json(&figures)?;
        let update = Query::update()
            .table(registry::Entity)
            .value(registry::Column::Statistics, text.as_str())
            .and_where(registry::Column::Id.eq(seen.id.0))
            .and_where(registry::Column::Generation.eq(seen.generation))
            .to_owned();
        let row = changed(tx, update).await?;
        if let (Some(row), true) = (row, seen.news) {
            news.push(NewChange {
                topic: Topic::RegistryStatistics,
                object_id: seen.id.0,
                generation: row.generation,
                workspace_id: row.workspace_id,
                user_id: None,
                at: at(seen.repositories.as_of.max(seen.spaces.as_of)),
            });
        }
    }
    changes::append(tx, &news).await
}

/// Writes what was seen that a registry can do.
pub(crate) async fn record_capabilities(
    store: &Store,
    seen: CapabilityObservation,
) -> Result<(), StoreError> {
    let seen = &seen;
    let text = &json(&seen.capabilities)?;
    store
        .db()
        .write(Command::RecordCapabilities, |tx| {
            Box::pin(async move {
                use registry::Column as C;
                let mut update = Query::update()
                    .table(registry::Entity)
                    .value(C::Capabilities, text.as_str())
                    .and_where(C::Id.eq(seen.id.0))
                    .and_where(C::Generation.eq(seen.generation))
                    .to_owned();
                if let Some(version) = &seen.version {
                    update.value(C::Version, version.as_str());
                }
                let row = changed(tx, update).await?;
                let news = row.filter(|_| seen.news).map(|row| NewChange {
                    topic: Topic::RegistryStatistics,
                    object_id: seen.id.0,
                    generation: row.generation,
                    workspace_id: row.workspace_id,
                    user_id: None,
                    at: seen.at,
                });
                changes::append(tx, news.as_slice()).await
            })
        })
        .await
}

/// The figures stored now, their rows locked in the order of ids.
async fn stored_statistics(
    tx: &Tx<'_>,
    ids: impl Iterator<Item = RegistryId>,
) -> Result<HashMap<Uuid, String>, Fault> {
    use sea_orm::QueryOrder as _;
    let rows: Vec<(Uuid, String)> = registry::Entity::find()
        .select_only()
        .columns([registry::Column::Id, registry::Column::Statistics])
        .filter(registry::Column::Id.is_in(ids.map(|id| id.0)))
        .order_by_asc(registry::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(tx)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The time of a change entry only decides when it is pruned; an observation without a time of
/// its own gets the machine's.
fn at(seen: Option<Timestamp>) -> Timestamp {
    seen.unwrap_or_else(Timestamp::from_system_clock)
}
