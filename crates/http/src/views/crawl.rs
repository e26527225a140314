//! How far the reading of a registry is.

use super::registry::{AllowedAction, allowed};
use super::words::{CrawlPhaseWord, CrawlStatusWord, ErrorCodeWord};
use roadstead_app::services::SeenCrawl;
use roadstead_core::model::{
    CrawlCounts, CrawlPhase, CrawlStatus, ManifestsRead, RegistryId, RequestContext, Timestamp,
};
use roadstead_core::{ErrorCode, Permission};
use serde::Serialize;
use utoipa::ToSchema;

/// What a crawl has done and seen so far.
#[derive(Serialize, ToSchema)]
#[schema(as = CrawlCounts)]
pub(crate) struct CrawlCountsView {
    /// Requests sent to the registry.
    requests: u64,
    /// Repository names read.
    repositories: u64,
    /// Repositories whose tags were read.
    repositories_listed: u64,
    /// Repositories that could not be read.
    repositories_broken: u64,
    /// Tags read.
    tags: u64,
    /// Manifests read.
    manifests: u64,
    /// Configurations read.
    configs: u64,
    /// Names that are none, and were passed over.
    skipped: u64,
}

impl From<CrawlCounts> for CrawlCountsView {
    fn from(counts: CrawlCounts) -> Self {
        Self {
            requests: counts.requests,
            repositories: counts.repositories,
            repositories_listed: counts.repositories_listed,
            repositories_broken: counts.repositories_broken,
            tags: counts.tags,
            manifests: counts.manifests,
            configs: counts.configs,
            skipped: counts.skipped,
        }
    }
}

/// How many manifests of those known were read.
#[derive(Serialize, ToSchema)]
#[schema(as = ManifestsRead)]
pub(crate) struct ManifestsReadView {
    /// Manifests that were read.
    read: u64,
    /// Manifests that are known of.
    known: u64,
}

impl From<ManifestsRead> for ManifestsReadView {
    fn from(manifests: ManifestsRead) -> Self {
        Self {
            read: manifests.read,
            known: manifests.known,
        }
    }
}

/// The last reading of a registry.
#[derive(Serialize, ToSchema)]
#[schema(as = Crawl)]
pub(crate) struct CrawlView {
    /// Of which registry.
    #[schema(value_type = Uuid)]
    registry_id: RegistryId,
    /// Whether it goes on; null before the first.
    #[schema(value_type = Option<CrawlStatusWord>)]
    status: Option<CrawlStatus>,
    /// What it reads.
    #[schema(value_type = Option<CrawlPhaseWord>)]
    phase: Option<CrawlPhase>,
    /// What it has done.
    counts: Option<CrawlCountsView>,
    /// How much was read of what is known, by this one and all before.
    manifests_read: Option<ManifestsReadView>,
    /// Requests in a minute, lately.
    rate_per_minute: Option<u32>,
    /// How long the rest takes at that rate; null while nobody knows how much there is.
    remaining_ms: Option<u64>,
    /// When it began.
    #[schema(value_type = Option<String>, format = DateTime)]
    started_at: Option<Timestamp>,
    /// When it last reported.
    #[schema(value_type = Option<String>, format = DateTime)]
    updated_at: Option<Timestamp>,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
    /// When the next one is due.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_at: Option<Timestamp>,
    /// Why it waits, or the last thing that went wrong.
    #[schema(value_type = Option<ErrorCodeWord>)]
    trouble: Option<ErrorCode>,
    /// What the asker may do.
    allowed_actions: Vec<AllowedAction>,
}

impl CrawlView {
    pub(crate) fn new(ctx: &RequestContext, seen: SeenCrawl) -> Self {
        let owner = seen.registry.owner;
        let state = seen.state.as_ref();
        Self {
            registry_id: seen.registry.id,
            status: state.map(|s| s.status),
            phase: state.map(|s| s.phase),
            counts: state.map(|s| s.counts.into()),
            manifests_read: seen.manifests.map(Into::into),
            rate_per_minute: state.and_then(|s| s.rate_per_minute),
            remaining_ms: seen
                .remaining
                .map(|left| u64::try_from(left.as_millis()).unwrap_or(u64::MAX)),
            started_at: state.map(|s| s.started_at),
            updated_at: state.map(|s| s.updated_at),
            finished_at: state.and_then(|s| s.finished_at),
            next_at: state.and_then(|s| s.next_at),
            trouble: state.and_then(|s| s.trouble),
            allowed_actions: allowed(&ctx.actor, owner, &[Permission::RegistryRefresh]),
        }
    }
}
