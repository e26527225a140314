//! What an artifact is made of, byte by byte: read when somebody asks for it, and kept nowhere.

use super::Read;
use crate::model::{ArtifactKind, Descriptor, Digest};
use async_trait::async_trait;

/// A blob that an artifact names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its digest, media type and size.
    pub descriptor: Descriptor,
    /// What its maker calls the file (`org.opencontainers.image.title`): anybody's text.
    pub title: Option<String>,
}

/// What an artifact is, and what it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documents {
    /// What it is.
    pub kind: ArtifactKind,
    /// Its layers, the lowest first, then its configuration.
    pub named: Vec<Document>,
    /// The digest of its configuration, if it is nothing else: what is a layer, too, is a layer.
    pub config: Option<Digest>,
}

/// Gives bytes as a registry has them. Nothing is given whose digest is not right, and nothing is
/// fetched from an address that a manifest names.
#[async_trait]
pub trait Contents: Send + Sync {
    /// The bytes of a manifest, whatever they say; at most 4 MiB.
    async fn manifest(&self, repository: &str, digest: &Digest) -> Read<Vec<u8>>;

    /// What an artifact is and the blobs its manifest names.
    async fn documents(&self, repository: &str, digest: &Digest) -> Read<Documents>;

    /// A whole blob, of exactly the size that is said of it. All of it is held in memory, so whoever
    /// asks has looked at the size.
    async fn blob(&self, repository: &str, blob: &Descriptor) -> Read<Vec<u8>>;
}
