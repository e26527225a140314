//! What registries hold: tables of `m0010_inventory`, commands of `InventoryStore`.
//!
//! `scope` begins and ends every command, `crawls`, `names`, `tags`, `manifests`, `point` and `checks`
//! are what it does, `kept`, `kept_chart`, `built` and `told` how it is kept, `links` what that means for bytes, `queues` what
//! is still to do, `ended` the end, `deletions` what people have deleted, `deletion_reach` what that
//! takes, and `descriptions` what they have written.

mod artifact;
mod built;
mod checks;
mod crawls;
mod deletion_reach;
mod deletions;
pub(crate) mod descriptions;
mod ended;
mod kept;
mod kept_chart;
mod layers;
mod links;
mod lists;
mod manifests;
mod many_lists;
mod names;
mod point;
mod queues;
mod scope;
mod search;
mod spaces;
mod sql;
mod tag_list;
mod tags;
mod told;

pub(crate) use ended::disconnect;

use crate::store::Store;
use async_trait::async_trait;
use roadstead_core::model::{
    Artifact, AuditEntry, CrawlState, Digest, FoundReference, ImageFilter, IndexedRepository,
    Listing, PageRequest, Placed, RegistryFigures, RegistryId, Repository, RepositoryFilter,
    RepositoryId, RepositorySort, SharedLayers, Space, SpaceId, SpaceSet, SpaceSort, StatisticsDay,
    Tag, TagFilter, TagSort, Timestamp,
};
use roadstead_core::ports::{
    ConfigDue, ConfigRead, CrawlKey, CrawlReport, FoundRepository, FoundSpace, InventoryLists,
    InventoryStore, ManifestDue, ManifestRead, NamesPage, Place, ProvisionalTag, Recorded,
    RepositoryDue, RepositoryMark, SearchStore, SeenRepository, SeenSpace, SeenTag, Source,
    StoreError, TagCheck, TagDue, TagsRecorded, Wanted,
};
use roadstead_core::rules::Visible;
use std::collections::{HashMap, HashSet};

/// Rows of one statement, and about those of one transaction.
const CHUNK: usize = 500;

#[async_trait]
impl InventoryStore for Store {
    async fn crawl(&self, id: RegistryId) -> Result<Option<CrawlState>, StoreError> {
        Ok(crawls::state(self.db().read(), id).await?)
    }

    async fn crawls_due(&self, now: Timestamp, limit: u16) -> Result<Vec<RegistryId>, StoreError> {
        crawls::due(self, now, limit).await
    }

    async fn begin_crawl(
        &self,
        source: Source,
        server: &str,
        now: Timestamp,
    ) -> Result<Recorded<CrawlState>, StoreError> {
        crawls::begin(self, source, server, now).await
    }

    async fn request_crawl(
        &self,
        id: RegistryId,
        now: Timestamp,
        audit: AuditEntry,
    ) -> Result<CrawlState, StoreError> {
        crawls::request(self, id, now, audit).await
    }

    async fn cancel_crawl(
        &self,
        id: RegistryId,
        now: Timestamp,
        audit: AuditEntry,
    ) -> Result<CrawlState, StoreError> {
        crawls::cancel(self, id, now, audit).await
    }

    async fn request_repository(
        &self,
        id: RepositoryId,
        now: Timestamp,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        names::request(self, id, now, audit).await
    }

    async fn report_crawl(
        &self,
        key: CrawlKey,
        report: CrawlReport,
    ) -> Result<Recorded, StoreError> {
        crawls::report(self, key, report).await
    }

    async fn record_spaces(
        &self,
        source: Source,
        spaces: Vec<SeenSpace>,
        now: Timestamp,
    ) -> Result<Recorded<Vec<SpaceId>>, StoreError> {
        names::record_spaces(self, source, &spaces, now).await
    }

    async fn end_spaces(
        &self,
        source: Source,
        upstream_ids: &[String],
        now: Timestamp,
    ) -> Result<Recorded, StoreError> {
        names::end_spaces(self, source, upstream_ids, now).await
    }

    async fn record_names(&self, key: CrawlKey, page: NamesPage) -> Result<Recorded, StoreError> {
        names::record_names(self, key, &page).await
    }

    async fn record_heard(
        &self,
        source: Source,
        repositories: Vec<SeenRepository>,
        now: Timestamp,
    ) -> Result<Recorded<u64>, StoreError> {
        names::heard(self, source, &repositories, now).await
    }

    async fn repositories_unseen(
        &self,
        key: CrawlKey,
        after: Option<Place>,
        limit: u16,
    ) -> Result<Vec<RepositoryDue>, StoreError> {
        queues::unseen(self, key, after, limit).await
    }

    async fn mark_repositories(
        &self,
        source: Source,
        marks: Vec<(RepositoryId, RepositoryMark)>,
        now: Timestamp,
    ) -> Result<Recorded, StoreError> {
        names::mark(self, source, &marks, now).await
    }

    async fn repository_named(
        &self,
        id: RegistryId,
        name: &str,
    ) -> Result<Option<RepositoryDue>, StoreError> {
        queues::named(self, id, name).await
    }

    async fn repositories_due(
        &self,
        key: CrawlKey,
        after: Option<Place>,
        limit: u16,
    ) -> Result<Vec<RepositoryDue>, StoreError> {
        queues::to_list(self, key, after, limit).await
    }

    async fn repositories_requested(
        &self,
        id: RegistryId,
        limit: u16,
    ) -> Result<Vec<RepositoryDue>, StoreError> {
        queues::requested(self, id, limit).await
    }

    async fn record_tags(
        &self,
        source: Source,
        repository_id: RepositoryId,
        tags: Vec<SeenTag>,
        now: Timestamp,
    ) -> Result<Recorded<TagsRecorded>, StoreError> {
        tags::record(self, source, repository_id, &tags, now).await
    }

    async fn record_tag_lists(
        &self,
        source: Source,
        lists: Vec<(RepositoryId, Vec<SeenTag>)>,
        now: Timestamp,
    ) -> Result<Recorded<TagsRecorded>, StoreError> {
        many_lists::record(self, source, &lists, now).await
    }

    async fn tags_due(
        &self,
        id: RegistryId,
        after: Option<Place>,
        limit: u16,
    ) -> Result<Vec<TagDue>, StoreError> {
        queues::tags(self, id, after, limit).await
    }

    async fn manifests_due(
        &self,
        id: RegistryId,
        after: Option<Place>,
        limit: u16,
    ) -> Result<Vec<ManifestDue>, StoreError> {
        queues::manifests(self, id, after, limit).await
    }

    async fn configs_due(
        &self,
        id: RegistryId,
        after: Option<Place>,
        limit: u16,
    ) -> Result<Vec<ConfigDue>, StoreError> {
        queues::configs(self, id, after, limit).await
    }

    async fn known_digests(
        &self,
        id: RegistryId,
        digests: &[Digest],
    ) -> Result<HashSet<Digest>, StoreError> {
        queues::known(self, id, digests).await
    }

    async fn record_manifests(
        &self,
        source: Source,
        manifests: Vec<ManifestRead>,
        now: Timestamp,
    ) -> Result<Recorded, StoreError> {
        manifests::record(self, source, &manifests, now).await
    }

    async fn record_configs(
        &self,
        source: Source,
        configs: Vec<ConfigRead>,
        now: Timestamp,
    ) -> Result<Recorded, StoreError> {
        checks::configs(self, source, &configs, now).await
    }

    async fn repositories_to_check(
        &self,
        id: RegistryId,
        before: Timestamp,
        limit: u16,
    ) -> Result<Vec<RepositoryDue>, StoreError> {
        queues::to_check(self, id, before, limit).await
    }

    async fn tags_to_check(
        &self,
        id: RegistryId,
        before: Timestamp,
        told_before: Timestamp,
        limit: u16,
    ) -> Result<Vec<TagDue>, StoreError> {
        queues::tags_to_check(self, id, before, told_before, limit).await
    }

    async fn record_checks(
        &self,
        source: Source,
        checks: Vec<TagCheck>,
        now: Timestamp,
    ) -> Result<Recorded, StoreError> {
        checks::checks(self, source, &checks, now).await
    }

    async fn put_provisional(
        &self,
        source: Source,
        tags: Vec<ProvisionalTag>,
        now: Timestamp,
    ) -> Result<Recorded<Vec<RepositoryId>>, StoreError> {
        checks::provisional(self, source, &tags, now).await
    }

    async fn end_manifests(
        &self,
        source: Source,
        gone: Vec<(RepositoryId, Digest)>,
        now: Timestamp,
    ) -> Result<Recorded, StoreError> {
        checks::end_manifests(self, source, &gone, now).await
    }

    async fn remove_ended(&self, now: Timestamp) -> Result<u64, StoreError> {
        ended::remove(self, now).await
    }

    async fn note_history(&self, now: Timestamp) -> Result<(), StoreError> {
        crawls::note_history(self, now).await
    }
}

#[async_trait]
impl InventoryLists for Store {
    async fn registry_figures(
        &self,
        ids: &[RegistryId],
    ) -> Result<HashMap<RegistryId, RegistryFigures>, StoreError> {
        lists::figures(self, ids).await
    }

    async fn spaces(
        &self,
        id: RegistryId,
        text: Option<&str>,
        sort: SpaceSort,
        page: &PageRequest<Placed>,
    ) -> Result<Listing<Space>, StoreError> {
        spaces::page(self, id, text, sort, page).await
    }

    async fn space(
        &self,
        id: SpaceId,
        visible: &Visible,
    ) -> Result<Option<FoundSpace>, StoreError> {
        spaces::one(self, id, visible).await
    }

    async fn repositories(
        &self,
        id: SpaceId,
        filter: RepositoryFilter<'_>,
        sort: RepositorySort,
        page: &PageRequest<Placed>,
    ) -> Result<Listing<Repository>, StoreError> {
        lists::repositories(self, id, filter, sort, page).await
    }

    async fn repository(
        &self,
        id: RepositoryId,
        visible: &Visible,
    ) -> Result<Option<FoundRepository>, StoreError> {
        lists::one_repository(self, id, visible).await
    }

    async fn largest_repositories(
        &self,
        id: RegistryId,
        limit: u16,
    ) -> Result<Vec<Repository>, StoreError> {
        lists::largest(self, id, limit).await
    }

    async fn tags(
        &self,
        id: RepositoryId,
        filter: TagFilter<'_>,
        sort: TagSort,
        page: &PageRequest<Placed>,
    ) -> Result<Listing<Tag>, StoreError> {
        tag_list::page(self, id, filter, sort, page).await
    }

    async fn artifact(
        &self,
        id: RepositoryId,
        digest: &Digest,
        visible: &Visible,
    ) -> Result<Option<Artifact>, StoreError> {
        artifact::one(self, id, digest, visible).await
    }

    async fn layers(
        &self,
        id: RepositoryId,
        digest: &Digest,
        visible: &Visible,
    ) -> Result<Option<SharedLayers>, StoreError> {
        layers::shared(self, id, digest, visible).await
    }

    async fn statistics_history(
        &self,
        id: RegistryId,
        since: Timestamp,
    ) -> Result<Vec<StatisticsDay>, StoreError> {
        lists::history(self, id, since).await
    }
}

#[async_trait]
impl SearchStore for Store {
    async fn indexed_after(&self, after: i64) -> Result<Vec<IndexedRepository>, StoreError> {
        search::indexed_after(self, after).await
    }

    async fn indexed(&self, ids: &[RepositoryId]) -> Result<Vec<IndexedRepository>, StoreError> {
        search::indexed(self, ids).await
    }

    async fn has_registry(&self, id: RegistryId) -> Result<bool, StoreError> {
        search::has_registry(self, id).await
    }

    async fn space_set(
        &self,
        visible: &Visible,
        filter: &ImageFilter<'_>,
    ) -> Result<SpaceSet, StoreError> {
        search::space_set(self, visible, filter).await
    }

    async fn found_repositories(
        &self,
        ids: &[RepositoryId],
        visible: &Visible,
    ) -> Result<Vec<FoundRepository>, StoreError> {
        search::found_repositories(self, ids, visible).await
    }

    async fn found_references(&self, wanted: &Wanted) -> Result<Vec<FoundReference>, StoreError> {
        search::found_references(self, wanted).await
    }

    async fn images(
        &self,
        visible: &Visible,
        filter: &ImageFilter<'_>,
        sort: RepositorySort,
        page: &PageRequest<Placed>,
    ) -> Result<Listing<FoundRepository>, StoreError> {
        search::images(self, visible, filter, sort, page).await
    }
}

/// Cuts a batch so that each part makes about [`CHUNK`] rows; one alone may make more.
fn bounded<T>(items: &[T], weight: impl Fn(&T) -> usize) -> Vec<&[T]> {
    let (mut parts, mut from, mut sum) = (Vec::new(), 0, 0);
    for (at, item) in items.iter().enumerate() {
        let next = weight(item);
        if at > from && sum + next > CHUNK {
            parts.extend(items.get(from..at));
            (from, sum) = (at, 0);
        }
        sum += next;
    }
    parts.extend(items.get(from..).filter(|rest| !rest.is_empty()));
    parts
}
