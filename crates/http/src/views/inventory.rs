//! Spaces, repositories and tags.

use super::page::TotalView;
use super::registry::{AllowedAction, ObservedView, allowed};
use super::registry_input::OwnerView;
use super::words::{ArtifactKindWord, ErrorCodeWord, SpaceClassWord, VisibilityWord};
use roadstead_app::services::{ListRequest, NamedList, SeenHistory};
use roadstead_core::model::{
    ArtifactKind, Certainty, Digest, OciPlatform, Owner, RegistryId, Repository, RepositoryId,
    RepositorySort, RepositoryState, RequestContext, Space, SpaceClass, SpaceId, SpaceSort,
    StatisticsDay, Tag, TagSort, Timestamp, Visibility,
};
use roadstead_core::ports::{FoundRepository, FoundSpace};
use roadstead_core::{ErrorCode, Failure, Permission};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A registry space: a Harbor project, an Artifactory repository, or the whole of a Docker Registry.
#[derive(Serialize, ToSchema)]
#[schema(as = Space)]
pub(crate) struct SpaceView {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: SpaceId,
    /// Whose it is.
    #[schema(value_type = Uuid)]
    registry_id: RegistryId,
    /// The registry's name.
    registry: String,
    /// Whom the registry belongs to.
    owner: OwnerView,
    /// Its name.
    name: String,
    /// What can be done with it.
    #[schema(value_type = SpaceClassWord)]
    class: SpaceClass,
    /// Who may pull; null when nobody knows.
    #[schema(value_type = Option<VisibilityWord>)]
    visibility: Option<Visibility>,
    /// The names of the spaces an aggregate shows.
    members: Vec<String>,
    /// Its repositories.
    repositories: ObservedView,
    /// Its tags.
    tags: ObservedView,
    /// Bytes it takes.
    storage_bytes: ObservedView,
    /// Bytes it may take; null without a limit.
    quota_bytes: Option<u64>,
    /// When it was first seen.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last seen.
    #[schema(value_type = String, format = DateTime)]
    seen_at: Timestamp,
    /// What the asker may do with it.
    allowed_actions: Vec<AllowedAction>,
}

impl SpaceView {
    pub(crate) fn new(ctx: &RequestContext, found: FoundSpace) -> Self {
        let space = found.space;
        Self {
            allowed_actions: allowed(&ctx.actor, found.owner, &[Permission::RegistryRefresh]),
            id: space.id,
            registry_id: space.registry_id,
            registry: found.registry,
            owner: found.owner.into(),
            name: space.name,
            class: space.class,
            visibility: space.visibility,
            members: space.members,
            repositories: space.repositories.into(),
            tags: space.tags.into(),
            storage_bytes: space.storage_bytes.into(),
            quota_bytes: space.quota_bytes,
            created_at: space.created_at,
            seen_at: space.seen_at,
        }
    }
}

/// A page of spaces.
#[derive(Serialize, ToSchema)]
pub(crate) struct SpacePage {
    /// The rows.
    items: Vec<SpaceView>,
    /// Where the next page starts; null on the last one.
    next_cursor: Option<String>,
    /// How many match.
    total: TotalView,
}

impl SpacePage {
    pub(crate) fn new(
        ctx: &RequestContext,
        registry: &str,
        owner: Owner,
        list: NamedList<Space>,
    ) -> Self {
        let view = |space| {
            let found = FoundSpace {
                space,
                registry: registry.to_owned(),
                owner,
            };
            SpaceView::new(ctx, found)
        };
        Self {
            items: list.items.into_iter().map(view).collect(),
            next_cursor: list.next_cursor,
            total: list.total.into(),
        }
    }
}

/// What is known about a repository's content.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RepositoryState)]
pub(crate) enum RepositoryStateView {
    /// Only its name: its tags were never read.
    Named,
    /// Its tags were read.
    Listed,
    /// Its tags were read, and there are none.
    Empty,
    /// Its tags could not be read the last time; what was known before is kept.
    Broken,
}

/// A repository in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = Repository)]
pub(crate) struct RepositoryView {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: RepositoryId,
    /// Whose it is.
    #[schema(value_type = Uuid)]
    registry_id: RegistryId,
    /// The space it is in.
    #[schema(value_type = Uuid)]
    space_id: SpaceId,
    /// Its whole name, as a client pulls it.
    name: String,
    /// What is known about its content.
    state: RepositoryStateView,
    /// Why its tags could not be read.
    #[schema(value_type = Option<ErrorCodeWord>)]
    trouble: Option<ErrorCode>,
    /// Its tags; null while they were never read.
    tags: Option<u64>,
    /// How many of its tags nobody has looked behind yet.
    tags_unread: u64,
    /// Its artifacts, those an index lists included; null while its tags were never read.
    artifacts: Option<u64>,
    /// Bytes nobody else in its registry uses, as far as manifests were read.
    unique_bytes: u64,
    /// Bytes other repositories of its registry use too.
    shared_bytes: u64,
    /// Both together.
    total_bytes: u64,
    /// What its artifacts are.
    #[schema(value_type = Vec<ArtifactKindWord>)]
    kinds: Vec<ArtifactKind>,
    /// When something was last pushed to it; null when nobody knows.
    #[schema(value_type = Option<String>, format = DateTime)]
    pushed_at: Option<Timestamp>,
    /// When it was last pulled from; null when the registry does not tell.
    #[schema(value_type = Option<String>, format = DateTime)]
    pulled_at: Option<Timestamp>,
    /// When its tags were last read.
    #[schema(value_type = Option<String>, format = DateTime)]
    listed_at: Option<Timestamp>,
    /// When it was first seen.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<Repository> for RepositoryView {
    fn from(repository: Repository) -> Self {
        let (state, trouble) = match repository.state {
            RepositoryState::Named => (RepositoryStateView::Named, None),
            RepositoryState::Listed => (RepositoryStateView::Listed, None),
            RepositoryState::Empty => (RepositoryStateView::Empty, None),
            RepositoryState::Broken(code) => (RepositoryStateView::Broken, Some(code)),
        };
        // Something may be known by events before the list was ever read.
        let known = repository.listed_at.is_some() || repository.tags > 0;
        Self {
            id: repository.id,
            registry_id: repository.registry_id,
            space_id: repository.space_id,
            name: repository.name,
            state,
            trouble,
            tags: known.then_some(repository.tags),
            tags_unread: repository.tags_unread,
            artifacts: known.then_some(repository.artifacts),
            unique_bytes: repository.unique_bytes,
            shared_bytes: repository.shared_bytes,
            total_bytes: repository
                .unique_bytes
                .saturating_add(repository.shared_bytes),
            kinds: repository.kinds,
            pushed_at: repository.pushed_at,
            pulled_at: repository.pulled_at,
            listed_at: repository.listed_at,
            created_at: repository.created_at,
        }
    }
}

/// A page of repositories.
#[derive(Serialize, ToSchema)]
pub(crate) struct RepositoryPage {
    /// The rows.
    items: Vec<RepositoryView>,
    /// Where the next page starts; null on the last one.
    next_cursor: Option<String>,
    /// How many match.
    total: TotalView,
}

impl From<NamedList<Repository>> for RepositoryPage {
    fn from(list: NamedList<Repository>) -> Self {
        Self {
            items: list.items.into_iter().map(Into::into).collect(),
            next_cursor: list.next_cursor,
            total: list.total.into(),
        }
    }
}

/// A repository with where it is.
#[derive(Serialize, ToSchema)]
pub(crate) struct RepositoryDetail {
    /// The repository.
    repository: RepositoryView,
    /// The name of its space.
    space: String,
    /// The name of its registry.
    registry: String,
    /// Whom the registry belongs to.
    owner: OwnerView,
    /// How many of its tags clients keep for what is about other artifacts (signatures, SBOMs); the
    /// list of tags has them where `attached` asks for them.
    attached_tags: u64,
    /// What the asker may do with it.
    allowed_actions: Vec<AllowedAction>,
}

impl RepositoryDetail {
    pub(crate) fn new(ctx: &RequestContext, found: FoundRepository) -> Self {
        Self {
            allowed_actions: allowed(
                &ctx.actor,
                found.owner,
                &[Permission::RegistryRefresh, Permission::ImageDelete],
            ),
            repository: found.repository.into(),
            space: found.space,
            registry: found.registry,
            owner: found.owner.into(),
            attached_tags: found.attached_tags.unwrap_or_default(),
        }
    }
}

/// What an image runs on.
#[derive(Serialize, ToSchema)]
#[schema(as = OciPlatform)]
pub(crate) struct PlatformView {
    /// `linux`.
    os: String,
    /// `amd64`.
    architecture: String,
    /// `v8`.
    variant: Option<String>,
    /// Of Windows.
    os_version: Option<String>,
}

impl From<OciPlatform> for PlatformView {
    fn from(platform: OciPlatform) -> Self {
        Self {
            os: platform.os,
            architecture: platform.architecture,
            variant: platform.variant,
            os_version: platform.os_version,
        }
    }
}

/// Whether a digest was computed from bytes, or only told.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Certainty)]
pub(crate) enum CertaintyView {
    /// Roadstead had the bytes and computed it.
    Verified,
    /// The registry said so.
    Reported,
}

impl From<Certainty> for CertaintyView {
    fn from(certainty: Certainty) -> Self {
        match certainty {
            Certainty::Verified => Self::Verified,
            Certainty::Reported => Self::Reported,
        }
    }
}

/// A tag.
#[derive(Serialize, ToSchema)]
#[schema(as = Tag)]
pub(crate) struct TagView {
    /// Its name.
    name: String,
    /// What it points at; null while nobody has looked.
    #[schema(value_type = Option<String>)]
    digest: Option<Digest>,
    /// Whether the digest was computed from bytes.
    certainty: CertaintyView,
    /// An event told of it, and nobody has looked yet.
    provisional: bool,
    /// What the artifact is; null while its manifest is unread.
    #[schema(value_type = Option<ArtifactKindWord>)]
    kind: Option<ArtifactKind>,
    /// The artifact's media type.
    media_type: Option<String>,
    /// Bytes of everything the artifact is made of; null while part of it is unread.
    size_bytes: Option<u64>,
    /// What it runs on; attestations are not among them.
    platforms: Vec<PlatformView>,
    /// When it was built.
    #[schema(value_type = Option<String>, format = DateTime)]
    created_at: Option<Timestamp>,
    /// It tells the beginning of the epoch instead, so that building it again gives the same bytes;
    /// `created_at` is null then.
    reproducible: bool,
    /// When it was pushed; null when nobody knows.
    #[schema(value_type = Option<String>, format = DateTime)]
    pushed_at: Option<Timestamp>,
    /// When it was last pulled; null when the registry does not tell.
    #[schema(value_type = Option<String>, format = DateTime)]
    pulled_at: Option<Timestamp>,
    /// When the tag was first seen.
    #[schema(value_type = String, format = DateTime)]
    seen_at: Timestamp,
    /// When somebody last looked at it.
    #[schema(value_type = Option<String>, format = DateTime)]
    checked_at: Option<Timestamp>,
    /// Why its manifest could not be read.
    #[schema(value_type = Option<ErrorCodeWord>)]
    trouble: Option<ErrorCode>,
}

impl From<Tag> for TagView {
    fn from(tag: Tag) -> Self {
        Self {
            name: tag.name,
            digest: tag.digest,
            certainty: tag.certainty.into(),
            provisional: tag.provisional,
            kind: tag.kind,
            media_type: tag.media_type,
            size_bytes: tag.size_bytes,
            platforms: tag.platforms.into_iter().map(Into::into).collect(),
            created_at: tag.created_at,
            reproducible: tag.reproducible,
            pushed_at: tag.pushed_at,
            pulled_at: tag.pulled_at,
            seen_at: tag.seen_at,
            checked_at: tag.checked_at,
            trouble: tag.trouble,
        }
    }
}

/// A page of tags.
#[derive(Serialize, ToSchema)]
pub(crate) struct TagPage {
    /// The rows.
    items: Vec<TagView>,
    /// Where the next page starts; null on the last one.
    next_cursor: Option<String>,
    /// How many match.
    total: TotalView,
}

impl From<NamedList<Tag>> for TagPage {
    fn from(list: NamedList<Tag>) -> Self {
        Self {
            items: list.items.into_iter().map(Into::into).collect(),
            next_cursor: list.next_cursor,
            total: list.total.into(),
        }
    }
}

/// A registry's figures on one day.
#[derive(Serialize, ToSchema)]
#[schema(as = StatisticsDay)]
pub(crate) struct StatisticsDayView {
    /// When they were noted, the last time that day.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Registry spaces.
    spaces: u64,
    /// Repositories.
    repositories: u64,
    /// Artifacts.
    artifacts: u64,
    /// Tags.
    tags: u64,
    /// Bytes stored.
    storage_bytes: u64,
}

impl From<StatisticsDay> for StatisticsDayView {
    fn from(day: StatisticsDay) -> Self {
        Self {
            at: day.at,
            spaces: day.spaces,
            repositories: day.repositories,
            artifacts: day.artifacts,
            tags: day.tags,
            storage_bytes: day.storage_bytes,
        }
    }
}

/// A registry's figures over time, and what takes most now.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatisticsHistory {
    /// By day, the oldest first.
    days: Vec<StatisticsDayView>,
    /// The repositories that take most, the largest first.
    largest_repositories: Vec<RepositoryView>,
}

impl From<SeenHistory> for StatisticsHistory {
    fn from(seen: SeenHistory) -> Self {
        Self {
            days: seen.days.into_iter().map(Into::into).collect(),
            largest_repositories: seen.largest.into_iter().map(Into::into).collect(),
        }
    }
}

/// Which spaces are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SpaceQuery {
    /// Only those whose name contains this.
    #[param(max_length = 200)]
    q: Option<String>,
    /// `name` (the default) or `-storage_bytes` (what takes most first).
    sort: Option<String>,
    /// Rows, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl SpaceQuery {
    pub(crate) fn parse(self) -> Result<(SpaceSort, ListRequest), Failure> {
        let sort = match self.sort.as_deref() {
            None | Some("name") => SpaceSort::Name,
            Some("-storage_bytes") => SpaceSort::StorageDescending,
            Some(_) => return Err(unknown_sort()),
        };
        let request = super::page::request(self.q, self.limit, self.cursor)?;
        Ok((sort, request))
    }
}

/// Which repositories are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RepositoryQuery {
    /// Only those whose name contains this.
    #[param(max_length = 200)]
    q: Option<String>,
    /// `broken`: only those that could not be read the last time.
    #[param(inline)]
    state: Option<OnlyBroken>,
    /// `name` (the default), `-name`, `-pushed_at`, `-size` or `-tags`.
    sort: Option<String>,
    /// Rows, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The one state a list of repositories can be cut to.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum OnlyBroken {
    Broken,
}

impl RepositoryQuery {
    /// Whether only broken ones are asked for, in which order, and the page.
    pub(crate) fn parse(self) -> Result<(bool, RepositorySort, ListRequest), Failure> {
        let sort = repository_sort(self.sort.as_deref())?;
        let request = super::page::request(self.q, self.limit, self.cursor)?;
        Ok((self.state.is_some(), sort, request))
    }
}

/// The order of a list of repositories.
pub(super) fn repository_sort(sort: Option<&str>) -> Result<RepositorySort, Failure> {
    Ok(match sort {
        None | Some("name") => RepositorySort::Name,
        Some("-name") => RepositorySort::NameDescending,
        Some("-pushed_at") => RepositorySort::PushedDescending,
        Some("-size") => RepositorySort::SizeDescending,
        Some("-tags") => RepositorySort::TagsDescending,
        Some(_) => return Err(unknown_sort()),
    })
}

/// Which tags are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TagQuery {
    /// Only those whose name contains this.
    #[param(max_length = 200)]
    q: Option<String>,
    /// `true`: also the tags that clients keep for what is about other artifacts, such as
    /// `sha256-<digest>.sig`; they are left out otherwise.
    attached: Option<bool>,
    /// `newest` (the default), `name`, `-name`, `version` or `-version` (the newest version first).
    sort: Option<String>,
    /// Rows, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl TagQuery {
    /// Whether attached tags are asked for too, in which order, and the page.
    pub(crate) fn parse(self) -> Result<(bool, TagSort, ListRequest), Failure> {
        let sort = match self.sort.as_deref() {
            None | Some("newest") => TagSort::Newest,
            Some("name") => TagSort::Name,
            Some("-name") => TagSort::NameDescending,
            Some("version") => TagSort::Version,
            Some("-version") => TagSort::VersionDescending,
            Some(_) => return Err(unknown_sort()),
        };
        let request = super::page::request(self.q, self.limit, self.cursor)?;
        Ok((self.attached.unwrap_or_default(), sort, request))
    }
}

fn unknown_sort() -> Failure {
    Failure::new(ErrorCode::RequestQueryInvalid).with("detail", "sort")
}
