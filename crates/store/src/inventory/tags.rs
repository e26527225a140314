//! The tag list of one repository, put in the place of the one that was known.

use super::CHUNK;
use super::names::state_text;
use super::point::{self, Given};
use super::scope::{self, Effects, Scope};
use super::sql::Sql;
use crate::command::Command;
use crate::fault::Fault;
use crate::store::Store;
use crate::tx::Tx;
use roadstead_core::model::{RepositoryId, Timestamp};
use roadstead_core::ports::{Recorded, SeenTag, Source, StoreError, TagsRecorded};
use roadstead_core::rules::version_key;
use sea_orm::{QueryResult, Value};
use std::collections::{HashMap, HashSet};

/// Rows of one transaction when each tag brings an artifact with it.
const GIVEN_CHUNK: usize = CHUNK / 4;

/// A tag as it is stored.
pub(super) struct Stored {
    pub(super) no: i64,
    pub(super) provisional: bool,
    pub(super) troubled: bool,
    /// The digest it points at.
    points_at: Option<Vec<u8>>,
}

pub(super) async fn record(
    store: &Store,
    source: Source,
    repository: RepositoryId,
    tags: &[SeenTag],
    now: Timestamp,
) -> Result<Recorded<TagsRecorded>, StoreError> {
    let stored = stored(store, repository).await?;
    let mut listed: HashSet<&str> = HashSet::with_capacity(tags.len());
    let (mut fresh, mut given) = (Vec::new(), Vec::new());
    let mut again = Vec::new();
    for tag in tags {
        if !listed.insert(&tag.name) {
            continue;
        }
        let known = stored.get(&tag.name);
        if known.is_some_and(|known| known.troubled) {
            again.extend(known.map(|known| known.no));
        }
        let told = tag.digest.as_ref().map(|digest| digest.to_bytes());
        let moved = told.is_some() && known.is_none_or(|known| known.points_at != told);
        if moved {
            given.push(tag);
        } else if known.is_none() {
            fresh.push(tag);
        }
    }
    let ended: Vec<i64> = stored
        .iter()
        // What only an event told of is settled by looking, not by a list that may be older.
        .filter(|(name, known)| !known.provisional && !listed.contains(name.as_str()))
        .map(|(_, known)| known.no)
        .collect();
    let mut steps: Vec<Step<'_>> = fresh.chunks(CHUNK).map(Step::Add).collect();
    steps.extend(given.chunks(GIVEN_CHUNK).map(Step::Point));
    steps.extend(ended.chunks(CHUNK).map(Step::End));
    steps.extend(again.chunks(CHUNK).map(Step::ReadAgain));
    steps.push(Step::Finish);
    let mut recorded = TagsRecorded::default();
    for step in &steps {
        let done = run(store, source, repository, step, now).await?;
        let Some(rows) = done else {
            return Ok(Recorded::Outdated);
        };
        match step {
            Step::Add(_) | Step::Point(_) => recorded.added += rows,
            Step::End(_) => recorded.ended += rows,
            Step::ReadAgain(_) | Step::Finish => {}
        }
    }
    Ok(Recorded::Yes(recorded))
}

/// What one transaction does.
enum Step<'a> {
    /// Adds tags nobody knows.
    Add(&'a [&'a SeenTag]),
    /// Points tags at the digests the list gave.
    Point(&'a [&'a SeenTag]),
    /// Ends tags.
    End(&'a [i64]),
    /// Puts tags that could not be read back into their queue.
    ReadAgain(&'a [i64]),
    /// Notes that the list was read to its end.
    Finish,
}

/// One transaction on one repository; `None` when the source is outdated. A repository that is gone
/// is passed over.
async fn run(
    store: &Store,
    source: Source,
    repository: RepositoryId,
    step: &Step<'_>,
    now: Timestamp,
) -> Result<Option<u64>, StoreError> {
    let command = Command::RecordTags;
    let done = scope::write(store, command, source, now, |tx, scope, effects| {
        Box::pin(async move {
            match live(tx, scope, repository).await? {
                Some(no) => take(tx, scope, no, step, now, effects).await,
                None => Ok(0),
            }
        })
    });
    done.await
}

async fn take(
    tx: &Tx<'_>,
    scope: &Scope,
    no: i64,
    step: &Step<'_>,
    now: Timestamp,
    effects: &mut Effects,
) -> Result<u64, Fault> {
    match step {
        Step::Add(tags) => add(tx, scope, no, tags, now, effects).await,
        Step::Point(tags) => {
            let given: Vec<Given<'_>> = tags.iter().filter_map(|tag| told(no, tag)).collect();
            point::point(tx, scope, &given, now, effects).await
        }
        Step::End(nos) => end(tx, no, nos, effects).await,
        Step::ReadAgain(nos) => {
            read_again(tx, nos).await?;
            Ok(0)
        }
        Step::Finish => listed_now(tx, scope, no, now, effects).await,
    }
}

/// The number of a repository that is not gone.
pub(super) async fn live(
    tx: &Tx<'_>,
    scope: &Scope,
    id: RepositoryId,
) -> Result<Option<i64>, Fault> {
    let row = Sql::of(
        "SELECT no FROM repository WHERE id = ? AND inventory_no = ? AND ended_at IS NULL",
        [id.0.into(), scope.no.into()],
    )
    .one(tx)
    .await?;
    Ok(row.map(|row| row.try_get("", "no")).transpose()?)
}

fn told(repository_no: i64, tag: &SeenTag) -> Option<Given<'_>> {
    let digest = tag.digest.clone()?;
    Some(Given {
        repository_no,
        tag: Some(tag),
        digest,
        media_type: "",
        provisional: false,
        looked: false,
    })
}

pub(super) async fn stored(
    store: &Store,
    repository: RepositoryId,
) -> Result<HashMap<String, Stored>, StoreError> {
    let rows = Sql::of(
        "SELECT t.no, t.name, t.provisional, t.trouble, a.digest FROM repository p \
         JOIN tag t ON t.repository_no = p.no LEFT JOIN artifact a ON a.no = t.artifact_no \
         WHERE p.id = ?",
        [repository.0.into()],
    )
    .all(store.db().read())
    .await?;
    let read = |row: &QueryResult| -> Result<(String, Stored), Fault> {
        let digest: Option<Vec<u8>> = row.try_get("", "digest")?;
        let trouble: Option<String> = row.try_get("", "trouble")?;
        let provisional: i64 = row.try_get("", "provisional")?;
        Ok((
            row.try_get("", "name")?,
            Stored {
                no: row.try_get("", "no")?,
                provisional: provisional != 0,
                troubled: trouble.is_some(),
                points_at: digest,
            },
        ))
    };
    let mut all = HashMap::with_capacity(rows.len());
    for row in &rows {
        let (name, tag) = read(row)?;
        all.insert(name, tag);
    }
    Ok(all)
}

/// Adds tags nobody knows; one that came in meanwhile stays as it is.
pub(super) async fn add(
    tx: &Tx<'_>,
    scope: &Scope,
    no: i64,
    tags: &[&SeenTag],
    now: Timestamp,
    effects: &mut Effects,
) -> Result<u64, Fault> {
    if tags.is_empty() {
        return Ok(0);
    }
    let rows = tags
        .iter()
        .map(|tag| tag_row(scope, no, tag, None, false, now, false))
        .collect();
    let added = insert(tx, rows).await?;
    let count = i64::try_from(added.len()).unwrap_or(0);
    let of = effects.of(no);
    of.tags += count;
    of.tags_unread += count;
    of.told |= count > 0;
    for tag in tags {
        of.pushed_at = of
            .pushed_at
            .max(tag.pushed_at.map_or(0, Timestamp::as_micros));
    }
    effects.figures.tags += count;
    effects.figures.tags_unread += count;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Inserts tags; answers repository and name of those that were not there.
pub(super) async fn insert(
    tx: &Tx<'_>,
    rows: Vec<Vec<Value>>,
) -> Result<Vec<(i64, String)>, Fault> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let rows = Sql::of(
        "INSERT INTO tag (inventory_no, repository_no, name, version, artifact_no, sorted_at, \
         pushed_at, pulled_at, seen_at, checked_at, provisional) VALUES ",
        [],
    )
    .rows(rows)
    .and(
        " ON CONFLICT (repository_no, name) DO NOTHING RETURNING repository_no, name",
        [],
    )
    .all(tx)
    .await?;
    rows.iter()
        .map(|row| Ok((row.try_get("", "repository_no")?, row.try_get("", "name")?)))
        .collect()
}

pub(super) fn tag_row(
    scope: &Scope,
    repository_no: i64,
    tag: &SeenTag,
    artifact_no: Option<i64>,
    provisional: bool,
    now: Timestamp,
    looked: bool,
) -> Vec<Value> {
    let pushed = tag.pushed_at.map(Timestamp::as_micros);
    let now = now.as_micros();
    vec![
        scope.no.into(),
        repository_no.into(),
        tag.name.as_str().into(),
        version_key(&tag.name).into(),
        artifact_no.into(),
        pushed.unwrap_or(now).into(),
        pushed.into(),
        tag.pulled_at.map(Timestamp::as_micros).into(),
        now.into(),
        if looked { now } else { 0 }.into(),
        i64::from(provisional).into(),
    ]
}

/// Ends tags by number.
pub(super) async fn end(
    tx: &Tx<'_>,
    repository_no: i64,
    nos: &[i64],
    effects: &mut Effects,
) -> Result<u64, Fault> {
    let rows = Sql::of(
        "DELETE FROM tag WHERE repository_no = ? AND no IN ",
        [repository_no.into()],
    )
    .list(nos.iter().copied())
    .and(" RETURNING artifact_no", [])
    .all(tx)
    .await?;
    let (mut ended, mut unread) = (0_i64, 0_i64);
    for row in &rows {
        let artifact: Option<i64> = row.try_get("", "artifact_no")?;
        ended += 1;
        unread += i64::from(artifact.is_none());
    }
    let of = effects.of(repository_no);
    of.tags -= ended;
    of.tags_unread -= unread;
    of.told |= ended > 0;
    of.loose |= ended > unread;
    effects.figures.tags -= ended;
    effects.figures.tags_unread -= unread;
    Ok(u64::try_from(ended).unwrap_or(0))
}

/// Tags whose manifest could not be read are to be read again.
pub(super) async fn read_again(tx: &Tx<'_>, nos: &[i64]) -> Result<(), Fault> {
    for chunk in nos.chunks(CHUNK) {
        Sql::of("UPDATE tag SET trouble = NULL WHERE no IN ", [])
            .list(chunk.iter().copied())
            .run(tx)
            .await?;
    }
    Ok(())
}

/// Notes that the list was read to its end.
pub(super) async fn listed_now(
    tx: &Tx<'_>,
    scope: &Scope,
    no: i64,
    now: Timestamp,
    effects: &mut Effects,
) -> Result<u64, Fault> {
    let row = Sql::of(
        "SELECT tags, state FROM repository WHERE no = ?",
        [no.into()],
    )
    .one(tx)
    .await?;
    let Some(row) = row else { return Ok(0) };
    let stored: i64 = row.try_get("", "tags")?;
    // What this transaction adds or ends is written at its end.
    let tags = stored + effects.of(no).tags;
    let before: String = row.try_get("", "state")?;
    let state = state_text(None, u64::try_from(tags).unwrap_or(0));
    Sql::of(
        "UPDATE repository SET state = ?, trouble = NULL, listed_at = ?, listed_epoch = ?, \
         seen_epoch = ?, wanted_at = NULL WHERE no = ?",
        [
            state.into(),
            now.as_micros().into(),
            scope.epoch.into(),
            scope.epoch.into(),
            no.into(),
        ],
    )
    .run(tx)
    .await?;
    // A repository that was only named has become something, even when it holds nothing.
    effects.of(no).told |= before != state;
    Ok(0)
}
