//! Pages by key. The one place that builds the comparison: a row value, `(a, b) > (x, y)`, which
//! both databases walk an index for. The spelled-out form (`a > x OR (a = x AND b > y)`) makes
//! them read the index from its start.

use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr};
use sea_orm::{
    ColumnTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, Select, Value,
};

/// The order of a list: its key columns, all in one direction, the last one unique.
pub(crate) struct Keyset<C> {
    pub(crate) columns: Vec<C>,
    pub(crate) order: Order,
}

/// Rows after `after` in the order, one more than `limit` so that the caller knows whether more
/// follow.
pub(crate) fn page<E, C>(
    select: Select<E>,
    keyset: &Keyset<C>,
    after: Option<Vec<Value>>,
    limit: u16,
) -> Select<E>
where
    E: EntityTrait,
    C: ColumnTrait,
{
    let mut select = select;
    if let Some(values) = after {
        let key = Expr::tuple(keyset.columns.iter().map(|column| Expr::col(*column)));
        let place = Expr::tuple(values.into_iter().map(Expr::value));
        select = select.filter(if keyset.order == Order::Desc {
            key.lt(place)
        } else {
            key.gt(place)
        });
    }
    for column in &keyset.columns {
        select = select.order_by(*column, keyset.order.clone());
    }
    select.limit(u64::from(limit) + 1)
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
