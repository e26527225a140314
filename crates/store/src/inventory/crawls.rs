//! How far the reading of each registry is.

use super::scope::{self, Effects, Scope};
use super::sql::{Sql, signed, unsigned};
use crate::audit;
use crate::command::Command;
use crate::fault::{Fault, damaged};
use crate::registry_row::{json, parse};
use crate::store::Store;
use crate::tx::Tx;
use roadstead_core::ErrorCode;
use roadstead_core::model::{
    AuditEntry, CrawlCounts, CrawlPhase, CrawlState, CrawlStatus, RegistryId, ServerIdentity,
    Timestamp, Topic,
};
use roadstead_core::ports::{CrawlKey, CrawlReport, Recorded, Source, StoreError};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

const COLUMNS: &str = "i.no, i.epoch, i.status, i.phase, i.server, i.names_cursor, i.counts, \
     i.rate_per_minute, i.started_at, i.updated_at, i.finished_at, i.next_at, i.trouble";

pub(super) async fn state(
    db: &impl ConnectionTrait,
    id: RegistryId,
) -> Result<Option<CrawlState>, Fault> {
    let row = Sql::of("SELECT ", [])
        .and(COLUMNS, [])
        .and(" FROM inventory i WHERE i.registry_id = ?", [id.0.into()])
        .one(db)
        .await?;
    match row {
        Some(row) => read(&row),
        None => Ok(None),
    }
}

/// `None` of a registry that was never begun.
fn read(row: &QueryResult) -> Result<Option<CrawlState>, Fault> {
    let Some(status) = scope::status(row)? else {
        return Ok(None);
    };
    let time = |name: &str| -> Result<Option<Timestamp>, Fault> {
        let micros: Option<i64> = row.try_get("", name)?;
        Ok(micros.map(Timestamp::from_micros))
    };
    let phase: String = row.try_get("", "phase")?;
    let counts: String = row.try_get("", "counts")?;
    let counts: CrawlCounts = parse("counts of a crawl", &counts)?;
    let rate: Option<i64> = row.try_get("", "rate_per_minute")?;
    let started_at = time("started_at")?.unwrap_or(Timestamp::from_micros(0));
    Ok(Some(CrawlState {
        epoch: row.try_get("", "epoch")?,
        status,
        phase: CrawlPhase::parse(&phase).ok_or_else(|| damaged("phase of a crawl", phase))?,
        server: row.try_get("", "server")?,
        cursor: row.try_get("", "names_cursor")?,
        counts,
        rate_per_minute: rate.and_then(|rate| u32::try_from(rate).ok()),
        started_at,
        updated_at: time("updated_at")?.unwrap_or(started_at),
        finished_at: time("finished_at")?,
        trouble: trouble(row)?,
        next_at: time("next_at")?,
    }))
}

/// A code of an older version that is no longer there reads as the general one.
pub(super) fn trouble(row: &QueryResult) -> Result<Option<ErrorCode>, Fault> {
    code(row, "trouble")
}

/// A trouble in a column of this name.
pub(super) fn code(row: &QueryResult, name: &str) -> Result<Option<ErrorCode>, Fault> {
    let text: Option<String> = row.try_get("", name)?;
    Ok(text.map(|text| ErrorCode::parse(&text).unwrap_or(ErrorCode::UpstreamProtocol)))
}

pub(super) async fn due(
    store: &Store,
    now: Timestamp,
    limit: u16,
) -> Result<Vec<RegistryId>, StoreError> {
    // Few rows, one for each registry.
    let rows = Sql::of(
        "SELECT r.id FROM registry r LEFT JOIN inventory i ON i.registry_id = r.id \
         WHERE i.status IS NULL OR i.status IN ('running', 'paused') OR i.next_at <= ? \
         ORDER BY COALESCE(i.next_at, 0), r.id LIMIT ?",
        [now.as_micros().into(), i64::from(limit).into()],
    )
    .all(store.db().read())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(RegistryId(
                row.try_get::<Uuid>("", "id").map_err(Fault::from)?,
            ))
        })
        .collect()
}

pub(super) async fn begin(
    store: &Store,
    source: Source,
    server: &str,
    now: Timestamp,
) -> Result<Recorded<CrawlState>, StoreError> {
    store
        .db()
        .write(Command::BeginCrawl, |tx| {
            Box::pin(async move {
                let Some(scope) = scope::enter(tx, source).await? else {
                    return Ok(Recorded::Outdated);
                };
                let state = open(tx, &scope, server, now).await?;
                Ok(Recorded::Yes(state))
            })
        })
        .await
}

/// The open crawl, or a new one.
async fn open(
    tx: &Tx<'_>,
    scope: &Scope,
    server: &str,
    now: Timestamp,
) -> Result<CrawlState, Fault> {
    let now_micros = now.as_micros();
    let begun = Sql::of(
        "UPDATE inventory SET epoch = epoch + 1, status = 'running', phase = 'names', server = ?, \
         server_epoch = CASE WHEN server = ? THEN server_epoch ELSE epoch + 1 END, \
         names_cursor = NULL, counts = '{}', rate_per_minute = NULL, started_at = ?, updated_at = ?, \
         finished_at = NULL, next_at = NULL, trouble = NULL \
         WHERE no = ? AND (status IS NULL OR status NOT IN ('running', 'paused') OR server <> ?)",
        [
            server.into(),
            server.into(),
            now_micros.into(),
            now_micros.into(),
            scope.no.into(),
            server.into(),
        ],
    )
    .run(tx)
    .await?;
    if begun > 0 {
        // What could not be read the last time is asked for again; of more than a few hundred the
        // rest waits for the next time.
        for failed in [
            "UPDATE artifact SET state = 0, trouble = NULL WHERE no IN (SELECT no FROM artifact \
             WHERE inventory_no = ? AND state = 2 LIMIT 500)",
            "UPDATE image_config SET state = 0, trouble = NULL WHERE blob_no IN (SELECT blob_no \
             FROM image_config WHERE inventory_no = ? AND state = 2 LIMIT 500)",
        ] {
            Sql::of(failed, [scope.no.into()]).run(tx).await?;
        }
        let effects = Effects {
            registry: vec![Topic::RegistryCrawl],
            ..Effects::default()
        };
        effects.finish(tx, scope, now).await?;
    }
    let state = state(tx, scope.registry_id).await?;
    state.ok_or_else(|| damaged("crawl", "it was just begun").into())
}

pub(super) async fn request(
    store: &Store,
    id: RegistryId,
    now: Timestamp,
    audit: AuditEntry,
) -> Result<CrawlState, StoreError> {
    let audit = &audit;
    store
        .db()
        .write(Command::RequestCrawl, |tx| {
            Box::pin(async move {
                let Some(scope) = scope::hold(tx, id).await? else {
                    return Err(StoreError::NotFound.into());
                };
                let row = Sql::of(
                    "SELECT address, identity FROM registry WHERE id = ?",
                    [id.0.into()],
                )
                .one(tx)
                .await?
                .ok_or(StoreError::NotFound)?;
                let address: String = row.try_get("", "address")?;
                let identity: Option<String> = row.try_get("", "identity")?;
                let identity = identity
                    .map(|text| parse::<ServerIdentity>("identity", &text))
                    .transpose()?;
                let server = CrawlState::server(&address, identity.as_ref());
                audit::insert(tx, audit).await?;
                open(tx, &scope, &server, now).await
            })
        })
        .await
}

pub(super) async fn cancel(
    store: &Store,
    id: RegistryId,
    now: Timestamp,
    audit: AuditEntry,
) -> Result<CrawlState, StoreError> {
    let audit = &audit;
    store
        .db()
        .write(Command::CancelCrawl, |tx| {
            Box::pin(async move {
                let Some(scope) = scope::hold(tx, id).await? else {
                    return Err(StoreError::NotFound.into());
                };
                if !scope.status.is_some_and(CrawlStatus::is_open) {
                    return Err(StoreError::AlreadyDone.into());
                }
                Sql::of(
                    "UPDATE inventory SET status = 'cancelled', updated_at = ?, finished_at = ? \
                     WHERE no = ?",
                    [
                        now.as_micros().into(),
                        now.as_micros().into(),
                        scope.no.into(),
                    ],
                )
                .run(tx)
                .await?;
                audit::insert(tx, audit).await?;
                let effects = Effects {
                    registry: vec![Topic::RegistryCrawl],
                    ..Effects::default()
                };
                effects.finish(tx, &scope, now).await?;
                let state = state(tx, id).await?;
                state.ok_or_else(|| StoreError::NotFound.into())
            })
        })
        .await
}

pub(super) async fn report(
    store: &Store,
    key: CrawlKey,
    report: CrawlReport,
) -> Result<Recorded, StoreError> {
    let counts = json(&report.counts)?;
    let (report, counts) = (&report, counts.as_str());
    store
        .db()
        .write(Command::ReportCrawl, |tx| {
            Box::pin(async move {
                let scope = scope::enter(tx, key.source).await?;
                let Some(scope) = scope.filter(|scope| scope.runs(key)) else {
                    return Ok(Recorded::Outdated);
                };
                let ended = (!report.status.is_open()).then(|| report.now.as_micros());
                Sql::of(
                    "UPDATE inventory SET status = ?, phase = ?, counts = ?, rate_per_minute = ?, \
                     trouble = ?, next_at = ?, updated_at = ?, finished_at = ? WHERE no = ?",
                    [
                        report.status.as_str().into(),
                        report.phase.as_str().into(),
                        counts.into(),
                        report.rate_per_minute.map(i64::from).into(),
                        report.trouble.map(ErrorCode::as_str).into(),
                        report.next_at.map(Timestamp::as_micros).into(),
                        report.now.as_micros().into(),
                        ended.into(),
                        scope.no.into(),
                    ],
                )
                .run(tx)
                .await?;
                let mut effects = Effects::default();
                if report.news {
                    effects.registry.push(Topic::RegistryCrawl);
                }
                effects.finish(tx, &scope, report.now).await?;
                Ok(Recorded::Yes(()))
            })
        })
        .await
}

pub(super) async fn note_history(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let day = now.as_micros().div_euclid(86_400_000_000);
    store
        .db()
        .write(Command::NoteHistory, |tx| {
            Box::pin(async move {
                // As many rows as registries.
                Sql::of(
                    "INSERT INTO statistics_day (inventory_no, day, at, spaces, repositories, \
                     artifacts, tags, storage_bytes) \
                     SELECT no, CAST(? AS BIGINT), CAST(? AS BIGINT), spaces, repositories, \
                     artifacts, tags, storage_bytes FROM inventory WHERE as_of IS NOT NULL \
                     ON CONFLICT (inventory_no, day) DO UPDATE SET at = excluded.at, \
                     spaces = excluded.spaces, repositories = excluded.repositories, \
                     artifacts = excluded.artifacts, tags = excluded.tags, \
                     storage_bytes = excluded.storage_bytes",
                    [day.into(), now.as_micros().into()],
                )
                .run(tx)
                .await?;
                Ok(())
            })
        })
        .await
}

/// What is stored as a number and is none below zero.
pub(super) fn count(row: &QueryResult, name: &str) -> Result<u64, Fault> {
    let value: i64 = row.try_get("", name)?;
    Ok(unsigned(value))
}

/// A size that may be unknown.
pub(super) fn maybe(row: &QueryResult, name: &str) -> Result<Option<u64>, Fault> {
    let value: Option<i64> = row.try_get("", name)?;
    Ok(value.map(unsigned))
}

/// A size for the database.
pub(super) fn size(value: Option<u64>) -> Option<i64> {
    value.map(signed)
}
