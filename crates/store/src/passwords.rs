//! Passwords and the one-time links that set them.

use crate::command::Command;
use crate::entity::{user, user_link};
use crate::fault::Fault;
use crate::store::Store;
use crate::tx::Tx;
use crate::users::{self, link_is, people};
use crate::{audit, changes, sessions};
use roadstead_core::model::{AuditEntry, PasswordHash, Timestamp, TokenDigest, User, UserId};
use roadstead_core::ports::{ChangePassword, OneTimeLink, StoreError, UseLink};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

pub(crate) async fn linked_user(
    store: &Store,
    link: &TokenDigest,
    now: Timestamp,
) -> Result<Option<User>, StoreError> {
    let db = store.db().read();
    let found = user_link::Entity::find()
        .filter(link_is(link))
        .filter(user_link::Column::ExpiresAt.gt(now.as_micros()))
        .one(db)
        .await
        .map_err(Fault::from)?;
    let Some(found) = found else {
        return Ok(None);
    };
    people()
        .filter(user::Column::Id.eq(found.user_id))
        .one(db)
        .await
        .map_err(Fault::from)?
        .map(users::read)
        .transpose()
}

/// Puts a link in place of an earlier one.
pub(crate) async fn insert_link(tx: &Tx<'_>, id: UserId, link: OneTimeLink) -> Result<(), Fault> {
    user_link::Entity::delete_by_id(id.0).exec(tx).await?;
    let row = user_link::ActiveModel {
        user_id: Set(id.0),
        digest: Set(link.digest.0.to_vec()),
        expires_at: Set(link.expires_at.as_micros()),
    };
    user_link::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

pub(crate) async fn prune_links(store: &Store, now: Timestamp) -> Result<u64, StoreError> {
    store
        .db()
        .write(Command::PruneLinks, |tx| {
            Box::pin(async move {
                let deleted = user_link::Entity::delete_many()
                    .filter(user_link::Column::ExpiresAt.lt(now.as_micros()))
                    .exec(tx)
                    .await?;
                Ok(deleted.rows_affected)
            })
        })
        .await
}

pub(crate) async fn offer_link(
    store: &Store,
    id: UserId,
    link: OneTimeLink,
    audit: AuditEntry,
) -> Result<(), StoreError> {
    let audit = &audit;
    store
        .db()
        .write(Command::OfferLink, |tx| {
            Box::pin(async move {
                let found = people().filter(user::Column::Id.eq(id.0)).one(tx).await?;
                let found = users::read(found.ok_or(StoreError::NotFound)?)?;
                insert_link(tx, id, link).await?;
                audit::insert(tx, audit).await?;
                changes::append(tx, &[users::change(&found, audit.at)]).await
            })
        })
        .await
}

pub(crate) async fn use_link(
    store: &Store,
    command: UseLink,
    audit: AuditEntry,
) -> Result<(), StoreError> {
    let (command, audit) = (&command, &audit);
    store
        .db()
        .write(Command::UseLink, |tx| {
            Box::pin(async move {
                let used = user_link::Entity::delete_many()
                    .filter(link_is(&command.link))
                    .filter(user_link::Column::UserId.eq(command.user_id.0))
                    .filter(user_link::Column::ExpiresAt.gt(command.now.as_micros()))
                    .exec(tx)
                    .await?;
                if used.rows_affected == 0 {
                    return Err(StoreError::NoMatch.into());
                }
                set(tx, command.user_id, &command.password).await?;
                let mut entries =
                    sessions::close_all(tx, command.user_id, None, command.now).await?;
                sessions::insert(tx, &command.session).await?;
                entries.push(sessions::opened(&command.session, command.now));
                audit::insert(tx, audit).await?;
                changes::append(tx, &entries).await
            })
        })
        .await
}

pub(crate) async fn change(
    store: &Store,
    command: ChangePassword,
    audit: AuditEntry,
) -> Result<(), StoreError> {
    let (command, audit) = (&command, &audit);
    store
        .db()
        .write(Command::ChangePassword, |tx| {
            Box::pin(async move {
                set(tx, command.user_id, &command.password).await?;
                user_link::Entity::delete_by_id(command.user_id.0)
                    .exec(tx)
                    .await?;
                let ended =
                    sessions::close_all(tx, command.user_id, command.keep, audit.at).await?;
                audit::insert(tx, audit).await?;
                changes::append(tx, &ended).await
            })
        })
        .await
}

async fn set(tx: &Tx<'_>, id: UserId, password: &PasswordHash) -> Result<(), Fault> {
    let set = user::Entity::update_many()
        .col_expr(user::Column::PasswordHash, Expr::value(password.0.as_str()))
        .filter(user::Column::Id.eq(id.0))
        .filter(user::Column::MachineOf.is_null())
        .exec(tx)
        .await?;
    if set.rows_affected == 0 {
        return Err(StoreError::NotFound.into());
    }
    Ok(())
}
