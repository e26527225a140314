//! What is in a repository of a Docker Registry: its tags, its manifests, their configurations.

use futures::TryStreamExt as _;
use roadstead_core::model::{
    ArtifactKind, CHART_CONFIG, Certainty, Chart, ChartCut, ChartDependency, ChartSummary, Child,
    ConfigSummary, Descriptor, Digest, HistoryStep, OciPlatform, Timestamp,
};
use roadstead_core::ports::{
    ArtifactPointer, Read, ReadArtifact, ReadConfig, RegistryError, SeenTag, TagList,
};
use roadstead_core::rules::document_title;
use roadstead_oci as oci;
use roadstead_oci::{
    ChartConfig, Content, ImageConfig, Listing, OciClient, Pointer, RepositoryName,
};
use std::collections::HashSet;

/// The most tags of one repository that are taken; the rest is counted.
const MAX_TAGS: usize = 100_000;

/// What a file is called, by the specification's annotation.
pub(super) const TITLE: &str = "org.opencontainers.image.title";

/// When an image was built, by the specification's annotation.
const CREATED: &str = "org.opencontainers.image.created";

/// Times on the first day of the epoch stand for a build that tells none.
const REPRODUCIBLE: std::ops::Range<i64> = 0..24 * 3_600 * 1_000_000;

/// Other times up to here are no day in the seventies, or in 1980, either: nobody built an image then.
const REPRODUCIBLE_UNTIL: i64 = 10 * 365 * 24 * 3_600 * 1_000_000 + 3 * 24 * 3_600 * 1_000_000;

pub(super) async fn repository(client: &OciClient, name: &str) -> Read<TagList> {
    let mut pages = Box::pin(client.list(Listing::Tags(parsed(name)?), None));
    let mut seen = HashSet::new();
    let mut list = TagList::default();
    while let Some(page) = pages.try_next().await? {
        list.skipped += page.malformed as u64;
        for name in page.names {
            if seen.len() >= MAX_TAGS {
                list.skipped += 1;
            } else if seen.insert(name.clone()) {
                list.tags.push(SeenTag {
                    name,
                    digest: None,
                    pushed_at: None,
                    pulled_at: None,
                });
            }
        }
        if seen.len() >= MAX_TAGS {
            break;
        }
    }
    Ok(list)
}

pub(super) async fn artifact(
    client: &OciClient,
    repository: &str,
    pointer: &ArtifactPointer,
) -> Read<ReadArtifact> {
    let manifest = client
        .repository(parsed(repository)?)
        .manifest(&self::pointer(pointer)?)
        .await?;
    read(manifest)
}

pub(super) async fn moved(
    client: &OciClient,
    repository: &str,
    tag: &str,
    known: Option<&Digest>,
) -> Read<Option<Digest>> {
    let repository = client.repository(parsed(repository)?);
    let tag = tag_pointer(tag)?;
    let head = match known {
        Some(known) => repository.changed(&tag, &wire(known)?).await?,
        None => Some(repository.head(&tag).await?),
    };
    head.map(|head| own(&head.digest)).transpose()
}

pub(super) async fn config(
    client: &OciClient,
    repository: &str,
    config: &Descriptor,
) -> Read<ReadConfig> {
    let bytes = client
        .repository(parsed(repository)?)
        .config_bytes(&wire_descriptor(config)?)
        .await?;
    if config.media_type == CHART_CONFIG {
        return Ok(ReadConfig {
            chart: Some(chart(ChartConfig::decode(&bytes)?)),
            ..ReadConfig::default()
        });
    }
    let read = summary(ImageConfig::decode(&bytes)?);
    // What a manifest calls an image's may be what another, named later, calls a chart's.
    let named = ChartConfig::decode(&bytes).ok();
    let named = named.filter(ChartConfig::is_named).map(chart);
    Ok(ReadConfig {
        chart: named,
        ..read
    })
}

/// A descriptor as the protocol has it.
pub(super) fn wire_descriptor(of: &Descriptor) -> Read<oci::Descriptor> {
    Ok(oci::Descriptor {
        media_type: of.media_type.clone(),
        digest: wire(&of.digest)?,
        size: of.size_bytes,
        platform: None,
        artifact_type: None,
        foreign: of.foreign,
        annotations: std::collections::BTreeMap::new(),
    })
}

/// A name no registry can have is not there.
pub(super) fn parsed(name: &str) -> Read<RepositoryName> {
    RepositoryName::parse(name).map_err(|_| RegistryError::NotFound)
}

pub(super) fn pointer(of: &ArtifactPointer) -> Read<Pointer> {
    match of {
        ArtifactPointer::Tag(tag) => tag_pointer(tag),
        ArtifactPointer::Digest(digest) => Ok(Pointer::Digest(wire(digest)?)),
    }
}

fn tag_pointer(tag: &str) -> Read<Pointer> {
    oci::Tag::parse(tag)
        .map(Pointer::Tag)
        .map_err(|_| RegistryError::NotFound)
}

pub(super) fn wire(digest: &Digest) -> Read<oci::Digest> {
    oci::Digest::parse(digest.as_str()).map_err(|_| RegistryError::Unsupported)
}

fn own(digest: &oci::Digest) -> Read<Digest> {
    Digest::parse(digest.as_str())
        .ok_or_else(|| RegistryError::Protocol("the digest is malformed".to_owned()))
}

/// What a manifest describes.
pub(super) fn kind_of(manifest: &oci::Manifest) -> ArtifactKind {
    let media_type = &manifest.media_type;
    match &manifest.content {
        Content::Index(index) => {
            ArtifactKind::of(media_type, None, index.artifact_type.as_deref(), &[])
        }
        Content::Image(image) => {
            let types: Vec<&str> = image.layers.iter().map(|l| l.media_type.as_str()).collect();
            let config = Some(image.config.media_type.as_str());
            ArtifactKind::of(media_type, config, image.artifact_type.as_deref(), &types)
        }
        Content::Unknown => ArtifactKind::of(media_type, None, None, &[]),
    }
}

fn read(manifest: oci::Manifest) -> Read<ReadArtifact> {
    let digest = own(&manifest.digest)?;
    let kind = kind_of(&manifest);
    let media_type = manifest.media_type;
    let mut read = ReadArtifact {
        digest,
        certainty: Certainty::Verified,
        kind,
        media_type,
        artifact_type: None,
        manifest_bytes: manifest.bytes.len() as u64,
        config: None,
        read_config: false,
        layers: Vec::new(),
        children: Vec::new(),
        omitted: 0,
        subject: None,
        annotations: std::collections::BTreeMap::new(),
        platform: None,
        created_at: None,
    };
    match manifest.content {
        Content::Index(index) => {
            read.omitted = index.omitted as u64;
            read.children = index.manifests.iter().filter_map(child).collect();
            read.artifact_type = index.artifact_type;
            read.subject = index.subject.and_then(|s| own(&s.digest).ok());
            read.annotations = index.annotations;
        }
        Content::Image(image) => {
            let image = *image;
            read.omitted = image.omitted as u64;
            read.config = descriptor(&image.config);
            // An empty configuration tells nothing that a page shows.
            read.read_config = !image.config.foreign
                && match read.kind {
                    ArtifactKind::Image => true,
                    ArtifactKind::Helm => image.config.media_type == CHART_CONFIG,
                    _ => false,
                };
            let layer: fn(&oci::Descriptor) -> Option<Descriptor> = match read.kind {
                ArtifactKind::Image => descriptor,
                _ => part,
            };
            read.layers = image.layers.iter().filter_map(layer).collect();
            read.artifact_type = image.artifact_type;
            read.subject = image.subject.and_then(|s| own(&s.digest).ok());
            read.annotations = image.annotations;
        }
        Content::Unknown => {}
    }
    read.created_at = read.annotations.get(CREATED).and_then(|text| time(text));
    Ok(read)
}

pub(super) fn descriptor(found: &oci::Descriptor) -> Option<Descriptor> {
    Some(Descriptor {
        digest: own(&found.digest).ok()?,
        media_type: found.media_type.clone(),
        size_bytes: found.size,
        foreign: found.foreign,
        title: None,
    })
}

/// A layer of something that is no image: a file, that may have a name.
fn part(found: &oci::Descriptor) -> Option<Descriptor> {
    let title = found.annotations.get(TITLE);
    Some(Descriptor {
        title: title.and_then(|title| document_title(title)),
        ..descriptor(found)?
    })
}

fn child(found: &oci::Descriptor) -> Option<Child> {
    let kind = found.annotations.get("vnd.docker.reference.type");
    Some(Child {
        descriptor: descriptor(found)?,
        platform: found.platform.as_ref().map(|platform| OciPlatform {
            os: platform.os.clone(),
            architecture: platform.architecture.clone(),
            variant: platform.variant.clone(),
            os_version: platform.os_version.clone(),
        }),
        artifact_type: found.artifact_type.clone(),
        attests: kind.is_some_and(|kind| kind == "attestation-manifest"),
    })
}

fn summary(config: ImageConfig) -> ReadConfig {
    let platform = config
        .os
        .zip(config.architecture)
        .map(|(os, architecture)| OciPlatform {
            os,
            architecture,
            variant: config.variant,
            os_version: config.os_version,
        });
    let steps = config.history.into_iter().map(|step| HistoryStep {
        created: step.created,
        created_by: step.created_by,
        comment: step.comment,
        empty_layer: step.empty_layer,
    });
    ReadConfig {
        platform,
        created_at: config.created.as_deref().and_then(time),
        summary: ConfigSummary {
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
            history: steps.collect(),
        },
        chart: None,
    }
}

fn chart(config: ChartConfig) -> Chart {
    let (sources, sources_omitted) = config.sources;
    let (maintainers, maintainers_omitted) = config.maintainers;
    let (keywords, keywords_omitted) = config.keywords;
    let (dependencies, dependencies_omitted) = config.dependencies;
    let dependencies = dependencies.into_iter().map(|needed| ChartDependency {
        name: needed.name,
        version: needed.version,
        repository: needed.repository,
    });
    Chart {
        said: ChartSummary {
            name: config.name,
            version: config.version,
            app_version: config.app_version,
            description: config.description,
            kube_version: config.kube_version,
            chart_type: config.chart_type,
            deprecated: config.deprecated,
            home: config.home,
            sources,
            maintainers,
            keywords,
            dependencies: dependencies.collect(),
        },
        cut: ChartCut {
            sources: sources_omitted as u64,
            maintainers: maintainers_omitted as u64,
            keywords: keywords_omitted as u64,
            dependencies: dependencies_omitted as u64,
            ..ChartCut::default()
        },
    }
}

/// A time as a builder wrote it; the epoch of a build that tells none is handed on as that.
fn time(text: &str) -> Option<Timestamp> {
    let time = Timestamp::parse(text).ok()?;
    let micros = time.as_micros();
    (REPRODUCIBLE.contains(&micros) || micros > REPRODUCIBLE_UNTIL).then_some(time)
}
