//! What a registry is asked for when it is read. Without anything of one product: a registry that
//! tells digests with the tags says so in the same words as one that has to be asked for each.

use super::RegistryError;
use super::inventory::SeenTag;
use crate::model::Digest;

/// Something in a repository.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ArtifactPointer {
    /// What this tag points to now.
    Tag(String),
    /// Exactly this.
    Digest(Digest),
}

/// Every tag of one repository.
#[derive(Debug, Clone, Default)]
pub struct TagList {
    /// The tags, each once, in the registry's order.
    pub tags: Vec<SeenTag>,
    /// How many names were none, or more than are taken, and were left out.
    pub skipped: u64,
}

/// What reading gives, or why it does not.
pub type Read<T> = Result<T, RegistryError>;
