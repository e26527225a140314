//! An artifact with everything it is made of.

use super::chart::ChartView;
use super::inventory::{CertaintyView, PlatformView};
use super::words::{ArtifactKindWord, ErrorCodeWord};
use roadstead_core::ErrorCode;
use roadstead_core::model::{
    Artifact, ArtifactKind, ConfigSummary, Descriptor, Digest, HistoryStep, ListedChild, Referrer,
    SummaryCut, Timestamp,
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Something in a registry, by digest.
#[derive(Serialize, ToSchema)]
#[schema(as = Descriptor)]
pub(crate) struct DescriptorView {
    /// Its digest.
    #[schema(value_type = String)]
    digest: Digest,
    /// Its media type.
    media_type: String,
    /// Its size, as the manifest says.
    size_bytes: u64,
    /// It is said to be elsewhere; its bytes are not the registry's.
    foreign: bool,
    /// What its maker calls it, without characters that cannot be seen; of documents only.
    title: Option<String>,
}

impl From<Descriptor> for DescriptorView {
    fn from(descriptor: Descriptor) -> Self {
        Self {
            digest: descriptor.digest,
            media_type: descriptor.media_type,
            size_bytes: descriptor.size_bytes,
            foreign: descriptor.foreign,
            title: descriptor.title,
        }
    }
}

/// A manifest that an index lists.
#[derive(Serialize, ToSchema)]
#[schema(as = ArtifactChild)]
pub(crate) struct ChildView {
    /// Its digest, media type, and the size of its manifest.
    descriptor: DescriptorView,
    /// What it runs on.
    platform: Option<PlatformView>,
    /// What kind of artifact it is said to be.
    artifact_type: Option<String>,
    /// It is a builder's statement about another child, not an architecture.
    attests: bool,
    /// What it is; null while its manifest is unread.
    #[schema(value_type = Option<ArtifactKindWord>)]
    kind: Option<ArtifactKind>,
    /// Bytes of everything it is made of; null while part of it is unread.
    size_bytes: Option<u64>,
    /// Why its manifest could not be read.
    #[schema(value_type = Option<ErrorCodeWord>)]
    trouble: Option<ErrorCode>,
}

impl From<ListedChild> for ChildView {
    fn from(listed: ListedChild) -> Self {
        let child = listed.child;
        Self {
            descriptor: child.descriptor.into(),
            platform: child.platform.map(Into::into),
            artifact_type: child.artifact_type,
            attests: child.attests,
            kind: listed.kind,
            size_bytes: listed.size_bytes,
            trouble: listed.trouble,
        }
    }
}

/// One step of a build, in the image's own words.
#[derive(Serialize, ToSchema)]
#[schema(as = BuildStep)]
pub(crate) struct StepView {
    /// When.
    created: Option<String>,
    /// The command.
    created_by: Option<String>,
    /// Bytes of the whole command, where only its beginning is kept.
    created_by_bytes: Option<u64>,
    /// What was said about it.
    comment: Option<String>,
    /// It made no layer.
    empty_layer: bool,
}

impl StepView {
    fn new(step: HistoryStep, whole: Option<u64>) -> Self {
        Self {
            created: step.created,
            created_by: step.created_by,
            created_by_bytes: whole,
            comment: step.comment,
            empty_layer: step.empty_layer,
        }
    }
}

/// What an image's configuration says, in its own words.
#[derive(Serialize, ToSchema)]
#[schema(as = ConfigSummary)]
pub(crate) struct ConfigView {
    /// Who built it.
    author: Option<String>,
    /// The user it runs as.
    user: Option<String>,
    /// Where it runs.
    working_dir: Option<String>,
    /// The signal that stops it.
    stop_signal: Option<String>,
    /// `NAME=value` each.
    env: Vec<String>,
    /// What it runs.
    entrypoint: Vec<String>,
    /// With what.
    cmd: Vec<String>,
    /// `8080/tcp` each.
    exposed_ports: Vec<String>,
    /// Paths.
    volumes: Vec<String>,
    /// Free texts.
    labels: BTreeMap<String, String>,
    /// Labels of which only the beginning is kept, with the bytes that the whole has.
    labels_cut: BTreeMap<String, u64>,
    /// How it was built, the first step first.
    history: Vec<StepView>,
    /// How much was too long to be kept.
    left_out: LeftOutView,
}

/// How many entries of a configuration's lists were too long, or too many, to be kept. 0 also where
/// that was not counted yet when it was read.
#[derive(Serialize, ToSchema)]
#[schema(as = ConfigLeftOut)]
pub(crate) struct LeftOutView {
    /// Labels.
    labels: u64,
    /// Variables.
    env: u64,
    /// Words of the entrypoint.
    entrypoint: u64,
    /// Words of the command.
    cmd: u64,
    /// Ports.
    exposed_ports: u64,
    /// Volumes.
    volumes: u64,
    /// The last steps of its build.
    history: u64,
}

impl ConfigView {
    fn new(config: ConfigSummary, cut: SummaryCut) -> Self {
        let steps = (0..).zip(config.history);
        let steps = steps.map(|(place, step)| StepView::new(step, cut.steps.get(&place).copied()));
        Self {
            history: steps.collect(),
            labels_cut: cut.labels.cut,
            left_out: LeftOutView {
                labels: cut.labels.left_out,
                env: cut.env,
                entrypoint: cut.entrypoint,
                cmd: cut.cmd,
                exposed_ports: cut.exposed_ports,
                volumes: cut.volumes,
                history: cut.history,
            },
            author: config.author,
            user: config.user,
            working_dir: config.working_dir,
            stop_signal: config.stop_signal,
            env: config.env,
            entrypoint: config.entrypoint,
            cmd: config.cmd,
            exposed_ports: config.exposed_ports,
            volumes: config.volumes,
            labels: config.labels,
        }
    }
}

/// An artifact that says something about another one.
#[derive(Serialize, ToSchema)]
#[schema(as = Referrer)]
pub(crate) struct ReferrerView {
    /// Its digest.
    #[schema(value_type = String)]
    digest: Digest,
    /// Its media type; empty while nobody told.
    media_type: String,
    /// What kind of artifact it says it is.
    artifact_type: Option<String>,
    /// What it is; null while its manifest is unread.
    #[schema(value_type = Option<ArtifactKindWord>)]
    kind: Option<ArtifactKind>,
    /// Bytes of everything it is made of; null while part of it is unread.
    size_bytes: Option<u64>,
    /// The tag it was found by; null when its own manifest names its subject.
    tag: Option<String>,
}

impl From<Referrer> for ReferrerView {
    fn from(referrer: Referrer) -> Self {
        Self {
            digest: referrer.digest,
            media_type: referrer.media_type,
            artifact_type: referrer.artifact_type,
            kind: referrer.kind,
            size_bytes: referrer.size_bytes,
            tag: referrer.tag,
        }
    }
}

/// What a manifest describes.
#[derive(Serialize, ToSchema)]
#[schema(as = Artifact)]
pub(crate) struct ArtifactView {
    /// Its digest.
    #[schema(value_type = String)]
    digest: Digest,
    /// Whether the digest was computed from bytes.
    certainty: CertaintyView,
    /// Whether its manifest was read; while it was not, little else is known.
    read: bool,
    /// Why its manifest could not be read.
    #[schema(value_type = Option<ErrorCodeWord>)]
    trouble: Option<ErrorCode>,
    /// Its media type.
    media_type: String,
    /// What kind of artifact it says it is.
    artifact_type: Option<String>,
    /// What it is; null while its manifest is unread.
    #[schema(value_type = Option<ArtifactKindWord>)]
    kind: Option<ArtifactKind>,
    /// Bytes of the manifest itself; null while nobody told.
    manifest_bytes: Option<u64>,
    /// Bytes of everything it is made of; null while part of it is unread.
    size_bytes: Option<u64>,
    /// Its configuration.
    config: Option<DescriptorView>,
    /// What the configuration says; null while it is unread or no image's.
    config_summary: Option<ConfigView>,
    /// What the configuration of a Helm chart says; null while it is unread or no chart's.
    chart: Option<ChartView>,
    /// Why the configuration could not be read.
    #[schema(value_type = Option<ErrorCodeWord>)]
    config_trouble: Option<ErrorCode>,
    /// Its layers, the lowest first.
    layers: Vec<DescriptorView>,
    /// The manifests it lists.
    children: Vec<ChildView>,
    /// Entries of its lists that could not be kept.
    omitted: u64,
    /// What it refers to; it may not exist.
    #[schema(value_type = Option<String>)]
    subject: Option<Digest>,
    /// Free texts.
    annotations: BTreeMap<String, String>,
    /// Annotations of which only the beginning is kept, with the bytes that the whole has.
    annotations_cut: BTreeMap<String, u64>,
    /// How many annotations were too long to be kept.
    annotations_left_out: u64,
    /// What it runs on; attestations are not among them.
    platforms: Vec<PlatformView>,
    /// When it was built.
    #[schema(value_type = Option<String>, format = DateTime)]
    created_at: Option<Timestamp>,
    /// It tells the beginning of the epoch instead, so that building it again gives the same bytes;
    /// `created_at` is null then.
    reproducible: bool,
    /// When it was pushed; null when nobody knows.
    #[schema(value_type = Option<String>, format = DateTime)]
    pushed_at: Option<Timestamp>,
    /// The tags of its repository that point at it; the first hundred by name.
    tags: Vec<String>,
    /// The indexes of its repository that list it; the first hundred.
    #[schema(value_type = Vec<String>)]
    parents: Vec<Digest>,
    /// What its repository holds about it: signatures, bills of materials; the first hundred.
    referrers: Vec<ReferrerView>,
}

impl From<Artifact> for ArtifactView {
    fn from(artifact: Artifact) -> Self {
        Self {
            digest: artifact.digest,
            certainty: artifact.certainty.into(),
            read: artifact.read,
            trouble: artifact.trouble,
            media_type: artifact.media_type,
            artifact_type: artifact.artifact_type,
            kind: artifact.read.then_some(artifact.kind),
            manifest_bytes: Some(artifact.manifest_bytes).filter(|bytes| *bytes > 0),
            size_bytes: artifact.size_bytes,
            config: artifact.config.map(Into::into),
            config_summary: artifact
                .config_summary
                .map(|summary| ConfigView::new(summary, artifact.config_cut)),
            chart: artifact.chart.map(Into::into),
            config_trouble: artifact.config_trouble,
            layers: artifact.layers.into_iter().map(Into::into).collect(),
            children: artifact.children.into_iter().map(Into::into).collect(),
            omitted: artifact.omitted,
            subject: artifact.subject,
            annotations: artifact.annotations,
            annotations_cut: artifact.annotations_cut.cut,
            annotations_left_out: artifact.annotations_cut.left_out,
            platforms: artifact.platforms.into_iter().map(Into::into).collect(),
            created_at: artifact.created_at,
            reproducible: artifact.reproducible,
            pushed_at: artifact.pushed_at,
            tags: artifact.tags,
            parents: artifact.parents,
            referrers: artifact.referrers.into_iter().map(Into::into).collect(),
        }
    }
}
