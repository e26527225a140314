//! Lists and pages of the inventory: keyset pages by row value, each order in its index.

use super::crawls::{count, trouble};
use super::sql::Sql;
use super::tag_list::attached;
use crate::fault::{Fault, damaged};
use crate::registry_row::parse;
use crate::store::Store;
use roadstead_core::model::{
    ArtifactKind, Listing, ManifestsRead, OciPlatform, Owner, Page, PageRequest, Placed,
    RegistryFigures, RegistryId, Repository, RepositoryFilter, RepositoryId, RepositorySort,
    RepositoryState, SpaceId, StatisticsDay, Timestamp, Total, WorkspaceId,
};
use roadstead_core::ports::{FoundRepository, StoreError};
use roadstead_core::rules::Visible;
use sea_orm::{QueryResult, Value};
use std::collections::HashMap;
use uuid::Uuid;

pub(super) async fn figures(
    store: &Store,
    ids: &[RegistryId],
) -> Result<HashMap<RegistryId, RegistryFigures>, StoreError> {
    let rows = Sql::of(
        "SELECT registry_id, server, server_epoch, phase, epoch, spaces, repositories, tags, tags_unread, artifacts, \
         artifacts_unread, storage_bytes, shared_bytes, as_of, updated_at FROM inventory \
         WHERE as_of IS NOT NULL AND registry_id IN ",
        [],
    )
    .list(ids.iter().map(|id| id.0))
    .all(store.db().read())
    .await?;
    let read = |row: &QueryResult| -> Result<(RegistryId, RegistryFigures), Fault> {
        let phase: String = row.try_get("", "phase")?;
        let epoch: i64 = row.try_get("", "epoch")?;
        let begun: i64 = row.try_get("", "server_epoch")?;
        let as_of: i64 = row.try_get("", "as_of")?;
        let looked: Option<i64> = row.try_get("", "updated_at")?;
        let (artifacts, unread) = (count(row, "artifacts")?, count(row, "artifacts_unread")?);
        let figures = RegistryFigures {
            server: row.try_get("", "server")?,
            complete: phase != "names" || epoch > begun,
            spaces: count(row, "spaces")?,
            repositories: count(row, "repositories")?,
            artifacts,
            tags: count(row, "tags")?,
            storage_bytes: count(row, "storage_bytes")?,
            shared_bytes: count(row, "shared_bytes")?,
            manifests: ManifestsRead {
                read: artifacts.saturating_sub(unread),
                known: artifacts + count(row, "tags_unread")?,
            },
            // What has not changed since was seen to be so again.
            as_of: Timestamp::from_micros(as_of.max(looked.unwrap_or(as_of))),
        };
        Ok((RegistryId(row.try_get("", "registry_id")?), figures))
    };
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// `%text%` with everything in it meaning itself; the escape is a backslash.
fn pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

pub(super) fn containing(sql: Sql, column: &str, text: Option<&str>) -> Sql {
    match text {
        Some(text) => sql
            .and(" AND ", [])
            .and(column, [])
            .and(" LIKE ? ESCAPE '\\'", [pattern(text).into()]),
        None => sql,
    }
}

/// The total of a list, as a column of each of its rows: where nothing is searched for it may be
/// stored beside, else it is counted no further than needed, once for the page.
pub(super) fn with_total(
    stored: Option<(&str, Value)>,
    counted: (&str, Value),
    column: &str,
    text: Option<&str>,
) -> Sql {
    match stored.filter(|_| text.is_none()) {
        Some(stored) => Sql::of("SELECT (SELECT ", []).and(stored.0, [stored.1]),
        None => {
            let rows = Sql::of("SELECT (SELECT COUNT(*) FROM (SELECT 1 AS one FROM ", [])
                .and(counted.0, [counted.1]);
            let most = i64::try_from(Total::EXACT_UP_TO + 1).unwrap_or(i64::MAX);
            containing(rows, column, text).and(" LIMIT ?) AS matching", [most.into()])
        }
    }
    .and(") AS rows_found, ", [])
}

/// A page without rows has nothing that matches.
pub(super) fn total(rows: &[QueryResult]) -> Result<Total, Fault> {
    let found = rows
        .first()
        .map(|row| count(row, "rows_found"))
        .transpose()?;
    Ok(cut_total(found.unwrap_or(0)))
}

fn cut_total(rows: u64) -> Total {
    Total {
        value: rows.min(Total::EXACT_UP_TO),
        exact: rows <= Total::EXACT_UP_TO,
    }
}

/// The registries in a set whose repositories are seen, as a condition on `r`: those of the asker's
/// workspaces, and those of the platform that every subject may pull from.
pub(super) fn seen(sql: Sql, visible: &Visible) -> Sql {
    let Visible::Workspaces(ids) = visible else {
        return sql;
    };
    let sql = sql
        .and(" AND (r.workspace_id IN ", [])
        .list(ids.iter().map(|id| id.0));
    if visible.includes_open() {
        let open = " OR r.id IN (SELECT registry_id FROM pull_access WHERE open = TRUE))";
        sql.and(open, [])
    } else {
        sql.and(")", [])
    }
}

pub(super) fn owner(row: &QueryResult) -> Result<Owner, Fault> {
    let workspace: Option<Uuid> = row.try_get("", "workspace_id")?;
    Ok(workspace.map_or(Owner::Platform, |id| Owner::Workspace {
        id: WorkspaceId(id),
    }))
}

pub(super) const REPOSITORY: &str = "p.id, p.name, p.state, p.trouble, p.kinds, p.tags, p.tags_unread, \
     p.artifacts, p.total_bytes, p.unique_bytes, p.pushed_at, p.pulled_at, p.listed_at, p.created_at";

fn repository(
    row: &QueryResult,
    registry_id: RegistryId,
    space_id: SpaceId,
) -> Result<Repository, Fault> {
    let state: String = row.try_get("", "state")?;
    let state = match (state.as_str(), trouble(row)?) {
        ("named", _) => RepositoryState::Named,
        ("listed", _) => RepositoryState::Listed,
        ("empty", _) => RepositoryState::Empty,
        ("broken", Some(code)) => RepositoryState::Broken(code),
        _ => return Err(damaged("state of a repository", state).into()),
    };
    let kinds: i64 = row.try_get("", "kinds")?;
    let (all, unique) = (count(row, "total_bytes")?, count(row, "unique_bytes")?);
    let pushed: i64 = row.try_get("", "pushed_at")?;
    let time = |name: &str| -> Result<Option<Timestamp>, Fault> {
        let micros: Option<i64> = row.try_get("", name)?;
        Ok(micros.map(Timestamp::from_micros))
    };
    Ok(Repository {
        id: RepositoryId(row.try_get("", "id")?),
        registry_id,
        space_id,
        name: row.try_get("", "name")?,
        state,
        tags: count(row, "tags")?,
        tags_unread: count(row, "tags_unread")?,
        artifacts: count(row, "artifacts")?,
        unique_bytes: unique,
        shared_bytes: all.saturating_sub(unique),
        kinds: kinds_of(kinds),
        pushed_at: (pushed > 0).then(|| Timestamp::from_micros(pushed)),
        pulled_at: time("pulled_at")?,
        listed_at: time("listed_at")?,
        created_at: Timestamp::from_micros(row.try_get("", "created_at")?),
    })
}

/// The kinds whose bits are set.
pub(super) fn kinds_of(kinds: i64) -> Vec<ArtifactKind> {
    let all = ArtifactKind::ALL.into_iter().enumerate();
    all.filter(|(at, _)| kinds & (1 << at) != 0)
        .map(|(_, kind)| kind)
        .collect()
}

/// The key of an order: column, direction.
pub(super) const fn key(sort: RepositorySort) -> (&'static str, bool) {
    match sort {
        RepositorySort::Name => ("name", false),
        RepositorySort::NameDescending => ("name", true),
        RepositorySort::PushedDescending => ("pushed_at", true),
        RepositorySort::SizeDescending => ("total_bytes", true),
        RepositorySort::TagsDescending => ("tags", true),
    }
}

pub(super) fn repositories_sql(
    id: SpaceId,
    filter: RepositoryFilter<'_>,
    sort: RepositorySort,
    page: &PageRequest<Placed>,
) -> Result<Sql, StoreError> {
    let (column, down) = key(sort);
    let RepositoryFilter { text, broken } = filter;
    // A word of its own, so that the index of those few is found by it.
    let state = if broken {
        " AND p.state = 'broken'"
    } else {
        ""
    };
    let counted = format!(
        "repository p WHERE p.ended_at IS NULL{state} \
         AND p.space_no = (SELECT no FROM space WHERE id = ?)"
    );
    let stored = "repositories FROM space WHERE id = ?";
    let mut sql = with_total(
        (!broken).then(|| (stored, id.0.into())),
        (&counted, id.0.into()),
        "p.search",
        text,
    )
    .and(REPOSITORY, [])
    // The number apart: of a join, PostgreSQL would sort everything.
    .and(
        ", (SELECT i.registry_id FROM inventory i WHERE i.no = p.inventory_no) AS registry_id \
         FROM repository p WHERE p.ended_at IS NULL \
         AND p.space_no = (SELECT no FROM space WHERE id = ? AND ended_at IS NULL)",
        [id.0.into()],
    );
    sql = placed_after(sql.and(state, []), column, down, page)?;
    let way = if down { " DESC" } else { "" };
    Ok(containing(sql, "p.search", text).and(
        &format!(" ORDER BY p.{column}{way}, p.id{way} LIMIT ?"),
        [i64::from(page.limit).saturating_add(1).into()],
    ))
}

/// Goes on after the place where the page before ended.
pub(super) fn placed_after(
    sql: Sql,
    column: &str,
    down: bool,
    page: &PageRequest<Placed>,
) -> Result<Sql, StoreError> {
    let Some(after) = &page.after else {
        return Ok(sql);
    };
    let place = if column == "name" {
        after.name.clone().map(Value::from)
    } else {
        after.figure.map(Value::from)
    };
    let (Some(place), Some(id)) = (place, after.id) else {
        return Err(damaged("place in a list", "it is of another order"));
    };
    let than = if down { "<" } else { ">" };
    let after = format!(" AND (p.{column}, p.id) {than} (?, ?)");
    Ok(sql.and(&after, [place, id.into()]))
}

pub(super) async fn repositories(
    store: &Store,
    id: SpaceId,
    filter: RepositoryFilter<'_>,
    sort: RepositorySort,
    page: &PageRequest<Placed>,
) -> Result<Listing<Repository>, StoreError> {
    let rows = repositories_sql(id, filter, sort, page)?
        .all(store.db().read())
        .await?;
    let read = |row: &QueryResult| {
        let registry = RegistryId(row.try_get("", "registry_id")?);
        repository(row, registry, id)
    };
    Ok(listing(&rows, sort, page, read, |item| item)?)
}

/// A page of rows of repositories, of which one more was asked for than it holds.
pub(super) fn listing<T>(
    rows: &[QueryResult],
    sort: RepositorySort,
    page: &PageRequest<Placed>,
    read: impl Fn(&QueryResult) -> Result<T, Fault>,
    of: impl Fn(&T) -> &Repository,
) -> Result<Listing<T>, Fault> {
    let limit = usize::from(page.limit);
    let shown = rows.get(..limit).unwrap_or(rows);
    let items = shown.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let next = match (shown.last(), items.last().map(of)) {
        (Some(row), Some(last)) if rows.len() > limit => {
            let (column, _) = key(sort);
            let by_name = column == "name";
            let figure = || row.try_get("", column);
            Some(Placed {
                name: by_name.then(|| last.name.clone()),
                figure: (!by_name).then(figure).transpose()?,
                id: Some(last.id.0),
                no: None,
            })
        }
        _ => None,
    };
    Ok(Listing {
        total: total(rows)?,
        page: Page { items, next },
    })
}

pub(super) async fn one_repository(
    store: &Store,
    id: RepositoryId,
    visible: &Visible,
) -> Result<Option<FoundRepository>, StoreError> {
    let sql = Sql::of("SELECT ", []).and(REPOSITORY, []).and(
        concat!(
            ", s.id AS space_id, s.name AS space, i.registry_id, r.workspace_id, r.name AS registry, \
             r.address, (SELECT COUNT(*) FROM tag t WHERE t.repository_no = p.no AND ",
            attached!(),
            ") AS attached_tags FROM repository p JOIN space s ON s.no = p.space_no \
             JOIN inventory i ON i.no = p.inventory_no JOIN registry r ON r.id = i.registry_id \
             WHERE p.id = ? AND p.ended_at IS NULL"
        ),
        [id.0.into()],
    );
    let Some(row) = seen(sql, visible).one(store.db().read()).await? else {
        return Ok(None);
    };
    let attached_tags = Some(count(&row, "attached_tags")?);
    let found = found_repository(&row)?;
    Ok(Some(FoundRepository {
        attached_tags,
        ..found
    }))
}

pub(super) fn found_repository(row: &QueryResult) -> Result<FoundRepository, Fault> {
    let registry = RegistryId(row.try_get("", "registry_id")?);
    let space = SpaceId(row.try_get("", "space_id")?);
    Ok(FoundRepository {
        repository: repository(row, registry, space)?,
        space: row.try_get("", "space")?,
        registry: row.try_get("", "registry")?,
        address: row.try_get("", "address")?,
        owner: owner(row)?,
        attached_tags: None,
    })
}

pub(super) async fn largest(
    store: &Store,
    id: RegistryId,
    limit: u16,
) -> Result<Vec<Repository>, StoreError> {
    let rows = Sql::of("SELECT ", [])
        .and(REPOSITORY, [])
        .and(
            ", s.id AS space_id FROM inventory i JOIN repository p ON p.inventory_no = i.no \
             JOIN space s ON s.no = p.space_no WHERE i.registry_id = ? AND p.ended_at IS NULL \
             ORDER BY p.total_bytes DESC, p.id DESC LIMIT ?",
            [id.0.into(), i64::from(limit).into()],
        )
        .all(store.db().read())
        .await?;
    let read = |row: &QueryResult| -> Result<Repository, Fault> {
        repository(row, id, SpaceId(row.try_get("", "space_id")?))
    };
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

pub(super) async fn history(
    store: &Store,
    id: RegistryId,
    since: Timestamp,
) -> Result<Vec<StatisticsDay>, StoreError> {
    let rows = Sql::of(
        "SELECT d.at, d.spaces, d.repositories, d.artifacts, d.tags, d.storage_bytes \
         FROM inventory i JOIN statistics_day d ON d.inventory_no = i.no \
         WHERE i.registry_id = ? AND d.day >= ? ORDER BY d.day",
        [
            id.0.into(),
            since.as_micros().div_euclid(86_400_000_000).into(),
        ],
    )
    .all(store.db().read())
    .await?;
    let read = |row: &QueryResult| -> Result<StatisticsDay, Fault> {
        Ok(StatisticsDay {
            at: Timestamp::from_micros(row.try_get("", "at")?),
            spaces: count(row, "spaces")?,
            repositories: count(row, "repositories")?,
            artifacts: count(row, "artifacts")?,
            tags: count(row, "tags")?,
            storage_bytes: count(row, "storage_bytes")?,
        })
    };
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// A kind by its place in the schema.
pub(super) fn kind(no: i64) -> ArtifactKind {
    usize::try_from(no)
        .ok()
        .and_then(|no| ArtifactKind::ALL.get(no).copied())
        .unwrap_or(ArtifactKind::Other)
}

pub(super) fn platform(text: Option<String>) -> Result<Option<OciPlatform>, StoreError> {
    text.map(|text| parse("platform", &text)).transpose()
}

#[cfg(test)]
mod tests {
    use super::repositories_sql;
    use crate::inventory::search::images_sql;
    use crate::inventory::tag_list::tags_sql;
    use crate::{Backend, Store, StoreConfig};
    use roadstead_core::model::{
        ImageFilter, PageRequest, Placed, RepositoryFilter, RepositoryId, RepositorySort, SpaceId,
        TagFilter, TagSort,
    };
    use roadstead_core::rules::Visible;

    #[tokio::test]
    async fn every_order_is_walked_in_its_index_and_sorts_nothing() {
        let dir = tempfile::tempdir().expect("directory");
        let backend = Backend::Sqlite {
            path: dir.path().join("roadstead.db"),
        };
        let store = Store::open(StoreConfig { backend }).await.expect("store");
        let page = PageRequest {
            limit: 50,
            after: Some(Placed {
                name: Some("n".to_owned()),
                figure: Some(1),
                id: Some(SpaceId::new().0),
                no: Some(1),
            }),
        };
        let mut plans = Vec::new();
        for (sort, index) in [
            (RepositorySort::Name, "repository_by_name"),
            (RepositorySort::NameDescending, "repository_by_name"),
            (RepositorySort::PushedDescending, "repository_by_push"),
            (RepositorySort::SizeDescending, "repository_by_size"),
            (RepositorySort::TagsDescending, "repository_by_tags"),
        ] {
            let all = RepositoryFilter::default();
            let sql = repositories_sql(SpaceId::new(), all, sort, &page).expect("select");
            plans.push((index, sql.plan(store.db().read()).await));
        }
        for (sort, index) in [
            (RepositorySort::Name, "image_by_name"),
            (RepositorySort::NameDescending, "image_by_name"),
            (RepositorySort::PushedDescending, "image_by_push"),
            (RepositorySort::SizeDescending, "image_by_size"),
            (RepositorySort::TagsDescending, "image_by_tags"),
        ] {
            let all = ImageFilter::default();
            let sql = images_sql(&Visible::Everything, &all, sort, &page).expect("select");
            let mut plan = sql.plan(store.db().read()).await;
            // The page, which is in order, is joined with its places and put in order again.
            plan.retain(|step| !step.contains("SCAN p") && !step.contains("FOR ORDER BY"));
            plans.push((index, plan));
        }
        let broken = RepositoryFilter {
            text: None,
            broken: true,
        };
        let sql = repositories_sql(SpaceId::new(), broken, RepositorySort::Name, &page);
        let plan = sql.expect("select").plan(store.db().read()).await;
        plans.push(("repository_broken", plan));
        for (sort, index) in [
            (TagSort::Name, "tag_name"),
            (TagSort::NameDescending, "tag_name"),
            (TagSort::Newest, "tag_newest"),
            (TagSort::Version, "tag_by_version"),
            (TagSort::VersionDescending, "tag_by_version"),
        ] {
            for attached in [false, true] {
                let filter = TagFilter {
                    text: None,
                    attached,
                };
                let sql = tags_sql(RepositoryId::new(), filter, sort, &page).expect("select");
                plans.push((index, sql.plan(store.db().read()).await));
            }
        }
        for (index, plan) in plans {
            assert!(
                plan.iter()
                    .any(|step| step.contains(&format!("INDEX {index} ("))),
                "{index}: {plan:?}"
            );
            // Those that are counted are few, and so are registries whose rest is being removed.
            let few = [
                "SCAN matching",
                "SCAN inventory USING COVERING INDEX inventory_gone",
            ];
            let sorts = |step: &String| step.contains("TEMP B-TREE") || step.contains("SCAN");
            let found = plan.iter().filter(|step| !few.contains(&step.as_str()));
            assert!(!found.clone().any(sorts), "{index}: {plan:?}");
        }
    }
}
