//! What hangs on an artifact of a repository.

use super::crawls::count;
use super::queues::digest;
use super::sql::{Sql, unsigned};
use crate::fault::Fault;
use crate::store::Store;
use roadstead_core::model::{DeletionReach, Digest, First, ListedBy, RepositoryId, TagName};
use roadstead_core::ports::{KnownTag, StoreError};
use sea_orm::{QueryResult, Value};

/// Of each kind so many are named.
const NAMED: i64 = 100;

pub(super) async fn tag(
    store: &Store,
    id: RepositoryId,
    name: &TagName,
) -> Result<Option<KnownTag>, StoreError> {
    let row = Sql::of(
        "SELECT t.name, a.digest FROM repository p JOIN tag t ON t.repository_no = p.no \
         LEFT JOIN artifact a ON a.no = t.artifact_no \
         WHERE p.id = ? AND p.ended_at IS NULL AND t.name = ?",
        [id.0.into(), name.as_str().into()],
    )
    .one(store.db().read())
    .await?;
    Ok(row.as_ref().map(known).transpose()?)
}

fn known(row: &QueryResult) -> Result<KnownTag, Fault> {
    let bytes: Option<Vec<u8>> = row.try_get("", "digest")?;
    Ok(KnownTag {
        name: row.try_get("", "name")?,
        digest: bytes.as_deref().map(digest).transpose()?,
    })
}

pub(super) async fn to_look_at(
    store: &Store,
    id: RepositoryId,
    wanted: &Digest,
    limit: u16,
) -> Result<(Vec<KnownTag>, u64), StoreError> {
    let db = store.db().read();
    let total = Sql::of(
        "SELECT tags FROM repository WHERE id = ? AND ended_at IS NULL",
        [id.0.into()],
    )
    .one(db)
    .await?;
    let total = total.as_ref().map(|row| count(row, "tags")).transpose()?;
    let rows = Sql::of(
        "SELECT t.name, a.digest FROM repository p JOIN tag t ON t.repository_no = p.no \
         LEFT JOIN artifact a ON a.no = t.artifact_no WHERE p.id = ? AND p.ended_at IS NULL \
         ORDER BY CASE WHEN a.digest = ? THEN 0 WHEN a.digest IS NULL THEN 1 ELSE 2 END, \
         t.checked_at, t.no LIMIT ?",
        [
            id.0.into(),
            wanted.to_bytes().into(),
            i64::from(limit).into(),
        ],
    )
    .all(db)
    .await?;
    let tags = rows.iter().map(known).collect::<Result<Vec<_>, _>>()?;
    Ok((tags, total.unwrap_or(0)))
}

pub(super) async fn unread(
    store: &Store,
    id: RepositoryId,
    limit: u16,
) -> Result<(Vec<Digest>, u64), StoreError> {
    let rows = Sql::of(
        "SELECT a.digest, COUNT(*) OVER () AS total FROM repository p \
         JOIN repository_artifact l ON l.repository_no = p.no JOIN artifact a ON a.no = l.artifact_no \
         WHERE p.id = ? AND p.ended_at IS NULL AND a.state = 0 ORDER BY a.no LIMIT ?",
        [id.0.into(), i64::from(limit).into()],
    )
    .all(store.db().read())
    .await?;
    let total = rows.first().map(|row| count(row, "total")).transpose()?;
    let digests = rows.iter().map(read_digest).collect::<Result<_, _>>()?;
    Ok((digests, total.unwrap_or(0)))
}

/// Number of the repository, and of the artifact where it holds it.
async fn numbers(
    store: &Store,
    id: RepositoryId,
    wanted: &Digest,
) -> Result<Option<(i64, i64)>, Fault> {
    let row = Sql::of(
        "SELECT p.no AS repository_no, a.no FROM repository p \
         JOIN artifact a ON a.inventory_no = p.inventory_no \
         JOIN repository_artifact l ON l.repository_no = p.no AND l.artifact_no = a.no \
         WHERE p.id = ? AND p.ended_at IS NULL AND a.digest = ?",
        [id.0.into(), wanted.to_bytes().into()],
    )
    .one(store.db().read())
    .await?;
    row.map(|row| Ok((row.try_get("", "repository_no")?, row.try_get("", "no")?)))
        .transpose()
}

pub(super) async fn holds(
    store: &Store,
    id: RepositoryId,
    wanted: &Digest,
) -> Result<bool, StoreError> {
    Ok(numbers(store, id, wanted).await?.is_some())
}

/// Rows of a question and how many there are in all: with every row comes the count over all.
async fn first<T, const N: usize>(
    store: &Store,
    text: &str,
    values: [Value; N],
    read: impl Fn(&QueryResult) -> Result<T, Fault>,
) -> Result<First<T>, Fault> {
    let rows = Sql::of(text, values)
        .and(" LIMIT ?", [NAMED.into()])
        .all(store.db().read())
        .await?;
    let total: i64 = match rows.first() {
        Some(row) => row.try_get("", "total")?,
        None => 0,
    };
    Ok(First {
        items: rows.iter().map(read).collect::<Result<_, _>>()?,
        total: unsigned(total),
    })
}

fn read_digest(row: &QueryResult) -> Result<Digest, Fault> {
    let bytes: Vec<u8> = row.try_get("", "digest")?;
    Ok(digest(&bytes)?)
}

pub(super) async fn reach(
    store: &Store,
    id: RepositoryId,
    wanted: &Digest,
) -> Result<DeletionReach, StoreError> {
    let Some((repository, artifact)) = numbers(store, id, wanted).await? else {
        return Ok(DeletionReach::default());
    };
    let tags = first(
        store,
        "SELECT name, COUNT(*) OVER () AS total FROM tag \
         WHERE artifact_no = ? AND repository_no = ? ORDER BY name",
        [artifact.into(), repository.into()],
        |row| Ok(row.try_get("", "name")?),
    )
    .await?;
    let children = first(
        store,
        "SELECT c.digest, COUNT(*) OVER () AS total FROM \
         (SELECT DISTINCT child_no FROM artifact_child WHERE parent_no = ?) k \
         JOIN artifact c ON c.no = k.child_no \
         WHERE NOT EXISTS (SELECT 1 FROM tag t WHERE t.artifact_no = c.no AND t.repository_no = ?) \
         AND NOT EXISTS (SELECT 1 FROM artifact_child o JOIN repository_artifact l \
         ON l.artifact_no = o.parent_no AND l.repository_no = ? \
         WHERE o.child_no = c.no AND o.parent_no <> ?) ORDER BY c.digest",
        [
            artifact.into(),
            repository.into(),
            repository.into(),
            artifact.into(),
        ],
        read_digest,
    )
    .await?;
    let parents = first(
        store,
        "SELECT a.digest, COUNT(*) OVER () AS total, (SELECT MIN(t.name) FROM tag t \
         WHERE t.artifact_no = a.no AND t.repository_no = ?) AS tag FROM \
         (SELECT DISTINCT parent_no FROM artifact_child WHERE child_no = ?) k \
         JOIN artifact a ON a.no = k.parent_no JOIN repository_artifact l \
         ON l.artifact_no = a.no AND l.repository_no = ? ORDER BY a.digest",
        [repository.into(), artifact.into(), repository.into()],
        |row| {
            Ok(ListedBy {
                digest: read_digest(row)?,
                tag: row.try_get("", "tag")?,
            })
        },
    )
    .await?;
    let referrers = first(
        store,
        "SELECT a.digest, COUNT(*) OVER () AS total FROM artifact s JOIN artifact a \
         ON a.inventory_no = s.inventory_no AND a.subject = s.digest JOIN repository_artifact l \
         ON l.artifact_no = a.no AND l.repository_no = ? WHERE s.no = ? ORDER BY a.digest",
        [repository.into(), artifact.into()],
        read_digest,
    )
    .await?;
    let attached = Sql::of(
        "SELECT name FROM tag WHERE repository_no = ? AND name IN ",
        [repository.into()],
    )
    .list(named_after(wanted))
    .and(" ORDER BY name", [])
    .all(store.db().read())
    .await?;
    let name = |row: &QueryResult| row.try_get("", "name").map_err(Fault::from);
    Ok(DeletionReach {
        tags,
        children,
        parents,
        referrers,
        attached: attached.iter().map(name).collect::<Result<_, _>>()?,
    })
}

/// The tags by which what belongs to an artifact is found: the specification's, and those of
/// cosign.
fn named_after(digest: &Digest) -> Vec<String> {
    let base = digest.as_str().replacen(':', "-", 1);
    let cosign = ["sig", "att", "sbom"].map(|end| format!("{base}.{end}"));
    std::iter::once(base).chain(cosign).collect()
}
