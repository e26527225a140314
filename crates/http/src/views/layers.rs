//! Where else the layers of an artifact lie.

use super::page::TotalView;
use roadstead_core::model::{Digest, NamedRepository, RepositoryId, SharedLayer, SharedLayers};
use serde::Serialize;
use utoipa::ToSchema;

/// What of an artifact lies elsewhere in its registry too.
#[derive(Serialize, ToSchema)]
#[schema(as = SharedLayers)]
pub(crate) struct SharedLayersView {
    /// Its layers, the lowest first, each once; without those that are stored elsewhere.
    layers: Vec<SharedLayerView>,
    /// Bytes of them all.
    total_bytes: u64,
    /// Bytes of those that another artifact of the repository, or another repository, was found to
    /// have too.
    shared_bytes: u64,
}

impl From<SharedLayers> for SharedLayersView {
    fn from(shared: SharedLayers) -> Self {
        Self {
            layers: shared.layers.into_iter().map(Into::into).collect(),
            total_bytes: shared.total_bytes,
            shared_bytes: shared.shared_bytes,
        }
    }
}

/// A layer, and who else has it.
#[derive(Serialize, ToSchema)]
#[schema(as = SharedLayer)]
pub(crate) struct SharedLayerView {
    /// Its digest.
    #[schema(value_type = String)]
    digest: Digest,
    /// Its size.
    size_bytes: u64,
    /// Other artifacts of the same repository that have it. Not exact, and at least as many, where
    /// not all of them were looked at: the last five hundred are, as far as they are read.
    other_artifacts: TotalView,
    /// Other repositories of the registry that hold it.
    other_repositories: u64,
    /// Up to three of those, in no order.
    examples: Vec<NamedRepositoryView>,
}

impl From<SharedLayer> for SharedLayerView {
    fn from(layer: SharedLayer) -> Self {
        Self {
            digest: layer.digest,
            size_bytes: layer.size_bytes,
            other_artifacts: layer.artifacts.into(),
            other_repositories: layer.repositories,
            examples: layer.examples.into_iter().map(Into::into).collect(),
        }
    }
}

/// A repository by its name.
#[derive(Serialize, ToSchema)]
#[schema(as = NamedRepository)]
pub(crate) struct NamedRepositoryView {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: RepositoryId,
    /// Its whole name.
    name: String,
}

impl From<NamedRepository> for NamedRepositoryView {
    fn from(repository: NamedRepository) -> Self {
        Self {
            id: repository.id,
            name: repository.name,
        }
    }
}
