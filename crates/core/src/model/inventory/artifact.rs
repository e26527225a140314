//! Artifacts: what a manifest describes.

use super::{Chart, Digest, SummaryCut, TextsCut};
use crate::ErrorCode;
use crate::model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Whether a digest was computed here from bytes, or only told by a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Roadstead had the bytes and computed it.
    Verified,
    /// The registry said so.
    Reported,
}

/// What an artifact is, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArtifactKind {
    /// A container image for one architecture.
    Image,
    /// A list of images or other artifacts.
    Index,
    /// A Helm chart.
    Helm,
    /// A signature.
    Signature,
    /// A list of what is inside.
    Sbom,
    /// A statement about how something was built.
    Attestation,
    /// Something else.
    Other,
}

impl ArtifactKind {
    /// Every kind. The order is part of the database's schema: a new one goes last.
    pub const ALL: [Self; 7] = [
        Self::Image,
        Self::Index,
        Self::Helm,
        Self::Signature,
        Self::Sbom,
        Self::Attestation,
        Self::Other,
    ];

    /// The kind in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Index => "index",
            Self::Helm => "helm",
            Self::Signature => "signature",
            Self::Sbom => "sbom",
            Self::Attestation => "attestation",
            Self::Other => "other",
        }
    }

    /// Reads a kind.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == text)
    }

    /// What a manifest describes, by its media type, its configuration's media type, its declared
    /// artifact type, and the media types of its layers.
    #[must_use]
    pub fn of(
        media_type: &str,
        config: Option<&str>,
        artifact_type: Option<&str>,
        layers: &[&str],
    ) -> Self {
        let said = artifact_type.or(config).unwrap_or_default();
        let any = |part: &str| said.contains(part) || layers.iter().any(|l| l.contains(part));
        if any("vnd.cncf.helm") {
            Self::Helm
        } else if any("cosign.simplesigning") || any("cncf.notary.signature") {
            Self::Signature
        } else if any("spdx") || any("cyclonedx") || any("syft") {
            Self::Sbom
        } else if any("in-toto") || any("dsse.envelope") || any("sigstore.bundle") {
            Self::Attestation
        } else if is_index(media_type) {
            Self::Index
        } else if matches!(
            config,
            Some(
                "application/vnd.oci.image.config.v1+json"
                    | "application/vnd.docker.container.image.v1+json"
            )
        ) && artifact_type.is_none()
        {
            Self::Image
        } else {
            Self::Other
        }
    }
}

fn is_index(media_type: &str) -> bool {
    matches!(
        media_type,
        "application/vnd.oci.image.index.v1+json"
            | "application/vnd.docker.distribution.manifest.list.v2+json"
    )
}

/// What an image runs on; "architecture" in the console.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct OciPlatform {
    /// `linux`.
    pub os: String,
    /// `amd64`.
    pub architecture: String,
    /// `v8`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// Of Windows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
}

impl OciPlatform {
    /// Whether it says nothing: what builders give to attestations.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.os == "unknown" || self.architecture == "unknown"
    }
}

impl fmt::Display for OciPlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        match &self.variant {
            Some(variant) => write!(f, "/{variant}"),
            None => Ok(()),
        }
    }
}

/// Something in the registry, by digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// Its digest.
    pub digest: Digest,
    /// Its media type.
    pub media_type: String,
    /// Its size as the manifest says.
    pub size_bytes: u64,
    /// It is said to be elsewhere, where Roadstead never goes; its bytes are not the registry's.
    pub foreign: bool,
    /// What its maker calls it, made fit to be shown; of documents only, and kept for as many of one
    /// artifact as fit into 16 KiB.
    pub title: Option<String>,
}

/// A manifest that an index lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// Its digest, media type, and the size of its manifest.
    pub descriptor: Descriptor,
    /// What it runs on.
    pub platform: Option<OciPlatform>,
    /// What kind of artifact it is said to be.
    pub artifact_type: Option<String>,
    /// It is a builder's statement about another child, not an architecture
    /// (`vnd.docker.reference.type=attestation-manifest`).
    pub attests: bool,
}

/// A manifest that an index lists, with what is known of it by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedChild {
    /// What the index says of it.
    pub child: Child,
    /// What it is, once its manifest was read.
    pub kind: Option<ArtifactKind>,
    /// Bytes of everything it is made of; `None` while part of it is unread.
    pub size_bytes: Option<u64>,
    /// Why its manifest could not be read.
    pub trouble: Option<ErrorCode>,
}

/// What an image's configuration says, cut to what a page shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ConfigSummary {
    /// Who built it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// The user it runs as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Where it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// The signal that stops it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_signal: Option<String>,
    /// `NAME=value` each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// What it runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entrypoint: Vec<String>,
    /// With what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cmd: Vec<String>,
    /// `8080/tcp` each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exposed_ports: Vec<String>,
    /// Paths.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<String>,
    /// Free texts.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// How it was built, the first step first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<HistoryStep>,
}

/// One step of a build.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HistoryStep {
    /// When, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// The command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// What was said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// It made no layer.
    #[serde(default)]
    pub empty_layer: bool,
}

/// An artifact as its page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    /// Its digest.
    pub digest: Digest,
    /// Whether the digest was computed from bytes, or only told.
    pub certainty: Certainty,
    /// Whether its manifest was read; while it was not, everything below is empty.
    pub read: bool,
    /// Why its manifest could not be read.
    pub trouble: Option<ErrorCode>,
    /// Its media type.
    pub media_type: String,
    /// What kind of artifact it says it is.
    pub artifact_type: Option<String>,
    /// What it is.
    pub kind: ArtifactKind,
    /// Bytes of the manifest itself.
    pub manifest_bytes: u64,
    /// Bytes of everything it is made of; `None` while part of it is unread.
    pub size_bytes: Option<u64>,
    /// Its configuration.
    pub config: Option<Descriptor>,
    /// What the configuration says; `None` while it is unread or no image's.
    pub config_summary: Option<ConfigSummary>,
    /// What of that was not kept.
    pub config_cut: SummaryCut,
    /// What the configuration of a Helm chart says; `None` while it is unread or no chart's.
    pub chart: Option<Chart>,
    /// Why the configuration could not be read.
    pub config_trouble: Option<ErrorCode>,
    /// Its layers, the lowest first.
    pub layers: Vec<Descriptor>,
    /// The manifests it lists.
    pub children: Vec<ListedChild>,
    /// Entries of its lists that could not be kept.
    pub omitted: u64,
    /// What it refers to. It may not exist.
    pub subject: Option<Digest>,
    /// Free texts.
    pub annotations: BTreeMap<String, String>,
    /// What of those was not kept.
    pub annotations_cut: TextsCut,
    /// What it runs on.
    pub platforms: Vec<OciPlatform>,
    /// When it was built, as its annotation says, or else its configuration.
    pub created_at: Option<Timestamp>,
    /// It tells the beginning of the epoch instead of when it was built, so that building it again
    /// gives the same bytes. `created_at` is `None` then.
    pub reproducible: bool,
    /// When it was pushed, as far as known.
    pub pushed_at: Option<Timestamp>,
    /// The tags of its repository that point at it; the first hundred by name.
    pub tags: Vec<String>,
    /// The indexes of its repository that list it; the first hundred.
    pub parents: Vec<Digest>,
    /// What its repository holds about it; the first hundred.
    pub referrers: Vec<Referrer>,
}

/// An artifact that says something about another one: a signature, a list of what is inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referrer {
    /// Its digest.
    pub digest: Digest,
    /// Its media type; empty while nobody told.
    pub media_type: String,
    /// What kind of artifact it says it is.
    pub artifact_type: Option<String>,
    /// What it is, once its manifest was read.
    pub kind: Option<ArtifactKind>,
    /// Bytes of everything it is made of; `None` while part of it is unread.
    pub size_bytes: Option<u64>,
    /// The tag it was found by: `<algorithm>-<hex>` with or without an end like `.sig`
    /// (distribution-spec "Referrers Tag Schema", and what cosign made of it). `None` when its own
    /// manifest names its subject.
    pub tag: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::{ArtifactKind, OciPlatform};

    #[test]
    fn kind_follows_what_a_manifest_says_of_itself() {
        let manifest = "application/vnd.oci.image.manifest.v1+json";
        let of = |config, artifact_type, layers: &[&str]| {
            ArtifactKind::of(manifest, Some(config), artifact_type, layers)
        };
        let image = "application/vnd.oci.image.config.v1+json";
        let empty = "application/vnd.oci.empty.v1+json";
        assert_eq!(of(image, None, &[]), ArtifactKind::Image);
        assert_eq!(
            of("application/vnd.cncf.helm.config.v1+json", None, &[]),
            ArtifactKind::Helm
        );
        assert_eq!(
            of(
                image,
                None,
                &["application/vnd.dev.cosign.simplesigning.v1+json"]
            ),
            ArtifactKind::Signature
        );
        assert_eq!(
            of(empty, Some("application/spdx+json"), &[]),
            ArtifactKind::Sbom
        );
        assert_eq!(
            of(image, None, &["application/vnd.in-toto+json"]),
            ArtifactKind::Attestation
        );
        assert_eq!(
            of(empty, Some("application/x-mine"), &[]),
            ArtifactKind::Other
        );
        assert_eq!(of(empty, None, &[]), ArtifactKind::Other);
        let index = "application/vnd.oci.image.index.v1+json";
        assert_eq!(
            ArtifactKind::of(index, None, None, &[]),
            ArtifactKind::Index
        );
    }

    #[test]
    fn platform_reads_as_people_write_it() {
        let mut platform = OciPlatform {
            os: "linux".to_owned(),
            architecture: "arm64".to_owned(),
            ..OciPlatform::default()
        };
        assert_eq!(platform.to_string(), "linux/arm64");
        platform.variant = Some("v8".to_owned());
        assert_eq!(platform.to_string(), "linux/arm64/v8");
    }
}
