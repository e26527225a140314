//! Deletions upstream: written down before they are asked for, crossed out with the rows they end.

use super::deletion_reach;
use super::links;
use super::scope::{self, Effects, Scope};
use super::sql::Sql;
use super::{CHUNK, tags};
use crate::audit;
use crate::command::Command;
use crate::fault::{Fault, damaged};
use crate::registry_row::{json, parse};
use crate::store::Store;
use crate::tx::Tx;
use async_trait::async_trait;
use roadstead_core::model::{
    AuditEntry, Deleted, DeletionId, DeletionIntent, DeletionReach, Digest, RegistryId,
    RepositoryId, TagName, Timestamp, Topic,
};
use roadstead_core::ports::{DeletionStore, EndDeletion, KnownTag, StoreError};
use sea_orm::QueryResult;
use uuid::Uuid;

/// Open deletions of one registry read at once.
const MOST: i64 = 200;

#[async_trait]
impl DeletionStore for Store {
    async fn known_tag(
        &self,
        id: RepositoryId,
        name: &TagName,
    ) -> Result<Option<KnownTag>, StoreError> {
        deletion_reach::tag(self, id, name).await
    }

    async fn holds_artifact(&self, id: RepositoryId, digest: &Digest) -> Result<bool, StoreError> {
        deletion_reach::holds(self, id, digest).await
    }

    async fn deletion_reach(
        &self,
        id: RepositoryId,
        digest: &Digest,
    ) -> Result<DeletionReach, StoreError> {
        deletion_reach::reach(self, id, digest).await
    }

    async fn tags_to_look_at(
        &self,
        id: RepositoryId,
        digest: &Digest,
        limit: u16,
    ) -> Result<(Vec<KnownTag>, u64), StoreError> {
        deletion_reach::to_look_at(self, id, digest, limit).await
    }

    async fn unread_manifests(
        &self,
        id: RepositoryId,
        limit: u16,
    ) -> Result<(Vec<Digest>, u64), StoreError> {
        deletion_reach::unread(self, id, limit).await
    }

    async fn begin_deletion(
        &self,
        intent: DeletionIntent,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        let (intent, audit) = (&intent, &json(&audit)?);
        self.db()
            .write(Command::BeginDeletion, |tx| {
                Box::pin(begin(tx, intent, audit))
            })
            .await
    }

    async fn end_deletion(
        &self,
        command: EndDeletion,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        let (command, audit) = (&command, &audit);
        self.db()
            .write(Command::EndDeletion, |tx| Box::pin(end(tx, command, audit)))
            .await
    }

    async fn drop_deletion(&self, id: DeletionId) -> Result<(), StoreError> {
        self.db()
            .write(Command::EndDeletion, |tx| {
                Box::pin(async move {
                    cross_out(tx, id).await?;
                    Ok(())
                })
            })
            .await
    }

    async fn registries_with_open_deletions(
        &self,
        before: Timestamp,
    ) -> Result<Vec<RegistryId>, StoreError> {
        let rows = Sql::of(
            "SELECT DISTINCT registry_id FROM image_deletion WHERE begun_at < ?",
            [before.as_micros().into()],
        )
        .all(self.db().read())
        .await?;
        let id = |row: &QueryResult| -> Result<RegistryId, Fault> {
            Ok(RegistryId(row.try_get("", "registry_id")?))
        };
        Ok(rows.iter().map(id).collect::<Result<_, _>>()?)
    }

    async fn open_deletions(
        &self,
        id: RegistryId,
        before: Timestamp,
    ) -> Result<Vec<(DeletionIntent, AuditEntry)>, StoreError> {
        let rows = Sql::of(
            "SELECT id, registry_id, generation, repository_id, repository, digest, tag, audit, \
             begun_at FROM image_deletion WHERE registry_id = ? AND begun_at < ? \
             ORDER BY begun_at, id LIMIT ?",
            [id.0.into(), before.as_micros().into(), MOST.into()],
        )
        .all(self.db().read())
        .await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }
}

fn read(row: &QueryResult) -> Result<(DeletionIntent, AuditEntry), Fault> {
    let id: Uuid = row.try_get("", "id")?;
    let registry: Uuid = row.try_get("", "registry_id")?;
    let repository: Uuid = row.try_get("", "repository_id")?;
    let digest: Option<Vec<u8>> = row.try_get("", "digest")?;
    let digest = digest.as_deref().map(super::queues::digest).transpose()?;
    let tag: Option<String> = row.try_get("", "tag")?;
    let what = match (tag, digest) {
        (Some(tag), digest) => {
            let name = TagName::parse(&tag).ok_or_else(|| damaged("tag of a deletion", tag))?;
            Deleted::Tag(name, digest)
        }
        (None, Some(digest)) => Deleted::Artifact(digest),
        (None, None) => return Err(damaged("deletion", "of nothing").into()),
    };
    let audit: String = row.try_get("", "audit")?;
    let intent = DeletionIntent {
        id: DeletionId(id),
        registry_id: RegistryId(registry),
        generation: row.try_get("", "generation")?,
        repository_id: RepositoryId(repository),
        repository: row.try_get("", "repository")?,
        what,
        begun_at: Timestamp::from_micros(row.try_get("", "begun_at")?),
    };
    Ok((intent, parse("audit entry of a deletion", &audit)?))
}

async fn begin(tx: &Tx<'_>, intent: &DeletionIntent, audit: &str) -> Result<(), Fault> {
    // Held to the commit, so that nobody edits or disconnects it behind what is written down.
    let scope = scope::hold(tx, intent.registry_id)
        .await?
        .ok_or(StoreError::NotFound)?;
    if scope.generation != intent.generation {
        return Err(StoreError::Stale {
            current: scope.generation,
        }
        .into());
    }
    let (tag, digest) = match &intent.what {
        Deleted::Tag(name, digest) => (Some(name), digest.as_ref()),
        Deleted::Artifact(digest) => (None, Some(digest)),
    };
    Sql::of(
        "INSERT INTO image_deletion (id, registry_id, generation, repository_id, repository, \
         digest, tag, audit, begun_at) VALUES ",
        [],
    )
    .rows(vec![vec![
        intent.id.0.into(),
        intent.registry_id.0.into(),
        intent.generation.into(),
        intent.repository_id.0.into(),
        intent.repository.as_str().into(),
        digest.map(Digest::to_bytes).into(),
        tag.map(TagName::as_str).into(),
        audit.into(),
        intent.begun_at.as_micros().into(),
    ]])
    .run(tx)
    .await?;
    Ok(())
}

/// Whether it was still open.
async fn cross_out(tx: &Tx<'_>, id: DeletionId) -> Result<bool, Fault> {
    let met = Sql::of("DELETE FROM image_deletion WHERE id = ?", [id.0.into()])
        .run(tx)
        .await?;
    Ok(met > 0)
}

async fn end(tx: &Tx<'_>, command: &EndDeletion, audit: &AuditEntry) -> Result<(), Fault> {
    let intent = &command.intent;
    // The registry first, in the order of every other command.
    let scope = scope::hold(tx, intent.registry_id).await?;
    if !cross_out(tx, intent.id).await? {
        return Ok(());
    }
    audit::insert(tx, audit).await?;
    let Some(scope) = scope.filter(|_| command.follow) else {
        return Ok(());
    };
    if scope.generation != intent.generation {
        // What is remembered may be of another server now: it is looked at, not believed.
        return want(tx, &scope, intent.repository_id, command.now).await;
    }
    let Some(no) = tags::live(tx, &scope, intent.repository_id).await? else {
        return Ok(());
    };
    let mut effects = Effects::default();
    match &intent.what {
        Deleted::Tag(name, digest) => {
            take_tag(tx, no, name, digest.as_ref(), &mut effects).await?;
        }
        Deleted::Artifact(digest) => {
            take_artifact(tx, &scope, no, digest, command.now, &mut effects).await?;
        }
    }
    let ended = -effects.of(no).tags;
    if ended > 0 {
        Sql::of(
            "UPDATE repository SET state = 'empty' WHERE no = ? AND state = 'listed' AND tags = ?",
            [no.into(), ended.into()],
        )
        .run(tx)
        .await?;
    }
    let effect = effects.of(no);
    // Whoever sweeps the repository meanwhile begins anew by that.
    effect.told = true;
    effect.loose = true;
    effects.registry.push(Topic::RegistryInventory);
    effects.finish(tx, &scope, command.now).await
}

async fn want(tx: &Tx<'_>, scope: &Scope, id: RepositoryId, now: Timestamp) -> Result<(), Fault> {
    Sql::of(
        "UPDATE repository SET wanted_at = COALESCE(wanted_at, ?) \
         WHERE id = ? AND inventory_no = ? AND ended_at IS NULL",
        [now.as_micros().into(), id.0.into(), scope.no.into()],
    )
    .run(tx)
    .await?;
    let effects = Effects {
        registry: vec![Topic::RegistryCrawl],
        ..Effects::default()
    };
    effects.finish(tx, scope, now).await
}

/// One that was seen to point elsewhere since is another push's, and stays.
async fn take_tag(
    tx: &Tx<'_>,
    repository_no: i64,
    tag: &TagName,
    digest: Option<&Digest>,
    effects: &mut Effects,
) -> Result<(), Fault> {
    let rows = Sql::of(
        "SELECT t.no FROM tag t LEFT JOIN artifact a ON a.no = t.artifact_no \
         WHERE t.repository_no = ? AND t.name = ? AND (a.digest IS NULL OR a.digest = ?)",
        [
            repository_no.into(),
            tag.as_str().into(),
            digest.map(Digest::to_bytes).into(),
        ],
    )
    .all(tx)
    .await?;
    take_tags(tx, repository_no, &rows, effects).await
}

/// The artifact leaves the repository at once: a page of it must not outlive it, and an index that
/// is gone keeps nobody from deleting what it listed. Its blobs go with the next sweep.
async fn take_artifact(
    tx: &Tx<'_>,
    scope: &Scope,
    repository_no: i64,
    digest: &Digest,
    now: Timestamp,
    effects: &mut Effects,
) -> Result<(), Fault> {
    let row = Sql::of(
        "SELECT no FROM artifact WHERE inventory_no = ? AND digest = ?",
        [scope.no.into(), digest.to_bytes().into()],
    )
    .one(tx)
    .await?;
    let Some(row) = row else { return Ok(()) };
    let artifact: i64 = row.try_get("", "no")?;
    let rows = Sql::of(
        "SELECT no FROM tag WHERE artifact_no = ? AND repository_no = ?",
        [artifact.into(), repository_no.into()],
    )
    .all(tx)
    .await?;
    take_tags(tx, repository_no, &rows, effects).await?;
    links::unlink_artifacts(tx, repository_no, &[artifact], now, effects).await
}

async fn take_tags(
    tx: &Tx<'_>,
    repository_no: i64,
    rows: &[QueryResult],
    effects: &mut Effects,
) -> Result<(), Fault> {
    let nos = rows
        .iter()
        .map(|row| row.try_get("", "no"))
        .collect::<Result<Vec<i64>, _>>()?;
    for chunk in nos.chunks(CHUNK) {
        tags::end(tx, repository_no, chunk, effects).await?;
    }
    Ok(())
}
