//! Lists and their totals.

use roadstead_app::services::ListRequest;
use roadstead_core::model::Total;
use roadstead_core::{ErrorCode, Failure};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which part of a list is asked for; it is in the order of the names.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// Only those whose name contains this.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Rows, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Which part of a list is asked for; it is in the order of the names.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Rows, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A list's request, checked.
pub(super) fn request(
    q: Option<String>,
    limit: Option<u16>,
    cursor: Option<String>,
) -> Result<ListRequest, Failure> {
    SearchQuery { q, limit, cursor }.parse()
}

impl SearchQuery {
    pub(crate) fn parse(self) -> Result<ListRequest, Failure> {
        let refuse = |name: &str| Failure::new(ErrorCode::RequestQueryInvalid).with("detail", name);
        let limit = self.limit.unwrap_or(50);
        if !(1..=200).contains(&limit) {
            return Err(refuse("limit"));
        }
        // PostgreSQL has no texts with NUL.
        if self
            .q
            .as_ref()
            .is_some_and(|q| q.chars().count() > 200 || q.contains('\0'))
        {
            return Err(refuse("q"));
        }
        Ok(ListRequest {
            text: self.q.filter(|q| !q.is_empty()),
            limit,
            cursor: self.cursor,
        })
    }
}

impl PageQuery {
    pub(crate) fn parse(self) -> Result<ListRequest, Failure> {
        SearchQuery {
            q: None,
            limit: self.limit,
            cursor: self.cursor,
        }
        .parse()
    }
}

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
