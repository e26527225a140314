//! What tags point at, and what that is made of.

use super::links;
use super::point::{Given, point};
use super::scope::{self, Effects, Scope};
use super::sql::{MOST_OF_ALL, Sql, bytes, signed, unsigned};
use super::told::{Blob, Blobs, number};
use super::{CHUNK, bounded, built, kept, told};
use crate::command::Command;
use crate::fault::Fault;
use crate::registry_row::json;
use crate::store::Store;
use crate::tx::Tx;
use roadstead_core::model::{ArtifactKind, Certainty, Descriptor, Digest, RepositoryId, Timestamp};
use roadstead_core::ports::{
    ManifestOutcome, ManifestRead, ReadArtifact, Recorded, SeenTag, Source, StoreError,
};
use sea_orm::{QueryResult, Value};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

pub(super) const UNREAD: i64 = 0;
pub(super) const READ: i64 = 1;

/// How many rows a manifest makes, so that a transaction has a bounded number.
fn weight(manifest: &ManifestRead) -> usize {
    let made_of = match &manifest.outcome {
        ManifestOutcome::Read(read) => {
            2 + 2 * read.layers.len()
                + 3 * read.children.len()
                + 2 * usize::from(read.config.is_some())
        }
        ManifestOutcome::Known(_) => 20,
        ManifestOutcome::Failed { .. } => 1,
    };
    manifest.tags.len() + made_of
}

pub(super) async fn record(
    store: &Store,
    source: Source,
    manifests: &[ManifestRead],
    now: Timestamp,
) -> Result<Recorded, StoreError> {
    for chunk in bounded(manifests, weight) {
        let command = Command::RecordManifests;
        let taken = scope::write(store, command, source, now, |tx, scope, effects| {
            Box::pin(chunk_of(tx, scope, chunk, now, effects))
        });
        if taken.await?.is_none() {
            return Ok(Recorded::Outdated);
        }
    }
    Ok(Recorded::Yes(()))
}

/// Numbers of repositories that are not gone.
pub(super) async fn repositories(
    tx: &Tx<'_>,
    scope: &Scope,
    ids: Vec<RepositoryId>,
) -> Result<HashMap<Uuid, i64>, Fault> {
    let wanted: HashSet<Uuid> = ids.into_iter().map(|id| id.0).collect();
    let rows = Sql::of(
        "SELECT no, id FROM repository WHERE inventory_no = ? AND ended_at IS NULL AND id IN ",
        [scope.no.into()],
    )
    .list(wanted)
    .all(tx)
    .await?;
    rows.iter()
        .map(|row| Ok((row.try_get("", "id")?, row.try_get("", "no")?)))
        .collect()
}

/// An artifact as far as it matters here.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub(super) no: i64,
    pub(super) state: i64,
}

pub(super) async fn known(
    tx: &Tx<'_>,
    scope: &Scope,
    wanted: HashSet<Vec<u8>>,
) -> Result<HashMap<Vec<u8>, Known>, Fault> {
    let rows = Sql::of(
        "SELECT no, digest, state FROM artifact WHERE inventory_no = ? AND digest IN ",
        [scope.no.into()],
    )
    .list(wanted)
    .all(tx)
    .await?;
    rows.iter()
        .map(|row| {
            let known = Known {
                no: row.try_get("", "no")?,
                state: row.try_get("", "state")?,
            };
            Ok((row.try_get("", "digest")?, known))
        })
        .collect()
}

async fn chunk_of(
    tx: &Tx<'_>,
    scope: &Scope,
    chunk: &[ManifestRead],
    now: Timestamp,
    effects: &mut Effects,
) -> Result<(), Fault> {
    let repositories =
        repositories(tx, scope, chunk.iter().map(|m| m.repository_id).collect()).await?;
    let read: Vec<&ReadArtifact> = chunk
        .iter()
        .filter(|m| repositories.contains_key(&m.repository_id.0))
        .filter_map(|m| match &m.outcome {
            ManifestOutcome::Read(read) => Some(read.as_ref()),
            _ => None,
        })
        .collect();
    let grown = take(tx, scope, &read, effects).await?;

    let mut given = Vec::new();
    for manifest in chunk {
        let Some(no) = repositories.get(&manifest.repository_id.0) else {
            continue;
        };
        let digest = match &manifest.outcome {
            ManifestOutcome::Read(read) => &read.digest,
            ManifestOutcome::Known(digest) => digest,
            ManifestOutcome::Failed { digest, trouble } => {
                fail(
                    tx,
                    scope,
                    *no,
                    digest.as_ref(),
                    &manifest.tags,
                    trouble.as_str(),
                    effects,
                    now,
                )
                .await?;
                continue;
            }
        };
        let of = |tag| Given {
            repository_no: *no,
            tag,
            digest: digest.clone(),
            media_type: "",
            provisional: false,
            looked: true,
        };
        if manifest.tags.is_empty() {
            given.push(of(None));
        }
        given.extend(manifest.tags.iter().map(|tag| of(Some(tag))));
    }
    point(tx, scope, &given, now, effects).await?;

    // What was linked before it was read is linked with all it is made of now.
    links::grow(tx, &grown, effects).await?;
    sizes(tx, &grown).await?;
    Ok(())
}

/// Writes manifests that were read; answers the numbers of those nobody had read before.
async fn take(
    tx: &Tx<'_>,
    scope: &Scope,
    read: &[&ReadArtifact],
    effects: &mut Effects,
) -> Result<Vec<i64>, Fault> {
    if read.is_empty() {
        return Ok(Vec::new());
    }
    let mut digests = HashSet::new();
    for artifact in read {
        digests.insert(artifact.digest.to_bytes());
        for child in &artifact.children {
            digests.insert(child.descriptor.digest.to_bytes());
        }
    }
    let mut known = known(tx, scope, digests).await?;
    let blobs = blobs(tx, scope, read).await?;

    // Everything nobody knows gets its row first, unread.
    let mut fresh: HashMap<Vec<u8>, Vec<Value>> = HashMap::new();
    for artifact in read {
        for child in &artifact.children {
            let bytes = child.descriptor.digest.to_bytes();
            if !known.contains_key(&bytes) {
                let d = &child.descriptor;
                fresh
                    .entry(bytes)
                    .or_insert_with(|| row(scope, &d.digest, &d.media_type, d.size_bytes));
            }
        }
        let bytes = artifact.digest.to_bytes();
        if !known.contains_key(&bytes) {
            fresh.insert(
                bytes,
                row(
                    scope,
                    &artifact.digest,
                    &artifact.media_type,
                    artifact.manifest_bytes,
                ),
            );
        }
    }
    add(tx, fresh, &mut known).await?;

    let mut grown = BTreeSet::new();
    let (mut rows, mut children) = (Vec::new(), Vec::new());
    for artifact in read {
        let Some(at) = known.get(&artifact.digest.to_bytes()).copied() else {
            continue;
        };
        if at.state == READ || !grown.insert(at.no) {
            continue;
        }
        rows.push(read_row(at.no, artifact, &blobs)?);
        for (place, child) in artifact.children.iter().enumerate() {
            let Some(child_at) = known.get(&child.descriptor.digest.to_bytes()) else {
                continue;
            };
            let platform = child.platform.as_ref().map(json).transpose()?;
            children.push(vec![
                at.no.into(),
                i64::try_from(place).unwrap_or(i64::MAX).into(),
                child_at.no.into(),
                platform.into(),
                child.artifact_type.clone().into(),
                i64::from(child.attests).into(),
            ]);
        }
    }
    if !rows.is_empty() {
        write_read(tx, rows, effects).await?;
    }
    for chunk in children.chunks(CHUNK) {
        Sql::of(
            "INSERT INTO artifact_child (parent_no, place, child_no, platform, artifact_type, \
             attests) VALUES ",
            [],
        )
        .rows(chunk.to_vec())
        .and(" ON CONFLICT (parent_no, place) DO NOTHING", [])
        .run(tx)
        .await?;
    }
    configs(tx, scope, read, &blobs).await?;
    Ok(grown.into_iter().collect())
}

pub(super) fn row(scope: &Scope, digest: &Digest, media_type: &str, size: u64) -> Vec<Value> {
    vec![
        scope.no.into(),
        digest.to_bytes().into(),
        UNREAD.into(),
        media_type.into(),
        kind_no(ArtifactKind::Other).into(),
        bytes(size).into(),
    ]
}

pub(super) async fn add(
    tx: &Tx<'_>,
    fresh: HashMap<Vec<u8>, Vec<Value>>,
    known: &mut HashMap<Vec<u8>, Known>,
) -> Result<(), Fault> {
    let rows: Vec<Vec<Value>> = fresh.into_values().collect();
    for chunk in rows.chunks(CHUNK) {
        let made = Sql::of(
            "INSERT INTO artifact (inventory_no, digest, state, media_type, kind, manifest_bytes) \
             VALUES ",
            [],
        )
        .rows(chunk.to_vec())
        .and(" RETURNING no, digest, state", [])
        .all(tx)
        .await?;
        for row in &made {
            let at = Known {
                no: row.try_get("", "no")?,
                state: row.try_get("", "state")?,
            };
            known.insert(row.try_get("", "digest")?, at);
        }
    }
    Ok(())
}

/// The place of a kind in the schema.
pub(super) fn kind_no(kind: ArtifactKind) -> i64 {
    ArtifactKind::ALL
        .iter()
        .position(|k| *k == kind)
        .and_then(|at| i64::try_from(at).ok())
        .unwrap_or(0)
}

fn read_row(no: i64, read: &ReadArtifact, blobs: &Blobs) -> Result<Vec<Value>, StoreError> {
    let number = |d: &Descriptor| number(blobs, &d.digest);
    let mut layers = String::new();
    for layer in &read.layers {
        let Some(blob) = number(layer) else { continue };
        if !layers.is_empty() {
            layers.push(' ');
        }
        if layer.foreign {
            layers.push('f');
        }
        layers.push_str(&blob.to_string());
    }
    // Layers may occur twice in a list; they are stored once.
    let mut counted = HashSet::new();
    let own: u64 = read
        .layers
        .iter()
        .filter(|l| !l.foreign && counted.insert(&l.digest))
        .chain(read.config.iter())
        .fold(read.manifest_bytes, |sum, d| {
            sum.saturating_add(d.size_bytes)
        });
    let size = read
        .children
        .is_empty()
        .then(|| signed(own).min(MOST_OF_ALL));
    let annotations = match read.annotations.is_empty() {
        true => None,
        false => Some(kept::texts(&read.annotations)?),
    };
    Ok(vec![
        no.into(),
        i64::from(read.certainty == Certainty::Verified).into(),
        read.media_type.as_str().into(),
        read.artifact_type.clone().into(),
        kind_no(read.kind).into(),
        bytes(read.manifest_bytes).into(),
        size.into(),
        read.config.as_ref().and_then(number).into(),
        layers.into(),
        signed(read.omitted).into(),
        read.subject.as_ref().map(Digest::to_bytes).into(),
        annotations.into(),
        read.platform.as_ref().map(json).transpose()?.into(),
        built::of(read).into(),
        told::of(read, blobs)?.into(),
    ])
}

async fn write_read(
    tx: &Tx<'_>,
    rows: Vec<Vec<Value>>,
    effects: &mut Effects,
) -> Result<(), Fault> {
    let met = Sql::of(
        "UPDATE artifact SET state = 1, trouble = NULL, verified = v.column2, \
         media_type = v.column3, artifact_type = v.column4, kind = v.column5, \
         manifest_bytes = v.column6, size_bytes = v.column7, config_no = v.column8, \
         layers = v.column9, omitted = v.column10, subject = v.column11, \
         annotations = v.column12, platform = v.column13, created_at = v.column14, \
         told = v.column15 \
         FROM (VALUES ",
        [],
    )
    .rows(rows)
    .and(
        ") AS v WHERE artifact.no = v.column1 \
         RETURNING repositories",
        [],
    )
    .all(tx)
    .await?;
    for row in &met {
        let repositories: i64 = row.try_get("", "repositories")?;
        effects.figures.artifacts_unread -= i64::from(repositories > 0);
    }
    Ok(())
}

/// Blobs of everything read, by digest.
async fn blobs(tx: &Tx<'_>, scope: &Scope, read: &[&ReadArtifact]) -> Result<Blobs, Fault> {
    let mut wanted: HashMap<Vec<u8>, &Descriptor> = HashMap::new();
    for artifact in read {
        for descriptor in artifact.layers.iter().chain(artifact.config.iter()) {
            wanted
                .entry(descriptor.digest.to_bytes())
                .or_insert(descriptor);
        }
    }
    let mut found = Blobs::with_capacity(wanted.len());
    if wanted.is_empty() {
        return Ok(found);
    }
    let rows = Sql::of(
        "SELECT no, digest, media_type, size_bytes FROM blob WHERE inventory_no = ? AND digest IN ",
        [scope.no.into()],
    )
    .list(wanted.keys().cloned())
    .all(tx)
    .await?;
    for row in &rows {
        found.insert(row.try_get("", "digest")?, blob(row)?);
    }
    let fresh: Vec<Vec<Value>> = wanted
        .iter()
        .filter(|(digest, _)| !found.contains_key(*digest))
        .map(|(digest, d)| {
            vec![
                scope.no.into(),
                digest.clone().into(),
                d.media_type.as_str().into(),
                bytes(d.size_bytes).into(),
            ]
        })
        .collect();
    for chunk in fresh.chunks(CHUNK) {
        let made = Sql::of(
            "INSERT INTO blob (inventory_no, digest, media_type, size_bytes) VALUES ",
            [],
        )
        .rows(chunk.to_vec())
        .and(" RETURNING no, digest, media_type, size_bytes", [])
        .all(tx)
        .await?;
        for row in &made {
            found.insert(row.try_get("", "digest")?, blob(row)?);
        }
    }
    Ok(found)
}

fn blob(row: &QueryResult) -> Result<Blob, Fault> {
    Ok(Blob {
        no: row.try_get("", "no")?,
        media_type: row.try_get("", "media_type")?,
        size_bytes: unsigned(row.try_get("", "size_bytes")?),
    })
}

/// Puts images' configurations into their queue, each once.
async fn configs(
    tx: &Tx<'_>,
    scope: &Scope,
    read: &[&ReadArtifact],
    blobs: &Blobs,
) -> Result<(), Fault> {
    let wanted: BTreeSet<i64> = read
        .iter()
        .filter(|r| r.read_config)
        .filter_map(|r| r.config.as_ref())
        .filter_map(|config| number(blobs, &config.digest))
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let rows = wanted
        .into_iter()
        .map(|no| vec![no.into(), scope.no.into(), UNREAD.into()])
        .collect();
    Sql::of(
        "INSERT INTO image_config (blob_no, inventory_no, state) VALUES ",
        [],
    )
    .rows(rows)
    .and(" ON CONFLICT (blob_no) DO NOTHING", [])
    .run(tx)
    .await?;
    Ok(())
}

/// Sizes of the indexes that list these, once all they list is known.
async fn sizes(tx: &Tx<'_>, grown: &[i64]) -> Result<(), Fault> {
    if grown.is_empty() {
        return Ok(());
    }
    Sql::of(
        "UPDATE artifact SET size_bytes = (SELECT CASE WHEN COUNT(*) = COUNT(c.size_bytes) \
         THEN artifact.manifest_bytes + SUM(CASE WHEN c.size_bytes > ? THEN ? \
         ELSE c.size_bytes END) END \
         FROM artifact_child k JOIN artifact c ON c.no = k.child_no WHERE k.parent_no = artifact.no) \
         WHERE no IN (SELECT parent_no FROM artifact_child WHERE child_no IN ",
        [MOST_OF_ALL.into(), MOST_OF_ALL.into()],
    )
    .list(grown.iter().copied())
    .and(" OR parent_no IN ", [])
    .list(grown.iter().copied())
    .and(")", [])
    .run(tx)
    .await?;
    Ok(())
}

/// Notes that a manifest, or tags, could not be read.
#[expect(
    clippy::too_many_arguments,
    reason = "one caller; a struct would only be unpacked again"
)]
async fn fail(
    tx: &Tx<'_>,
    scope: &Scope,
    repository_no: i64,
    digest: Option<&Digest>,
    tags: &[SeenTag],
    trouble: &str,
    effects: &mut Effects,
    now: Timestamp,
) -> Result<(), Fault> {
    if let Some(digest) = digest {
        // It still counts as unread: nobody knows what it is made of.
        Sql::of(
            "UPDATE artifact SET state = 2, trouble = ? WHERE inventory_no = ? AND digest = ? \
             AND state = 0",
            [trouble.into(), scope.no.into(), digest.to_bytes().into()],
        )
        .run(tx)
        .await?;
    }
    if !tags.is_empty() {
        let rows = Sql::of(
            "UPDATE tag SET trouble = ?, checked_at = ? WHERE repository_no = ? AND name IN ",
            [trouble.into(), now.as_micros().into(), repository_no.into()],
        )
        .list(tags.iter().map(|tag| tag.name.as_str()))
        .run(tx)
        .await?;
        effects.of(repository_no).told |= rows > 0;
    }
    Ok(())
}
