//! What the search is filled from, and what it is answered with. The index in memory only finds;
//! everything shown is read here, through what the asker may see.

use super::{FoundRepository, StoreError};
use crate::model::{
    FoundReference, ImageFilter, IndexedRepository, Listing, PageRequest, Placed, RegistryId,
    RepositoryId, RepositorySort, SpaceSet,
};
use crate::rules::Visible;
use async_trait::async_trait;

/// What was found by the index and is to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Tags by name, each in a repository.
    pub tags: Vec<(RepositoryId, String)>,
    /// Repositories in which something was found by its digest, and the hexadecimal digits that
    /// begin it.
    pub digests: Option<(Vec<RepositoryId>, String)>,
    /// How many artifacts by digest at most.
    pub limit: u16,
}

/// The store's side of the search.
#[async_trait]
pub trait SearchStore: Send + Sync {
    /// The next repositories after a place, with what can be searched for in them; empty at the
    /// end. As many as make some ten thousand tags together, at least one. Three queries.
    async fn indexed_after(&self, after: i64) -> Result<Vec<IndexedRepository>, StoreError>;

    /// These repositories as they are now. One that is not there any more is left out. Three
    /// queries for some ten thousand tags.
    async fn indexed(&self, ids: &[RepositoryId]) -> Result<Vec<IndexedRepository>, StoreError>;

    /// Whether a registry is there, whoever may see it. One query.
    async fn has_registry(&self, id: RegistryId) -> Result<bool, StoreError>;

    /// The spaces that a filter leaves of what may be seen. One query, or none for everything.
    async fn space_set(
        &self,
        visible: &Visible,
        filter: &ImageFilter<'_>,
    ) -> Result<SpaceSet, StoreError>;

    /// Those of these repositories that are in `visible`, in no order. One query.
    async fn found_repositories(
        &self,
        ids: &[RepositoryId],
        visible: &Visible,
    ) -> Result<Vec<FoundRepository>, StoreError>;

    /// What is known of these tags and digests, in no order. The caller has seen that their
    /// repositories may be seen. One query for the tags, and one beside it for the digests.
    async fn found_references(&self, wanted: &Wanted) -> Result<Vec<FoundReference>, StoreError>;

    /// A page of all repositories that may be seen, with its count. One query.
    async fn images(
        &self,
        visible: &Visible,
        filter: &ImageFilter<'_>,
        sort: RepositorySort,
        page: &PageRequest<Placed>,
    ) -> Result<Listing<FoundRepository>, StoreError>;
}
