//! Who may pull from registries.

use crate::command::Command;
use crate::entity::{pull_account, registry};
use crate::fault::Fault;
use crate::key_rotation;
use crate::pull_access::{self, Opening};
use crate::registries::{Changed, changed, finish, refusal};
use crate::registry_row::{self, json};
use crate::store::Store;
use crate::tx::Tx;
use async_trait::async_trait;
use roadstead_core::model::{AuditEntry, Generation, RegistryId, Timestamp, WriteProof};
use roadstead_core::ports::{
    CredentialBinding, PullObservation, PullTarget, RegistryStore as _, SetPullAccount,
    ShareRegistry, SharingStore, StoreError,
};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

#[async_trait]
impl SharingStore for Store {
    async fn pull_target(&self, id: RegistryId) -> Result<Option<PullTarget>, StoreError> {
        let Some(target) = self.registry_target(id).await? else {
            return Ok(None);
        };
        let (access, sealed, _) = pull_access::read(self.db().read(), id).await?;
        Ok(Some(PullTarget {
            target,
            access,
            sealed,
        }))
    }

    async fn set_pull_account(
        &self,
        command: SetPullAccount,
        audit: AuditEntry,
    ) -> Result<Generation, StoreError> {
        let (command, audit) = (&command, &audit);
        self.db()
            .write(Command::SetPullAccount, |tx| {
                Box::pin(async move {
                    let edited = edited(tx, command.id, command.expected, command.now).await?;
                    let removed = pull_account::Entity::delete_by_id(command.id.0)
                        .exec(tx)
                        .await?;
                    if command.account.is_none() && removed.rows_affected == 0 {
                        return Err(StoreError::NotFound.into());
                    }
                    self.keep_account(tx, command).await?;
                    let proof = stored_proof(command.write.as_ref())?;
                    pull_access::note(tx, command.id, |row| row.write_proof = Set(proof)).await?;
                    concluded(tx, command.id, edited, audit, command.now).await
                })
            })
            .await
    }

    async fn share_registry(
        &self,
        command: ShareRegistry,
        audit: AuditEntry,
    ) -> Result<Generation, StoreError> {
        let (command, audit) = (&command, &audit);
        self.db()
            .write(Command::ShareRegistry, |tx| {
                Box::pin(async move {
                    let edited = edited(tx, command.id, command.expected, command.now).await?;
                    let consent = command.consent.as_ref();
                    let consent = consent.map(pull_access::write_consent).transpose()?;
                    let proof = stored_proof(command.write.as_ref())?;
                    pull_access::note(tx, command.id, |row| {
                        row.consent = Set(consent);
                        if proof.is_some() {
                            row.write_proof = Set(proof);
                        }
                    })
                    .await?;
                    concluded(tx, command.id, edited, audit, command.now).await
                })
            })
            .await
    }

    async fn record_pull(&self, seen: PullObservation) -> Result<(), StoreError> {
        let seen = &seen;
        self.db()
            .write(Command::RecordPull, |tx| {
                Box::pin(async move {
                    // The row is held, so that no edit comes between what was tried and its note.
                    let current = registry::Entity::find_by_id(seen.id.0)
                        .filter(registry::Column::Generation.eq(seen.generation))
                        .lock_exclusive()
                        .one(tx)
                        .await?;
                    let Some(current) = current else {
                        return Ok(());
                    };
                    let anonymous = seen.anonymous.as_ref().map(json).transpose()?;
                    let write = stored_proof(seen.write.as_ref())?;
                    let (before, ..) = pull_access::read(tx, seen.id).await?;
                    pull_access::note(tx, seen.id, |row| {
                        if anonymous.is_some() {
                            row.anonymous_proof = Set(anonymous);
                        }
                        if write.is_some() {
                            row.write_proof = Set(write);
                        }
                    })
                    .await?;
                    let opening = pull_access::settle(tx, seen.id).await?;
                    let (after, ..) = pull_access::read(tx, seen.id).await?;
                    if told(&before) != told(&after) {
                        crate::changes::append(
                            tx,
                            &[crate::changes::NewChange {
                                topic: roadstead_core::model::Topic::RegistryHealth,
                                object_id: seen.id.0,
                                generation: current.generation,
                                workspace_id: current
                                    .workspace_id
                                    .map(roadstead_core::model::WorkspaceId),
                                user_id: None,
                                at: seen.now,
                            }],
                        )
                        .await?;
                    }
                    if opening.turned() {
                        pull_access::tell_members(tx, seen.id, seen.now).await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}

impl Store {
    /// Keeps a pull-only account, its secret under the key the database is at.
    async fn keep_account(&self, tx: &Tx<'_>, command: &SetPullAccount) -> Result<(), Fault> {
        let Some((account, sealed)) = &command.account else {
            return Ok(());
        };
        let row = registry::Entity::find_by_id(command.id.0).one(tx).await?;
        let registry = registry_row::read(row.ok_or(StoreError::NotFound)?)?;
        let realm = sealed.token_service.clone();
        let binding = CredentialBinding::of_pull_account(&registry, &account.username, realm);
        let kept = key_rotation::keep_up_bound(
            tx,
            self.keys(),
            self.installation_id(),
            Some(&binding),
            &sealed.credential,
        )
        .await?;
        let row =
            pull_access::write_account(command.id, account, sealed.token_service.as_ref(), &kept);
        pull_account::Entity::insert(row)
            .exec_without_returning(tx)
            .await?;
        Ok(())
    }
}

/// What people hear of when it changes: statuses and reasons, not when they were looked at.
fn told(access: &roadstead_core::model::PullAccess) -> impl PartialEq + use<> {
    let anonymous = access.anonymous.as_ref().map(|p| (p.status, p.reason));
    let write = access.write.as_ref().map(|p| (p.status, p.reason));
    (anonymous, write)
}

fn stored_proof(proof: Option<&WriteProof>) -> Result<Option<String>, StoreError> {
    proof.map(json).transpose()
}

/// Raises a registry's generation.
async fn edited(
    tx: &Tx<'_>,
    id: RegistryId,
    expected: Generation,
    now: Timestamp,
) -> Result<Changed, Fault> {
    use registry::Column::{Generation, Id, UpdatedAt};
    let edit = Query::update()
        .table(registry::Entity)
        .value(UpdatedAt, now.as_micros())
        .value(Generation, Expr::col(Generation).add(1_i64))
        .and_where(Id.eq(id.0))
        .and_where(Generation.eq(expected))
        .to_owned();
    match changed(tx, edit).await? {
        Some(changed) => Ok(changed),
        None => Err(refusal(tx, id).await?.into()),
    }
}

/// Ends a command: what follows for members, audit entry, change entries.
async fn concluded(
    tx: &Tx<'_>,
    id: RegistryId,
    edited: Changed,
    audit: &AuditEntry,
    now: Timestamp,
) -> Result<Generation, Fault> {
    let opening: Opening = pull_access::settle(tx, id).await?;
    let generation = finish(tx, id, edited, audit, now).await?;
    if opening.turned() {
        pull_access::tell_members(tx, id, now).await?;
    }
    Ok(generation)
}
