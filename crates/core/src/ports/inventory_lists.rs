//! The inventory as people see it. Every question takes what the asker may see, or an object that
//! was found through it; what is hidden is answered as what is absent, by the same statements.

use super::StoreError;
use crate::model::{
    Artifact, Digest, Listing, Owner, PageRequest, Placed, RegistryFigures, RegistryId, Repository,
    RepositoryFilter, RepositoryId, RepositorySort, SharedLayers, Space, SpaceId, SpaceSort,
    StatisticsDay, Tag, TagFilter, TagSort, Timestamp,
};
use crate::rules::Visible;
use async_trait::async_trait;
use std::collections::HashMap;

/// A space, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSpace {
    /// The space.
    pub space: Space,
    /// The name of its registry.
    pub registry: String,
    /// Whom the registry belongs to.
    pub owner: Owner,
}

/// A repository, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRepository {
    /// The repository.
    pub repository: Repository,
    /// The name of its space.
    pub space: String,
    /// The name of its registry.
    pub registry: String,
    /// The registry's address.
    pub address: String,
    /// Whom the registry belongs to.
    pub owner: Owner,
    /// How many of its tags are [attached](TagFilter::attached); counted where one repository is
    /// asked for, not in lists.
    pub attached_tags: Option<u64>,
}

/// Lists and pages of the inventory.
#[async_trait]
pub trait InventoryLists: Send + Sync {
    /// What is known about how much registries hold; one without an entry was never read. One query.
    async fn registry_figures(
        &self,
        ids: &[RegistryId],
    ) -> Result<HashMap<RegistryId, RegistryFigures>, StoreError>;

    /// A page of a registry's spaces with its count. One query.
    async fn spaces(
        &self,
        id: RegistryId,
        text: Option<&str>,
        sort: SpaceSort,
        page: &PageRequest<Placed>,
    ) -> Result<Listing<Space>, StoreError>;

    /// One space, if its registry is in `visible`. One query.
    async fn space(&self, id: SpaceId, visible: &Visible)
    -> Result<Option<FoundSpace>, StoreError>;

    /// A page of a space's repositories with its count. One query.
    async fn repositories(
        &self,
        id: SpaceId,
        filter: RepositoryFilter<'_>,
        sort: RepositorySort,
        page: &PageRequest<Placed>,
    ) -> Result<Listing<Repository>, StoreError>;

    /// One repository, if its registry is in `visible`, or open to whoever is in a workspace. One
    /// query.
    async fn repository(
        &self,
        id: RepositoryId,
        visible: &Visible,
    ) -> Result<Option<FoundRepository>, StoreError>;

    /// The repositories of a registry that take most, the largest first. One query.
    async fn largest_repositories(
        &self,
        id: RegistryId,
        limit: u16,
    ) -> Result<Vec<Repository>, StoreError>;

    /// A page of a repository's tags with its count. Two queries.
    async fn tags(
        &self,
        id: RepositoryId,
        filter: TagFilter<'_>,
        sort: TagSort,
        page: &PageRequest<Placed>,
    ) -> Result<Listing<Tag>, StoreError>;

    /// An artifact of a repository that may be seen, with what it is made of. Three queries, however
    /// much that is.
    async fn artifact(
        &self,
        id: RepositoryId,
        digest: &Digest,
        visible: &Visible,
    ) -> Result<Option<Artifact>, StoreError>;

    /// Where else the layers of an artifact lie: the artifact is found as [`Self::artifact`] finds it,
    /// and nothing outside its registry is looked at. Three queries, however many layers.
    async fn layers(
        &self,
        id: RepositoryId,
        digest: &Digest,
        visible: &Visible,
    ) -> Result<Option<SharedLayers>, StoreError>;

    /// A registry's figures by day since then, the oldest first. One query.
    async fn statistics_history(
        &self,
        id: RegistryId,
        since: Timestamp,
    ) -> Result<Vec<StatisticsDay>, StoreError>;
}
