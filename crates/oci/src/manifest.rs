//! Manifests (image-spec 1.1 "Image Manifest", "Image Index", and Docker's version 2 of both), as
//! far as they can be believed. The bytes are kept: only they have the digest.

use crate::error::protocol;
use crate::loose::{Entries, Entry, Length, Loose, Object, Texts, is_word};
use crate::media::{self, Kind};
use crate::reference::Digest;
use bytes::Bytes;
use roadstead_core::ports::RegistryError;
use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;

/// The most bytes of a manifest: what Distribution takes, and what the specification asks for.
pub(crate) const MANIFEST_BYTES: usize = 4 << 20;

/// The largest size that is believed, 16 TiB: no layer comes near it, and a thousand times a million of
/// them can be added up.
const MAX_SIZE: u64 = 1 << 44;

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

/// Everything a manifest may hold.
#[derive(Default)]
struct Body {
    schema_version: Option<Loose>,
    media_type: Option<Option<String>>,
    manifests: Option<Option<Entries<Descriptor>>>,
    config: Option<Option<Object<RawDescriptor>>>,
    layers: Option<Option<Entries<Descriptor>>>,
    fs_layers: Option<Option<IgnoredAny>>,
    artifact_type: Option<Loose>,
    subject: Option<Object<RawDescriptor>>,
    annotations: Option<Texts>,
}

const FIELDS: [&str; 9] = [
    "schemaVersion",
    "mediaType",
    "manifests",
    "config",
    "layers",
    "fsLayers",
    "artifactType",
    "subject",
    "annotations",
];

/// Duplicate keys are an error, and so is a key that is one of ours in another case: readers in Go
/// take it for ours. Two readers could then take a different one of them.
impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Body;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a manifest")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body, A::Error> {
        let mut body = Body::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "schemaVersion" => once(&mut body.schema_version, &mut map)?,
                "mediaType" => once(&mut body.media_type, &mut map)?,
                "manifests" => once(&mut body.manifests, &mut map)?,
                "config" => once(&mut body.config, &mut map)?,
                "layers" => once(&mut body.layers, &mut map)?,
                "fsLayers" => once(&mut body.fs_layers, &mut map)?,
                "artifactType" => once(&mut body.artifact_type, &mut map)?,
                "subject" => once(&mut body.subject, &mut map)?,
                "annotations" => once(&mut body.annotations, &mut map)?,
                other => {
                    let other = folded(other);
                    if FIELDS.iter().any(|field| folded(field) == other) {
                        return Err(A::Error::custom("a field in another case"));
                    }
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(body)
    }
}

fn once<'de, T, A>(slot: &mut Option<T>, map: &mut A) -> Result<(), A::Error>
where
    T: Deserialize<'de>,
    A: MapAccess<'de>,
{
    match slot.replace(map.next_value()?) {
        None => Ok(()),
        Some(_) => Err(A::Error::custom("a field is there twice")),
    }
}

/// As Go folds: the long s and the sign for Kelvin are letters, too.
fn folded(text: &str) -> String {
    text.to_uppercase().to_lowercase()
}

/// A descriptor before it is judged.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct RawDescriptor {
    media_type: Loose,
    digest: Loose,
    size: Loose,
    urls: Length,
    platform: Object<RawPlatform>,
    artifact_type: Loose,
    annotations: Texts,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawPlatform {
    os: Loose,
    architecture: Loose,
    variant: Loose,
    #[serde(rename = "os.version")]
    os_version: Loose,
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
    let stated = body.media_type.as_ref().and_then(Option::as_ref);
    let media_type = match (header, stated.map(|t| t.to_ascii_lowercase())) {
        (Some(header), Some(stated)) if header != stated => {
            return Err(protocol("the manifest is not of the type it is said to be"));
        }
        (Some(found), _) | (None, Some(found)) => found,
        (None, None) => return Err(protocol("nothing says of what type the manifest is")),
    };
    if !is_word(&media_type) {
        return Err(protocol("the manifest's type is none"));
    }
    let (manifests, layers) = (body.manifests.flatten(), body.layers.flatten());
    if [&manifests, &layers]
        .into_iter()
        .flatten()
        .any(|l| !l.is_list)
    {
        return Err(protocol("the manifest cannot be read"));
    }
    let config = body.config.flatten();
    // What one reader takes for a list, another must not take for an image.
    let is_list = manifests.is_some();
    let is_image = layers.is_some() || config.is_some();
    if is_list && is_image || body.fs_layers.flatten().is_some() {
        return Err(protocol("the manifest can be read as two things"));
    }
    let artifact_type = body.artifact_type.unwrap_or_default().word();
    let subject = Descriptor::of(body.subject.unwrap_or_default());
    let annotations = body.annotations.unwrap_or_default().0;
    let version = body.schema_version.and_then(|version| version.number());
    let content = match media::kind(&media_type) {
        None => Content::Unknown,
        Some(Kind::Schema1) => return Err(RegistryError::Unsupported),
        Some(_) if version != Some(2) => {
            return Err(protocol("the manifest is of another version"));
        }
        Some(Kind::Index) if is_image => return Err(disagrees()),
        Some(Kind::Image) if is_list => return Err(disagrees()),
        Some(Kind::Index) => {
            let manifests = manifests.unwrap_or_default();
            Content::Index(Box::new(Index {
                manifests: manifests.good,
                omitted: manifests.omitted,
                artifact_type,
                subject,
                annotations,
            }))
        }
        Some(Kind::Image) => {
            let layers = layers.unwrap_or_default();
            Content::Image(Box::new(Image {
                config: Descriptor::of(config.unwrap_or_default())
                    .ok_or_else(|| protocol("the manifest names no configuration"))?,
                layers: layers.good,
                omitted: layers.omitted,
                artifact_type,
                subject,
                annotations,
            }))
        }
    };
    Ok((media_type, content))
}

fn disagrees() -> RegistryError {
    protocol("the manifest is not of the type it is said to be")
}

impl Entry for Descriptor {
    type Read = RawDescriptor;

    fn of(read: Object<RawDescriptor>) -> Option<Self> {
        let raw = read.0?;
        Some(Self {
            media_type: raw.media_type.word()?,
            digest: Digest::parse(&raw.digest.text()?).ok()?,
            size: raw.size.number().filter(|size| *size <= MAX_SIZE)?,
            platform: raw.platform.0.and_then(platform),
            artifact_type: raw.artifact_type.word(),
            foreign: raw.urls.0 > 0,
            annotations: raw.annotations.0,
        })
    }
}

fn platform(raw: RawPlatform) -> Option<OciPlatform> {
    Some(OciPlatform {
        os: raw.os.text()?,
        architecture: raw.architecture.text()?,
        variant: raw.variant.text(),
        os_version: raw.os_version.text(),
    })
}
