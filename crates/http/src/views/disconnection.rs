//! What disconnecting a registry costs, and what is left behind.

use super::page::TotalView;
use super::registry::ObservedView;
use super::registry_input::OwnerView;
use super::words::{ErrorCodeWord, LedgerKindWord, RegistryKindWord};
use roadstead_app::services::{CleanupsInput, CleanupsListed, DisconnectionCost};
use roadstead_core::model::{
    CleanupEntries, CleanupId, LedgerEntry, LedgerKind, Name, RegistryId, RegistryKind, Timestamp,
};
use roadstead_core::{ErrorCode, Failure};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How a registry is disconnected.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DisconnectQuery {
    /// Only say what it costs.
    #[serde(default)]
    pub(crate) dry_run: bool,
    /// The registry's name, to show that this one is meant. Needed unless `dry_run`.
    #[param(max_length = 63)]
    pub(crate) confirm: Option<String>,
}

/// Something that was made in the registry.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeUpstream {
    /// What it is.
    #[schema(value_type = LedgerKindWord)]
    kind: LedgerKind,
    /// Where: for an upload its repository.
    name: String,
}

/// What disconnecting a registry costs. Nothing that it holds is deleted by it.
#[derive(Serialize, ToSchema)]
#[schema(as = DisconnectionCost)]
pub(crate) struct DisconnectionCostView {
    /// The registry's name, to be given as `confirm`.
    #[schema(value_type = String)]
    name: Name,
    /// Registry spaces that leave the lists.
    spaces: ObservedView,
    /// Repositories that leave the lists.
    repositories: ObservedView,
    /// Tags that leave the lists.
    tags: ObservedView,
    /// Workspaces whose members lose sight of it.
    workspaces: ObservedView,
    /// People who lose sight of it.
    members: ObservedView,
    /// What Roadstead made in it and removes there.
    made: Vec<MadeUpstream>,
}

impl From<DisconnectionCost> for DisconnectionCostView {
    fn from(cost: DisconnectionCost) -> Self {
        let figures = cost.registry.statistics;
        Self {
            name: cost.registry.name,
            spaces: figures.spaces.into(),
            repositories: figures.repositories.into(),
            tags: figures.tags.into(),
            workspaces: cost.workspaces.into(),
            members: cost.members.into(),
            made: cost
                .made
                .into_iter()
                .map(|(kind, name)| MadeUpstream { kind, name })
                .collect(),
        }
    }
}

/// Which part of the cleanups is asked for; the newest come first.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CleanupQuery {
    /// Rows, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl CleanupQuery {
    pub(crate) fn parse(self) -> Result<CleanupsInput, Failure> {
        let limit = self.limit.unwrap_or(50);
        if !(1..=200).contains(&limit) {
            return Err(Failure::new(ErrorCode::RequestQueryInvalid).with("detail", "limit"));
        }
        Ok(CleanupsInput {
            limit,
            cursor: self.cursor,
        })
    }
}

/// Something that is still in a registry that was disconnected.
#[derive(Serialize, ToSchema)]
pub(crate) struct CleanupItem {
    /// What it is.
    #[schema(value_type = LedgerKindWord)]
    kind: LedgerKind,
    /// Where: for an upload its repository.
    name: String,
    /// How often removing it has failed.
    attempts: u32,
    /// When that was last tried.
    #[schema(value_type = Option<String>, format = DateTime)]
    tried_at: Option<Timestamp>,
    /// Why it failed then.
    #[schema(value_type = Option<ErrorCodeWord>)]
    last_error: Option<ErrorCode>,
}

impl From<LedgerEntry> for CleanupItem {
    fn from(entry: LedgerEntry) -> Self {
        Self {
            kind: entry.kind,
            name: entry.name,
            attempts: entry.attempts,
            tried_at: entry.tried_at,
            last_error: entry.last_error,
        }
    }
}

/// What a disconnected registry left behind.
#[derive(Serialize, ToSchema)]
#[schema(as = Cleanup)]
pub(crate) struct CleanupView {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: CleanupId,
    /// The registry's id then.
    #[schema(value_type = Uuid)]
    registry_id: RegistryId,
    /// Its name then.
    #[schema(value_type = String)]
    name: Name,
    /// The product.
    #[schema(value_type = RegistryKindWord)]
    kind: RegistryKind,
    /// Whom it belonged to.
    owner: OwnerView,
    /// Where it is.
    address: String,
    /// When it was disconnected.
    #[schema(value_type = String, format = DateTime)]
    disconnected_at: Timestamp,
    /// When trying ends.
    #[schema(value_type = String, format = DateTime)]
    gives_up_at: Timestamp,
    /// When trying ended with something left; it has to be removed by hand.
    #[schema(value_type = Option<String>, format = DateTime)]
    given_up_at: Option<Timestamp>,
    /// What is left.
    items: Vec<CleanupItem>,
}

impl From<CleanupEntries> for CleanupView {
    fn from(from: CleanupEntries) -> Self {
        let cleanup = from.cleanup;
        Self {
            id: cleanup.id,
            registry_id: cleanup.registry_id,
            gives_up_at: cleanup.gives_up_at(),
            kind: cleanup.kind,
            owner: cleanup.owner.into(),
            address: cleanup.address.to_string(),
            disconnected_at: cleanup.disconnected_at,
            given_up_at: cleanup.given_up_at,
            name: cleanup.name,
            items: from.entries.into_iter().map(Into::into).collect(),
        }
    }
}

/// A page of cleanups.
#[derive(Serialize, ToSchema)]
pub(crate) struct CleanupPage {
    /// The rows.
    items: Vec<CleanupView>,
    /// Where the next page starts; null on the last one.
    next_cursor: Option<String>,
    /// How many there are.
    total: TotalView,
}

impl From<CleanupsListed> for CleanupPage {
    fn from(listed: CleanupsListed) -> Self {
        Self {
            items: listed.items.into_iter().map(Into::into).collect(),
            next_cursor: listed.next_cursor,
            total: listed.total.into(),
        }
    }
}
