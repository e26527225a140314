//! Spaces, and repositories as far as their names go.

use super::scope::{self, Effects, Scope};
use super::sql::Sql;
use super::{CHUNK, crawls};
use crate::audit;
use crate::command::Command;
use crate::fault::{Fault, damaged};
use crate::registry_row::json;
use crate::store::Store;
use crate::tx::Tx;
use roadstead_core::ErrorCode;
use roadstead_core::model::{
    AuditEntry, RegistryId, RepositoryId, SpaceId, Timestamp, Topic, Visibility,
};
use roadstead_core::ports::{
    CrawlKey, NamesPage, Recorded, RepositoryMark, SeenRepository, SeenSpace, Source, StoreError,
};
use sea_orm::Value;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

pub(super) async fn record_spaces(
    store: &Store,
    source: Source,
    spaces: &[SeenSpace],
    now: Timestamp,
) -> Result<Recorded<Vec<SpaceId>>, StoreError> {
    let mut ids = Vec::with_capacity(spaces.len());
    for chunk in spaces.chunks(CHUNK) {
        let recorded = scope::write(store, Command::RecordSpaces, source, now, |tx, scope, _| {
            Box::pin(space_chunk(tx, scope, chunk, now))
        });
        match recorded.await? {
            Some(some) => ids.extend(some),
            None => return Ok(Recorded::Outdated),
        }
    }
    Ok(Recorded::Yes(ids))
}

async fn space_chunk(
    tx: &Tx<'_>,
    scope: &Scope,
    chunk: &[SeenSpace],
    now: Timestamp,
) -> Result<Vec<SpaceId>, Fault> {
    let known = spaces_by_upstream(
        tx,
        scope,
        chunk.iter().map(|s| s.upstream_id.as_str()).collect(),
    )
    .await?;
    let mut effects = Effects::default();
    let (mut ids, mut fresh) = (Vec::with_capacity(chunk.len()), Vec::new());
    let mut given: HashMap<&str, Uuid> = HashMap::new();
    for seen in chunk {
        let members = json(&seen.members)?;
        if let Some((no, id)) = known.get(seen.upstream_id.as_str()) {
            ids.push(SpaceId(*id));
            update_space(*no, seen, members, now).run(tx).await?;
        } else if let Some(id) = given.get(seen.upstream_id.as_str()) {
            ids.push(SpaceId(*id));
        } else {
            let id = SpaceId::new();
            given.insert(&seen.upstream_id, id.0);
            ids.push(id);
            fresh.push(new_space(scope, id, seen, members, now));
        }
    }
    if !fresh.is_empty() {
        effects.figures.spaces = i64::try_from(fresh.len()).unwrap_or(0);
        effects.registry.push(Topic::RegistryInventory);
        Sql::of(
            "INSERT INTO space (id, inventory_no, upstream_id, name, search, class, visibility, \
             members, storage_bytes, quota_bytes, created_at, seen_at) VALUES ",
            [],
        )
        .rows(fresh)
        .run(tx)
        .await?;
    }
    effects.finish(tx, scope, now).await?;
    Ok(ids)
}

fn new_space(
    scope: &Scope,
    id: SpaceId,
    seen: &SeenSpace,
    members: String,
    now: Timestamp,
) -> Vec<Value> {
    vec![
        id.0.into(),
        scope.no.into(),
        seen.upstream_id.as_str().into(),
        seen.name.as_str().into(),
        seen.name.to_lowercase().into(),
        seen.class.as_str().into(),
        seen.visibility.map(Visibility::as_str).into(),
        members.into(),
        crawls::size(seen.storage_bytes).into(),
        crawls::size(seen.quota_bytes).into(),
        now.as_micros().into(),
        now.as_micros().into(),
    ]
}

fn update_space(no: i64, seen: &SeenSpace, members: String, now: Timestamp) -> Sql {
    Sql::of(
        "UPDATE space SET name = ?, search = ?, class = ?, visibility = COALESCE(?, visibility), \
         members = ?, storage_bytes = ?, quota_bytes = ?, seen_at = ? WHERE no = ?",
        [
            seen.name.as_str().into(),
            seen.name.to_lowercase().into(),
            seen.class.as_str().into(),
            seen.visibility.map(Visibility::as_str).into(),
            members.into(),
            crawls::size(seen.storage_bytes).into(),
            crawls::size(seen.quota_bytes).into(),
            now.as_micros().into(),
            no.into(),
        ],
    )
}

pub(super) async fn spaces_by_upstream(
    tx: &Tx<'_>,
    scope: &Scope,
    wanted: HashSet<&str>,
) -> Result<HashMap<String, (i64, Uuid)>, Fault> {
    let rows = Sql::of(
        "SELECT no, id, upstream_id FROM space \
         WHERE inventory_no = ? AND ended_at IS NULL AND upstream_id IN ",
        [scope.no.into()],
    )
    .list(wanted)
    .all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let key = row.try_get("", "upstream_id")?;
            Ok((key, (row.try_get("", "no")?, row.try_get("", "id")?)))
        })
        .collect()
}

pub(super) async fn end_spaces(
    store: &Store,
    source: Source,
    upstream_ids: &[String],
    now: Timestamp,
) -> Result<Recorded, StoreError> {
    for upstream in upstream_ids {
        // Its repositories first, a bounded number at a time; then itself.
        loop {
            let done = scope::write(store, Command::RecordSpaces, source, now, |tx, scope, _| {
                Box::pin(end_space_part(tx, scope, upstream, now))
            });
            match done.await? {
                None => return Ok(Recorded::Outdated),
                Some(true) => break,
                Some(false) => {}
            }
        }
    }
    Ok(Recorded::Yes(()))
}

async fn end_space_part(
    tx: &Tx<'_>,
    scope: &Scope,
    upstream: &str,
    now: Timestamp,
) -> Result<bool, Fault> {
    let known = spaces_by_upstream(tx, scope, HashSet::from([upstream])).await?;
    let Some((no, _)) = known.get(upstream) else {
        return Ok(true);
    };
    let rows = Sql::of(
        "SELECT no FROM repository WHERE space_no = ? AND ended_at IS NULL LIMIT ?",
        [(*no).into(), i64::try_from(CHUNK).unwrap_or(500).into()],
    )
    .all(tx)
    .await?;
    let mut effects = Effects::default();
    let last = rows.len() < CHUNK;
    for row in &rows {
        end_repository(tx, row.try_get("", "no")?, now, &mut effects).await?;
    }
    if last {
        Sql::of(
            "UPDATE space SET ended_at = ? WHERE no = ?",
            [now.as_micros().into(), (*no).into()],
        )
        .run(tx)
        .await?;
        effects.figures.spaces -= 1;
    }
    effects.registry.push(Topic::RegistryInventory);
    effects.finish(tx, scope, now).await?;
    Ok(last)
}

/// Takes a repository out of the lists and out of the counts. What it holds is removed later.
pub(super) async fn end_repository(
    tx: &Tx<'_>,
    no: i64,
    now: Timestamp,
    effects: &mut Effects,
) -> Result<(), Fault> {
    let row = Sql::of(
        "UPDATE repository SET ended_at = ?, wanted_at = NULL WHERE no = ? AND ended_at IS NULL \
         RETURNING space_no, tags, tags_unread",
        [now.as_micros().into(), no.into()],
    )
    .one(tx)
    .await?;
    let Some(row) = row else { return Ok(()) };
    let space: i64 = row.try_get("", "space_no")?;
    let (tags, unread): (i64, i64) = (row.try_get("", "tags")?, row.try_get("", "tags_unread")?);
    effects.figures.repositories -= 1;
    effects.figures.tags -= tags;
    effects.figures.tags_unread -= unread;
    effects.spaces.entry(space).or_default().0 -= 1;
    let of = effects.of(no);
    of.tags -= tags;
    of.tags_unread -= unread;
    of.told = true;
    Ok(())
}

pub(super) async fn record_names(
    store: &Store,
    key: CrawlKey,
    page: &NamesPage,
) -> Result<Recorded, StoreError> {
    let mut chunks: Vec<&[SeenRepository]> = page.repositories.chunks(CHUNK).collect();
    if chunks.is_empty() {
        chunks.push(&[]);
    }
    let count = chunks.len();
    for (i, chunk) in chunks.into_iter().enumerate() {
        let last = i + 1 == count;
        let taken = store
            .db()
            .write(Command::RecordNames, |tx| {
                Box::pin(async move {
                    let scope = scope::enter(tx, key.source).await?;
                    let Some(scope) = scope.filter(|scope| scope.runs(key)) else {
                        return Ok(false);
                    };
                    let mut effects = Effects::default();
                    names(tx, &scope, chunk, page.now, &mut effects).await?;
                    if last {
                        move_cursor(tx, &scope, page).await?;
                    }
                    effects.finish(tx, &scope, page.now).await?;
                    Ok(true)
                })
            })
            .await?;
        if !taken {
            return Ok(Recorded::Outdated);
        }
    }
    Ok(Recorded::Yes(()))
}

/// Repositories heard of outside of a crawl; answers how many are new. Those are wanted read.
pub(super) async fn heard(
    store: &Store,
    source: Source,
    repositories: &[SeenRepository],
    now: Timestamp,
) -> Result<Recorded<u64>, StoreError> {
    let mut new = 0;
    for chunk in repositories.chunks(CHUNK) {
        let command = Command::RecordNames;
        let heard = scope::write(store, command, source, now, |tx, scope, effects| {
            Box::pin(async move {
                names(tx, scope, chunk, now, effects).await?;
                // What was just added, and what was added before and never read.
                Sql::of(
                    "UPDATE repository SET wanted_at = ? WHERE inventory_no = ? \
                     AND ended_at IS NULL AND wanted_at IS NULL AND state = 'named' AND name IN ",
                    [now.as_micros().into(), scope.no.into()],
                )
                .list(chunk.iter().map(|seen| seen.name.as_str()))
                .run(tx)
                .await?;
                Ok(effects.figures.repositories)
            })
        });
        match heard.await? {
            Some(some) => new += u64::try_from(some).unwrap_or(0),
            None => return Ok(Recorded::Outdated),
        }
    }
    Ok(Recorded::Yes(new))
}

async fn move_cursor(tx: &Tx<'_>, scope: &Scope, page: &NamesPage) -> Result<(), Fault> {
    let phase = if page.next.is_some() { "names" } else { "tags" };
    Sql::of(
        "UPDATE inventory SET names_cursor = ?, phase = ?, updated_at = ? WHERE no = ?",
        [
            page.next.clone().into(),
            phase.into(),
            page.now.as_micros().into(),
            scope.no.into(),
        ],
    )
    .run(tx)
    .await?;
    Ok(())
}

/// Repositories by name: number and id.
pub(super) async fn by_name(
    tx: &Tx<'_>,
    scope: &Scope,
    wanted: HashSet<&str>,
) -> Result<HashMap<String, (i64, RepositoryId)>, Fault> {
    let rows = Sql::of(
        "SELECT no, id, name FROM repository \
         WHERE inventory_no = ? AND ended_at IS NULL AND name IN ",
        [scope.no.into()],
    )
    .list(wanted)
    .all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let id = RepositoryId(row.try_get("", "id")?);
            Ok((row.try_get("", "name")?, (row.try_get("", "no")?, id)))
        })
        .collect()
}

/// Adds the repositories nobody knows and marks the others as seen.
pub(super) async fn names(
    tx: &Tx<'_>,
    scope: &Scope,
    chunk: &[SeenRepository],
    now: Timestamp,
    effects: &mut Effects,
) -> Result<(), Fault> {
    if chunk.is_empty() {
        return Ok(());
    }
    let known = by_name(tx, scope, chunk.iter().map(|r| r.name.as_str()).collect()).await?;
    let spaces =
        spaces_by_upstream(tx, scope, chunk.iter().map(|r| r.space.as_str()).collect()).await?;
    let mut fresh: Vec<Vec<Value>> = Vec::new();
    let mut given: HashSet<&str> = HashSet::new();
    for seen in chunk {
        if known.contains_key(&seen.name) || !given.insert(&seen.name) {
            continue;
        }
        let Some((space, _)) = spaces.get(&seen.space) else {
            return Err(damaged("space of a repository", &seen.space).into());
        };
        let count = effects.spaces.entry(*space).or_default();
        count.0 += 1;
        fresh.push(vec![
            RepositoryId::new().0.into(),
            scope.no.into(),
            (*space).into(),
            seen.upstream_id.clone().into(),
            seen.name.as_str().into(),
            seen.name.to_lowercase().into(),
            "named".into(),
            seen.pulled_at.map(Timestamp::as_micros).into(),
            now.as_micros().into(),
            scope.epoch.into(),
        ]);
    }
    if !known.is_empty() {
        Sql::of(
            "UPDATE repository SET seen_epoch = ? WHERE seen_epoch <> ? AND no IN ",
            [scope.epoch.into(), scope.epoch.into()],
        )
        .list(known.values().map(|(no, _)| *no))
        .run(tx)
        .await?;
    }
    if !fresh.is_empty() {
        effects.figures.repositories += i64::try_from(fresh.len()).unwrap_or(0);
        effects.registry.push(Topic::RegistryInventory);
        Sql::of(
            "INSERT INTO repository (id, inventory_no, space_no, upstream_id, name, search, state, \
             pulled_at, created_at, seen_epoch) VALUES ",
            [],
        )
        .rows(fresh)
        .run(tx)
        .await?;
    }
    Ok(())
}

pub(super) async fn mark(
    store: &Store,
    source: Source,
    marks: &[(RepositoryId, RepositoryMark)],
    now: Timestamp,
) -> Result<Recorded, StoreError> {
    for chunk in marks.chunks(CHUNK / 5) {
        let command = Command::MarkRepositories;
        let taken = scope::write(store, command, source, now, |tx, scope, effects| {
            Box::pin(async move {
                for (id, mark) in chunk {
                    mark_one(tx, scope, *id, *mark, now, effects).await?;
                }
                Ok(())
            })
        });
        if taken.await?.is_none() {
            return Ok(Recorded::Outdated);
        }
    }
    Ok(Recorded::Yes(()))
}

async fn mark_one(
    tx: &Tx<'_>,
    scope: &Scope,
    id: RepositoryId,
    mark: RepositoryMark,
    now: Timestamp,
    effects: &mut Effects,
) -> Result<(), Fault> {
    let at = now.as_micros();
    let update = match mark {
        RepositoryMark::Gone => Sql::of("UPDATE repository SET wanted_at = NULL", []),
        RepositoryMark::Broken(trouble) => Sql::of(
            "UPDATE repository SET state = 'broken', trouble = ?, listed_epoch = ?, seen_epoch = ?, \
             wanted_at = NULL",
            [
                trouble.as_str().into(),
                scope.epoch.into(),
                scope.epoch.into(),
            ],
        ),
        RepositoryMark::Stale => Sql::of(
            "UPDATE repository SET wanted_at = COALESCE(wanted_at, ?)",
            [at.into()],
        ),
    };
    let row = update
        .and(
            " WHERE id = ? AND inventory_no = ? AND ended_at IS NULL RETURNING no",
            [id.0.into(), scope.no.into()],
        )
        .one(tx)
        .await?;
    let Some(row) = row else { return Ok(()) };
    let no: i64 = row.try_get("", "no")?;
    match mark {
        RepositoryMark::Gone => {
            end_repository(tx, no, now, effects).await?;
            if !effects.registry.contains(&Topic::RegistryInventory) {
                effects.registry.push(Topic::RegistryInventory);
            }
        }
        RepositoryMark::Broken(_) => effects.of(no).told = true,
        RepositoryMark::Stale => {}
    }
    Ok(())
}

pub(super) async fn request(
    store: &Store,
    id: RepositoryId,
    now: Timestamp,
    audit: AuditEntry,
) -> Result<(), StoreError> {
    let audit = &audit;
    store
        .db()
        .write(Command::RequestRepository, |tx| {
            Box::pin(async move {
                // The registry first, in the order of every other command.
                let row = Sql::of(
                    "SELECT i.registry_id FROM repository p JOIN inventory i ON i.no = p.inventory_no \
                     WHERE p.id = ? AND p.ended_at IS NULL",
                    [id.0.into()],
                )
                .one(tx)
                .await?
                .ok_or(StoreError::NotFound)?;
                let registry = RegistryId(row.try_get("", "registry_id")?);
                let scope = scope::hold(tx, registry)
                    .await?
                    .ok_or(StoreError::NotFound)?;
                let met = Sql::of(
                    "UPDATE repository SET wanted_at = COALESCE(wanted_at, ?) \
                     WHERE id = ? AND ended_at IS NULL",
                    [now.as_micros().into(), id.0.into()],
                )
                .run(tx)
                .await?;
                if met == 0 {
                    return Err(StoreError::NotFound.into());
                }
                audit::insert(tx, audit).await?;
                let effects = Effects {
                    registry: vec![Topic::RegistryCrawl],
                    ..Effects::default()
                };
                effects.finish(tx, &scope, now).await
            })
        })
        .await
}

/// The code of a repository's trouble, for the state that has one.
pub(super) fn state_text(broken: Option<ErrorCode>, tags: u64) -> &'static str {
    match broken {
        Some(_) => "broken",
        None if tags == 0 => "empty",
        None => "listed",
    }
}
