//! What is still to do: not kept anywhere, but what the tables say is missing.

use super::sql::{Sql, unsigned};
use crate::fault::{Fault, damaged};
use crate::store::Store;
use roadstead_core::model::{Descriptor, Digest, RegistryId, RepositoryId, Timestamp};
use roadstead_core::ports::{
    ConfigDue, CrawlKey, ManifestDue, Place, RepositoryDue, StoreError, TagDue,
};
use sea_orm::{QueryResult, Value};
use std::collections::HashSet;

/// The most rows one question answers.
const MOST: u16 = 1_000;

const REPOSITORY: &str = "SELECT p.no, p.id, p.name, p.listed_at FROM repository p JOIN inventory i \
     ON i.no = p.inventory_no WHERE i.registry_id = ? AND p.ended_at IS NULL";

fn most(limit: u16) -> Value {
    i64::from(limit.clamp(1, MOST)).into()
}

fn repository(row: &QueryResult) -> Result<RepositoryDue, StoreError> {
    let read = || -> Result<RepositoryDue, Fault> {
        let listed: Option<i64> = row.try_get("", "listed_at")?;
        Ok(RepositoryDue {
            place: Place(row.try_get("", "no")?),
            id: RepositoryId(row.try_get("", "id")?),
            name: row.try_get("", "name")?,
            listed_at: listed.map(Timestamp::from_micros),
        })
    };
    Ok(read()?)
}

async fn repositories(store: &Store, sql: Sql) -> Result<Vec<RepositoryDue>, StoreError> {
    let rows = sql.all(store.db().read()).await?;
    rows.iter().map(repository).collect()
}

pub(super) async fn unseen(
    store: &Store,
    key: CrawlKey,
    after: Option<Place>,
    limit: u16,
) -> Result<Vec<RepositoryDue>, StoreError> {
    let sql = Sql::of(REPOSITORY, [key.source.registry_id.0.into()]).and(
        " AND p.seen_epoch < ? AND p.no > ? ORDER BY p.no LIMIT ?",
        [
            key.epoch.into(),
            after.map_or(0, |place| place.0).into(),
            most(limit),
        ],
    );
    repositories(store, sql).await
}

pub(super) async fn to_list(
    store: &Store,
    key: CrawlKey,
    after: Option<Place>,
    limit: u16,
) -> Result<Vec<RepositoryDue>, StoreError> {
    let sql = Sql::of(REPOSITORY, [key.source.registry_id.0.into()]).and(
        " AND p.listed_epoch < ? AND p.no > ? ORDER BY p.no LIMIT ?",
        [
            key.epoch.into(),
            after.map_or(0, |place| place.0).into(),
            most(limit),
        ],
    );
    repositories(store, sql).await
}

pub(super) async fn requested(
    store: &Store,
    id: RegistryId,
    limit: u16,
) -> Result<Vec<RepositoryDue>, StoreError> {
    let sql = Sql::of(REPOSITORY, [id.0.into()]).and(
        " AND p.wanted_at IS NOT NULL ORDER BY p.wanted_at, p.no LIMIT ?",
        [most(limit)],
    );
    repositories(store, sql).await
}

pub(super) async fn to_check(
    store: &Store,
    id: RegistryId,
    before: Timestamp,
    limit: u16,
) -> Result<Vec<RepositoryDue>, StoreError> {
    let sql = Sql::of(REPOSITORY, [id.0.into()]).and(
        " AND p.listed_at < ? ORDER BY p.listed_at, p.no LIMIT ?",
        [before.as_micros().into(), most(limit)],
    );
    repositories(store, sql).await
}

pub(super) async fn named(
    store: &Store,
    id: RegistryId,
    name: &str,
) -> Result<Option<RepositoryDue>, StoreError> {
    let row = Sql::of(REPOSITORY, [id.0.into()])
        .and(" AND p.name = ?", [name.into()])
        .one(store.db().read())
        .await?;
    row.as_ref().map(repository).transpose()
}

/// The number of a registry's inventory: looked up apart, so that the queues below are plain walks
/// of one index. 0 when it has none, which is nobody's number.
async fn inventory_no(store: &Store, id: RegistryId) -> Result<i64, StoreError> {
    let row = Sql::of(
        "SELECT no FROM inventory WHERE registry_id = ?",
        [id.0.into()],
    )
    .one(store.db().read())
    .await?;
    match row {
        Some(row) => Ok(row.try_get("", "no").map_err(Fault::from)?),
        None => Ok(0),
    }
}

pub(super) fn digest(bytes: &[u8]) -> Result<Digest, StoreError> {
    Digest::from_bytes(bytes).ok_or_else(|| damaged("digest", format!("{} bytes", bytes.len())))
}

fn tag(row: &QueryResult) -> Result<TagDue, StoreError> {
    let read = || -> Result<TagDue, Fault> {
        let bytes: Option<Vec<u8>> = row.try_get("", "digest")?;
        Ok(TagDue {
            place: Place(row.try_get("", "no")?),
            repository_id: RepositoryId(row.try_get("", "id")?),
            repository: row.try_get("", "repository")?,
            tag: row.try_get("", "name")?,
            digest: bytes.as_deref().map(digest).transpose()?,
        })
    };
    Ok(read()?)
}

pub(super) async fn tags(
    store: &Store,
    id: RegistryId,
    after: Option<Place>,
    limit: u16,
) -> Result<Vec<TagDue>, StoreError> {
    let no = inventory_no(store, id).await?;
    let rows = Sql::of(
        "SELECT t.no, t.name, p.id, p.name AS repository FROM tag t \
         JOIN repository p ON p.no = t.repository_no \
         WHERE t.inventory_no = ? AND t.artifact_no IS NULL AND t.trouble IS NULL AND t.no < ? \
         AND p.ended_at IS NULL ORDER BY t.no DESC LIMIT ?",
        [
            no.into(),
            after.map_or(i64::MAX, |place| place.0).into(),
            most(limit),
        ],
    )
    .all(store.db().read())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(TagDue {
                place: Place(row.try_get("", "no").map_err(Fault::from)?),
                repository_id: RepositoryId(row.try_get("", "id").map_err(Fault::from)?),
                repository: row.try_get("", "repository").map_err(Fault::from)?,
                tag: row.try_get("", "name").map_err(Fault::from)?,
                digest: None,
            })
        })
        .collect()
}

pub(super) async fn tags_to_check(
    store: &Store,
    id: RegistryId,
    before: Timestamp,
    told_before: Timestamp,
    limit: u16,
) -> Result<Vec<TagDue>, StoreError> {
    let no = inventory_no(store, id).await?;
    let rows = Sql::of(
        "SELECT t.no, t.name, p.id, p.name AS repository, a.digest FROM tag t \
         JOIN repository p ON p.no = t.repository_no JOIN artifact a ON a.no = t.artifact_no \
         WHERE t.inventory_no = ? AND t.checked_at < ? AND p.ended_at IS NULL \
         AND (t.provisional = 0 OR t.sorted_at < ?) \
         ORDER BY t.checked_at, t.no LIMIT ?",
        [
            no.into(),
            before.as_micros().into(),
            told_before.as_micros().into(),
            most(limit),
        ],
    )
    .all(store.db().read())
    .await?;
    rows.iter().map(tag).collect()
}

pub(super) async fn manifests(
    store: &Store,
    id: RegistryId,
    after: Option<Place>,
    limit: u16,
) -> Result<Vec<ManifestDue>, StoreError> {
    let no = inventory_no(store, id).await?;
    let rows = Sql::of(
        "SELECT a.no, a.digest, a.media_type, p.id, p.name FROM artifact a JOIN repository p \
         ON p.no = (SELECT MIN(l.repository_no) FROM repository_artifact l JOIN repository q \
             ON q.no = l.repository_no WHERE l.artifact_no = a.no AND q.ended_at IS NULL) \
         WHERE a.inventory_no = ? AND a.state = 0 AND a.loose_at IS NULL AND a.no < ? \
         ORDER BY a.no DESC LIMIT ?",
        [
            no.into(),
            after.map_or(i64::MAX, |place| place.0).into(),
            most(limit),
        ],
    )
    .all(store.db().read())
    .await?;
    rows.iter()
        .map(|row| {
            let read = || -> Result<ManifestDue, Fault> {
                let bytes: Vec<u8> = row.try_get("", "digest")?;
                Ok(ManifestDue {
                    place: Place(row.try_get("", "no")?),
                    repository_id: RepositoryId(row.try_get("", "id")?),
                    repository: row.try_get("", "name")?,
                    digest: digest(&bytes)?,
                    media_type: row.try_get("", "media_type")?,
                })
            };
            Ok(read()?)
        })
        .collect()
}

pub(super) async fn configs(
    store: &Store,
    id: RegistryId,
    after: Option<Place>,
    limit: u16,
) -> Result<Vec<ConfigDue>, StoreError> {
    let no = inventory_no(store, id).await?;
    let rows = Sql::of(
        "SELECT c.blob_no, b.digest, b.media_type, b.size_bytes, p.id, p.name \
         FROM image_config c JOIN blob b ON b.no = c.blob_no JOIN repository p \
         ON p.no = (SELECT MIN(l.repository_no) FROM repository_blob l JOIN repository q \
             ON q.no = l.repository_no WHERE l.blob_no = c.blob_no AND q.ended_at IS NULL) \
         WHERE c.inventory_no = ? AND c.state = 0 AND c.blob_no < ? \
         ORDER BY c.blob_no DESC LIMIT ?",
        [
            no.into(),
            after.map_or(i64::MAX, |place| place.0).into(),
            most(limit),
        ],
    )
    .all(store.db().read())
    .await?;
    rows.iter()
        .map(|row| {
            let read = || -> Result<ConfigDue, Fault> {
                let bytes: Vec<u8> = row.try_get("", "digest")?;
                let size: i64 = row.try_get("", "size_bytes")?;
                Ok(ConfigDue {
                    place: Place(row.try_get("", "blob_no")?),
                    repository_id: RepositoryId(row.try_get("", "id")?),
                    repository: row.try_get("", "name")?,
                    descriptor: Descriptor {
                        digest: digest(&bytes)?,
                        media_type: row.try_get("", "media_type")?,
                        size_bytes: unsigned(size),
                        foreign: false,
                        title: None,
                    },
                })
            };
            Ok(read()?)
        })
        .collect()
}

pub(super) async fn known(
    store: &Store,
    id: RegistryId,
    digests: &[Digest],
) -> Result<HashSet<Digest>, StoreError> {
    let no = inventory_no(store, id).await?;
    let rows = Sql::of(
        "SELECT digest FROM artifact WHERE inventory_no = ? AND state = 1 AND digest IN ",
        [no.into()],
    )
    .list(digests.iter().take(500).map(Digest::to_bytes))
    .all(store.db().read())
    .await?;
    rows.iter()
        .map(|row| {
            let bytes: Vec<u8> = row.try_get("", "digest").map_err(Fault::from)?;
            digest(&bytes)
        })
        .collect()
}
