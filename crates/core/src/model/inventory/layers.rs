//! Where else the layers of an artifact lie.

use super::Digest;
use crate::model::{RepositoryId, Total};

/// What of an artifact lies elsewhere in its registry too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedLayers {
    /// Its layers, the lowest first, each once. Those that are not the registry's own are not among
    /// them.
    pub layers: Vec<SharedLayer>,
    /// Bytes of them all.
    pub total_bytes: u64,
    /// Bytes of those that another artifact or another repository was found to have.
    pub shared_bytes: u64,
}

/// A layer, and who else has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedLayer {
    /// Its digest.
    pub digest: Digest,
    /// Its size.
    pub size_bytes: u64,
    /// Other artifacts of the same repository that have it. Not exact where not all of them were
    /// looked at: it is at least as many.
    pub artifacts: Total,
    /// Other repositories of the registry that hold it.
    pub repositories: u64,
    /// Up to three of those, in no order.
    pub examples: Vec<NamedRepository>,
}

impl SharedLayer {
    /// Whether something else was found to have it.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        self.artifacts.value > 0 || self.repositories > 0
    }
}

/// A repository by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedRepository {
    /// Its id.
    pub id: RepositoryId,
    /// Its whole name.
    pub name: String,
}
