//! The spaces of registries.

use super::crawls::maybe;
use super::lists::{containing, owner, total, with_total};
use super::sql::Sql;
use crate::fault::{Fault, damaged};
use crate::registry_row::parse;
use crate::store::Store;
use roadstead_core::model::{
    Listing, Observed, Page, PageRequest, Placed, RegistryId, Space, SpaceClass, SpaceId,
    SpaceSort, Timestamp, Unavailable, Visibility,
};
use roadstead_core::ports::{FoundSpace, StoreError};
use roadstead_core::rules::Visible;
use sea_orm::{QueryResult, Value};

/// Bytes a space takes as far as known: of the whole of a registry its blobs are, of a part of one
/// only what it says itself.
const BYTES: &str = "CASE WHEN s.upstream_id = '' THEN i.storage_bytes ELSE s.storage_bytes END";

const SPACE: &str = "s.id, s.upstream_id, s.name, s.class, s.visibility, s.members, \
     s.storage_bytes, s.quota_bytes, s.repositories, s.tags, s.created_at, s.seen_at, \
     i.registry_id, i.as_of, i.storage_bytes AS all_bytes \
     FROM space s JOIN inventory i ON i.no = s.inventory_no";

fn space(row: &QueryResult) -> Result<Space, Fault> {
    let class: String = row.try_get("", "class")?;
    let visibility: Option<String> = row.try_get("", "visibility")?;
    let members: String = row.try_get("", "members")?;
    let upstream_id: String = row.try_get("", "upstream_id")?;
    let seen_at = Timestamp::from_micros(row.try_get("", "seen_at")?);
    let as_of: Option<i64> = row.try_get("", "as_of")?;
    let as_of = as_of.map_or(seen_at, Timestamp::from_micros);
    let told: Option<i64> = row.try_get("", "storage_bytes")?;
    let storage_bytes = match (upstream_id.is_empty(), told) {
        (true, _) => Observed::known(row.try_get("", "all_bytes")?, as_of),
        (false, Some(told)) => Observed::known(told, seen_at),
        (false, None) => Observed::unknown(Unavailable::NotOffered),
    };
    Ok(Space {
        id: SpaceId(row.try_get("", "id")?),
        registry_id: RegistryId(row.try_get("", "registry_id")?),
        upstream_id,
        name: row.try_get("", "name")?,
        class: SpaceClass::parse(&class).ok_or_else(|| damaged("class of a space", class))?,
        visibility: visibility.as_deref().and_then(Visibility::parse),
        members: parse("members of a space", &members)?,
        repositories: Observed::known(row.try_get("", "repositories")?, as_of),
        tags: Observed::known(row.try_get("", "tags")?, as_of),
        storage_bytes,
        quota_bytes: maybe(row, "quota_bytes")?,
        created_at: Timestamp::from_micros(row.try_get("", "created_at")?),
        seen_at,
    })
}

pub(super) async fn page(
    store: &Store,
    id: RegistryId,
    text: Option<&str>,
    sort: SpaceSort,
    page: &PageRequest<Placed>,
) -> Result<Listing<Space>, StoreError> {
    let counted = "space s WHERE s.ended_at IS NULL \
         AND s.inventory_no = (SELECT no FROM inventory WHERE registry_id = ?)";
    let stored = "spaces FROM inventory WHERE registry_id = ?";
    // A registry has some thousand spaces at the most, so an order needs no index of its own.
    let (key, way, than) = match sort {
        SpaceSort::Name => ("s.name".to_owned(), "", ">"),
        SpaceSort::StorageDescending => (format!("COALESCE({BYTES}, -1)"), " DESC", "<"),
    };
    let mut sql = with_total(
        Some((stored, id.0.into())),
        (counted, id.0.into()),
        "s.search",
        text,
    )
    .and(&format!("{key} AS place, "), [])
    .and(SPACE, [])
    .and(
        " WHERE s.ended_at IS NULL \
         AND s.inventory_no = (SELECT no FROM inventory WHERE registry_id = ?)",
        [id.0.into()],
    );
    if let Some(after) = &page.after {
        let place = match sort {
            SpaceSort::Name => after.name.clone().map(Value::from),
            SpaceSort::StorageDescending => after.figure.map(Value::from),
        };
        let (Some(place), Some(id)) = (place, after.id) else {
            return Err(damaged("place in a list", "it is of another order"));
        };
        let after = format!(" AND ({key}, s.id) {than} (?, ?)");
        sql = sql.and(&after, [place, id.into()]);
    }
    let rows = containing(sql, "s.search", text)
        .and(
            &format!(" ORDER BY {key}{way}, s.id{way} LIMIT ?"),
            [i64::from(page.limit).saturating_add(1).into()],
        )
        .all(store.db().read())
        .await?;
    let limit = usize::from(page.limit);
    let shown = rows.get(..limit).unwrap_or(&rows);
    let items = shown.iter().map(space).collect::<Result<Vec<_>, _>>()?;
    let next = match (shown.last(), items.last()) {
        (Some(row), Some(last)) if rows.len() > limit => Some(place(row, last, sort)?),
        _ => None,
    };
    Ok(Listing {
        total: total(&rows)?,
        page: Page { items, next },
    })
}

fn place(row: &QueryResult, space: &Space, sort: SpaceSort) -> Result<Placed, Fault> {
    let by_name = sort == SpaceSort::Name;
    let figure = || row.try_get("", "place");
    Ok(Placed {
        name: by_name.then(|| space.name.clone()),
        figure: (!by_name).then(figure).transpose()?,
        id: Some(space.id.0),
        no: None,
    })
}

/// The registries in a set, as a condition on `r`.
fn owned(sql: Sql, visible: &Visible) -> Sql {
    match visible {
        Visible::Everything => sql,
        Visible::Workspaces(ids) => sql
            .and(" AND r.workspace_id IN ", [])
            .list(ids.iter().map(|id| id.0)),
    }
}

pub(super) async fn one(
    store: &Store,
    id: SpaceId,
    visible: &Visible,
) -> Result<Option<FoundSpace>, StoreError> {
    let sql = Sql::of("SELECT r.workspace_id, r.name AS registry, ", [])
        .and(SPACE, [])
        .and(
            " JOIN registry r ON r.id = i.registry_id WHERE s.id = ? AND s.ended_at IS NULL",
            [id.0.into()],
        );
    let row = owned(sql, visible).one(store.db().read()).await?;
    let read = |row: QueryResult| -> Result<FoundSpace, Fault> {
        Ok(FoundSpace {
            space: space(&row)?,
            registry: row.try_get("", "registry")?,
            owner: owner(&row)?,
        })
    };
    Ok(row.map(read).transpose()?)
}
