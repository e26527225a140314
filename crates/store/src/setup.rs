//! First start: the set-up link and the first administrator.

use crate::command::Command;
use crate::entity::{installation, setup_link, user};
use crate::fault::Fault;
use crate::store::Store;
use crate::tx::Tx;
use crate::{audit, changes, sessions, users};
use async_trait::async_trait;
use roadstead_core::model::{AuditEntry, PasswordHash, PlatformRole, Timestamp, TokenDigest, User};
use roadstead_core::ports::{CreateFirstAdmin, SetupStore, StoreError};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
};

#[async_trait]
impl SetupStore for Store {
    async fn has_admin(&self) -> Result<bool, StoreError> {
        Ok(admin_exists(self.db().read()).await?)
    }

    async fn offer_setup_link(
        &self,
        link: TokenDigest,
        expires_at: Timestamp,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        let audit = &audit;
        self.db()
            .write(Command::OfferSetupLink, |tx| {
                Box::pin(async move {
                    if !first_start(tx).await? {
                        return Err(StoreError::AlreadyDone.into());
                    }
                    setup_link::Entity::delete_many().exec(tx).await?;
                    let row = setup_link::ActiveModel {
                        id: Set(1),
                        digest: Set(link.0.to_vec()),
                        expires_at: Set(expires_at.as_micros()),
                    };
                    setup_link::Entity::insert(row)
                        .exec_without_returning(tx)
                        .await?;
                    audit::insert(tx, audit).await
                })
            })
            .await
    }

    async fn create_first_admin(
        &self,
        command: CreateFirstAdmin,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        let (command, audit) = (&command, &audit);
        self.db()
            .write(Command::CreateFirstAdmin, |tx| {
                Box::pin(async move {
                    if !first_start(tx).await? {
                        return Err(StoreError::AlreadyDone.into());
                    }
                    let used = setup_link::Entity::delete_many()
                        .filter(setup_link::Column::Digest.eq(command.link.0.to_vec()))
                        .filter(setup_link::Column::ExpiresAt.gt(command.now.as_micros()))
                        .exec(tx)
                        .await?;
                    if used.rows_affected == 0 {
                        return Err(StoreError::NoMatch.into());
                    }
                    users::insert(tx, &command.user, Some(&command.password)).await?;
                    sessions::insert(tx, &command.session).await?;
                    audit::insert(tx, audit).await?;
                    let entries = [
                        users::change(&command.user, command.now),
                        sessions::opened(&command.session, command.now),
                    ];
                    changes::append(tx, &entries).await
                })
            })
            .await
    }

    async fn ensure_admin(
        &self,
        user: User,
        password: PasswordHash,
        audit: AuditEntry,
    ) -> Result<bool, StoreError> {
        let (user, password, audit) = (&user, &password, &audit);
        self.db()
            .write(Command::EnsureAdmin, |tx| {
                Box::pin(async move {
                    if !first_start(tx).await? {
                        return Ok(false);
                    }
                    setup_link::Entity::delete_many().exec(tx).await?;
                    users::insert(tx, user, Some(password)).await?;
                    audit::insert(tx, audit).await?;
                    changes::append(tx, &[users::change(user, audit.at)]).await?;
                    Ok(true)
                })
            })
            .await
    }
}

/// Whether there is no administrator yet. From here to its end, the transaction is the only one
/// that may make one: on PostgreSQL the row's lock keeps the others waiting, on SQLite the single
/// writer does.
async fn first_start(tx: &Tx<'_>) -> Result<bool, Fault> {
    installation::Entity::find()
        .lock_exclusive()
        .one(tx)
        .await?;
    Ok(!admin_exists(tx).await?)
}

async fn admin_exists(connection: &impl ConnectionTrait) -> Result<bool, Fault> {
    let admin = user::Entity::find()
        .filter(user::Column::PlatformRole.eq(PlatformRole::Admin.as_str()))
        .one(connection)
        .await?;
    Ok(admin.is_some())
}
