//! One artifact with everything it is made of.

use super::crawls::{count, maybe, trouble};
use super::lists::{kind, platform};
use super::queues::digest;
use super::sql::{Sql, unsigned};
use crate::fault::Fault;
use crate::registry_row::parse;
use crate::store::Store;
use roadstead_core::model::{
    Artifact, Certainty, Child, ConfigSummary, Descriptor, Digest, RepositoryId, Timestamp,
};
use roadstead_core::ports::StoreError;
use sea_orm::QueryResult;
use std::collections::{BTreeMap, HashMap};

/// Tags and parents shown of one artifact.
const SHOWN: i64 = 100;

pub(super) async fn one(
    store: &Store,
    id: RepositoryId,
    wanted: &Digest,
) -> Result<Option<Artifact>, StoreError> {
    let db = store.db().read();
    let row = Sql::of(
        "SELECT p.no AS repository_no, a.no, a.digest, a.verified, a.state, a.trouble, \
         a.media_type, a.artifact_type, a.kind, a.manifest_bytes, a.size_bytes, a.config_no, \
         a.layers, a.omitted, a.subject, a.annotations, a.platform, a.created_at, \
         c.platform AS config_platform, c.created_at AS config_created_at, c.summary \
         FROM repository p JOIN artifact a ON a.inventory_no = p.inventory_no \
         JOIN repository_artifact l ON l.repository_no = p.no AND l.artifact_no = a.no \
         LEFT JOIN image_config c ON c.blob_no = a.config_no \
         WHERE p.id = ? AND p.ended_at IS NULL AND a.digest = ?",
        [id.0.into(), wanted.to_bytes().into()],
    )
    .one(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let number = |name: &str| row.try_get::<i64>("", name).map_err(Fault::from);
    let (repository_no, no) = (number("repository_no")?, number("no")?);
    let mut artifact = read(&row)?;
    let blobs = blobs(store, &row).await?;
    let config: Option<i64> = row.try_get("", "config_no").map_err(Fault::from)?;
    artifact.config = config.and_then(|no| blobs.get(&no).cloned());
    let layers: String = row.try_get("", "layers").map_err(Fault::from)?;
    artifact.layers = layers
        .split(' ')
        .filter_map(|text| {
            let foreign = text.starts_with('f');
            let no: i64 = text.trim_start_matches('f').parse().ok()?;
            let layer = blobs.get(&no)?.clone();
            Some(Descriptor { foreign, ..layer })
        })
        .collect();
    artifact.children = children(store, no).await?;
    let listed = artifact.children.iter().filter(|child| !child.attests);
    let listed = listed.filter_map(|child| child.platform.clone());
    artifact
        .platforms
        .extend(listed.filter(|platform| !platform.is_unknown()));
    let tags = Sql::of(
        "SELECT name, pushed_at FROM tag WHERE artifact_no = ? AND repository_no = ? \
         ORDER BY name LIMIT ?",
        [no.into(), repository_no.into(), SHOWN.into()],
    )
    .all(db)
    .await?;
    for tag in &tags {
        artifact
            .tags
            .push(tag.try_get("", "name").map_err(Fault::from)?);
        let pushed: Option<i64> = tag.try_get("", "pushed_at").map_err(Fault::from)?;
        artifact.pushed_at = artifact.pushed_at.max(pushed.map(Timestamp::from_micros));
    }
    let parents = Sql::of(
        "SELECT DISTINCT a.digest FROM artifact_child k JOIN artifact a ON a.no = k.parent_no \
         JOIN repository_artifact l ON l.artifact_no = a.no AND l.repository_no = ? \
         WHERE k.child_no = ? LIMIT ?",
        [repository_no.into(), no.into(), SHOWN.into()],
    )
    .all(db)
    .await?;
    for parent in &parents {
        let bytes: Vec<u8> = parent.try_get("", "digest").map_err(Fault::from)?;
        artifact.parents.push(digest(&bytes)?);
    }
    Ok(Some(artifact))
}

fn read(row: &QueryResult) -> Result<Artifact, StoreError> {
    let fields = || -> Result<Artifact, Fault> {
        let bytes: Vec<u8> = row.try_get("", "digest")?;
        let verified: i64 = row.try_get("", "verified")?;
        let state: i64 = row.try_get("", "state")?;
        let subject: Option<Vec<u8>> = row.try_get("", "subject")?;
        let annotations: Option<String> = row.try_get("", "annotations")?;
        let annotations: BTreeMap<String, String> = annotations
            .map(|text| parse("annotations", &text))
            .transpose()?
            .unwrap_or_default();
        let summary: Option<String> = row.try_get("", "summary")?;
        let summary: Option<ConfigSummary> = summary
            .map(|text| parse("summary of a configuration", &text))
            .transpose()?;
        let own: Option<String> = row.try_get("", "platform")?;
        let told: Option<String> = row.try_get("", "config_platform")?;
        let created: Option<i64> = row.try_get("", "created_at")?;
        let told_created: Option<i64> = row.try_get("", "config_created_at")?;
        Ok(Artifact {
            digest: digest(&bytes)?,
            certainty: if verified == 1 {
                Certainty::Verified
            } else {
                Certainty::Reported
            },
            read: state == super::manifests::READ,
            trouble: trouble(row)?,
            media_type: row.try_get("", "media_type")?,
            artifact_type: row.try_get("", "artifact_type")?,
            kind: kind(row.try_get("", "kind")?),
            manifest_bytes: count(row, "manifest_bytes")?,
            size_bytes: maybe(row, "size_bytes")?,
            config: None,
            config_summary: summary,
            layers: Vec::new(),
            children: Vec::new(),
            omitted: count(row, "omitted")?,
            subject: subject.as_deref().map(digest).transpose()?,
            annotations,
            platforms: platform(own.or(told))?.into_iter().collect(),
            created_at: created.or(told_created).map(Timestamp::from_micros),
            pushed_at: None,
            tags: Vec::new(),
            parents: Vec::new(),
        })
    };
    Ok(fields()?)
}

/// The blobs an artifact names, by number.
async fn blobs(store: &Store, row: &QueryResult) -> Result<HashMap<i64, Descriptor>, StoreError> {
    let layers: String = row.try_get("", "layers").map_err(Fault::from)?;
    let config: Option<i64> = row.try_get("", "config_no").map_err(Fault::from)?;
    let mut nos: Vec<i64> = layers
        .split(' ')
        .filter_map(|text| text.trim_start_matches('f').parse().ok())
        .chain(config)
        .collect();
    nos.sort_unstable();
    nos.dedup();
    let rows = Sql::of(
        "SELECT no, digest, media_type, size_bytes FROM blob WHERE no IN ",
        [],
    )
    .list(nos)
    .all(store.db().read())
    .await?;
    let one = |row: &QueryResult| -> Result<(i64, Descriptor), Fault> {
        let bytes: Vec<u8> = row.try_get("", "digest")?;
        let size: i64 = row.try_get("", "size_bytes")?;
        let descriptor = Descriptor {
            digest: digest(&bytes)?,
            media_type: row.try_get("", "media_type")?,
            size_bytes: unsigned(size),
            foreign: false,
        };
        Ok((row.try_get("", "no")?, descriptor))
    };
    Ok(rows.iter().map(one).collect::<Result<_, _>>()?)
}

async fn children(store: &Store, no: i64) -> Result<Vec<Child>, StoreError> {
    let rows = Sql::of(
        "SELECT a.digest, a.media_type, a.manifest_bytes, k.platform, k.artifact_type, k.attests \
         FROM artifact_child k JOIN artifact a ON a.no = k.child_no \
         WHERE k.parent_no = ? ORDER BY k.place",
        [no.into()],
    )
    .all(store.db().read())
    .await?;
    let one = |row: &QueryResult| -> Result<Child, Fault> {
        let bytes: Vec<u8> = row.try_get("", "digest")?;
        let attests: i64 = row.try_get("", "attests")?;
        Ok(Child {
            descriptor: Descriptor {
                digest: digest(&bytes)?,
                media_type: row.try_get("", "media_type")?,
                size_bytes: count(row, "manifest_bytes")?,
                foreign: false,
            },
            platform: platform(row.try_get("", "platform")?)?,
            artifact_type: row.try_get("", "artifact_type")?,
            attests: attests != 0,
        })
    };
    Ok(rows.iter().map(one).collect::<Result<_, _>>()?)
}
