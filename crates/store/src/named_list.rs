//! Lists ordered by a name that is unique in them: one query for the page, one for the count.

use crate::fault::{Fault, damaged};
use crate::paging::{self, Keyset};
use crate::store::Store;
use roadstead_core::model::{Counted, NamePosition, Page, PageRequest, Total};
use roadstead_core::ports::StoreError;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, LikeExpr, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, Order, QuerySelect, QueryTrait, Select};

/// The rows of one page, and one more.
pub(crate) fn page<E: EntityTrait, C: ColumnTrait>(
    select: Select<E>,
    name: C,
    request: &PageRequest<NamePosition>,
) -> Select<E> {
    let keyset = Keyset {
        columns: vec![name],
        order: Order::Asc,
    };
    let after = request.after.as_ref().map(|at| vec![at.0.as_str().into()]);
    paging::page(select, &keyset, after, request.limit)
}

/// Cuts off the row that only tells that more follow.
pub(crate) fn cut<R, T>(
    rows: Vec<R>,
    limit: u16,
    name: impl Fn(&R) -> &str,
    read: impl Fn(R) -> Result<T, StoreError>,
    total: Total,
) -> Result<Counted<T>, StoreError> {
    let limit = usize::from(limit);
    let next = rows
        .get(limit.wrapping_sub(1))
        .filter(|_| rows.len() > limit)
        .map(|row| NamePosition(name(row).to_owned()));
    let items = rows
        .into_iter()
        .take(limit)
        .map(read)
        .collect::<Result<_, _>>()?;
    Ok(Counted {
        page: Page { items, next },
        total,
    })
}

/// How many rows a selection has, counted no further than needed.
pub(crate) async fn total<E: EntityTrait>(
    store: &Store,
    select: Select<E>,
) -> Result<Total, StoreError> {
    let rows = select
        .select_only()
        .expr_as(Expr::value(1), "one")
        .limit(Total::EXACT_UP_TO + 1)
        .into_query();
    let counted: SelectStatement = Query::select()
        .expr_as(Func::count(Expr::cust("*")), Alias::new("count"))
        .from_subquery(rows, Alias::new("matching"))
        .to_owned();
    let row = store
        .db()
        .read()
        .query_one(&counted)
        .await
        .map_err(Fault::from)?
        .ok_or_else(|| damaged("count", "no row"))?;
    let count: i64 = row.try_get("", "count").map_err(Fault::from)?;
    let count = u64::try_from(count).unwrap_or(0);
    Ok(Total {
        value: std::cmp::min(count, Total::EXACT_UP_TO),
        exact: count <= Total::EXACT_UP_TO,
    })
}

/// Whether a column contains a text, as it stands.
pub(crate) fn contains<E: EntityTrait>(column: (E, E::Column), text: &str) -> Expr {
    Expr::col(column).like(containing(text))
}

/// Text as a pattern that means itself.
pub(crate) fn containing(text: &str) -> LikeExpr {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    LikeExpr::new(pattern).escape('\\')
}
