//! Media types of manifests.

/// What a manifest is, by its media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A list of manifests.
    Index,
    /// Configuration and layers.
    Image,
    /// Docker's first format, whose digest is not that of its bytes.
    Schema1,
}

pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const OCI_IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const DOCKER_IMAGE: &str = "application/vnd.docker.distribution.manifest.v2+json";
const SCHEMA1_SIGNED: &str = "application/vnd.docker.distribution.manifest.v1+prettyjws";
const SCHEMA1: &str = "application/vnd.docker.distribution.manifest.v1+json";

/// Every type, in one header: Distribution answers 404 to `*/*`, and turns a list into one of its
/// children when lists are not named. The artifact manifest existed in release candidates only.
pub(crate) const ACCEPT: &str = "application/vnd.oci.image.index.v1+json, \
    application/vnd.oci.image.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.list.v2+json, \
    application/vnd.docker.distribution.manifest.v2+json, \
    application/vnd.oci.artifact.manifest.v1+json, \
    application/vnd.docker.distribution.manifest.v1+prettyjws, \
    application/vnd.docker.distribution.manifest.v1+json";

/// What a media type stands for; `None` for one we do not know.
pub(crate) fn kind(media_type: &str) -> Option<Kind> {
    match media_type {
        OCI_INDEX | DOCKER_LIST => Some(Kind::Index),
        OCI_IMAGE | DOCKER_IMAGE => Some(Kind::Image),
        SCHEMA1 | SCHEMA1_SIGNED => Some(Kind::Schema1),
        _ => None,
    }
}

/// The type of a `Content-Type`, without parameters, in lower case. `None` for one that says
/// nothing: servers and proxies that do not know manifests say JSON, or bytes.
pub(crate) fn essence(content_type: &str) -> Option<String> {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    match essence.to_ascii_lowercase() {
        t if t.is_empty() => None,
        t if matches!(
            t.as_str(),
            "application/json" | "application/octet-stream" | "text/plain"
        ) =>
        {
            None
        }
        t => Some(t),
    }
}
