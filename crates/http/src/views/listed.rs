//! The repositories a person lists of a registry that gives no catalogue.

use roadstead_core::model::Listed;
use roadstead_core::{ErrorCode, FieldFailure};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What to look at in a registry that gives no catalogue.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Listed)]
pub(crate) struct ListedView {
    /// Repositories by their whole name; at most 1,000 together with the prefixes.
    #[serde(default)]
    #[schema(max_items = 1000)]
    repositories: Vec<String>,
    /// Prefixes of whole parts: `team` covers `team/app`.
    #[serde(default)]
    #[schema(max_items = 1000)]
    prefixes: Vec<String>,
}

impl From<Listed> for ListedView {
    fn from(listed: Listed) -> Self {
        Self {
            repositories: listed.repositories().map(str::to_owned).collect(),
            prefixes: listed.prefixes().map(str::to_owned).collect(),
        }
    }
}

impl ListedView {
    /// The list in the domain's words; what is wrong with it goes to `fields`.
    pub(crate) fn parse(&self, fields: &mut Vec<FieldFailure>) -> Listed {
        Listed::new(&self.repositories, &self.prefixes).unwrap_or_else(|wrong| {
            fields.extend(wrong.into_iter().take(MOST_TOLD).map(|wrong| {
                let failure = FieldFailure::new(format!("/listed{}", wrong.pointer), wrong.code);
                match wrong.code {
                    ErrorCode::RepositoryTooMany => failure.with("max", Listed::MAX),
                    _ => failure.with("name", wrong.name),
                }
            }));
            Listed::default()
        })
    }
}

/// How many bad names are told at once.
const MOST_TOLD: usize = 50;
