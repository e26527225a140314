//! The inventory as the engine that fills it sees it: what it writes, in batches, and the queues it
//! works from.
//!
//! **Facts and crawls.** Whatever is learned is learned through a connection, so it comes with its
//! [`Source`]: of a registry that was edited since, or is gone, nothing is written and
//! [`Recorded::Outdated`] answered. Reload the registry then. What also moves a crawl on takes a
//! [`CrawlKey`]: it is outdated too when that crawl is over, whoever ended it.
//!
//! **Queues.** What is still to do is never kept in memory alone: it is what the tables say is
//! missing. A queue gives its next rows after a [`Place`]; begin again without a place after a
//! restart, or when the end was reached, until it gives nothing. What could not be read leaves its
//! queue by being recorded as failed. A tag is asked for again after its repository's tags were listed
//! anew, a manifest or a configuration with the next crawl.
//!
//! **Batches.** Any length; the store cuts them into transactions of at most 500 rows in the crawl
//! lane, in the order given. All are idempotent: a batch that was cut short by a crash is simply
//! given again. Only a page of names and its cursor are tied: the cursor moves in the transaction
//! that takes the page's last names, so it never runs ahead of them.
//!
//! **Changes.** People hear of one change per repository or registry and batch, not of each tag;
//! of a crawl's progress only when [`CrawlReport::news`] says so.

use super::{StoreError, TagCheck};
use crate::ErrorCode;
use crate::model::{
    ArtifactKind, AuditEntry, Certainty, Chart, Child, ConfigSummary, CrawlCounts, CrawlPhase,
    CrawlState, CrawlStatus, Descriptor, Digest, Epoch, Generation, OciPlatform, RegistryId,
    RepositoryId, SpaceClass, SpaceId, Timestamp, Visibility,
};
use async_trait::async_trait;
use std::collections::{BTreeMap, HashSet};

/// Through which connection something was learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Of which registry.
    pub registry_id: RegistryId,
    /// The registry's generation when its connection was taken.
    pub generation: Generation,
}

/// One crawl, through one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrawlKey {
    /// The connection.
    pub source: Source,
    /// The crawl.
    pub epoch: Epoch,
}

/// Whether something was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded<T = ()> {
    /// It was.
    Yes(T),
    /// Nothing was: the registry is gone or was edited, or the crawl is over.
    Outdated,
}

/// A place in a queue, of use only to the queue that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub i64);

/// How a crawl is getting on.
#[derive(Debug, Clone)]
pub struct CrawlReport {
    /// Whether it goes on. [`CrawlStatus::Finished`] ends it; a person's cancelling is no report.
    pub status: CrawlStatus,
    /// What it reads.
    pub phase: CrawlPhase,
    /// What it has done since it began, crashes included.
    pub counts: CrawlCounts,
    /// Requests in a minute, lately.
    pub rate_per_minute: Option<u32>,
    /// Why it waits, or the last thing that went wrong; `None` forgets it.
    pub trouble: Option<ErrorCode>,
    /// When the next reading of the whole registry is due.
    pub next_at: Option<Timestamp>,
    /// Whether people should hear of it.
    pub news: bool,
    /// Now.
    pub now: Timestamp,
}

/// A space as a registry shows it.
#[derive(Debug, Clone)]
pub struct SeenSpace {
    /// What the registry calls it and never gives to another; empty for the whole of a registry.
    pub upstream_id: String,
    /// Its name. For the whole of a registry, the registry's.
    pub name: String,
    /// What can be done with it.
    pub class: SpaceClass,
    /// Who may pull; `None` leaves what is known.
    pub visibility: Option<Visibility>,
    /// The names of the spaces an aggregate shows.
    pub members: Vec<String>,
    /// Bytes it takes, as the registry says, where it does.
    pub storage_bytes: Option<u64>,
    /// Bytes it may take, where there is a limit.
    pub quota_bytes: Option<u64>,
}

/// A repository as a list of names shows it.
#[derive(Debug, Clone)]
pub struct SeenRepository {
    /// The [`SeenSpace::upstream_id`] of its space, which was recorded before.
    pub space: String,
    /// Its whole name, as a client pulls it.
    pub name: String,
    /// What the registry calls it and never gives to another, where it has such a thing.
    pub upstream_id: Option<String>,
    /// When it was last pulled from, where the registry says.
    pub pulled_at: Option<Timestamp>,
}

/// A page of a list of names.
#[derive(Debug, Clone)]
pub struct NamesPage {
    /// The repositories on it.
    pub repositories: Vec<SeenRepository>,
    /// Where the list goes on; `None` on the last page, which moves the crawl to
    /// [`CrawlPhase::Tags`].
    pub next: Option<String>,
    /// Now.
    pub now: Timestamp,
}

/// A repository the engine has to do something with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryDue {
    /// Its place in the queue.
    pub place: Place,
    /// Which one.
    pub id: RepositoryId,
    /// Its whole name.
    pub name: String,
    /// When its tags were last read.
    pub listed_at: Option<Timestamp>,
}

/// Something about a repository other than its tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepositoryMark {
    /// The registry says there is no such repository (404 `NAME_UNKNOWN`, asked for by name). It
    /// leaves the lists at once.
    Gone,
    /// Its tags could not be read. What was known is kept; it counts as read in this crawl.
    Broken(ErrorCode),
    /// What is known may be wrong: its tags are asked for next, before others.
    Stale,
}

/// A tag as a list shows it.
#[derive(Debug, Clone)]
pub struct SeenTag {
    /// Its name.
    pub name: String,
    /// What it points at, where the list says so. Never believed to be more than reported.
    pub digest: Option<Digest>,
    /// When it was pushed, where the list says so.
    pub pushed_at: Option<Timestamp>,
    /// When it was last pulled, where the list says so.
    pub pulled_at: Option<Timestamp>,
}

/// What listing a repository's tags changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TagsRecorded {
    /// Tags that are new.
    pub added: u64,
    /// Tags that are no longer there.
    pub ended: u64,
}

/// A tag whose manifest is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagDue {
    /// Its place in the queue.
    pub place: Place,
    /// Its repository.
    pub repository_id: RepositoryId,
    /// The repository's whole name.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// What it pointed at when somebody last looked.
    pub digest: Option<Digest>,
}

/// A manifest to be read by digest: listed by an index, reported by the registry, or told of by an
/// event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestDue {
    /// Its place in the queue.
    pub place: Place,
    /// A repository it can be read through.
    pub repository_id: RepositoryId,
    /// That repository's whole name.
    pub repository: String,
    /// Which one.
    pub digest: Digest,
    /// Its media type as far as told; may be empty.
    pub media_type: String,
}

/// A configuration to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigDue {
    /// Its place in the queue.
    pub place: Place,
    /// A repository it can be read through.
    pub repository_id: RepositoryId,
    /// That repository's whole name.
    pub repository: String,
    /// Which one, with the size that was promised.
    pub descriptor: Descriptor,
}

/// What reading a manifest gave.
#[derive(Debug, Clone)]
pub struct ManifestRead {
    /// Through which repository.
    pub repository_id: RepositoryId,
    /// The tags that were seen to point at it: none for what was read by digest, more than one from
    /// registries that tell them together. A tag nobody has listed yet is added.
    pub tags: Vec<SeenTag>,
    /// The outcome.
    pub outcome: ManifestOutcome,
}

/// The outcome of reading a manifest.
#[derive(Debug, Clone)]
pub enum ManifestOutcome {
    /// It was read.
    Read(Box<ReadArtifact>),
    /// Its digest is known in this registry already (`known_digests`), so it was not read again.
    Known(Digest),
    /// It could not be read. With a digest: what the digest names is bad, for every tag; without:
    /// these tags are.
    Failed {
        /// Its digest, when it was asked for by digest.
        digest: Option<Digest>,
        /// Why.
        trouble: ErrorCode,
    },
}

/// A manifest that was read.
#[derive(Debug, Clone)]
pub struct ReadArtifact {
    /// Its digest.
    pub digest: Digest,
    /// Whether the digest was computed from the bytes.
    pub certainty: Certainty,
    /// Its media type.
    pub media_type: String,
    /// What kind of artifact it says it is.
    pub artifact_type: Option<String>,
    /// What it is: [`ArtifactKind::of`].
    pub kind: ArtifactKind,
    /// Bytes of the manifest itself.
    pub manifest_bytes: u64,
    /// Its configuration. Put into the queue of configurations only when `read_config` is set.
    pub config: Option<Descriptor>,
    /// Whether its configuration tells something and is to be read: an image's and a chart's is, an
    /// empty one is not.
    pub read_config: bool,
    /// Its layers, the lowest first.
    pub layers: Vec<Descriptor>,
    /// The manifests it lists. Those not known yet in the registry join the queue of manifests.
    pub children: Vec<Child>,
    /// Entries of its lists that could not be kept.
    pub omitted: u64,
    /// What it refers to. It may not exist.
    pub subject: Option<Digest>,
    /// Free texts worth keeping. Cut by the store at 16 KiB in all, which counts what it cuts.
    pub annotations: BTreeMap<String, String>,
    /// What it runs on, where the registry says so without its configuration.
    pub platform: Option<OciPlatform>,
    /// When it was built, where known without its configuration. The first day of the epoch stands
    /// for a build that tells no time.
    pub created_at: Option<Timestamp>,
}

/// What reading a configuration gave.
#[derive(Debug, Clone)]
pub struct ConfigRead {
    /// Its digest.
    pub digest: Digest,
    /// The outcome: what it says, or why it could not be read.
    pub outcome: Result<ReadConfig, ErrorCode>,
}

/// A configuration that was read.
#[derive(Debug, Clone, Default)]
pub struct ReadConfig {
    /// What it runs on.
    pub platform: Option<OciPlatform>,
    /// When it was built. The first day of the epoch stands for a build that tells no time.
    pub created_at: Option<Timestamp>,
    /// The rest. Cut by the store, list by list, which counts what it cuts.
    pub summary: ConfigSummary,
    /// What it says as a Helm chart's. Cut by the store as well, which adds to what is counted.
    pub chart: Option<Chart>,
}

/// A tag an event tells of, before anybody has looked.
#[derive(Debug, Clone)]
pub struct ProvisionalTag {
    /// The [`SeenSpace::upstream_id`] of its space.
    pub space: String,
    /// The repository's whole name. One nobody has listed yet is added.
    pub repository: String,
    /// The tag; `None` when only a digest was pushed.
    pub tag: Option<String>,
    /// What was pushed.
    pub digest: Digest,
    /// The media type the event tells; may be empty.
    pub media_type: String,
}

/// What the engine writes and works from.
#[async_trait]
pub trait InventoryStore: Send + Sync {
    // Crawls

    /// The last crawl of a registry; `None` before the first.
    async fn crawl(&self, id: RegistryId) -> Result<Option<CrawlState>, StoreError>;

    /// Registries with an open crawl, without any, or whose next reading is due, the longest due
    /// first.
    async fn crawls_due(&self, now: Timestamp, limit: u16) -> Result<Vec<RegistryId>, StoreError>;

    /// Begins a crawl, or answers the open one: after a restart, it goes on where it was. An open
    /// one of another `server` ([`CrawlState::server`]) is begun anew with a higher epoch.
    async fn begin_crawl(
        &self,
        source: Source,
        server: &str,
        now: Timestamp,
    ) -> Result<Recorded<CrawlState>, StoreError>;

    /// A person wants a registry read: as [`Self::begin_crawl`]. The change (topic
    /// `registry_crawl`) wakes the engine. [`StoreError::NotFound`] when it is gone.
    async fn request_crawl(
        &self,
        id: RegistryId,
        now: Timestamp,
        audit: AuditEntry,
    ) -> Result<CrawlState, StoreError>;

    /// A person stops a crawl; what it has read stays. [`StoreError::AlreadyDone`] when none is
    /// open.
    async fn cancel_crawl(
        &self,
        id: RegistryId,
        now: Timestamp,
        audit: AuditEntry,
    ) -> Result<CrawlState, StoreError>;

    /// A person wants one repository read again. The change (topic `registry_crawl`, its object the
    /// registry) wakes the engine. [`StoreError::NotFound`] when it is gone.
    async fn request_repository(
        &self,
        id: RepositoryId,
        now: Timestamp,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// Keeps how a crawl is getting on.
    async fn report_crawl(
        &self,
        key: CrawlKey,
        report: CrawlReport,
    ) -> Result<Recorded, StoreError>;

    // Spaces and names

    /// Adds spaces and brings those known up to date, by their upstream id. Those not given stay.
    /// Answers their ids in the order given.
    async fn record_spaces(
        &self,
        source: Source,
        spaces: Vec<SeenSpace>,
        now: Timestamp,
    ) -> Result<Recorded<Vec<SpaceId>>, StoreError>;

    /// Takes spaces the registry proved to be gone out of the lists, with their repositories.
    async fn end_spaces(
        &self,
        source: Source,
        upstream_ids: &[String],
        now: Timestamp,
    ) -> Result<Recorded, StoreError>;

    /// Takes a page of names and the cursor behind it. Names already known are marked as seen.
    async fn record_names(&self, key: CrawlKey, page: NamesPage) -> Result<Recorded, StoreError>;

    /// Adds repositories heard of outside of a crawl. Those not known yet are wanted read
    /// ([`Self::repositories_requested`]); nothing changes for the others. Answers how many are new.
    async fn record_heard(
        &self,
        source: Source,
        repositories: Vec<SeenRepository>,
        now: Timestamp,
    ) -> Result<Recorded<u64>, StoreError>;

    /// Repositories this crawl's list of names left out. They stay until they are probed: their
    /// tags are recorded, or they are marked gone.
    async fn repositories_unseen(
        &self,
        key: CrawlKey,
        after: Option<Place>,
        limit: u16,
    ) -> Result<Vec<RepositoryDue>, StoreError>;

    /// Notes something about repositories other than their tags.
    async fn mark_repositories(
        &self,
        source: Source,
        marks: Vec<(RepositoryId, RepositoryMark)>,
        now: Timestamp,
    ) -> Result<Recorded, StoreError>;

    /// A repository by its whole name.
    async fn repository_named(
        &self,
        id: RegistryId,
        name: &str,
    ) -> Result<Option<RepositoryDue>, StoreError>;

    // Tags

    /// Repositories whose tags this crawl has not read yet, unseen ones included.
    async fn repositories_due(
        &self,
        key: CrawlKey,
        after: Option<Place>,
        limit: u16,
    ) -> Result<Vec<RepositoryDue>, StoreError>;

    /// Repositories somebody wants read now: by a person's request, or marked stale. Reading their
    /// tags ([`Self::record_tags`]), or failing to, takes them out.
    async fn repositories_requested(
        &self,
        id: RegistryId,
        limit: u16,
    ) -> Result<Vec<RepositoryDue>, StoreError>;

    /// Puts this list in the place of a repository's tags: all of it, from all pages. New tags are
    /// added, those missing end; what is known of the others stays, except that a tag whose manifest
    /// could not be read is to be read again. Counts as read in the crawl that is open.
    async fn record_tags(
        &self,
        source: Source,
        repository_id: RepositoryId,
        tags: Vec<SeenTag>,
        now: Timestamp,
    ) -> Result<Recorded<TagsRecorded>, StoreError>;

    /// As [`Self::record_tags`], for many repositories. Answers the sum.
    async fn record_tag_lists(
        &self,
        source: Source,
        lists: Vec<(RepositoryId, Vec<SeenTag>)>,
        now: Timestamp,
    ) -> Result<Recorded<TagsRecorded>, StoreError>;

    // Manifests

    /// Tags nobody has read the manifest of, the newest first, of one repository together as far as
    /// they were listed together. Those a list gave a digest for are in
    /// [`Self::manifests_due`] instead.
    async fn tags_due(
        &self,
        id: RegistryId,
        after: Option<Place>,
        limit: u16,
    ) -> Result<Vec<TagDue>, StoreError>;

    /// Manifests to be read by digest, each once however many list it, the newest first.
    async fn manifests_due(
        &self,
        id: RegistryId,
        after: Option<Place>,
        limit: u16,
    ) -> Result<Vec<ManifestDue>, StoreError>;

    /// Configurations to be read, each once however many name it, the newest first.
    async fn configs_due(
        &self,
        id: RegistryId,
        after: Option<Place>,
        limit: u16,
    ) -> Result<Vec<ConfigDue>, StoreError>;

    /// Which of these manifests were read in this registry. At most 500 are looked for.
    async fn known_digests(
        &self,
        id: RegistryId,
        digests: &[Digest],
    ) -> Result<HashSet<Digest>, StoreError>;

    /// Takes manifests with what they are made of. What was read through another repository of the
    /// registry is known here too once it is recorded as [`ManifestOutcome::Known`].
    async fn record_manifests(
        &self,
        source: Source,
        manifests: Vec<ManifestRead>,
        now: Timestamp,
    ) -> Result<Recorded, StoreError>;

    /// Takes configurations.
    async fn record_configs(
        &self,
        source: Source,
        configs: Vec<ConfigRead>,
        now: Timestamp,
    ) -> Result<Recorded, StoreError>;

    // Sweep and events

    /// Repositories by how long ago their tags were read, the longest first.
    async fn repositories_to_check(
        &self,
        id: RegistryId,
        before: Timestamp,
        limit: u16,
    ) -> Result<Vec<RepositoryDue>, StoreError>;

    /// Tags that point at something by how long ago somebody looked, the longest first. One that an
    /// event told of since `told_before` is about to be asked for by who looks into events.
    async fn tags_to_check(
        &self,
        id: RegistryId,
        before: Timestamp,
        told_before: Timestamp,
        limit: u16,
    ) -> Result<Vec<TagDue>, StoreError>;

    /// Takes what looking at tags again gave.
    async fn record_checks(
        &self,
        source: Source,
        checks: Vec<TagCheck>,
        now: Timestamp,
    ) -> Result<Recorded, StoreError>;

    /// Shows what events tell of before anybody has looked; [`Self::record_checks`] settles each
    /// tag. A tag that was seen to point at the digest already is left alone. Answers the
    /// repositories, in the order given.
    async fn put_provisional(
        &self,
        source: Source,
        tags: Vec<ProvisionalTag>,
        now: Timestamp,
    ) -> Result<Recorded<Vec<RepositoryId>>, StoreError>;

    /// Ends manifests the registry proved to be gone from a repository, with the tags that point at
    /// them.
    async fn end_manifests(
        &self,
        source: Source,
        gone: Vec<(RepositoryId, Digest)>,
        now: Timestamp,
    ) -> Result<Recorded, StoreError>;

    // Housekeeping

    /// Removes a bounded part of what has ended: of registries that are disconnected, repositories
    /// that are gone, manifests no tag leads to any more. Answers how many rows; 0 when nothing is
    /// left.
    async fn remove_ended(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Writes today's figures of every registry into its history, once a day or over today's.
    async fn note_history(&self, now: Timestamp) -> Result<(), StoreError>;
}
