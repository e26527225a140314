//! All images, and what a search finds.

use super::inventory::{RepositoryView, repository_sort};
use super::page::TotalView;
use super::registry_input::OwnerView;
use super::words::{ArtifactKindWord, VisibilityWord};
use roadstead_app::services::{ListRequest, NamedList, SearchAnswer};
use roadstead_core::model::{
    ArtifactKind, Digest, FoundReference, ImageFilter, RegistryId, RepositoryId, RepositorySort,
    SpaceId, Timestamp, Visibility, WorkspaceId,
};
use roadstead_core::ports::FoundRepository;
use roadstead_core::{ErrorCode, Failure};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A repository among those of all registries.
#[derive(Serialize, ToSchema)]
#[schema(as = Image)]
pub(crate) struct ImageView {
    /// The repository.
    repository: RepositoryView,
    /// The name of its space.
    space: String,
    /// The name of its registry.
    registry: String,
    /// The registry's address.
    address: String,
    /// Whom the registry belongs to.
    owner: OwnerView,
}

impl From<FoundRepository> for ImageView {
    fn from(found: FoundRepository) -> Self {
        Self {
            repository: found.repository.into(),
            space: found.space,
            registry: found.registry,
            address: found.address,
            owner: found.owner.into(),
        }
    }
}

/// A page of images.
#[derive(Serialize, ToSchema)]
pub(crate) struct ImagePage {
    /// The rows.
    items: Vec<ImageView>,
    /// Where the next page starts; null on the last one.
    next_cursor: Option<String>,
    /// How many match.
    total: TotalView,
}

impl From<NamedList<FoundRepository>> for ImagePage {
    fn from(list: NamedList<FoundRepository>) -> Self {
        Self {
            items: list.items.into_iter().map(Into::into).collect(),
            next_cursor: list.next_cursor,
            total: list.total.into(),
        }
    }
}

/// A tag or an artifact that a search found.
#[derive(Serialize, ToSchema)]
#[schema(as = ImageReference)]
pub(crate) struct ReferenceView {
    /// In which repository.
    #[schema(value_type = Uuid)]
    repository_id: RepositoryId,
    /// The repository's whole name, as a client pulls it.
    repository: String,
    /// In which registry.
    #[schema(value_type = Uuid)]
    registry_id: RegistryId,
    /// The registry's name.
    registry: String,
    /// The registry's address.
    address: String,
    /// Whom the registry belongs to.
    owner: OwnerView,
    /// The tag; null when it was found by its digest.
    tag: Option<String>,
    /// What it points at; null while nobody has looked.
    #[schema(value_type = Option<String>)]
    digest: Option<Digest>,
    /// What the artifact is; null while its manifest is unread.
    #[schema(value_type = Option<ArtifactKindWord>)]
    kind: Option<ArtifactKind>,
    /// Bytes of everything the artifact is made of; null while part of it is unread.
    size_bytes: Option<u64>,
    /// When the tag was pushed or first seen; null of an artifact.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
}

impl ReferenceView {
    fn new(reference: FoundReference, found: &FoundRepository) -> Self {
        Self {
            repository_id: reference.repository_id,
            repository: found.repository.name.clone(),
            registry_id: found.repository.registry_id,
            registry: found.registry.clone(),
            address: found.address.clone(),
            owner: found.owner.into(),
            tag: reference.tag,
            digest: reference.digest,
            kind: reference.kind,
            size_bytes: reference.size_bytes,
            at: reference.at,
        }
    }
}

/// What a search found, each group with the best first.
#[derive(Serialize, ToSchema)]
pub(crate) struct SearchResults {
    /// Not everything was searched yet: only names of repositories, while the index is filled.
    partial: bool,
    /// Repositories by name.
    repositories: Vec<ImageView>,
    /// There are more.
    more_repositories: bool,
    /// Tags by name.
    tags: Vec<ReferenceView>,
    /// There are more.
    more_tags: bool,
    /// Artifacts by how their digest begins.
    artifacts: Vec<ReferenceView>,
}

impl From<SearchAnswer> for SearchResults {
    fn from(answer: SearchAnswer) -> Self {
        let references = |found: Vec<(FoundReference, _)>| {
            let view = |(one, repository): (_, std::sync::Arc<FoundRepository>)| {
                ReferenceView::new(one, &repository)
            };
            found.into_iter().map(view).collect()
        };
        Self {
            partial: answer.partial,
            repositories: answer.repositories.into_iter().map(Into::into).collect(),
            more_repositories: answer.more_repositories,
            tags: references(answer.tags),
            more_tags: answer.more_tags,
            artifacts: references(answer.artifacts),
        }
    }
}

/// Which images are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImageQuery {
    /// Only repositories whose name contains this.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Only in this registry.
    registry: Option<Uuid>,
    /// Only in this space.
    space: Option<Uuid>,
    /// Only in registries of this workspace.
    workspace: Option<Uuid>,
    /// `public`: everybody may pull.
    #[param(value_type = Option<VisibilityWord>)]
    visibility: Option<String>,
    /// Only repositories that hold such an artifact.
    #[param(value_type = Option<ArtifactKindWord>)]
    kind: Option<String>,
    /// `name` (the default), `-name`, `-pushed_at`, `-size` or `-tags`.
    sort: Option<String>,
    /// Rows, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl ImageQuery {
    /// The filter without its text, the order, and the page with it.
    pub(crate) fn parse(
        self,
    ) -> Result<(ImageFilter<'static>, RepositorySort, ListRequest), Failure> {
        let filter = ImageFilter {
            text: None,
            registry: self.registry.map(RegistryId),
            space: self.space.map(SpaceId),
            workspace: self.workspace.map(WorkspaceId),
            visibility: word("visibility", self.visibility, Visibility::parse)?,
            kind: word("kind", self.kind, ArtifactKind::parse)?,
        };
        let sort = repository_sort(self.sort.as_deref())?;
        let request = super::page::request(self.q, self.limit, self.cursor)?;
        Ok((filter, sort, request))
    }
}

/// What is searched for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchEverywhereQuery {
    /// Part of a repository's name, of a tag, of both (`app:1.2`), or how a digest begins.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Only in this registry.
    registry: Option<Uuid>,
    /// Only in this space.
    space: Option<Uuid>,
    /// Only in registries of this workspace.
    workspace: Option<Uuid>,
    /// `public`: everybody may pull.
    #[param(value_type = Option<VisibilityWord>)]
    visibility: Option<String>,
    /// Only in repositories that hold such an artifact.
    #[param(value_type = Option<ArtifactKindWord>)]
    kind: Option<String>,
    /// Rows of each group, 1 to 50; 20 when absent.
    #[param(minimum = 1, maximum = 50)]
    limit: Option<u16>,
}

impl SearchEverywhereQuery {
    /// The text, where to look, and how many rows of each group.
    pub(crate) fn parse(self) -> Result<(String, ImageFilter<'static>, u16), Failure> {
        let limit = self.limit.unwrap_or(20);
        if limit > 50 {
            return Err(refused("limit"));
        }
        let (filter, _, request) = ImageQuery {
            q: self.q,
            registry: self.registry,
            space: self.space,
            workspace: self.workspace,
            visibility: self.visibility,
            kind: self.kind,
            sort: None,
            limit: Some(limit),
            cursor: None,
        }
        .parse()?;
        Ok((request.text.unwrap_or_default(), filter, limit))
    }
}

fn word<T>(
    name: &str,
    text: Option<String>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Failure> {
    text.map(|text| parse(&text).ok_or_else(|| refused(name)))
        .transpose()
}

fn refused(name: &str) -> Failure {
    Failure::new(ErrorCode::RequestQueryInvalid).with("detail", name)
}
