//! The end of things, a bounded part at a time, so that nobody waits for it: what is left of
//! registries that are disconnected, repositories that are gone, artifacts no tag leads to.

use super::CHUNK;
use super::descriptions;
use super::links;
use super::scope::{self, Effects, Scope};
use super::sql::Sql;
use crate::command::Command;
use crate::fault::Fault;
use crate::store::Store;
use crate::tx::Tx;
use roadstead_core::model::{RegistryId, Timestamp, Topic};
use roadstead_core::ports::StoreError;
use sea_orm::ConnectionTrait;
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use uuid::Uuid;

/// How long what is in no repository any more is remembered: a digest that comes back is not read
/// again.
const KEEP: Duration = Duration::from_secs(7 * 24 * 3600);

/// Links removed in one transaction.
const PART: usize = CHUNK / 2;

/// Notes that a registry is disconnected: from now on nothing of its inventory is listed.
pub(crate) async fn disconnect(tx: &Tx<'_>, id: RegistryId) -> Result<(), Fault> {
    Sql::of(
        "UPDATE inventory SET gone = 1 WHERE registry_id = ?",
        [id.0.into()],
    )
    .run(tx)
    .await?;
    Ok(())
}

pub(super) async fn remove(store: &Store, now: Timestamp) -> Result<u64, StoreError> {
    let removed = disconnected(store).await?;
    if removed > 0 {
        return Ok(removed);
    }
    if let Some(removed) = repository(store, "ended_at IS NOT NULL", now).await? {
        return Ok(removed);
    }
    if let Some(removed) = repository(store, "loose = 1", now).await? {
        return Ok(removed);
    }
    loose(store, now.minus(KEEP)).await
}

/// A part of the inventory of a registry that is no longer there.
async fn disconnected(store: &Store) -> Result<u64, StoreError> {
    let row = Sql::of("SELECT no FROM inventory WHERE gone = 1 LIMIT 1", [])
        .one(store.db().read())
        .await?;
    let Some(row) = row else { return Ok(0) };
    let no: i64 = row.try_get("", "no").map_err(Fault::from)?;
    store
        .db()
        .write(Command::RemoveEnded, |tx| {
            Box::pin(async move {
                for part in [
                    "DELETE FROM tag WHERE no IN (SELECT no FROM tag WHERE inventory_no = ? LIMIT ?)",
                    "DELETE FROM image_config WHERE blob_no IN (SELECT blob_no FROM image_config \
                     WHERE inventory_no = ? LIMIT ?)",
                ] {
                    let removed = Sql::of(part, [no.into(), limit(CHUNK)]).run(tx).await?;
                    if removed > 0 {
                        return Ok(removed);
                    }
                }
                let removed = repositories_part(tx, no).await?;
                if removed > 0 {
                    return Ok(removed);
                }
                let removed = artifacts_part(tx, no).await?;
                if removed > 0 {
                    return Ok(removed);
                }
                let removed = Sql::of(
                    "DELETE FROM blob WHERE no IN (SELECT no FROM blob WHERE inventory_no = ? LIMIT ?)",
                    [no.into(), limit(CHUNK)],
                )
                .run(tx)
                .await?;
                if removed > 0 {
                    return Ok(removed);
                }
                // Spaces are few, days at most one for each.
                for rest in [
                    "DELETE FROM space WHERE inventory_no = ?",
                    "DELETE FROM statistics_day WHERE inventory_no = ?",
                ] {
                    Sql::of(rest, [no.into()]).run(tx).await?;
                }
                Sql::of("DELETE FROM inventory WHERE no = ?", [no.into()])
                    .run(tx)
                    .await
            })
        })
        .await
}

fn limit(rows: usize) -> sea_orm::Value {
    i64::try_from(rows).unwrap_or(500).into()
}

async fn repositories_part(tx: &Tx<'_>, inventory_no: i64) -> Result<u64, Fault> {
    let nos = numbers(
        tx,
        "SELECT no FROM repository WHERE inventory_no = ? LIMIT ?",
        inventory_no,
        20,
    )
    .await?;
    if nos.is_empty() {
        return Ok(0);
    }
    for (table, column) in [
        ("repository_blob", "blob_no"),
        ("repository_artifact", "artifact_no"),
    ] {
        let text = format!(
            "DELETE FROM {table} WHERE (repository_no, {column}) IN \
             (SELECT repository_no, {column} FROM {table} WHERE repository_no IN "
        );
        let removed = Sql::of(&text, [])
            .list(nos.iter().copied())
            .and(" LIMIT ?)", [limit(CHUNK)])
            .run(tx)
            .await?;
        if removed > 0 {
            return Ok(removed);
        }
    }
    descriptions::remove(tx, &nos).await?;
    Sql::of("DELETE FROM repository WHERE no IN ", [])
        .list(nos)
        .run(tx)
        .await
}

async fn artifacts_part(tx: &Tx<'_>, inventory_no: i64) -> Result<u64, Fault> {
    let nos = numbers(
        tx,
        "SELECT no FROM artifact WHERE inventory_no = ? LIMIT ?",
        inventory_no,
        100,
    )
    .await?;
    remove_artifacts(tx, nos).await
}

async fn numbers(tx: &Tx<'_>, text: &str, of: i64, most: usize) -> Result<Vec<i64>, Fault> {
    let rows = Sql::of(text, [of.into(), limit(most)]).all(tx).await?;
    rows.iter().map(|row| Ok(row.try_get("", "no")?)).collect()
}

async fn remove_artifacts(tx: &Tx<'_>, nos: Vec<i64>) -> Result<u64, Fault> {
    if nos.is_empty() {
        return Ok(0);
    }
    Sql::of("DELETE FROM artifact_child WHERE parent_no IN ", [])
        .list(nos.iter().copied())
        .run(tx)
        .await?;
    Sql::of("DELETE FROM artifact WHERE no IN ", [])
        .list(nos)
        .run(tx)
        .await
}

/// One repository that has ended, or that may hold what no tag leads to any more.
struct Held {
    no: i64,
    registry_id: RegistryId,
    revision: i64,
    ended: bool,
    /// Artifacts nothing leads to.
    artifacts: Vec<i64>,
    /// Blobs only those were made of.
    blobs: Vec<i64>,
    /// Kinds of what stays.
    kinds: i64,
}

async fn repository(store: &Store, which: &str, now: Timestamp) -> Result<Option<u64>, StoreError> {
    let snapshot = store.db().snapshot().await?;
    let Some(held) = look(&snapshot, which).await? else {
        return Ok(None);
    };
    drop(snapshot);
    let mut parts: Vec<Part<'_>> = held.artifacts.chunks(PART).map(Part::Artifacts).collect();
    parts.extend(held.blobs.chunks(PART).map(Part::Blobs));
    for part in &parts {
        if !unlink(store, &held, part, now).await? {
            return Ok(None);
        }
    }
    let removed = held.artifacts.len() + held.blobs.len();
    loop {
        let mut more = false;
        let going = finish(store, &held, removed > 0, now, &mut more).await?;
        if !going {
            return Ok(None);
        }
        if !more {
            break;
        }
    }
    Ok(Some(u64::try_from(removed).unwrap_or(0) + 1))
}

/// Reads a repository and finds what in it nothing leads to.
async fn look(db: &impl ConnectionTrait, which: &str) -> Result<Option<Held>, Fault> {
    let row = Sql::of(
        "SELECT p.no, p.revision, p.ended_at, i.registry_id FROM repository p \
         JOIN inventory i ON i.no = p.inventory_no WHERE p.",
        [],
    )
    .and(which, [])
    .and(" ORDER BY p.no LIMIT 1", [])
    .one(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let no: i64 = row.try_get("", "no")?;
    let registry: Uuid = row.try_get("", "registry_id")?;
    let ended: Option<i64> = row.try_get("", "ended_at")?;
    let linked = Sql::of(
        "SELECT a.no, a.layers, a.config_no, a.kind, a.state, a.digest, a.subject \
         FROM repository_artifact l JOIN artifact a ON a.no = l.artifact_no \
         WHERE l.repository_no = ?",
        [no.into()],
    )
    .all(db)
    .await?;
    let mut reached: HashSet<i64> = HashSet::new();
    if ended.is_none() {
        reached = reach(db, no, &linked).await?;
    }
    let (mut drop, mut kept, mut kinds) = (Vec::new(), HashSet::new(), 0_i64);
    for row in &linked {
        let artifact: i64 = row.try_get("", "no")?;
        if !reached.contains(&artifact) {
            drop.push(artifact);
            continue;
        }
        kept.extend(links::made_of(row)?);
        let state: i64 = row.try_get("", "state")?;
        let kind: i64 = row.try_get("", "kind")?;
        if state == super::manifests::READ {
            kinds |= 1_i64 << kind.clamp(0, 62);
        }
    }
    let blobs = Sql::of(
        "SELECT blob_no FROM repository_blob WHERE repository_no = ?",
        [no.into()],
    )
    .all(db)
    .await?;
    let blobs = blobs
        .iter()
        .map(|row| row.try_get("", "blob_no"))
        .collect::<Result<Vec<i64>, _>>()?;
    Ok(Some(Held {
        no,
        registry_id: RegistryId(registry),
        revision: row.try_get("", "revision")?,
        ended: ended.is_some(),
        artifacts: drop,
        blobs: blobs.into_iter().filter(|no| !kept.contains(no)).collect(),
        kinds,
    }))
}

/// What tags lead to: what they point at, what that lists, and what refers to any of it.
async fn reach(
    db: &impl ConnectionTrait,
    repository_no: i64,
    linked: &[sea_orm::QueryResult],
) -> Result<HashSet<i64>, Fault> {
    let rows = Sql::of(
        "SELECT DISTINCT artifact_no FROM tag WHERE repository_no = ? AND artifact_no IS NOT NULL",
        [repository_no.into()],
    )
    .all(db)
    .await?;
    let mut open = rows
        .iter()
        .map(|row| row.try_get("", "artifact_no"))
        .collect::<Result<Vec<i64>, _>>()?;
    let rows = Sql::of(
        "SELECT k.parent_no, k.child_no FROM repository_artifact l \
         JOIN artifact_child k ON k.parent_no = l.artifact_no WHERE l.repository_no = ?",
        [repository_no.into()],
    )
    .all(db)
    .await?;
    let mut below: HashMap<i64, Vec<i64>> = HashMap::new();
    for row in &rows {
        let child: i64 = row.try_get("", "child_no")?;
        below
            .entry(row.try_get("", "parent_no")?)
            .or_default()
            .push(child);
    }
    let mut digests: HashMap<Vec<u8>, i64> = HashMap::new();
    for row in linked {
        digests.insert(row.try_get("", "digest")?, row.try_get("", "no")?);
    }
    for row in linked {
        let subject: Option<Vec<u8>> = row.try_get("", "subject")?;
        if let Some(of) = subject.and_then(|subject| digests.get(&subject)) {
            below.entry(*of).or_default().push(row.try_get("", "no")?);
        }
    }
    let mut reached = HashSet::new();
    while let Some(no) = open.pop() {
        if reached.insert(no) {
            open.extend(below.get(&no).into_iter().flatten());
        }
    }
    Ok(reached)
}

/// Holds the repository's registry; `None` when the repository has changed since it was read.
async fn unchanged(tx: &Tx<'_>, held: &Held) -> Result<Option<Scope>, Fault> {
    let Some(scope) = scope::hold(tx, held.registry_id).await? else {
        return Ok(None);
    };
    let row = Sql::of(
        "SELECT no FROM repository WHERE no = ? AND revision = ?",
        [held.no.into(), held.revision.into()],
    )
    .one(tx)
    .await?;
    Ok(row.map(|_| scope))
}

/// What one transaction takes out of a repository.
enum Part<'a> {
    Artifacts(&'a [i64]),
    Blobs(&'a [i64]),
}

async fn unlink(
    store: &Store,
    held: &Held,
    part: &Part<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    store
        .db()
        .write(Command::RemoveEnded, |tx| {
            Box::pin(async move {
                let Some(scope) = unchanged(tx, held).await? else {
                    return Ok(false);
                };
                let mut effects = Effects::default();
                match part {
                    Part::Artifacts(nos) => {
                        links::unlink_artifacts(tx, held.no, nos, now, &mut effects).await?;
                    }
                    Part::Blobs(nos) => {
                        links::unlink_blobs(tx, held.no, nos, now, &mut effects).await?;
                    }
                }
                effects.finish(tx, &scope, now).await?;
                Ok(true)
            })
        })
        .await
}

/// The last part: the mark goes, of what has ended the row.
async fn finish(
    store: &Store,
    held: &Held,
    changed: bool,
    now: Timestamp,
    more: &mut bool,
) -> Result<bool, StoreError> {
    let done = store
        .db()
        .write(Command::RemoveEnded, |tx| {
            Box::pin(async move {
                let Some(scope) = unchanged(tx, held).await? else {
                    return Ok(None);
                };
                if held.ended {
                    let tags = Sql::of(
                        "DELETE FROM tag WHERE no IN \
                         (SELECT no FROM tag WHERE repository_no = ? LIMIT ?)",
                        [held.no.into(), limit(CHUNK)],
                    )
                    .run(tx)
                    .await?;
                    if tags > 0 {
                        return Ok(Some(true));
                    }
                    descriptions::remove(tx, &[held.no]).await?;
                    Sql::of("DELETE FROM repository WHERE no = ?", [held.no.into()])
                        .run(tx)
                        .await?;
                    return Ok(Some(false));
                }
                Sql::of(
                    "UPDATE repository SET loose = 0, kinds = ? WHERE no = ?",
                    [held.kinds.into(), held.no.into()],
                )
                .run(tx)
                .await?;
                let mut effects = Effects::default();
                if changed {
                    effects.of(held.no).told = true;
                    effects.registry.push(Topic::RegistryInventory);
                }
                effects.finish(tx, &scope, now).await?;
                Ok(Some(false))
            })
        })
        .await?;
    *more = done == Some(true);
    Ok(done.is_some())
}

/// What has been in no repository for long.
async fn loose(store: &Store, before: Timestamp) -> Result<u64, StoreError> {
    store
        .db()
        .write(Command::RemoveEnded, |tx| {
            Box::pin(async move {
                let nos = numbers(
                    tx,
                    "SELECT no FROM artifact WHERE loose_at < ? LIMIT ?",
                    before.as_micros(),
                    100,
                )
                .await?;
                let removed = remove_artifacts(tx, nos).await?;
                if removed > 0 {
                    return Ok(removed);
                }
                // After all artifacts: none that is left is made of these.
                let nos = numbers(
                    tx,
                    "SELECT no FROM blob WHERE loose_at < ? LIMIT ?",
                    before.as_micros(),
                    PART,
                )
                .await?;
                if nos.is_empty() {
                    return Ok(0);
                }
                Sql::of("DELETE FROM image_config WHERE blob_no IN ", [])
                    .list(nos.iter().copied())
                    .run(tx)
                    .await?;
                Sql::of("DELETE FROM blob WHERE no IN ", [])
                    .list(nos)
                    .run(tx)
                    .await
            })
        })
        .await
}
