//! Pages of lists, by key and never by offset.

use serde::{Deserialize, Serialize};

/// How many rows match, exact up to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Total {
    /// The count, or the bound.
    pub value: u64,
    /// Whether `value` is the count.
    pub exact: bool,
}

impl Total {
    /// Totals are exact up to this many rows.
    pub const EXACT_UP_TO: u64 = 10_000;
}

/// What part of a list is asked for. `P` is the place in the list's order.
#[derive(Debug, Clone)]
pub struct PageRequest<P> {
    /// Rows wanted, 1..=200.
    pub limit: u16,
    /// The last row of the page before; `None` for the first page.
    pub after: Option<P>,
}

/// One page.
#[derive(Debug, Clone)]
pub struct Page<T, P> {
    /// The rows.
    pub items: Vec<T>,
    /// The place of the last row when more rows follow.
    pub next: Option<P>,
}

/// A place in a list as clients hold it: opaque and authenticated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// A place in a list ordered by a unique name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NamePosition(pub String);

/// A page of a list with its count.
#[derive(Debug, Clone)]
pub struct Counted<T> {
    /// The rows.
    pub page: Page<T, NamePosition>,
    /// How many match.
    pub total: Total,
}
