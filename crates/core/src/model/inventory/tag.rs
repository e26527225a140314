//! Tags.

use super::{ArtifactKind, Certainty, Digest, OciPlatform};
use crate::ErrorCode;
use crate::model::Timestamp;

/// A tag as a repository's page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// What it points at; `None` while nobody has looked.
    pub digest: Option<Digest>,
    /// Whether the digest was computed from bytes, or only told.
    pub certainty: Certainty,
    /// An event told of it, and nobody has looked yet.
    pub provisional: bool,
    /// What the artifact is, once its manifest was read.
    pub kind: Option<ArtifactKind>,
    /// The artifact's media type, once known.
    pub media_type: Option<String>,
    /// Bytes of everything the artifact is made of; `None` while part of it is unread.
    pub size_bytes: Option<u64>,
    /// What it runs on. Attestations are not among them.
    pub platforms: Vec<OciPlatform>,
    /// When the image was built, as its configuration says.
    pub created_at: Option<Timestamp>,
    /// When it was pushed, as far as known.
    pub pushed_at: Option<Timestamp>,
    /// When it was last pulled, where the registry tells.
    pub pulled_at: Option<Timestamp>,
    /// When the tag was first seen.
    pub seen_at: Timestamp,
    /// When it was last looked at.
    pub checked_at: Option<Timestamp>,
    /// Why its manifest could not be read.
    pub trouble: Option<ErrorCode>,
}
