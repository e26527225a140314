//! The first thing every command does: find the registry, see that the connection is still the one
//! something was learned through, and take the registry's inventory for itself.

use super::sql::Sql;
use crate::changes::{self, NewChange};
use crate::command::Command;
use crate::fault::{Fault, damaged};
use crate::store::Store;
use crate::tx::Tx;
use futures::future::BoxFuture;
use roadstead_core::model::{
    CrawlStatus, Epoch, Generation, RegistryId, Timestamp, Topic, WorkspaceId,
};
use roadstead_core::ports::{CrawlKey, Source, StoreError};
use sea_orm::{ConnectionTrait as _, DbBackend, QueryResult};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// A registry's inventory, held until the end of the transaction.
pub(super) struct Scope {
    pub(super) no: i64,
    pub(super) registry_id: RegistryId,
    pub(super) generation: Generation,
    pub(super) workspace_id: Option<WorkspaceId>,
    pub(super) epoch: Epoch,
    pub(super) status: Option<CrawlStatus>,
}

impl Scope {
    /// Whether the crawl of this key still goes on.
    pub(super) fn runs(&self, key: CrawlKey) -> bool {
        self.epoch == key.epoch && self.status.is_some_and(CrawlStatus::is_open)
    }
}

/// `None` when the registry is gone.
pub(super) async fn hold(tx: &Tx<'_>, id: RegistryId) -> Result<Option<Scope>, Fault> {
    if let Some(scope) = look(tx, id).await? {
        return Ok(Some(scope));
    }
    // The first time. A registry that is gone gets none.
    let made = Sql::of(
        "INSERT INTO inventory (registry_id) SELECT id FROM registry WHERE id = ? \
         ON CONFLICT (registry_id) DO NOTHING",
        [id.0.into()],
    );
    made.run(tx).await?;
    look(tx, id).await
}

/// `None` when the source says nothing any more.
pub(super) async fn enter(tx: &Tx<'_>, source: Source) -> Result<Option<Scope>, Fault> {
    let scope = hold(tx, source.registry_id).await?;
    Ok(scope.filter(|scope| scope.generation == source.generation))
}

async fn look(tx: &Tx<'_>, id: RegistryId) -> Result<Option<Scope>, Fault> {
    let mut sql = Sql::of(
        "SELECT i.no, i.epoch, i.status, r.generation, r.workspace_id \
         FROM registry r JOIN inventory i ON i.registry_id = r.id WHERE r.id = ?",
        [id.0.into()],
    );
    if tx.get_database_backend() == DbBackend::Postgres {
        // Nobody edits the registry, and nobody else writes its inventory, until the commit.
        sql = sql.and(" FOR SHARE OF r FOR UPDATE OF i", []);
    }
    let Some(row) = sql.one(tx).await? else {
        return Ok(None);
    };
    let workspace: Option<Uuid> = row.try_get("", "workspace_id")?;
    Ok(Some(Scope {
        no: row.try_get("", "no")?,
        registry_id: id,
        generation: row.try_get("", "generation")?,
        workspace_id: workspace.map(WorkspaceId),
        epoch: row.try_get("", "epoch")?,
        status: status(&row)?,
    }))
}

pub(super) fn status(row: &QueryResult) -> Result<Option<CrawlStatus>, Fault> {
    let text: Option<String> = row.try_get("", "status")?;
    let read = |text: String| {
        CrawlStatus::parse(&text).ok_or_else(|| Fault::from(damaged("state of a crawl", text)))
    };
    text.map(read).transpose()
}

/// Does `work` in one transaction, for what a source says, and writes down what it changes that
/// people see; `None`, and nothing is done, when the source says nothing any more.
pub(super) async fn write<'env, T, F>(
    store: &Store,
    command: Command,
    source: Source,
    now: Timestamp,
    work: F,
) -> Result<Option<T>, StoreError>
where
    F: for<'tx> Fn(&'tx Tx<'env>, &'tx Scope, &'tx mut Effects) -> BoxFuture<'tx, Result<T, Fault>>
        + Send
        + Sync
        + 'env,
    T: Send,
{
    // A transaction may be run again, and its future outlives a borrow of this call's.
    let work = Arc::new(work);
    store
        .db()
        .write(command, |tx| {
            let work = Arc::clone(&work);
            Box::pin(async move {
                let Some(scope) = enter(tx, source).await? else {
                    return Ok(None);
                };
                let mut effects = Effects::default();
                let done = work(tx, &scope, &mut effects).await?;
                effects.finish(tx, &scope, now).await?;
                Ok(Some(done))
            })
        })
        .await
}

/// What a transaction changes that people see, and by how much its registry's figures move. Written
/// last, because everybody else's commit waits for the change feed.
#[derive(Default)]
pub(super) struct Effects {
    pub(super) figures: Figures,
    pub(super) registry: Vec<Topic>,
    /// Repositories by number, with what moved.
    pub(super) repositories: BTreeMap<i64, RepositoryEffect>,
    /// Spaces by number: repositories and tags.
    pub(super) spaces: BTreeMap<i64, (i64, i64)>,
}

/// By how much a registry's figures move.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) spaces: i64,
    pub(super) repositories: i64,
    pub(super) tags: i64,
    pub(super) tags_unread: i64,
    pub(super) artifacts: i64,
    pub(super) artifacts_unread: i64,
    pub(super) storage_bytes: i64,
    pub(super) shared_bytes: i64,
}

/// By how much a repository's figures move.
#[derive(Default, Clone, Copy)]
pub(super) struct RepositoryEffect {
    pub(super) tags: i64,
    pub(super) tags_unread: i64,
    pub(super) artifacts: i64,
    pub(super) total_bytes: i64,
    pub(super) unique_bytes: i64,
    pub(super) kinds: i64,
    pub(super) pushed_at: i64,
    pub(super) loose: bool,
    /// People see a difference. Figures that move because of another repository are none.
    pub(super) told: bool,
}

impl Effects {
    pub(super) fn of(&mut self, repository_no: i64) -> &mut RepositoryEffect {
        self.repositories.entry(repository_no).or_default()
    }

    /// Writes it all down.
    pub(super) async fn finish(
        mut self,
        tx: &Tx<'_>,
        scope: &Scope,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let mut news = Vec::new();
        for (no, effect) in &self.repositories {
            let row = update_repository(*no, *effect).one(tx).await?;
            let Some(row) = row else { continue };
            let space: i64 = row.try_get("", "space_no")?;
            self.spaces.entry(space).or_default().1 += effect.tags;
            if effect.told {
                news.push(scope.news(
                    Topic::Repository,
                    row.try_get("", "id")?,
                    row.try_get("", "revision")?,
                    now,
                ));
            }
        }
        for (no, (repositories, tags)) in &self.spaces {
            if (*repositories, *tags) != (0, 0) {
                Sql::of(
                    "UPDATE space SET repositories = repositories + ?, tags = tags + ? WHERE no = ?",
                    [(*repositories).into(), (*tags).into(), (*no).into()],
                )
                .run(tx)
                .await?;
            }
        }
        if self.figures != Figures::default() {
            update_figures(scope.no, self.figures, now).run(tx).await?;
        }
        for topic in &self.registry {
            news.push(scope.news(*topic, scope.registry_id.0, scope.generation, now));
        }
        changes::append(tx, &news).await
    }
}

impl Scope {
    fn news(&self, topic: Topic, id: Uuid, generation: Generation, at: Timestamp) -> NewChange {
        NewChange {
            topic,
            object_id: id,
            generation,
            workspace_id: self.workspace_id,
            user_id: None,
            at,
        }
    }
}

fn update_repository(no: i64, e: RepositoryEffect) -> Sql {
    let revision = i64::from(e.told);
    let sql = Sql::of(
        "UPDATE repository SET tags = tags + ?, tags_unread = tags_unread + ?, \
         artifacts = artifacts + ?, total_bytes = total_bytes + ?, unique_bytes = unique_bytes + ?, \
         kinds = kinds | ?, revision = revision + ?",
        [
            e.tags.into(),
            e.tags_unread.into(),
            e.artifacts.into(),
            e.total_bytes.into(),
            e.unique_bytes.into(),
            e.kinds.into(),
            revision.into(),
        ],
    );
    let sql = if e.loose {
        sql.and(", loose = 1", [])
    } else {
        sql
    };
    let sql = if e.pushed_at > 0 {
        sql.and(
            ", pushed_at = CASE WHEN pushed_at < ? THEN ? ELSE pushed_at END",
            [e.pushed_at.into(), e.pushed_at.into()],
        )
    } else {
        sql
    };
    sql.and(
        " WHERE no = ? RETURNING id, revision, space_no",
        [no.into()],
    )
}

fn update_figures(no: i64, f: Figures, now: Timestamp) -> Sql {
    Sql::of(
        "UPDATE inventory SET spaces = spaces + ?, repositories = repositories + ?, tags = tags + ?, \
         tags_unread = tags_unread + ?, artifacts = artifacts + ?, \
         artifacts_unread = artifacts_unread + ?, storage_bytes = storage_bytes + ?, \
         shared_bytes = shared_bytes + ?, as_of = ? WHERE no = ?",
        [
            f.spaces.into(),
            f.repositories.into(),
            f.tags.into(),
            f.tags_unread.into(),
            f.artifacts.into(),
            f.artifacts_unread.into(),
            f.storage_bytes.into(),
            f.shared_bytes.into(),
            now.as_micros().into(),
            no.into(),
        ],
    )
}
