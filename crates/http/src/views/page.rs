//! Totals of lists.

use roadstead_core::model::Total;
use serde::Serialize;
use utoipa::ToSchema;

/// How many rows match.
#[derive(Serialize, ToSchema)]
#[schema(as = Total)]
pub(crate) struct TotalView {
    /// The count, or the bound it was counted to.
    value: u64,
    /// Whether `value` is the count.
    exact: bool,
}

impl From<Total> for TotalView {
    fn from(total: Total) -> Self {
        Self {
            value: total.value,
            exact: total.exact,
        }
    }
}
