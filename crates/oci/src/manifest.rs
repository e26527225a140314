//! Manifests (image-spec 1.1 "Image Manifest", "Image Index", and Docker's version 2 of both), as
//! far as they can be believed. The bytes are kept: only they have the digest.

use crate::error::protocol;
use crate::media::{self, Kind};
use crate::reference::Digest;
use bytes::Bytes;
use roadstead_core::ports::RegistryError;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The most bytes of a manifest: what Distribution takes, and what the specification asks for.
pub(crate) const MANIFEST_BYTES: usize = 4 << 20;

/// The most entries of a list that are kept; the rest is counted.
const MAX_ENTRIES: usize = 1_000;

/// The most annotations of one thing that are kept.
const MAX_ANNOTATIONS: usize = 128;

/// The longest text that is kept.
const MAX_TEXT: usize = 16 << 10;

/// A manifest whose bytes have the digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The digest of the bytes.
    pub digest: Digest,
    /// Its media type, on which headers and body agree.
    pub media_type: String,
    /// The bytes, as they were stored.
    pub bytes: Bytes,
    /// What they say.
    pub content: Content,
}

/// What a manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A list of manifests: one for each architecture, or referrers.
    Index(Box<Index>),
    /// Configuration and layers.
    Image(Box<Image>),
    /// A type we do not know.
    Unknown,
}

/// A list of manifests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Index {
    /// What is in it.
    pub manifests: Vec<Descriptor>,
    /// How many entries were left out: unreadable, or too many.
    pub omitted: usize,
    /// What kind of artifact it is.
    pub artifact_type: Option<String>,
    /// What it refers to.
    pub subject: Option<Descriptor>,
    /// Free texts.
    pub annotations: BTreeMap<String, String>,
}

/// Configuration and layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// The configuration.
    pub config: Descriptor,
    /// The layers, the lowest first.
    pub layers: Vec<Descriptor>,
    /// How many layers were left out: unreadable, or too many.
    pub omitted: usize,
    /// What kind of artifact it is.
    pub artifact_type: Option<String>,
    /// What it refers to.
    pub subject: Option<Descriptor>,
    /// Free texts.
    pub annotations: BTreeMap<String, String>,
}

/// Something in the registry, by digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// Its media type.
    pub media_type: String,
    /// Its digest.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// What it runs on.
    pub platform: Option<OciPlatform>,
    /// What kind of artifact it is.
    pub artifact_type: Option<String>,
    /// It is said to be elsewhere (`urls`), where Roadstead never goes.
    pub foreign: bool,
    /// Free texts.
    pub annotations: BTreeMap<String, String>,
}

/// What an image runs on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OciPlatform {
    /// `linux`.
    pub os: String,
    /// `amd64`.
    pub architecture: String,
    /// `v8`.
    pub variant: Option<String>,
    /// Of Windows.
    pub os_version: Option<String>,
}

/// Everything a manifest may hold. Duplicate keys are an error of the parser: two readers could
/// take a different one of them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    schema_version: Value,
    #[serde(default)]
    media_type: Option<String>,
    #[serde(default)]
    manifests: Option<Vec<Value>>,
    #[serde(default)]
    config: Option<Value>,
    #[serde(default)]
    layers: Option<Vec<Value>>,
    #[serde(default)]
    fs_layers: Option<Value>,
    #[serde(default)]
    artifact_type: Value,
    #[serde(default)]
    subject: Value,
    #[serde(default)]
    annotations: Value,
}

/// Reads a manifest that came with this `Content-Type`: its media type and what it says.
///
/// # Errors
/// [`RegistryError::Protocol`] when it cannot be read, when header and body do not agree on what
/// it is, or when it could be read as two things; [`RegistryError::Unsupported`] for Docker's
/// first format.
pub(crate) fn decode(
    content_type: Option<&str>,
    bytes: &[u8],
) -> Result<(String, Content), RegistryError> {
    let header = content_type.and_then(media::essence);
    if header.as_deref().and_then(media::kind) == Some(Kind::Schema1) {
        return Err(RegistryError::Unsupported);
    }
    let body: Body =
        serde_json::from_slice(bytes).map_err(|_| protocol("the manifest cannot be read"))?;
    let stated = body.media_type.as_ref().map(|t| t.to_ascii_lowercase());
    let media_type = match (header, stated) {
        (Some(header), Some(stated)) if header != stated => {
            return Err(protocol("the manifest is not of the type it is said to be"));
        }
        (Some(found), _) | (None, Some(found)) => found,
        (None, None) => return Err(protocol("nothing says of what type the manifest is")),
    };
    if media_type.len() > 255 {
        return Err(protocol("the manifest's type is too long"));
    }
    // What one reader takes for a list, another must not take for an image.
    let is_list = body.manifests.is_some();
    let is_image = body.layers.is_some() || body.config.is_some();
    if is_list && is_image || body.fs_layers.is_some() {
        return Err(protocol("the manifest can be read as two things"));
    }
    let content = match media::kind(&media_type) {
        None => Content::Unknown,
        Some(Kind::Schema1) => return Err(RegistryError::Unsupported),
        Some(_) if body.schema_version.as_u64() != Some(2) => {
            return Err(protocol("the manifest is of another version"));
        }
        Some(Kind::Index) if is_image => return Err(disagrees()),
        Some(Kind::Image) if is_list => return Err(disagrees()),
        Some(Kind::Index) => Content::Index(Box::new(index(body))),
        Some(Kind::Image) => Content::Image(Box::new(image(body)?)),
    };
    Ok((media_type, content))
}

fn disagrees() -> RegistryError {
    protocol("the manifest is not of the type it is said to be")
}

fn index(body: Body) -> Index {
    let (manifests, omitted) = descriptors(body.manifests.unwrap_or_default());
    Index {
        manifests,
        omitted,
        artifact_type: text(&body.artifact_type),
        subject: descriptor(&body.subject),
        annotations: texts(&body.annotations),
    }
}

fn image(body: Body) -> Result<Image, RegistryError> {
    let config = body
        .config
        .as_ref()
        .and_then(descriptor)
        .ok_or_else(|| protocol("the manifest names no configuration"))?;
    let (layers, omitted) = descriptors(body.layers.unwrap_or_default());
    Ok(Image {
        config,
        layers,
        omitted,
        artifact_type: text(&body.artifact_type),
        subject: descriptor(&body.subject),
        annotations: texts(&body.annotations),
    })
}

/// Reads a list; one bad entry does not make the others unreadable.
fn descriptors(values: Vec<Value>) -> (Vec<Descriptor>, usize) {
    let all = values.len();
    let good: Vec<Descriptor> = values
        .iter()
        .filter_map(descriptor)
        .take(MAX_ENTRIES)
        .collect();
    let omitted = all - good.len();
    (good, omitted)
}

fn descriptor(value: &Value) -> Option<Descriptor> {
    let digest = Digest::parse(value.get("digest")?.as_str()?).ok()?;
    Some(Descriptor {
        media_type: value.get("mediaType").and_then(text)?,
        digest,
        // Sizes beyond 2^63 exist nowhere and overflow elsewhere.
        size: value
            .get("size")?
            .as_u64()
            .filter(|s| i64::try_from(*s).is_ok())?,
        platform: value.get("platform").and_then(platform),
        artifact_type: value.get("artifactType").and_then(text),
        foreign: value
            .get("urls")
            .and_then(Value::as_array)
            .is_some_and(|urls| !urls.is_empty()),
        annotations: value.get("annotations").map(texts).unwrap_or_default(),
    })
}

fn platform(value: &Value) -> Option<OciPlatform> {
    Some(OciPlatform {
        os: value.get("os").and_then(text)?,
        architecture: value.get("architecture").and_then(text)?,
        variant: value.get("variant").and_then(text),
        os_version: value.get("os.version").and_then(text),
    })
}

/// A text that is not empty and not too long.
pub(crate) fn text(value: &Value) -> Option<String> {
    value
        .as_str()
        .filter(|text| !text.is_empty() && text.len() <= MAX_TEXT)
        .map(str::to_owned)
}

/// Texts by name, as many as are kept.
pub(crate) fn texts(value: &Value) -> BTreeMap<String, String> {
    let fits = |text: &str| text.len() <= MAX_TEXT;
    value
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name, value.as_str()?)))
        .filter(|(name, value)| fits(name) && fits(value))
        .take(MAX_ANNOTATIONS)
        .map(|(name, value)| (name.clone(), value.to_owned()))
        .collect()
}
