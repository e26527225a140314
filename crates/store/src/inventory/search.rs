//! What the search is filled from and answered with, and the list of all images.

use super::crawls::{count, maybe};
use super::lists::{
    REPOSITORY, containing, found_repository, key, kind, kinds_of, listing, placed_after, seen,
};
use super::queues::digest;
use super::sql::Sql;
use crate::fault::Fault;
use crate::store::Store;
use roadstead_core::model::{
    Digest, DigestStart, FoundReference, ImageFilter, IndexedRepository, Listing, PageRequest,
    Placed, RegistryId, RepositoryId, RepositorySort, SpaceId, SpaceSet, Timestamp, Total,
    Visibility,
};
use roadstead_core::ports::{FoundRepository, StoreError, Wanted};
use roadstead_core::rules::Visible;
use sea_orm::{QueryResult, Value};
use std::collections::{HashMap, HashSet};

/// Repositories looked at in one statement.
const ROWS: i64 = 500;
/// Tags and digests read in one go. One repository may hold more.
const TEXTS: u64 = 10_000;

const INDEXED: &str = "SELECT p.no, p.id, p.name, p.kinds, p.pushed_at, p.created_at, p.tags, \
     p.artifacts, s.id AS space_id, i.registry_id FROM repository p \
     JOIN space s ON s.no = p.space_no JOIN inventory i ON i.no = p.inventory_no \
     JOIN registry r ON r.id = i.registry_id WHERE p.ended_at IS NULL";

pub(super) async fn indexed_after(
    store: &Store,
    after: i64,
) -> Result<Vec<IndexedRepository>, StoreError> {
    let rows = Sql::of(INDEXED, [])
        .and(
            " AND p.no > ? ORDER BY p.no LIMIT ?",
            [after.into(), ROWS.into()],
        )
        .all(store.db().read())
        .await?;
    let mut found = rows.iter().map(indexed_row).collect::<Result<_, _>>()?;
    // What does not fit comes with the next page.
    found = first_part(found).0;
    fill(store, found).await
}

pub(super) async fn indexed(
    store: &Store,
    ids: &[RepositoryId],
) -> Result<Vec<IndexedRepository>, StoreError> {
    let rows = Sql::of(INDEXED, [])
        .and(" AND p.id IN ", [])
        .list(ids.iter().map(|id| id.0))
        .all(store.db().read())
        .await?;
    let mut left = rows.iter().map(indexed_row).collect::<Result<_, _>>()?;
    let mut all = Vec::new();
    loop {
        let (part, rest) = first_part(left);
        if part.is_empty() {
            return Ok(all);
        }
        all.extend(fill(store, part).await?);
        left = rest;
    }
}

/// A repository and how many texts it has.
type Row = (IndexedRepository, u64);

fn indexed_row(row: &QueryResult) -> Result<Row, Fault> {
    let pushed: i64 = row.try_get("", "pushed_at")?;
    let created: i64 = row.try_get("", "created_at")?;
    let at = if pushed > 0 { pushed } else { created };
    let repository = IndexedRepository {
        place: row.try_get("", "no")?,
        id: RepositoryId(row.try_get("", "id")?),
        registry_id: RegistryId(row.try_get("", "registry_id")?),
        space_id: SpaceId(row.try_get("", "space_id")?),
        name: row.try_get("", "name")?,
        kinds: kinds_of(row.try_get("", "kinds")?),
        at: Timestamp::from_micros(at),
        tags: Vec::new(),
        digests: Vec::new(),
    };
    Ok((repository, count(row, "tags")? + count(row, "artifacts")?))
}

/// As many as make [`TEXTS`] together, at least one; and the rest.
fn first_part(mut rows: Vec<Row>) -> (Vec<Row>, Vec<Row>) {
    let mut sum = 0;
    let fit = rows
        .iter()
        .take_while(|(_, texts)| {
            sum += texts;
            sum <= TEXTS
        })
        .count();
    let rest = rows.split_off(fit.max(1).min(rows.len()));
    (rows, rest)
}

async fn fill(store: &Store, rows: Vec<Row>) -> Result<Vec<IndexedRepository>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut all: Vec<IndexedRepository> = rows.into_iter().map(|(row, _)| row).collect();
    let at: HashMap<i64, usize> = all.iter().enumerate().map(|(n, r)| (r.place, n)).collect();
    let places = || all.iter().map(|r| r.place).collect::<Vec<_>>();
    let tags = Sql::of(
        "SELECT repository_no, name, sorted_at FROM tag WHERE repository_no IN ",
        [],
    )
    .list(places())
    .all(store.db().read())
    .await?;
    let artifacts = Sql::of(
        "SELECT l.repository_no, a.digest FROM repository_artifact l \
         JOIN artifact a ON a.no = l.artifact_no WHERE l.repository_no IN ",
        [],
    )
    .list(places())
    .all(store.db().read())
    .await?;
    let of = |row: &QueryResult| -> Result<Option<usize>, Fault> {
        let no: i64 = row.try_get("", "repository_no")?;
        Ok(at.get(&no).copied())
    };
    for row in &tags {
        let tag = || -> Result<(String, Timestamp), Fault> {
            let sorted = Timestamp::from_micros(row.try_get("", "sorted_at")?);
            Ok((row.try_get("", "name")?, sorted))
        };
        if let Some(repository) = of(row)?.and_then(|n| all.get_mut(n)) {
            repository.tags.push(tag()?);
        }
    }
    for row in &artifacts {
        let bytes: Vec<u8> = row.try_get("", "digest").map_err(Fault::from)?;
        if let Some(repository) = of(row)?.and_then(|n| all.get_mut(n)) {
            repository.digests.extend(DigestStart::of_bytes(&bytes));
        }
    }
    Ok(all)
}

pub(super) async fn has_registry(store: &Store, id: RegistryId) -> Result<bool, StoreError> {
    let row = Sql::of("SELECT 1 AS one FROM registry WHERE id = ?", [id.0.into()])
        .one(store.db().read())
        .await?;
    Ok(row.is_some())
}

/// The spaces `s` that a filter leaves of what may be seen.
fn spaces_in(sql: Sql, visible: &Visible, filter: &ImageFilter<'_>) -> Sql {
    let mut sql = seen(
        sql.and(
            " FROM space s JOIN inventory i ON i.no = s.inventory_no \
             JOIN registry r ON r.id = i.registry_id WHERE s.ended_at IS NULL",
            [],
        ),
        visible,
    );
    if let Some(id) = filter.registry {
        sql = sql.and(" AND r.id = ?", [id.0.into()]);
    }
    if let Some(id) = filter.space {
        sql = sql.and(" AND s.id = ?", [id.0.into()]);
    }
    if let Some(id) = filter.workspace {
        sql = sql.and(" AND r.workspace_id = ?", [id.0.into()]);
    }
    match filter.visibility {
        None => sql,
        Some(Visibility::Public) => sql.and(
            " AND (s.visibility = 'public' \
             OR r.id IN (SELECT registry_id FROM pull_access WHERE open = TRUE))",
            [],
        ),
        Some(Visibility::Private) => sql.and(" AND s.visibility = 'private'", []),
    }
}

pub(super) async fn space_set(
    store: &Store,
    visible: &Visible,
    filter: &ImageFilter<'_>,
) -> Result<SpaceSet, StoreError> {
    if *visible == Visible::Everything && filter.is_of_all_spaces() {
        return Ok(SpaceSet::Everything);
    }
    let rows = spaces_in(Sql::of("SELECT s.id", []), visible, filter)
        .all(store.db().lookup())
        .await?;
    let ids = rows
        .iter()
        .map(|row| Ok(SpaceId(row.try_get("", "id")?)))
        .collect::<Result<HashSet<_>, Fault>>()?;
    Ok(SpaceSet::Spaces(ids))
}

const PLACE: &str = ", s.id AS space_id, s.name AS space, i.registry_id, r.workspace_id, \
     r.name AS registry, r.address";
const PLACED: &str = "JOIN space s ON s.no = p.space_no \
     JOIN inventory i ON i.no = p.inventory_no JOIN registry r ON r.id = i.registry_id";

pub(super) async fn found_repositories(
    store: &Store,
    ids: &[RepositoryId],
    visible: &Visible,
) -> Result<Vec<FoundRepository>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = Sql::of("SELECT ", [])
        .and(REPOSITORY, [])
        .and(PLACE, [])
        .and(" FROM repository p ", [])
        .and(PLACED, [])
        .and(" WHERE p.ended_at IS NULL AND p.id IN ", [])
        .even_list(ids.iter().map(|id| id.0).collect());
    let rows = seen(sql, visible).all(store.db().lookup()).await?;
    Ok(rows
        .iter()
        .map(found_repository)
        .collect::<Result<_, _>>()?)
}

const REFERENCE: &str = "a.digest, a.state, a.kind, a.size_bytes FROM ";

pub(super) async fn found_references(
    store: &Store,
    wanted: &Wanted,
) -> Result<Vec<FoundReference>, StoreError> {
    let between = wanted
        .digests
        .as_ref()
        .filter(|(ids, _)| !ids.is_empty())
        .and_then(|(ids, hex)| Some((ids, Digest::between(hex)?)));
    let tags = async {
        if wanted.tags.is_empty() {
            return Ok(Vec::new());
        }
        by_tag(wanted).all(store.db().lookup()).await
    };
    let artifacts = async {
        let Some((ids, between)) = between else {
            return Ok(Vec::new());
        };
        // No lookup: how many artifacts have such a digest depends on its digits.
        let sql = by_digest(ids, between, wanted.limit);
        sql.all(store.db().read()).await
    };
    let (tags, artifacts) = futures::try_join!(tags, artifacts)?;
    let rows = tags.iter().chain(&artifacts);
    Ok(rows.map(reference).collect::<Result<_, _>>()?)
}

fn by_tag(wanted: &Wanted) -> Sql {
    let rows: Vec<Vec<Value>> = wanted
        .tags
        .iter()
        .map(|(id, name)| vec![id.0.into(), name.as_str().into()])
        .collect();
    Sql::of("SELECT p.id, t.name AS tag, t.sorted_at, ", [])
        .and(REFERENCE, [])
        .and("(VALUES ", [])
        .even_rows(rows)
        .and(
            // SQLite keeps to the order of cross joins; left to itself it would walk all tags.
            ") AS v CROSS JOIN repository p CROSS JOIN tag t \
             LEFT JOIN artifact a ON a.no = t.artifact_no \
             WHERE p.id = v.column1 AND p.ended_at IS NULL \
             AND t.repository_no = p.no AND t.name = v.column2",
            [],
        )
}

fn by_digest(ids: &[RepositoryId], between: (Digest, Digest), limit: u16) -> Sql {
    let (low, high) = between;
    Sql::of(
        "SELECT p.id, CAST(NULL AS text) AS tag, CAST(NULL AS bigint) AS sorted_at, ",
        [],
    )
    .and(REFERENCE, [])
    .and(
        "repository p JOIN artifact a ON a.inventory_no = p.inventory_no \
         AND a.digest BETWEEN ? AND ? \
         JOIN repository_artifact l ON l.repository_no = p.no AND l.artifact_no = a.no \
         WHERE p.ended_at IS NULL AND p.id IN ",
        [low.to_bytes().into(), high.to_bytes().into()],
    )
    .even_list(ids.iter().map(|id| id.0).collect())
    .and(" LIMIT ?", [i64::from(limit).into()])
}

fn reference(row: &QueryResult) -> Result<FoundReference, Fault> {
    let bytes: Option<Vec<u8>> = row.try_get("", "digest")?;
    let state: Option<i64> = row.try_get("", "state")?;
    let kind_no: Option<i64> = row.try_get("", "kind")?;
    let read = state == Some(super::manifests::READ);
    let at: Option<i64> = row.try_get("", "sorted_at")?;
    Ok(FoundReference {
        repository_id: RepositoryId(row.try_get("", "id")?),
        tag: row.try_get("", "tag")?,
        digest: bytes.as_deref().map(digest).transpose()?,
        kind: kind_no.filter(|_| read).map(kind),
        size_bytes: maybe(row, "size_bytes")?,
        at: at.map(Timestamp::from_micros),
    })
}

/// The repositories `p` that may be seen and that a filter leaves.
fn matching(sql: Sql, visible: &Visible, filter: &ImageFilter<'_>) -> Sql {
    let mut sql = sql.and("p.ended_at IS NULL", []);
    if *visible == Visible::Everything && filter.is_of_all_spaces() {
        // What is left of a disconnected registry is removed a part at a time.
        sql = sql.and(
            " AND p.inventory_no NOT IN (SELECT no FROM inventory WHERE gone = 1)",
            [],
        );
    } else {
        sql = spaces_in(
            sql.and(" AND p.space_no IN (SELECT s.no", []),
            visible,
            filter,
        )
        .and(")", []);
    }
    if let Some(kind) = filter.kind {
        sql = sql.and(" AND (p.kinds & ?) <> 0", [bit(kind).into()]);
    }
    containing(sql, "p.search", filter.text)
}

/// A kind's bit among those of a repository.
fn bit(kind: roadstead_core::model::ArtifactKind) -> i64 {
    let all = roadstead_core::model::ArtifactKind::ALL;
    1 << all.iter().position(|one| *one == kind).unwrap_or(0)
}

pub(super) fn images_sql(
    visible: &Visible,
    filter: &ImageFilter<'_>,
    sort: RepositorySort,
    page: &PageRequest<Placed>,
) -> Result<Sql, StoreError> {
    let (column, down) = key(sort);
    let most = i64::try_from(Total::EXACT_UP_TO + 1).unwrap_or(i64::MAX);
    let sql = Sql::of(
        "SELECT (SELECT COUNT(*) FROM (SELECT 1 AS one FROM repository p WHERE ",
        [],
    );
    let sql = matching(sql, visible, filter)
        .and(" LIMIT ?) AS matching) AS rows_found, ", [most.into()])
        .and(REPOSITORY, [])
        .and(PLACE, [])
        // The page first, its places after it: of a join, PostgreSQL would sort everything.
        .and(" FROM (SELECT * FROM repository p WHERE ", []);
    let sql = placed_after(matching(sql, visible, filter), column, down, page)?;
    let way = if down { " DESC" } else { "" };
    Ok(sql
        .and(
            &format!(" ORDER BY p.{column}{way}, p.id{way} LIMIT ?"),
            [i64::from(page.limit).saturating_add(1).into()],
        )
        .and(") AS p ", [])
        .and(PLACED, [])
        .and(&format!(" ORDER BY p.{column}{way}, p.id{way}"), []))
}

pub(super) async fn images(
    store: &Store,
    visible: &Visible,
    filter: &ImageFilter<'_>,
    sort: RepositorySort,
    page: &PageRequest<Placed>,
) -> Result<Listing<FoundRepository>, StoreError> {
    let rows = images_sql(visible, filter, sort, page)?
        .all(store.db().read())
        .await?;
    Ok(listing(&rows, sort, page, found_repository, |found| {
        &found.repository
    })?)
}

#[cfg(test)]
mod tests {
    use super::by_tag;
    use crate::{Backend, Store, StoreConfig};
    use roadstead_core::model::RepositoryId;
    use roadstead_core::ports::Wanted;

    #[tokio::test]
    async fn references_are_looked_up_and_nothing_is_scanned() {
        let dir = tempfile::tempdir().expect("directory");
        let backend = Backend::Sqlite {
            path: dir.path().join("roadstead.db"),
        };
        let store = Store::open(StoreConfig { backend }).await.expect("store");
        let tags = (0..20).map(|n| (RepositoryId::new(), format!("v{n}")));
        let wanted = Wanted {
            tags: tags.collect(),
            ..Wanted::default()
        };
        let sql = by_tag(&wanted);
        let plan = sql.plan(store.db().read()).await;
        for step in ["INDEX repository_id", "INDEX tag_name"] {
            assert!(plan.iter().any(|one| one.contains(step)), "{plan:?}");
        }
        let scans = |step: &&String| step.contains("SCAN") && !step.contains("VALUES CLAUSE");
        assert_eq!(plan.iter().find(scans), None, "{plan:?}");
    }
}
