//! What registries hold: spaces, repositories, tags, artifacts, and how far the reading is.

use crate::context::Ports;
use crate::cursor::Cursors;
use crate::services::listing::{ListRequest, NamedList};
use crate::services::object;
use roadstead_core::model::{
    Artifact, AuditEntry, CrawlPhase, CrawlState, Digest, ManifestsRead, Observed, Owner, Registry,
    RegistryFigures, RegistryId, Repository, RepositoryFilter, RepositoryId, RepositorySort,
    RequestContext, SharedLayers, Space, SpaceId, SpaceSort, StatisticsDay, Tag, TagFilter,
    TagSort, Unavailable,
};
use roadstead_core::ports::{FoundRepository, FoundSpace, StoreError};
use roadstead_core::rules::authorize;
use roadstead_core::{Failure, Permission};
use serde_json::json;
use std::time::Duration;

/// The most days of history that are answered.
const HISTORY: Duration = Duration::from_secs(400 * 24 * 3_600);

/// How far a registry's reading is, and what that means.
pub struct SeenCrawl {
    /// The registry.
    pub registry: Registry,
    /// The last crawl; `None` before the first.
    pub state: Option<CrawlState>,
    /// How much was read of what is known.
    pub manifests: Option<ManifestsRead>,
    /// How long the rest takes at the present rate.
    pub remaining: Option<Duration>,
}

/// A page of the registry's statistics over time.
pub struct SeenHistory {
    /// The days, the oldest first.
    pub days: Vec<StatisticsDay>,
    /// The repositories that take most.
    pub largest: Vec<Repository>,
}

/// The inventory.
pub struct InventoryService {
    ports: Ports,
    cursors: Cursors,
}

impl InventoryService {
    pub(crate) const fn new(ports: Ports, cursors: Cursors) -> Self {
        Self { ports, cursors }
    }

    async fn registry(&self, ctx: &RequestContext, id: RegistryId) -> Result<Registry, Failure> {
        self.ports
            .store
            .registry(id, &ctx.visible)
            .await?
            .ok_or_else(Failure::not_found)
    }

    /// A registry whose figures are the asker's to know: of a platform registry that is open to
    /// everybody, members know that it is there and what can be pulled, and no more (ADR 0007).
    async fn whole(&self, ctx: &RequestContext, id: RegistryId) -> Result<Registry, Failure> {
        let registry = self.registry(ctx, id).await?;
        authorize(&ctx.actor, Permission::RegistryRead, registry.owner)?;
        Ok(registry)
    }

    /// A page of a registry's spaces. Two queries.
    ///
    /// # Errors
    /// A registry that is absent or not to be seen, or a foreign cursor.
    pub async fn spaces(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
        sort: SpaceSort,
        request: ListRequest,
    ) -> Result<(Registry, NamedList<Space>), Failure> {
        let registry = self.whole(ctx, id).await?;
        let list = format!("spaces|{id}|{sort:?}");
        let page = request.page(&self.cursors, &list)?;
        let text = request.text();
        let store = &self.ports.store;
        let found = store.spaces(id, text.as_deref(), sort, &page).await?;
        Ok((
            registry,
            request.answer(&self.cursors, &list, found.page, found.total)?,
        ))
    }

    /// One space.
    ///
    /// # Errors
    /// One that is absent or not to be seen.
    pub async fn space(&self, ctx: &RequestContext, id: SpaceId) -> Result<FoundSpace, Failure> {
        self.ports
            .store
            .space(id, &ctx.visible)
            .await?
            .ok_or_else(Failure::not_found)
    }

    /// A page of a space's repositories, or of those of them that could not be read. Two queries.
    ///
    /// # Errors
    /// A space that is absent or not to be seen, or a foreign cursor.
    pub async fn repositories(
        &self,
        ctx: &RequestContext,
        id: SpaceId,
        broken: bool,
        sort: RepositorySort,
        request: ListRequest,
    ) -> Result<NamedList<Repository>, Failure> {
        self.space(ctx, id).await?;
        let list = format!("repositories|{id}|{broken}|{sort:?}");
        let page = request.page(&self.cursors, &list)?;
        let text = request.text();
        let filter = RepositoryFilter {
            text: text.as_deref(),
            broken,
        };
        let found = self
            .ports
            .store
            .repositories(id, filter, sort, &page)
            .await?;
        request.answer(&self.cursors, &list, found.page, found.total)
    }

    /// One repository.
    ///
    /// # Errors
    /// One that is absent or not to be seen.
    pub async fn repository(
        &self,
        ctx: &RequestContext,
        id: RepositoryId,
    ) -> Result<FoundRepository, Failure> {
        self.ports
            .store
            .repository(id, &ctx.visible)
            .await?
            .ok_or_else(Failure::not_found)
    }

    /// A page of a repository's tags, with those that are [attached](TagFilter::attached) where
    /// they are asked for. Three queries.
    ///
    /// # Errors
    /// A repository that is absent or not to be seen, or a foreign cursor.
    pub async fn tags(
        &self,
        ctx: &RequestContext,
        id: RepositoryId,
        attached: bool,
        sort: TagSort,
        request: ListRequest,
    ) -> Result<NamedList<Tag>, Failure> {
        self.repository(ctx, id).await?;
        let list = format!("tags|{id}|{attached}|{sort:?}");
        let page = request.page(&self.cursors, &list)?;
        let text = request.text();
        let filter = TagFilter {
            text: text.as_deref(),
            attached,
        };
        let found = self.ports.store.tags(id, filter, sort, &page).await?;
        request.answer(&self.cursors, &list, found.page, found.total)
    }

    /// An artifact of a repository. Three queries.
    ///
    /// # Errors
    /// A repository that is absent or not to be seen, or a digest that is not in it.
    pub async fn artifact(
        &self,
        ctx: &RequestContext,
        id: RepositoryId,
        digest: &Digest,
    ) -> Result<Artifact, Failure> {
        self.ports
            .store
            .artifact(id, digest, &ctx.visible)
            .await?
            .ok_or_else(Failure::not_found)
    }

    /// Where else the layers of an artifact lie. Three queries.
    ///
    /// # Errors
    /// A repository that is absent or not to be seen, or a digest that is not in it.
    pub async fn layers(
        &self,
        ctx: &RequestContext,
        id: RepositoryId,
        digest: &Digest,
    ) -> Result<SharedLayers, Failure> {
        self.ports
            .store
            .layers(id, digest, &ctx.visible)
            .await?
            .ok_or_else(Failure::not_found)
    }

    /// How far the reading of a registry is.
    ///
    /// # Errors
    /// A registry that is absent or not to be seen.
    pub async fn crawl(&self, ctx: &RequestContext, id: RegistryId) -> Result<SeenCrawl, Failure> {
        let registry = self.whole(ctx, id).await?;
        let state = self.ports.store.crawl(id).await?;
        self.seen(registry, state).await
    }

    async fn seen(
        &self,
        registry: Registry,
        state: Option<CrawlState>,
    ) -> Result<SeenCrawl, Failure> {
        let figures = self.ports.store.registry_figures(&[registry.id]).await?;
        let manifests = figures.get(&registry.id).map(|figures| figures.manifests);
        let remaining = remaining(state.as_ref(), manifests);
        Ok(SeenCrawl {
            registry,
            state,
            manifests,
            remaining,
        })
    }

    /// Has a registry read again, or says how the reading that goes on is.
    ///
    /// # Errors
    /// A registry that is absent or not to be seen, or a missing permission.
    pub async fn start_crawl(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
    ) -> Result<SeenCrawl, Failure> {
        let (registry, audit) = self.refreshing(ctx, id, "started").await?;
        let now = self.ports.clock.now();
        let state = self.ports.store.request_crawl(id, now, audit).await?;
        self.seen(registry, Some(state)).await
    }

    /// Stops the reading of a registry; what was read stays. Nothing happens when none goes on.
    ///
    /// # Errors
    /// A registry that is absent or not to be seen, or a missing permission.
    pub async fn cancel_crawl(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
    ) -> Result<SeenCrawl, Failure> {
        let (registry, audit) = self.refreshing(ctx, id, "cancelled").await?;
        let now = self.ports.clock.now();
        let state = match self.ports.store.cancel_crawl(id, now, audit).await {
            Ok(state) => Some(state),
            Err(StoreError::AlreadyDone) => self.ports.store.crawl(id).await?,
            Err(error) => return Err(error.into()),
        };
        self.seen(registry, state).await
    }

    async fn refreshing(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
        crawl: &str,
    ) -> Result<(Registry, AuditEntry), Failure> {
        let registry = self.registry(ctx, id).await?;
        let about = object("registry", registry.id, &registry.name);
        authorize(&ctx.actor, Permission::RegistryRefresh, registry.owner)
            .map_err(|refusal| refusal.about(about.clone()))?;
        let mut audit = self.entry(ctx, registry.owner, about);
        audit.after = Some(json!({ "crawl": crawl }));
        Ok((registry, audit))
    }

    fn entry(
        &self,
        ctx: &RequestContext,
        owner: Owner,
        about: roadstead_core::model::AuditObject,
    ) -> AuditEntry {
        let now = self.ports.clock.now();
        let mut audit = AuditEntry::done(ctx, now, Permission::RegistryRefresh.as_str(), about);
        audit.workspace_id = owner.workspace();
        audit
    }

    /// Has one repository read again.
    ///
    /// # Errors
    /// One that is absent or not to be seen, or a missing permission.
    pub async fn refresh_repository(
        &self,
        ctx: &RequestContext,
        id: RepositoryId,
    ) -> Result<(), Failure> {
        let found = self.repository(ctx, id).await?;
        let about = object("repository", id, &found.repository.name);
        authorize(&ctx.actor, Permission::RegistryRefresh, found.owner)
            .map_err(|refusal| refusal.about(about.clone()))?;
        let audit = self.entry(ctx, found.owner, about);
        let now = self.ports.clock.now();
        Ok(self.ports.store.request_repository(id, now, audit).await?)
    }

    /// A registry's figures by day, and the repositories that take most. Three queries.
    ///
    /// # Errors
    /// A registry that is absent or not to be seen.
    pub async fn history(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
    ) -> Result<SeenHistory, Failure> {
        self.whole(ctx, id).await?;
        let since = self.ports.clock.now().minus(HISTORY);
        let store = &self.ports.store;
        Ok(SeenHistory {
            days: store.statistics_history(id, since).await?,
            largest: store.largest_repositories(id, 10).await?,
        })
    }
}

/// How long the rest takes: only while manifests are read, for only then is known how many.
fn remaining(state: Option<&CrawlState>, manifests: Option<ManifestsRead>) -> Option<Duration> {
    let state = state.filter(|state| state.status.is_open())?;
    let rate = state.rate_per_minute.filter(|rate| *rate > 0)?;
    if state.phase != CrawlPhase::Manifests {
        return None;
    }
    let left = manifests?.known.saturating_sub(manifests?.read);
    Some(Duration::from_secs(
        left.saturating_mul(60).div_ceil(u64::from(rate)),
    ))
}

/// Puts what the inventory knows into a registry's statistics. Before all its names were read, and
/// while another server was read than it is now, they stay as they are.
pub(super) fn tell(registry: &mut Registry, figures: Option<&RegistryFigures>) {
    let server = CrawlState::server(&registry.address.to_string(), registry.identity.as_ref());
    let Some(figures) = figures.filter(|f| f.complete && f.server == server) else {
        return;
    };
    let known =
        |value: u64| Observed::known(i64::try_from(value).unwrap_or(i64::MAX), figures.as_of);
    let statistics = &mut registry.statistics;
    statistics.spaces = known(figures.spaces);
    // How many there are is not known when their list broke off, whatever was read of them.
    if statistics.repositories.unavailable != Some(Unavailable::Unreachable) {
        statistics.repositories = known(figures.repositories);
    }
    statistics.artifacts = known(figures.artifacts);
    statistics.tags = known(figures.tags);
    statistics.storage_bytes = known(figures.storage_bytes);
    statistics.shared_bytes = known(figures.shared_bytes);
    statistics.manifests = Some(figures.manifests);
}

#[cfg(test)]
mod tests {
    use super::remaining;
    use roadstead_core::model::{
        CrawlCounts, CrawlPhase, CrawlState, CrawlStatus, ManifestsRead, Timestamp,
    };
    use std::time::Duration;

    #[test]
    fn rest_is_estimated_only_while_it_is_known_how_much_there_is() {
        let now = Timestamp::from_micros(1);
        let mut state = CrawlState {
            epoch: 1,
            status: CrawlStatus::Running,
            phase: CrawlPhase::Manifests,
            server: String::new(),
            cursor: None,
            counts: CrawlCounts::default(),
            rate_per_minute: Some(120),
            started_at: now,
            updated_at: now,
            finished_at: None,
            trouble: None,
            next_at: None,
        };
        let manifests = Some(ManifestsRead {
            read: 100,
            known: 341,
        });
        let told = remaining(Some(&state), manifests);
        assert_eq!(told, Some(Duration::from_secs(121)));
        assert_eq!(remaining(Some(&state), None), None);
        state.phase = CrawlPhase::Tags;
        assert_eq!(remaining(Some(&state), manifests), None);
        state.phase = CrawlPhase::Manifests;
        state.status = CrawlStatus::Finished;
        assert_eq!(remaining(Some(&state), manifests), None);
    }
}
