//! What tags point at.

use super::links::{self, Pair};
use super::manifests::{add, known, row};
use super::scope::{Effects, Scope};
use super::sql::Sql;
use super::tags::{insert, tag_row};
use crate::fault::Fault;
use crate::tx::Tx;
use roadstead_core::model::{Digest, Timestamp};
use roadstead_core::ports::SeenTag;
use sea_orm::Value;
use std::collections::{BTreeSet, HashMap, HashSet};

/// A tag, or a repository, that leads to a digest.
pub(super) struct Given<'a> {
    pub(super) repository_no: i64,
    pub(super) tag: Option<&'a SeenTag>,
    pub(super) digest: Digest,
    pub(super) media_type: &'a str,
    pub(super) provisional: bool,
    /// Somebody looked at the tag itself.
    pub(super) looked: bool,
}

/// Points tags at digests, and links what they lead to with their repositories. Answers how many
/// tags are new.
pub(super) async fn point(
    tx: &Tx<'_>,
    scope: &Scope,
    given: &[Given<'_>],
    now: Timestamp,
    effects: &mut Effects,
) -> Result<u64, Fault> {
    if given.is_empty() {
        return Ok(0);
    }
    let digests = given.iter().map(|one| one.digest.to_bytes()).collect();
    let mut known = known(tx, scope, digests).await?;
    let mut fresh = HashMap::new();
    for one in given {
        let bytes = one.digest.to_bytes();
        if !known.contains_key(&bytes) {
            fresh
                .entry(bytes)
                .or_insert_with(|| row(scope, &one.digest, one.media_type, 0));
        }
    }
    add(tx, fresh, &mut known).await?;

    let mut pairs = BTreeSet::new();
    let mut wanted: HashMap<(i64, &str), (&Given<'_>, i64)> = HashMap::new();
    for one in given {
        let Some(at) = known.get(&one.digest.to_bytes()) else {
            continue;
        };
        pairs.insert(Pair {
            repository_no: one.repository_no,
            artifact_no: at.no,
        });
        if let Some(tag) = one.tag {
            wanted.insert((one.repository_no, &tag.name), (one, at.no));
        }
    }
    let added = point_tags(tx, scope, &wanted, now, effects).await?;
    links::link(tx, &pairs, effects).await?;
    Ok(added)
}

async fn point_tags(
    tx: &Tx<'_>,
    scope: &Scope,
    wanted: &HashMap<(i64, &str), (&Given<'_>, i64)>,
    now: Timestamp,
    effects: &mut Effects,
) -> Result<u64, Fault> {
    if wanted.is_empty() {
        return Ok(0);
    }
    let there = Sql::of(
        "SELECT no, repository_no, name, artifact_no FROM tag WHERE (repository_no, name) IN (VALUES ",
        [],
    )
    .rows(
        wanted
            .keys()
            .map(|(no, name)| vec![(*no).into(), (*name).into()])
            .collect(),
    )
    .and(")", [])
    .all(tx)
    .await?;
    let mut moves = Vec::new();
    let mut seen: HashSet<(i64, String)> = HashSet::new();
    for row in &there {
        let no: i64 = row.try_get("", "no")?;
        let repository: i64 = row.try_get("", "repository_no")?;
        let name: String = row.try_get("", "name")?;
        let before: Option<i64> = row.try_get("", "artifact_no")?;
        let Some((one, artifact)) = wanted.get(&(repository, name.as_str())) else {
            continue;
        };
        let of = effects.of(repository);
        if before.is_none() {
            of.tags_unread -= 1;
            effects.figures.tags_unread -= 1;
        }
        let moved = before != Some(*artifact);
        if moved {
            let of = effects.of(repository);
            of.told = true;
            of.loose |= before.is_some();
        }
        moves.push(move_row(no, *artifact, one, before.is_some() && moved, now));
        seen.insert((repository, name));
    }
    let mut rows = Vec::new();
    for ((repository, name), (one, artifact)) in wanted {
        let Some(tag) = one.tag else { continue };
        let of = effects.of(*repository);
        of.pushed_at = of
            .pushed_at
            .max(tag.pushed_at.map_or(0, Timestamp::as_micros));
        if !seen.contains(&(*repository, (*name).to_owned())) {
            rows.push(tag_row(
                scope,
                *repository,
                tag,
                Some(*artifact),
                one.provisional,
                now,
                one.looked,
            ));
        }
    }
    if !moves.is_empty() {
        Sql::of(
            "UPDATE tag SET artifact_no = v.column2, checked_at = v.column3, \
             provisional = v.column4, pushed_at = COALESCE(v.column5, tag.pushed_at), \
             pulled_at = COALESCE(v.column6, tag.pulled_at), \
             sorted_at = COALESCE(v.column5, v.column7, tag.sorted_at), trouble = NULL \
             FROM (VALUES ",
            [],
        )
        .rows(moves)
        .and(") AS v WHERE tag.no = v.column1", [])
        .run(tx)
        .await?;
    }
    let added = insert(tx, rows).await?;
    for (repository, _) in &added {
        let of = effects.of(*repository);
        of.tags += 1;
        of.told = true;
        effects.figures.tags += 1;
    }
    Ok(u64::try_from(added.len()).unwrap_or(0))
}

fn move_row(no: i64, artifact_no: i64, one: &Given<'_>, moved: bool, now: Timestamp) -> Vec<Value> {
    let micros = |time: Option<Timestamp>| time.map(Timestamp::as_micros);
    let now = now.as_micros();
    vec![
        no.into(),
        artifact_no.into(),
        if one.looked { now } else { 0 }.into(),
        i64::from(one.provisional).into(),
        micros(one.tag.and_then(|tag| tag.pushed_at)).into(),
        micros(one.tag.and_then(|tag| tag.pulled_at)).into(),
        // A tag that moves was pushed about now, when nobody says it better.
        moved.then_some(now).into(),
    ]
}
