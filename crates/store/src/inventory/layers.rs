//! Where else the layers of an artifact lie.
//!
//! How many repositories hold a blob is kept with it, so a base layer that ten thousand hold costs
//! what one costs that nobody else holds. What may be seen of an index is whole registries
//! ([`Visible`]), and a blob is of one: its number tells nothing of another. The artifacts of a
//! repository that have a blob are kept nowhere (`docs/adr/0010-inventory.md`), so only the last ones
//! are looked at.

use super::crawls::count;
use super::lists::seen;
use super::queues::digest;
use super::sql::{Sql, unsigned};
use crate::fault::Fault;
use crate::store::Store;
use roadstead_core::model::{
    Digest, NamedRepository, RepositoryId, SharedLayer, SharedLayers, Total,
};
use roadstead_core::ports::StoreError;
use roadstead_core::rules::Visible;
use sea_orm::QueryResult;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Other artifacts of the repository that are looked at, the last ones first.
const ARTIFACTS: i64 = 500;

/// Other repositories named with a layer.
const EXAMPLES: i64 = 3;

pub(super) async fn shared(
    store: &Store,
    id: RepositoryId,
    wanted: &Digest,
    visible: &Visible,
) -> Result<Option<SharedLayers>, StoreError> {
    let sql = Sql::of(
        "SELECT p.no AS repository_no, p.artifacts, a.no, a.layers \
         FROM repository p JOIN artifact a ON a.inventory_no = p.inventory_no \
         JOIN repository_artifact l ON l.repository_no = p.no AND l.artifact_no = a.no \
         JOIN inventory i ON i.no = p.inventory_no JOIN registry r ON r.id = i.registry_id \
         WHERE p.id = ? AND p.ended_at IS NULL AND a.digest = ?",
        [id.0.into(), wanted.to_bytes().into()],
    );
    let row = seen(sql, visible).one(store.db().read()).await?;
    let Some(row) = row else { return Ok(None) };
    let number = |name: &str| row.try_get::<i64>("", name).map_err(Fault::from);
    let repository_no = number("repository_no")?;
    let layers: String = row.try_get("", "layers").map_err(Fault::from)?;
    let mut once = HashSet::new();
    let nos: Vec<i64> = own(&layers).filter(|no| once.insert(*no)).collect();
    if nos.is_empty() {
        return Ok(Some(SharedLayers {
            layers: Vec::new(),
            total_bytes: 0,
            shared_bytes: 0,
        }));
    }
    let found = blobs(&nos, repository_no).all(store.db().read()).await?;
    let blobs: HashMap<i64, Blob> = found.iter().map(blob).collect::<Result<_, _>>()?;
    let named: BTreeSet<i64> = blobs
        .values()
        .flat_map(|blob| blob.holders.clone())
        .collect();
    let around = around(repository_no, number("no")?, &named)
        .all(store.db().read())
        .await?;
    let around = Around::read(&around)?;
    let others = unsigned(number("artifacts")?).saturating_sub(1);
    let exact = around.read == others;
    let layers: Vec<SharedLayer> = nos
        .iter()
        .filter_map(|no| {
            let blob = blobs.get(no)?;
            let value = around.artifacts.get(no).copied().unwrap_or(0);
            let names = blob.holders.iter().filter_map(|no| around.names.get(no));
            Some(SharedLayer {
                digest: blob.digest.clone(),
                size_bytes: blob.size_bytes,
                artifacts: Total { value, exact },
                repositories: blob.repositories.saturating_sub(1),
                examples: names.cloned().collect(),
            })
        })
        .collect();
    let sum = |layers: &mut dyn Iterator<Item = &SharedLayer>| {
        layers.fold(0_u64, |sum, layer| sum.saturating_add(layer.size_bytes))
    };
    Ok(Some(SharedLayers {
        total_bytes: sum(&mut layers.iter()),
        shared_bytes: sum(&mut layers.iter().filter(|layer| layer.is_shared())),
        layers,
    }))
}

/// The numbers of the layers that are the registry's.
fn own(layers: &str) -> impl Iterator<Item = i64> {
    layers.split(' ').filter_map(|no| no.parse().ok())
}

/// A blob, how many repositories hold it, and some of them besides this one.
struct Blob {
    digest: Digest,
    size_bytes: u64,
    repositories: u64,
    holders: Vec<i64>,
}

fn blobs(nos: &[i64], repository_no: i64) -> Sql {
    Sql::of(
        "SELECT b.no, b.digest, b.size_bytes, b.repositories, \
         (SELECT string_agg(CAST(few.repository_no AS text), ' ') FROM \
         (SELECT h.repository_no FROM repository_blob h \
         WHERE h.blob_no = b.no AND h.repository_no <> ? LIMIT ?) AS few) AS holders \
         FROM blob b WHERE b.no IN ",
        [repository_no.into(), EXAMPLES.into()],
    )
    .list(nos.iter().copied())
}

fn blob(row: &QueryResult) -> Result<(i64, Blob), Fault> {
    let bytes: Vec<u8> = row.try_get("", "digest")?;
    let holders: Option<String> = row.try_get("", "holders")?;
    let blob = Blob {
        digest: digest(&bytes)?,
        size_bytes: count(row, "size_bytes")?,
        repositories: count(row, "repositories")?,
        holders: own(&holders.unwrap_or_default()).collect(),
    };
    Ok((row.try_get("", "no")?, blob))
}

/// The layers of the repository's other artifacts, and the names of repositories, in one statement.
fn around(repository_no: i64, no: i64, named: &BTreeSet<i64>) -> Sql {
    Sql::of(
        "SELECT a.no, a.state, a.layers, CAST(NULL AS text) AS name, p.id FROM \
         (SELECT l.artifact_no FROM repository_artifact l \
         WHERE l.repository_no = ? AND l.artifact_no <> ? \
         ORDER BY l.artifact_no DESC LIMIT ?) AS few \
         JOIN artifact a ON a.no = few.artifact_no JOIN repository p ON p.no = ? \
         UNION ALL SELECT p.no, 0, '', p.name, p.id FROM repository p \
         WHERE p.ended_at IS NULL AND p.no IN ",
        [
            repository_no.into(),
            no.into(),
            ARTIFACTS.into(),
            repository_no.into(),
        ],
    )
    .list(named.iter().copied())
}

/// What lies around an artifact.
#[derive(Default)]
struct Around {
    /// How many other artifacts were looked at whose manifests are read.
    read: u64,
    /// How many of those have a blob.
    artifacts: HashMap<i64, u64>,
    names: HashMap<i64, NamedRepository>,
}

impl Around {
    fn read(rows: &[QueryResult]) -> Result<Self, Fault> {
        let mut around = Self::default();
        for row in rows {
            let name: Option<String> = row.try_get("", "name")?;
            if let Some(name) = name {
                let id = RepositoryId(row.try_get("", "id")?);
                let named = NamedRepository { id, name };
                around.names.insert(row.try_get("", "no")?, named);
                continue;
            }
            let state: i64 = row.try_get("", "state")?;
            around.read += u64::from(state == super::manifests::READ);
            let layers: String = row.try_get("", "layers")?;
            for no in own(&layers).collect::<HashSet<i64>>() {
                *around.artifacts.entry(no).or_default() += 1;
            }
        }
        Ok(around)
    }
}

#[cfg(test)]
mod tests {
    use super::{around, blobs};
    use crate::{Backend, Store, StoreConfig};

    #[tokio::test]
    async fn layers_are_looked_up_and_nothing_is_scanned() {
        let dir = tempfile::tempdir().expect("directory");
        let backend = Backend::Sqlite {
            path: dir.path().join("roadstead.db"),
        };
        let store = Store::open(StoreConfig { backend }).await.expect("store");
        let named = (1..=20).collect();
        for (sql, steps) in [
            (
                blobs(&[1, 2, 3], 7),
                &["SEARCH b USING INTEGER PRIMARY KEY", "repository_blob_blob"][..],
            ),
            (
                around(7, 8, &named),
                &["l USING PRIMARY KEY", "a USING INTEGER PRIMARY KEY"][..],
            ),
        ] {
            let plan = sql.plan(store.db().read()).await;
            for step in steps {
                assert!(plan.iter().any(|one| one.contains(step)), "{plan:?}");
            }
            // Of the few that were looked up.
            let scans = |step: &&String| step.contains("SCAN") && !step.contains("SCAN few");
            assert_eq!(plan.iter().find(scans), None, "{plan:?}");
            let sorts = |step: &&String| step.contains("TEMP B-TREE");
            assert_eq!(plan.iter().find(sorts), None, "{plan:?}");
        }
    }
}
