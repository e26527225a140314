//! Configurations, tags that were looked at again, and what events tell.

use super::manifests;
use super::names;
use super::point::{self, Given};
use super::scope::{self, Effects, Scope};
use super::sql::Sql;
use super::{CHUNK, built, kept, tags};
use crate::command::Command;
use crate::fault::Fault;
use crate::registry_row::json;
use crate::store::Store;
use crate::tx::Tx;
use roadstead_core::ErrorCode;
use roadstead_core::model::{Digest, RepositoryId, Timestamp};
use roadstead_core::ports::{
    ConfigRead, ProvisionalTag, Recorded, SeenRepository, SeenTag, Source, StoreError, TagCheck,
    TagOutcome,
};
use sea_orm::Value;
use std::collections::HashMap;

/// Tags that may each bring an artifact with all it lists into a repository.
const LINKING: usize = 50;

pub(super) async fn configs(
    store: &Store,
    source: Source,
    configs: &[ConfigRead],
    now: Timestamp,
) -> Result<Recorded, StoreError> {
    // Two rows each, and texts that may be long.
    for chunk in configs.chunks(CHUNK / 5) {
        let taken = scope::write(
            store,
            Command::RecordConfigs,
            source,
            now,
            |tx, scope, _| Box::pin(config_chunk(tx, scope, chunk, now)),
        );
        if taken.await?.is_none() {
            return Ok(Recorded::Outdated);
        }
    }
    Ok(Recorded::Yes(()))
}

async fn config_chunk(
    tx: &Tx<'_>,
    scope: &Scope,
    chunk: &[ConfigRead],
    now: Timestamp,
) -> Result<(), Fault> {
    let blobs = Sql::of(
        "SELECT no, digest FROM blob WHERE inventory_no = ? AND digest IN ",
        [scope.no.into()],
    )
    .list(chunk.iter().map(|config| config.digest.to_bytes()))
    .all(tx)
    .await?;
    let mut numbers: HashMap<Vec<u8>, i64> = HashMap::new();
    for row in &blobs {
        numbers.insert(row.try_get("", "digest")?, row.try_get("", "no")?);
    }
    let mut rows: HashMap<i64, Vec<Value>> = HashMap::new();
    for config in chunk {
        let Some(no) = numbers.get(&config.digest.to_bytes()) else {
            continue;
        };
        rows.insert(*no, config_row(*no, config)?);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let nos: Vec<i64> = rows.keys().copied().collect();
    Sql::of(
        "UPDATE image_config SET state = v.column2, trouble = v.column3, platform = v.column4, \
         created_at = v.column5, summary = v.column6 FROM (VALUES ",
        [],
    )
    .rows(rows.into_values().collect())
    .and(") AS v WHERE blob_no = v.column1", [])
    .run(tx)
    .await?;
    // One change for each repository that shows them.
    let told = Sql::of(
        "SELECT DISTINCT repository_no FROM repository_blob WHERE blob_no IN ",
        [],
    )
    .list(nos)
    .and(" LIMIT 500", [])
    .all(tx)
    .await?;
    let mut effects = Effects::default();
    for row in &told {
        effects.of(row.try_get("", "repository_no")?).told = true;
    }
    effects.finish(tx, scope, now).await
}

fn config_row(no: i64, config: &ConfigRead) -> Result<Vec<Value>, StoreError> {
    let none = || Value::from(Option::<String>::None);
    Ok(match &config.outcome {
        Ok(read) => vec![
            no.into(),
            manifests::READ.into(),
            none(),
            read.platform.as_ref().map(json).transpose()?.into(),
            built::told(read.created_at).into(),
            Some(kept::summary(read)?).into(),
        ],
        Err(trouble) => vec![
            no.into(),
            2_i64.into(),
            Some(trouble.as_str().to_owned()).into(),
            none(),
            Option::<i64>::None.into(),
            none(),
        ],
    })
}

pub(super) async fn checks(
    store: &Store,
    source: Source,
    checks: &[TagCheck],
    now: Timestamp,
) -> Result<Recorded, StoreError> {
    for chunk in checks.chunks(LINKING) {
        let command = Command::RecordChecks;
        let taken = scope::write(store, command, source, now, |tx, scope, effects| {
            Box::pin(check_chunk(tx, scope, chunk, now, effects))
        });
        if taken.await?.is_none() {
            return Ok(Recorded::Outdated);
        }
    }
    Ok(Recorded::Yes(()))
}

async fn check_chunk(
    tx: &Tx<'_>,
    scope: &Scope,
    chunk: &[TagCheck],
    now: Timestamp,
    effects: &mut Effects,
) -> Result<(), Fault> {
    let ids = chunk.iter().map(|check| check.repository_id).collect();
    let repositories = manifests::repositories(tx, scope, ids).await?;
    let mut moved: Vec<(i64, SeenTag, &Digest)> = Vec::new();
    let mut gone: HashMap<i64, Vec<&str>> = HashMap::new();
    for check in chunk {
        let Some(no) = repositories.get(&check.repository_id.0) else {
            continue;
        };
        match &check.outcome {
            TagOutcome::Moved(digest) => moved.push((*no, tag(&check.tag), digest)),
            TagOutcome::Gone => gone.entry(*no).or_default().push(&check.tag),
            TagOutcome::Same => looked(tx, *no, &check.tag, None, now, effects).await?,
            TagOutcome::Failed(trouble) => {
                looked(tx, *no, &check.tag, Some(*trouble), now, effects).await?;
            }
        }
    }
    let given: Vec<Given<'_>> = moved
        .iter()
        .map(|(repository_no, tag, digest)| Given {
            repository_no: *repository_no,
            tag: Some(tag),
            digest: (*digest).clone(),
            media_type: "",
            provisional: false,
            looked: true,
        })
        .collect();
    point::point(tx, scope, &given, now, effects).await?;
    for (repository, names) in gone {
        let rows = Sql::of(
            "SELECT no FROM tag WHERE repository_no = ? AND name IN ",
            [repository.into()],
        )
        .list(names)
        .all(tx)
        .await?;
        let nos = rows
            .iter()
            .map(|row| row.try_get("", "no"))
            .collect::<Result<Vec<i64>, _>>()?;
        tags::end(tx, repository, &nos, effects).await?;
    }
    Ok(())
}

fn tag(name: &str) -> SeenTag {
    SeenTag {
        name: name.to_owned(),
        digest: None,
        pushed_at: None,
        pulled_at: None,
    }
}

/// Notes that somebody looked. People hear of it when a provisional tag is settled by it.
async fn looked(
    tx: &Tx<'_>,
    repository_no: i64,
    name: &str,
    trouble: Option<ErrorCode>,
    now: Timestamp,
    effects: &mut Effects,
) -> Result<(), Fault> {
    let settled = if trouble.is_none() {
        Sql::of(
            "UPDATE tag SET provisional = 0 WHERE repository_no = ? AND name = ? \
             AND provisional = 1",
            [repository_no.into(), name.into()],
        )
        .run(tx)
        .await?
    } else {
        0
    };
    effects.of(repository_no).told |= settled > 0;
    // A tag that points at something keeps it; why it could not be looked at is said beside.
    Sql::of(
        "UPDATE tag SET checked_at = ?, trouble = ? WHERE repository_no = ? AND name = ?",
        [
            now.as_micros().into(),
            trouble.map(ErrorCode::as_str).into(),
            repository_no.into(),
            name.into(),
        ],
    )
    .run(tx)
    .await?;
    Ok(())
}

pub(super) async fn provisional(
    store: &Store,
    source: Source,
    told: &[ProvisionalTag],
    now: Timestamp,
) -> Result<Recorded<Vec<RepositoryId>>, StoreError> {
    let mut ids = Vec::with_capacity(told.len());
    for chunk in told.chunks(LINKING) {
        let command = Command::RecordChecks;
        let done = scope::write(store, command, source, now, |tx, scope, effects| {
            Box::pin(provisional_chunk(tx, scope, chunk, now, effects))
        });
        match done.await? {
            Some(some) => ids.extend(some),
            None => return Ok(Recorded::Outdated),
        }
    }
    Ok(Recorded::Yes(ids))
}

async fn provisional_chunk(
    tx: &Tx<'_>,
    scope: &Scope,
    chunk: &[ProvisionalTag],
    now: Timestamp,
    effects: &mut Effects,
) -> Result<Vec<RepositoryId>, Fault> {
    let seen: Vec<SeenRepository> = chunk
        .iter()
        .map(|told| SeenRepository {
            space: told.space.clone(),
            name: told.repository.clone(),
            upstream_id: None,
            pulled_at: None,
        })
        .collect();
    names::names(tx, scope, &seen, now, effects).await?;
    let known = names::by_name(
        tx,
        scope,
        chunk.iter().map(|t| t.repository.as_str()).collect(),
    )
    .await?;
    let there = pointing(tx, &known, chunk).await?;
    let mut ids = Vec::with_capacity(chunk.len());
    let mut tags: Vec<(i64, Option<SeenTag>, &ProvisionalTag)> = Vec::new();
    for told in chunk {
        let Some((no, id)) = known.get(&told.repository) else {
            continue;
        };
        ids.push(*id);
        let settled = told
            .tag
            .as_ref()
            .is_some_and(|name| there.get(&(*no, name.clone())) == Some(&told.digest.to_bytes()));
        if !settled {
            let seen = told.tag.as_deref().map(|name| SeenTag {
                pushed_at: Some(now),
                ..tag(name)
            });
            tags.push((*no, seen, told));
        }
    }
    let given: Vec<Given<'_>> = tags
        .iter()
        .map(|(repository_no, seen, told)| Given {
            repository_no: *repository_no,
            tag: seen.as_ref(),
            digest: told.digest.clone(),
            media_type: &told.media_type,
            provisional: true,
            looked: false,
        })
        .collect();
    point::point(tx, scope, &given, now, effects).await?;
    Ok(ids)
}

/// What the tags point at already.
async fn pointing(
    tx: &Tx<'_>,
    known: &HashMap<String, (i64, RepositoryId)>,
    chunk: &[ProvisionalTag],
) -> Result<HashMap<(i64, String), Vec<u8>>, Fault> {
    let rows: Vec<Vec<Value>> = chunk
        .iter()
        .filter_map(|told| {
            let (no, _) = known.get(&told.repository)?;
            Some(vec![(*no).into(), told.tag.as_deref()?.into()])
        })
        .collect();
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Sql::of(
        "SELECT t.repository_no, t.name, a.digest FROM tag t JOIN artifact a ON a.no = t.artifact_no \
         WHERE (t.repository_no, t.name) IN (VALUES ",
        [],
    )
    .rows(rows)
    .and(")", [])
    .all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let key = (row.try_get("", "repository_no")?, row.try_get("", "name")?);
            Ok((key, row.try_get("", "digest")?))
        })
        .collect()
}

pub(super) async fn end_manifests(
    store: &Store,
    source: Source,
    gone: &[(RepositoryId, Digest)],
    now: Timestamp,
) -> Result<Recorded, StoreError> {
    for chunk in gone.chunks(LINKING) {
        let command = Command::RecordChecks;
        let taken = scope::write(store, command, source, now, |tx, scope, effects| {
            Box::pin(async move {
                for (id, digest) in chunk {
                    end_one(tx, scope, *id, digest, effects).await?;
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

async fn end_one(
    tx: &Tx<'_>,
    scope: &Scope,
    id: RepositoryId,
    digest: &Digest,
    effects: &mut Effects,
) -> Result<(), Fault> {
    let Some(no) = tags::live(tx, scope, id).await? else {
        return Ok(());
    };
    let rows = Sql::of(
        "SELECT t.no FROM tag t JOIN artifact a ON a.no = t.artifact_no \
         WHERE a.inventory_no = ? AND a.digest = ? AND t.repository_no = ?",
        [scope.no.into(), digest.to_bytes().into(), no.into()],
    )
    .all(tx)
    .await?;
    let nos = rows
        .iter()
        .map(|row| row.try_get("", "no"))
        .collect::<Result<Vec<i64>, _>>()?;
    tags::end(tx, no, &nos, effects).await?;
    // Untagged or not, housekeeping looks whether anything still leads to it.
    effects.of(no).loose = true;
    Ok(())
}
