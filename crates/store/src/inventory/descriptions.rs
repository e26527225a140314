//! What people have written about repositories.

use super::scope::{self, Effects};
use super::sql::Sql;
use crate::audit;
use crate::command::Command;
use crate::fault::{Fault, damaged};
use crate::registry_row;
use crate::store::Store;
use crate::tx::Tx;
use async_trait::async_trait;
use roadstead_core::model::{
    AuditEntry, Generation, Markdown, RegistryId, RepositoryDescription, RepositoryId, Timestamp,
    UserId, UserRef,
};
use roadstead_core::ports::{DescribeRepository, DescriptionStore, StoreError};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

#[async_trait]
impl DescriptionStore for Store {
    async fn repository_description(
        &self,
        id: RepositoryId,
    ) -> Result<RepositoryDescription, StoreError> {
        let row = Sql::of(
            "SELECT d.text, d.revision, d.updated_at, d.updated_by, d.updated_by_name \
             FROM repository p JOIN repository_description d ON d.repository_no = p.no \
             WHERE p.id = ? AND p.ended_at IS NULL",
            [id.0.into()],
        )
        .one(self.db().read())
        .await?;
        Ok(row.as_ref().map(read).transpose()?.unwrap_or_default())
    }

    async fn describe_repository(
        &self,
        command: DescribeRepository,
        audit: AuditEntry,
    ) -> Result<Generation, StoreError> {
        let (command, audit) = (&command, &audit);
        self.db()
            .write(Command::DescribeRepository, |tx| {
                Box::pin(describe(tx, command, audit))
            })
            .await
    }
}

fn read(row: &QueryResult) -> Result<RepositoryDescription, Fault> {
    let text: String = row.try_get("", "text")?;
    let by: Option<Uuid> = row.try_get("", "updated_by")?;
    let name: Option<String> = row.try_get("", "updated_by_name")?;
    let person = |(id, name): (Uuid, String)| -> Result<UserRef, Fault> {
        Ok(UserRef {
            id: UserId(id),
            name: registry_row::name(&name)?,
        })
    };
    Ok(RepositoryDescription {
        text: Markdown::parse("", &text)
            .map_err(|failure| damaged("description of a repository", failure.code))?,
        revision: row.try_get("", "revision")?,
        updated_at: Some(Timestamp::from_micros(row.try_get("", "updated_at")?)),
        updated_by: by.zip(name).map(person).transpose()?,
    })
}

async fn describe(
    tx: &Tx<'_>,
    command: &DescribeRepository,
    audit: &AuditEntry,
) -> Result<Generation, Fault> {
    let id = command.repository_id;
    // The registry first, in the order of every other command.
    let row = Sql::of(
        "SELECT i.registry_id FROM repository p JOIN inventory i ON i.no = p.inventory_no \
         WHERE p.id = ? AND p.ended_at IS NULL",
        [id.0.into()],
    )
    .one(tx)
    .await?
    .ok_or(StoreError::NotFound)?;
    let scope = scope::hold(tx, RegistryId(row.try_get("", "registry_id")?))
        .await?
        .ok_or(StoreError::NotFound)?;
    let row = Sql::of(
        "SELECT p.no, p.revision, d.revision AS described FROM repository p \
         LEFT JOIN repository_description d ON d.repository_no = p.no \
         WHERE p.id = ? AND p.ended_at IS NULL",
        [id.0.into()],
    )
    .one(tx)
    .await?
    .ok_or(StoreError::NotFound)?;
    let no: i64 = row.try_get("", "no")?;
    let described: Option<i64> = row.try_get("", "described")?;
    let current = described.unwrap_or(0);
    if current != command.expected {
        return Err(StoreError::Stale { current }.into());
    }
    // As the effects below leave it.
    let revision = row.try_get::<i64>("", "revision")? + 1;
    let answered = if command.text.is_empty() {
        remove(tx, &[no]).await?;
        0
    } else {
        put(tx, no, revision, command).await?;
        revision
    };
    audit::insert(tx, audit).await?;
    let mut effects = Effects::default();
    effects.of(no).told = true;
    effects.finish(tx, &scope, command.now).await?;
    Ok(answered)
}

async fn put(
    tx: &Tx<'_>,
    no: i64,
    revision: Generation,
    command: &DescribeRepository,
) -> Result<(), Fault> {
    let by = command.by.as_ref();
    Sql::of(
        "INSERT INTO repository_description \
         (repository_no, text, revision, updated_at, updated_by, updated_by_name) VALUES ",
        [],
    )
    .rows(vec![vec![
        no.into(),
        command.text.as_str().into(),
        revision.into(),
        command.now.as_micros().into(),
        by.map(|by| by.id.0).into(),
        by.map(|by| by.name.as_str()).into(),
    ]])
    .and(
        " ON CONFLICT (repository_no) DO UPDATE SET text = excluded.text, \
         revision = excluded.revision, updated_at = excluded.updated_at, \
         updated_by = excluded.updated_by, updated_by_name = excluded.updated_by_name",
        [],
    )
    .run(tx)
    .await?;
    Ok(())
}

/// Takes away what is said about repositories. To be called before their rows go: a number may be
/// given to another repository after that.
pub(super) async fn remove(tx: &Tx<'_>, repositories: &[i64]) -> Result<u64, Fault> {
    Sql::of(
        "DELETE FROM repository_description WHERE repository_no IN ",
        [],
    )
    .list(repositories.iter().copied())
    .run(tx)
    .await
}

/// A description, for the look whether what is stored agrees with itself.
pub(crate) struct Kept {
    /// The repository; `None` when it is gone.
    pub(crate) repository: Option<Uuid>,
    /// The repository's revision, when it is there.
    pub(crate) latest: Option<i64>,
    pub(crate) revision: i64,
    pub(crate) updated_at: i64,
}

/// All there are.
pub(crate) async fn kept(db: &impl ConnectionTrait) -> Result<Vec<Kept>, Fault> {
    let rows = Sql::of(
        "SELECT p.id, p.revision AS latest, d.revision, d.updated_at \
         FROM repository_description d LEFT JOIN repository p ON p.no = d.repository_no",
        [],
    )
    .all(db)
    .await?;
    let kept = |row: &QueryResult| -> Result<Kept, Fault> {
        Ok(Kept {
            repository: row.try_get("", "id")?,
            latest: row.try_get("", "latest")?,
            revision: row.try_get("", "revision")?,
            updated_at: row.try_get("", "updated_at")?,
        })
    };
    rows.iter().map(kept).collect()
}
