//! Which repository holds which artifacts and blobs, and what that means for everybody's bytes.
//!
//! A blob counts once for its registry. For a repository it is *unique* while no other repository
//! of the registry holds it, else *shared*. Sums are moved in the transaction that moves a row, so
//! after every commit: a repository's total is the sum of its blobs; its unique bytes are the sum of
//! those nobody else holds; the registry's storage is the sum of all held blobs, which is the sum of
//! all unique bytes and of the shared blobs, each once.

use super::CHUNK;
use super::manifests::READ;
use super::scope::Effects;
use super::sql::Sql;
use crate::fault::Fault;
use crate::tx::Tx;
use roadstead_core::model::Timestamp;
use sea_orm::QueryResult;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Lists within lists within lists. Verified digests cannot go round in circles, reported ones might.
const DEPTH: usize = 8;

/// An artifact in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    pub(super) repository_no: i64,
    pub(super) artifact_no: i64,
}

/// Links artifacts, all they list, and all that is made of.
pub(super) async fn link(
    tx: &Tx<'_>,
    pairs: &BTreeSet<Pair>,
    effects: &mut Effects,
) -> Result<(), Fault> {
    let fresh = link_artifacts(tx, pairs, effects).await?;
    expand(tx, fresh, effects).await
}

/// Links what artifacts list and are made of wherever they are linked: they were just read.
pub(super) async fn grow(
    tx: &Tx<'_>,
    artifacts: &[i64],
    effects: &mut Effects,
) -> Result<(), Fault> {
    if artifacts.is_empty() {
        return Ok(());
    }
    let rows = Sql::of(
        "SELECT repository_no, artifact_no FROM repository_artifact WHERE artifact_no IN ",
        [],
    )
    .list(artifacts.iter().copied())
    .all(tx)
    .await?;
    let pairs = rows.iter().map(pair).collect::<Result<BTreeSet<_>, _>>()?;
    for pair in &pairs {
        effects.of(pair.repository_no).told = true;
    }
    expand(tx, pairs, effects).await
}

fn pair(row: &QueryResult) -> Result<Pair, Fault> {
    Ok(Pair {
        repository_no: row.try_get("", "repository_no")?,
        artifact_no: row.try_get("", "artifact_no")?,
    })
}

async fn expand(
    tx: &Tx<'_>,
    mut pairs: BTreeSet<Pair>,
    effects: &mut Effects,
) -> Result<(), Fault> {
    for _ in 0..DEPTH {
        if pairs.is_empty() {
            break;
        }
        let artifacts: BTreeSet<i64> = pairs.iter().map(|p| p.artifact_no).collect();
        let mut blobs: HashMap<i64, Vec<i64>> = HashMap::new();
        for chunk in chunks(&artifacts) {
            let rows = Sql::of(
                "SELECT no, layers, config_no, kind FROM artifact WHERE state = 1 AND no IN ",
                [],
            )
            .list(chunk.iter().copied())
            .all(tx)
            .await?;
            let mut kinds: HashMap<i64, i64> = HashMap::new();
            for row in &rows {
                let no: i64 = row.try_get("", "no")?;
                blobs.insert(no, made_of(row)?);
                kinds.insert(no, row.try_get("", "kind")?);
            }
            for pair in &pairs {
                if let Some(kind) = kinds.get(&pair.artifact_no) {
                    effects.of(pair.repository_no).kinds |= 1_i64 << (*kind).clamp(0, 62);
                }
            }
        }
        let mut held = BTreeSet::new();
        for pair in &pairs {
            for blob in blobs.get(&pair.artifact_no).into_iter().flatten() {
                held.insert((pair.repository_no, *blob));
            }
        }
        link_blobs(tx, &held, effects).await?;

        let mut children: HashMap<i64, Vec<i64>> = HashMap::new();
        for chunk in chunks(&artifacts) {
            let rows = Sql::of(
                "SELECT parent_no, child_no FROM artifact_child WHERE parent_no IN ",
                [],
            )
            .list(chunk.iter().copied())
            .all(tx)
            .await?;
            for row in &rows {
                let child: i64 = row.try_get("", "child_no")?;
                children
                    .entry(row.try_get("", "parent_no")?)
                    .or_default()
                    .push(child);
            }
        }
        let below: BTreeSet<Pair> = pairs
            .iter()
            .flat_map(|pair| {
                let listed = children.get(&pair.artifact_no).into_iter().flatten();
                listed.map(|child| Pair {
                    repository_no: pair.repository_no,
                    artifact_no: *child,
                })
            })
            .collect();
        pairs = link_artifacts(tx, &below, effects).await?;
    }
    Ok(())
}

/// The blobs an artifact's bytes are in: its configuration and the layers that are the registry's.
pub(super) fn made_of(row: &QueryResult) -> Result<Vec<i64>, Fault> {
    let layers: String = row.try_get("", "layers")?;
    let config: Option<i64> = row.try_get("", "config_no")?;
    let own = layers.split(' ').filter_map(|no| no.parse().ok());
    Ok(own.chain(config).collect())
}

fn chunks(set: &BTreeSet<i64>) -> Vec<Vec<i64>> {
    let all: Vec<i64> = set.iter().copied().collect();
    all.chunks(CHUNK).map(<[i64]>::to_vec).collect()
}

/// Links pairs; answers those that were not linked before.
async fn link_artifacts(
    tx: &Tx<'_>,
    pairs: &BTreeSet<Pair>,
    effects: &mut Effects,
) -> Result<BTreeSet<Pair>, Fault> {
    let mut fresh = BTreeSet::new();
    let all: Vec<Pair> = pairs.iter().copied().collect();
    for chunk in all.chunks(CHUNK) {
        let rows = Sql::of(
            "INSERT INTO repository_artifact (repository_no, artifact_no) VALUES ",
            [],
        )
        .rows(
            chunk
                .iter()
                .map(|p| vec![p.repository_no.into(), p.artifact_no.into()])
                .collect(),
        )
        .and(
            " ON CONFLICT (repository_no, artifact_no) DO NOTHING RETURNING repository_no, artifact_no",
            [],
        )
        .all(tx)
        .await?;
        for row in &rows {
            fresh.insert(pair(row)?);
        }
    }
    let mut more: BTreeMap<i64, i64> = BTreeMap::new();
    for pair in &fresh {
        *more.entry(pair.artifact_no).or_default() += 1;
        let of = effects.of(pair.repository_no);
        of.artifacts += 1;
        of.told = true;
    }
    for (no, repositories, state) in count(tx, "artifact", &more, None).await? {
        if repositories == more.get(&no).copied().unwrap_or(0) {
            effects.figures.artifacts += 1;
            effects.figures.artifacts_unread += i64::from(state != READ);
        }
    }
    Ok(fresh)
}

/// Moves how many repositories hold each; answers number, count, and state or size.
async fn count(
    tx: &Tx<'_>,
    table: &str,
    by: &BTreeMap<i64, i64>,
    loose_at: Option<Timestamp>,
) -> Result<Vec<(i64, i64, i64)>, Fault> {
    let also = if table == "blob" {
        "size_bytes"
    } else {
        "state"
    };
    let mut counted = Vec::with_capacity(by.len());
    let all: Vec<(i64, i64)> = by.iter().map(|(no, by)| (*no, *by)).collect();
    for chunk in all.chunks(CHUNK) {
        let text = format!(
            "UPDATE {table} SET repositories = repositories + v.column2, \
             loose_at = CASE WHEN repositories + v.column2 > 0 THEN NULL ELSE CAST(? AS BIGINT) END \
             FROM (VALUES "
        );
        let rows = Sql::of(&text, [loose_at.map(Timestamp::as_micros).into()])
            .rows(
                chunk
                    .iter()
                    .map(|(no, by)| vec![(*no).into(), (*by).into()])
                    .collect(),
            )
            .and(
                ") AS v WHERE no = v.column1 RETURNING no, repositories, ",
                [],
            )
            .and(also, [])
            .all(tx)
            .await?;
        for row in &rows {
            counted.push((
                row.try_get("", "no")?,
                row.try_get("", "repositories")?,
                row.try_get("", also)?,
            ));
        }
    }
    Ok(counted)
}

async fn link_blobs(
    tx: &Tx<'_>,
    held: &BTreeSet<(i64, i64)>,
    effects: &mut Effects,
) -> Result<(), Fault> {
    let mut fresh: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let all: Vec<(i64, i64)> = held.iter().copied().collect();
    for chunk in all.chunks(CHUNK) {
        let rows = Sql::of(
            "INSERT INTO repository_blob (repository_no, blob_no) VALUES ",
            [],
        )
        .rows(
            chunk
                .iter()
                .map(|(repository, blob)| vec![(*repository).into(), (*blob).into()])
                .collect(),
        )
        .and(
            " ON CONFLICT (repository_no, blob_no) DO NOTHING RETURNING repository_no, blob_no",
            [],
        )
        .all(tx)
        .await?;
        for row in &rows {
            let repository: i64 = row.try_get("", "repository_no")?;
            fresh
                .entry(row.try_get("", "blob_no")?)
                .or_default()
                .push(repository);
        }
    }
    let by = counts(&fresh, 1);
    let counted = count(tx, "blob", &by, None).await?;
    // Who held a blob alone does so no longer.
    let was_alone = |no: &i64, after: i64| after - by.get(no).copied().unwrap_or(0) == 1;
    let alone: Vec<i64> = counted
        .iter()
        .filter(|(no, after, _)| was_alone(no, *after))
        .map(|(no, _, _)| *no)
        .collect();
    let owners = holders(tx, &alone).await?;
    for (no, after, size) in counted {
        let new = fresh.get(&no).map(Vec::as_slice).unwrap_or_default();
        for repository in new {
            effects.of(*repository).total_bytes += size;
        }
        let before = after - by.get(&no).copied().unwrap_or(0);
        if before == 0 {
            effects.figures.storage_bytes += size;
        }
        if before <= 1 && after >= 2 {
            effects.figures.shared_bytes += size;
        }
        if before == 0 && after == 1 {
            for repository in new {
                effects.of(*repository).unique_bytes += size;
            }
        } else if before == 1 {
            for owner in owners.get(&no).into_iter().flatten() {
                if !new.contains(owner) {
                    effects.of(*owner).unique_bytes -= size;
                }
            }
        }
    }
    Ok(())
}

fn counts(pairs: &BTreeMap<i64, Vec<i64>>, sign: i64) -> BTreeMap<i64, i64> {
    pairs
        .iter()
        .map(|(no, of)| (*no, sign * i64::try_from(of.len()).unwrap_or(0)))
        .collect()
}

/// The repositories that hold each of these blobs.
async fn holders(tx: &Tx<'_>, blobs: &[i64]) -> Result<HashMap<i64, Vec<i64>>, Fault> {
    let mut found: HashMap<i64, Vec<i64>> = HashMap::new();
    for chunk in blobs.chunks(CHUNK) {
        let rows = Sql::of(
            "SELECT repository_no, blob_no FROM repository_blob WHERE blob_no IN ",
            [],
        )
        .list(chunk.iter().copied())
        .all(tx)
        .await?;
        for row in &rows {
            let repository: i64 = row.try_get("", "repository_no")?;
            found
                .entry(row.try_get("", "blob_no")?)
                .or_default()
                .push(repository);
        }
    }
    Ok(found)
}

/// Takes artifacts out of a repository. Their blobs go by [`unlink_blobs`].
pub(super) async fn unlink_artifacts(
    tx: &Tx<'_>,
    repository_no: i64,
    artifacts: &[i64],
    now: Timestamp,
    effects: &mut Effects,
) -> Result<(), Fault> {
    let rows = Sql::of(
        "DELETE FROM repository_artifact WHERE repository_no = ? AND artifact_no IN ",
        [repository_no.into()],
    )
    .list(artifacts.iter().copied())
    .and(" RETURNING artifact_no", [])
    .all(tx)
    .await?;
    let mut by = BTreeMap::new();
    for row in &rows {
        by.insert(row.try_get::<i64>("", "artifact_no")?, -1);
    }
    effects.of(repository_no).artifacts -= i64::try_from(by.len()).unwrap_or(0);
    for (_, after, state) in count(tx, "artifact", &by, Some(now)).await? {
        if after == 0 {
            effects.figures.artifacts -= 1;
            effects.figures.artifacts_unread -= i64::from(state != READ);
        }
    }
    Ok(())
}

/// Takes blobs out of a repository.
pub(super) async fn unlink_blobs(
    tx: &Tx<'_>,
    repository_no: i64,
    blobs: &[i64],
    now: Timestamp,
    effects: &mut Effects,
) -> Result<(), Fault> {
    let rows = Sql::of(
        "DELETE FROM repository_blob WHERE repository_no = ? AND blob_no IN ",
        [repository_no.into()],
    )
    .list(blobs.iter().copied())
    .and(" RETURNING blob_no", [])
    .all(tx)
    .await?;
    let mut by = BTreeMap::new();
    for row in &rows {
        by.insert(row.try_get::<i64>("", "blob_no")?, -1);
    }
    let counted = count(tx, "blob", &by, Some(now)).await?;
    let alone: Vec<i64> = counted
        .iter()
        .filter(|(_, after, _)| *after == 1)
        .map(|(no, _, _)| *no)
        .collect();
    let owners = holders(tx, &alone).await?;
    for (no, after, size) in counted {
        effects.of(repository_no).total_bytes -= size;
        if after == 0 {
            effects.of(repository_no).unique_bytes -= size;
            effects.figures.storage_bytes -= size;
        } else if after == 1 {
            effects.figures.shared_bytes -= size;
            for owner in owners.get(&no).into_iter().flatten() {
                effects.of(*owner).unique_bytes += size;
            }
        }
    }
    Ok(())
}
