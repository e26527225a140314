//! One artifact with everything it is made of.

use super::crawls::{code, count, maybe, trouble};
use super::lists::{kind, platform, seen};
use super::queues::digest;
use super::sql::{Sql, unsigned};
use super::told;
use super::{built, kept};
use crate::fault::Fault;
use crate::store::Store;
use roadstead_core::model::{
    Artifact, ArtifactKind, Certainty, Child, Descriptor, Digest, ListedChild, Referrer,
    RepositoryId, SummaryCut, Timestamp,
};
use roadstead_core::ports::StoreError;
use roadstead_core::rules::Visible;
use sea_orm::QueryResult;
use std::collections::HashMap;

/// Tags, parents and referrers shown of one artifact.
const SHOWN: i64 = 100;

pub(super) async fn one(
    store: &Store,
    id: RepositoryId,
    wanted: &Digest,
    visible: &Visible,
) -> Result<Option<Artifact>, StoreError> {
    let sql = Sql::of(
        "SELECT p.no AS repository_no, a.no, a.digest, a.verified, a.state, a.trouble, \
         a.media_type, a.artifact_type, a.kind, a.manifest_bytes, a.size_bytes, a.config_no, \
         a.layers, a.omitted, a.subject, a.annotations, a.platform, a.created_at, a.told, \
         c.platform AS config_platform, c.created_at AS config_created_at, c.summary, \
         c.trouble AS config_trouble \
         FROM repository p JOIN artifact a ON a.inventory_no = p.inventory_no \
         JOIN repository_artifact l ON l.repository_no = p.no AND l.artifact_no = a.no \
         JOIN inventory i ON i.no = p.inventory_no JOIN registry r ON r.id = i.registry_id \
         LEFT JOIN image_config c ON c.blob_no = a.config_no \
         WHERE p.id = ? AND p.ended_at IS NULL AND a.digest = ?",
        [id.0.into(), wanted.to_bytes().into()],
    );
    let row = seen(sql, visible).one(store.db().read()).await?;
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
    let told: Option<String> = row.try_get("", "told").map_err(Fault::from)?;
    told::apply(told, &mut artifact)?;
    let related = related(repository_no, no, wanted)
        .all(store.db().read())
        .await?;
    for row in &related {
        relate(&mut artifact, row)?;
    }
    artifact.tags.sort_unstable();
    let listed = artifact.children.iter().map(|listed| &listed.child);
    let listed = listed.filter(|child| !child.attests);
    let listed = listed.filter_map(|child| child.platform.clone());
    artifact
        .platforms
        .extend(listed.filter(|platform| !platform.is_unknown()));
    Ok(Some(artifact))
}

/// How tags of what is about an artifact begin (OCI distribution-spec, referrers tag schema): a dash
/// takes the place of the colon, which no tag has.
fn scheme(digest: &Digest) -> String {
    digest.as_str().replacen(':', "-", 1)
}

/// Everything that leads to an artifact or from it, in one statement: `what` says which.
fn related(repository_no: i64, no: i64, digest: &Digest) -> Sql {
    let here = "JOIN repository_artifact l ON l.artifact_no = a.no AND l.repository_no = ?";
    let scheme = scheme(digest);
    // Behind every name that begins so.
    let behind = format!("{scheme}~");
    Sql::of(
        "SELECT * FROM (SELECT 0 AS what, k.place, CAST(NULL AS text) AS name, a.digest, \
         a.media_type, a.manifest_bytes AS bytes, k.platform, k.artifact_type, k.attests AS mark, \
         a.kind, CAST(NULL AS bigint) AS at, a.size_bytes, a.state, a.trouble \
         FROM artifact_child k \
         JOIN artifact a ON a.no = k.child_no WHERE k.parent_no = ?) AS children \
         UNION ALL SELECT * FROM (SELECT 1, 0, name, CAST(NULL AS bytea), NULL, \
         CAST(NULL AS bigint), NULL, NULL, 0, 0, pushed_at, CAST(NULL AS bigint), 0, NULL \
         FROM tag WHERE artifact_no = ? AND repository_no = ? ORDER BY name LIMIT ?) AS tags \
         UNION ALL SELECT * FROM (SELECT DISTINCT 2, 0, NULL, a.digest, NULL, CAST(NULL AS bigint), \
         NULL, NULL, 0, 0, CAST(NULL AS bigint), CAST(NULL AS bigint), 0, NULL \
         FROM artifact_child k \
         JOIN artifact a ON a.no = k.parent_no ",
        [
            no.into(),
            no.into(),
            repository_no.into(),
            SHOWN.into(),
        ],
    )
    .and(here, [repository_no.into()])
    .and(
        " WHERE k.child_no = ? LIMIT ?) AS parents \
         UNION ALL SELECT * FROM (SELECT 3, a.no, NULL, a.digest, a.media_type, \
         CAST(NULL AS bigint), NULL, a.artifact_type, 0, a.kind, CAST(NULL AS bigint), a.size_bytes, \
         a.state, NULL FROM artifact a ",
        [no.into(), SHOWN.into()],
    )
    .and(here, [repository_no.into()])
    .and(
        " WHERE a.inventory_no = (SELECT inventory_no FROM artifact WHERE no = ?) AND a.subject = ? \
         LIMIT ?) AS referrers \
         UNION ALL SELECT * FROM (SELECT 3, a.no, t.name, a.digest, a.media_type, \
         CAST(NULL AS bigint), NULL, a.artifact_type, 0, a.kind, CAST(NULL AS bigint), a.size_bytes, \
         a.state, NULL FROM tag t \
         JOIN artifact a ON a.no = t.artifact_no WHERE t.repository_no = ? \
         AND t.name >= ? AND t.name < ? ORDER BY t.name LIMIT ?) AS schemes \
         ORDER BY 1, 2",
        [
            no.into(),
            digest.to_bytes().into(),
            SHOWN.into(),
            repository_no.into(),
            scheme.into(),
            behind.into(),
            SHOWN.into(),
        ],
    )
}

fn relate(artifact: &mut Artifact, row: &QueryResult) -> Result<(), StoreError> {
    let read = |artifact: &mut Artifact| -> Result<(), Fault> {
        let what: i32 = row.try_get("", "what")?;
        let bytes: Option<Vec<u8>> = row.try_get("", "digest")?;
        let name: Option<String> = row.try_get("", "name")?;
        let Some(bytes) = bytes else {
            artifact.tags.extend(name);
            let pushed: Option<i64> = row.try_get("", "at")?;
            artifact.pushed_at = artifact.pushed_at.max(pushed.map(Timestamp::from_micros));
            return Ok(());
        };
        let digest = digest(&bytes)?;
        if what == 2 {
            artifact.parents.push(digest);
            return Ok(());
        }
        let media_type: String = row.try_get("", "media_type")?;
        let artifact_type: Option<String> = row.try_get("", "artifact_type")?;
        let state: i64 = row.try_get("", "state")?;
        let no: i64 = row.try_get("", "kind")?;
        let kind = (state == super::manifests::READ).then(|| kind(no));
        let size_bytes = maybe(row, "size_bytes")?;
        if what == 0 {
            let mark: i64 = row.try_get("", "mark")?;
            let child = Child {
                descriptor: Descriptor {
                    digest,
                    media_type,
                    size_bytes: count(row, "bytes")?,
                    foreign: false,
                    title: None,
                },
                platform: platform(row.try_get("", "platform")?)?,
                artifact_type,
                attests: mark != 0,
            };
            artifact.children.push(ListedChild {
                child,
                kind,
                size_bytes,
                trouble: trouble(row)?,
            });
            return Ok(());
        }
        // The index that clients keep where a registry has no referrers API is a list of referrers,
        // and none itself.
        let is_list = name.as_deref() == Some(scheme(&artifact.digest).as_str())
            && matches!(kind, None | Some(ArtifactKind::Index));
        // What was found by its subject already is not told twice.
        let mut told = artifact.referrers.iter().map(|one| &one.digest);
        let found = &digest;
        if !is_list && !told.any(|one| one == found) {
            artifact.referrers.push(Referrer {
                digest,
                media_type,
                artifact_type,
                kind,
                size_bytes,
                tag: name,
            });
        }
        Ok(())
    };
    Ok(read(artifact)?)
}

fn read(row: &QueryResult) -> Result<Artifact, StoreError> {
    let fields = || -> Result<Artifact, Fault> {
        let bytes: Vec<u8> = row.try_get("", "digest")?;
        let verified: i64 = row.try_get("", "verified")?;
        let state: i64 = row.try_get("", "state")?;
        let subject: Option<Vec<u8>> = row.try_get("", "subject")?;
        let annotations: Option<String> = row.try_get("", "annotations")?;
        let annotations = annotations
            .map(|text| kept::read_texts(&text))
            .transpose()?;
        let (annotations, annotations_cut) = annotations.unwrap_or_default();
        let summary: Option<String> = row.try_get("", "summary")?;
        let summary = summary.map(|text| kept::read_summary(&text)).transpose()?;
        let kind = kind(row.try_get("", "kind")?);
        // A chart has nothing of an image, whatever else its configuration is.
        let (config_summary, config_cut, chart) = match (kind, summary) {
            (ArtifactKind::Helm, Some((_, _, chart))) => {
                (None, SummaryCut::default(), Some(chart.unwrap_or_default()))
            }
            (_, Some((kept, cut, _))) => (Some(kept), cut, None),
            (_, None) => (None, SummaryCut::default(), None),
        };
        let own: Option<String> = row.try_get("", "platform")?;
        let told: Option<String> = row.try_get("", "config_platform")?;
        let (created_at, reproducible) = built::read(
            row.try_get("", "created_at")?,
            row.try_get("", "config_created_at")?,
        );
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
            kind,
            manifest_bytes: count(row, "manifest_bytes")?,
            size_bytes: maybe(row, "size_bytes")?,
            config: None,
            config_summary,
            config_cut,
            chart,
            config_trouble: code(row, "config_trouble")?,
            layers: Vec::new(),
            children: Vec::new(),
            omitted: count(row, "omitted")?,
            subject: subject.as_deref().map(digest).transpose()?,
            annotations,
            annotations_cut,
            platforms: platform(own.or(told))?.into_iter().collect(),
            created_at,
            reproducible,
            pushed_at: None,
            tags: Vec::new(),
            parents: Vec::new(),
            referrers: Vec::new(),
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
            title: None,
        };
        Ok((row.try_get("", "no")?, descriptor))
    };
    Ok(rows.iter().map(one).collect::<Result<_, _>>()?)
}
