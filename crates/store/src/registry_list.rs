//! The list of registries: one query for the page, one for all the counts.

use crate::entity::registry;
use crate::fault::{Fault, damaged};
use crate::paging::{self, Keyset, containing};
use crate::pull_access;
use crate::registry_row;
use crate::store::Store;
use roadstead_core::model::{
    Health, Owner, Page, PageRequest, Registry, RegistryFacets, RegistryFilter, RegistryPosition,
    RegistrySort, Total,
};
use roadstead_core::ports::{RegistryList, StoreError};
use roadstead_core::rules::Visible;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, Order, QueryFilter, Select, Value,
};

/// Rows counted per health at most: enough to know that the total is no longer exact.
const COUNT_CAP: u64 = Total::EXACT_UP_TO + 1;

pub(crate) async fn list(
    store: &Store,
    filter: &RegistryFilter,
    sort: RegistrySort,
    page: &PageRequest<RegistryPosition>,
) -> Result<RegistryList, StoreError> {
    let rows = rows(store, filter, sort, page).await?;
    let facets = facets(store, filter).await?;
    Ok(RegistryList {
        page: cut(rows, sort, page.limit)?,
        total: total(filter.health, facets),
        facets,
    })
}

async fn rows(
    store: &Store,
    filter: &RegistryFilter,
    sort: RegistrySort,
    page: &PageRequest<RegistryPosition>,
) -> Result<Vec<registry::Model>, StoreError> {
    let rows = select(filter, sort, page)?
        .all(store.db().read())
        .await
        .map_err(Fault::from)?;
    Ok(rows)
}

fn select(
    filter: &RegistryFilter,
    sort: RegistrySort,
    page: &PageRequest<RegistryPosition>,
) -> Result<Select<registry::Entity>, StoreError> {
    let after = page.after.as_ref().map(|at| place(sort, at)).transpose()?;
    let mut condition = matching(filter);
    if let Some(health) = filter.health {
        condition = condition.add(registry::Column::HealthRank.eq(health.rank()));
    }
    let select = registry::Entity::find().filter(condition);
    Ok(paging::page(select, &keyset(sort), after, page.limit))
}

/// Cuts off the row that only tells that more follow.
fn cut(
    rows: Vec<registry::Model>,
    sort: RegistrySort,
    limit: u16,
) -> Result<Page<Registry, RegistryPosition>, StoreError> {
    let limit = usize::from(limit);
    let more = rows.len() > limit;
    let next = rows
        .get(limit.wrapping_sub(1))
        .filter(|_| more)
        .map(|row| position(sort, row));
    let items = rows
        .into_iter()
        .take(limit)
        .map(registry_row::read)
        .collect::<Result<_, _>>()?;
    Ok(Page { items, next })
}

fn keyset(sort: RegistrySort) -> Keyset<registry::Column> {
    use registry::Column::{CreatedAt, HealthRank, Id, Name};
    let (columns, order) = match sort {
        RegistrySort::Attention => (vec![HealthRank, Name, Id], Order::Asc),
        RegistrySort::Name => (vec![Name, Id], Order::Asc),
        RegistrySort::NameDescending => (vec![Name, Id], Order::Desc),
        RegistrySort::CreatedAt => (vec![CreatedAt, Id], Order::Asc),
        RegistrySort::CreatedAtDescending => (vec![CreatedAt, Id], Order::Desc),
    };
    Keyset { columns, order }
}

/// The values of a place, in the order of the keyset's columns.
fn place(sort: RegistrySort, at: &RegistryPosition) -> Result<Vec<Value>, StoreError> {
    let name = || at.name.clone().map(Value::from);
    let id = Some(Value::from(at.id.0));
    let values: Option<Vec<Value>> = match sort {
        RegistrySort::Attention => [at.rank.map(Value::from), name(), id].into_iter().collect(),
        RegistrySort::Name | RegistrySort::NameDescending => [name(), id].into_iter().collect(),
        RegistrySort::CreatedAt | RegistrySort::CreatedAtDescending => {
            [at.created_at.map(Value::from), id].into_iter().collect()
        }
    };
    values.ok_or_else(|| damaged("place in a list", "it is of another order"))
}

fn position(sort: RegistrySort, row: &registry::Model) -> RegistryPosition {
    let by_name = matches!(
        sort,
        RegistrySort::Attention | RegistrySort::Name | RegistrySort::NameDescending
    );
    RegistryPosition {
        rank: (sort == RegistrySort::Attention).then_some(row.health_rank),
        name: by_name.then(|| row.name.clone()),
        created_at: (!by_name).then_some(row.created_at),
        id: roadstead_core::model::RegistryId(row.id),
    }
}

/// The filter without its health part.
fn matching(filter: &RegistryFilter) -> Condition {
    let mut condition = Condition::all().add(in_set(&filter.visible));
    match filter.owner {
        None => {}
        Some(Owner::Platform) => {
            condition = condition.add(registry::Column::WorkspaceId.is_null());
        }
        Some(Owner::Workspace { id }) => {
            condition = condition.add(registry::Column::WorkspaceId.eq(id.0));
        }
    }
    if let Some(kind) = filter.kind {
        condition = condition.add(registry::Column::Kind.eq(kind.as_str()));
    }
    if let Some(text) = &filter.text {
        condition = condition.add(Expr::col(registry::Column::Search).like(containing(text)));
    }
    condition
}

/// The rows in a set of visible objects.
pub(crate) fn in_set(visible: &Visible) -> Condition {
    match visible {
        Visible::Everything => Condition::all(),
        // An empty list must match nothing, never everything.
        Visible::Workspaces(ids) if ids.is_empty() => Condition::all().add(Expr::value(1).eq(0)),
        Visible::Workspaces(ids) => Condition::any()
            .add(registry::Column::WorkspaceId.is_in(ids.iter().map(|id| id.0)))
            .add(registry::Column::Id.in_subquery(pull_access::open_ids())),
    }
}

/// Counts by health in one query. Each count stops at [`COUNT_CAP`], so the work is bounded
/// whatever the table holds; a facet of 10,001 means "more than 10,000".
async fn facets(store: &Store, filter: &RegistryFilter) -> Result<RegistryFacets, StoreError> {
    let mut query = Query::select();
    for health in Health::ALL {
        query.expr_as(count(filter, health), Alias::new(health.as_str()));
    }
    let row = store
        .db()
        .read()
        .query_one(&query)
        .await
        .map_err(Fault::from)?
        .ok_or_else(|| damaged("counts", "no row"))?;
    let counted = |health: Health| -> Result<u64, StoreError> {
        let count: i64 = row.try_get("", health.as_str()).map_err(Fault::from)?;
        Ok(u64::try_from(count).unwrap_or(0))
    };
    Ok(RegistryFacets {
        healthy: counted(Health::Healthy)?,
        degraded: counted(Health::Degraded)?,
        unhealthy: counted(Health::Unhealthy)?,
        unknown: counted(Health::Unknown)?,
    })
}

fn count(filter: &RegistryFilter, health: Health) -> Expr {
    let rows = Query::select()
        .expr(Expr::value(1))
        .from(registry::Entity)
        .cond_where(matching(filter).add(registry::Column::HealthRank.eq(health.rank())))
        .limit(COUNT_CAP)
        .to_owned();
    let counted: SelectStatement = Query::select()
        .expr(Func::count(Expr::cust("*")))
        .from_subquery(rows, Alias::new("matching"))
        .to_owned();
    Expr::SubQuery(None, Box::new(counted.into()))
}

fn total(health: Option<Health>, facets: RegistryFacets) -> Total {
    let count = match health {
        Some(Health::Healthy) => facets.healthy,
        Some(Health::Degraded) => facets.degraded,
        Some(Health::Unhealthy) => facets.unhealthy,
        Some(Health::Unknown) => facets.unknown,
        None => facets.healthy + facets.degraded + facets.unhealthy + facets.unknown,
    };
    Total {
        value: std::cmp::min(count, Total::EXACT_UP_TO),
        exact: count <= Total::EXACT_UP_TO,
    }
}

#[cfg(test)]
mod tests {
    use super::select;
    use crate::{Backend, Store, StoreConfig};
    use roadstead_core::model::{
        PageRequest, RegistryFilter, RegistryId, RegistryPosition, RegistrySort,
    };
    use roadstead_core::rules::Visible;
    use sea_orm::{ConnectionTrait as _, DbBackend, QueryTrait as _, Statement};

    #[tokio::test]
    async fn every_order_starts_in_its_index_at_the_cursor_and_sorts_nothing() {
        let dir = tempfile::tempdir().expect("directory");
        let backend = Backend::Sqlite {
            path: dir.path().join("roadstead.db"),
        };
        let store = Store::open(StoreConfig { backend }).await.expect("store");
        let filter = RegistryFilter {
            visible: Visible::Everything,
            owner: None,
            kind: None,
            health: None,
            text: None,
        };
        let page = PageRequest {
            limit: 50,
            after: Some(RegistryPosition {
                rank: Some(1),
                name: Some("n".to_owned()),
                created_at: Some(1),
                id: RegistryId::new(),
            }),
        };
        for (sort, plan) in [
            (
                RegistrySort::Attention,
                "INDEX registry_attention ((health_rank,name,id)>(?,?,?))",
            ),
            (
                RegistrySort::Name,
                "INDEX registry_by_name ((name,id)>(?,?))",
            ),
            (
                RegistrySort::NameDescending,
                "INDEX registry_by_name ((name,id)<(?,?))",
            ),
            (
                RegistrySort::CreatedAt,
                "INDEX registry_by_created_at ((created_at,id)>(?,?))",
            ),
            (
                RegistrySort::CreatedAtDescending,
                "INDEX registry_by_created_at ((created_at,id)<(?,?))",
            ),
        ] {
            let mut query: Statement = select(&filter, sort, &page)
                .expect("select")
                .build(DbBackend::Sqlite);
            query.sql = format!("EXPLAIN QUERY PLAN {}", query.sql);
            let rows = store.db().read().query_all_raw(query).await.expect("plan");
            let steps: Vec<String> = rows
                .iter()
                .map(|row| row.try_get("", "detail").expect("detail"))
                .collect();
            assert_eq!(steps, [format!("SEARCH registry USING {plan}")], "{sort:?}");
        }
    }
}
