//! People. Machine accounts are rows of the same table and belong to `machine_accounts.rs`.

use crate::changes::NewChange;
use crate::command::Command;
use crate::entity::{installation, membership, user, user_link};
use crate::fault::{Fault, damaged};
use crate::named_list;
use crate::store::Store;
use crate::tx::Tx;
use crate::{audit, changes, passwords};
use async_trait::async_trait;
use roadstead_core::model::{
    AuditEntry, Counted, DisplayName, Generation, Name, NamePosition, PageRequest, PasswordHash,
    PlatformRole, Timestamp, TokenDigest, Topic, User, UserFilter, UserId, WorkspaceId,
};
use roadstead_core::ports::{
    ChangePassword, EditUser, OneTimeLink, StoreError, UseLink, UserStore,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Select};
use uuid::Uuid;

#[async_trait]
impl UserStore for Store {
    async fn login_of(
        &self,
        name: &Name,
    ) -> Result<Option<(User, Option<PasswordHash>)>, StoreError> {
        let row = people()
            .filter(user::Column::Name.eq(name.as_str()))
            .one(self.db().read())
            .await
            .map_err(Fault::from)?;
        row.map(|row| {
            let hash = Some(row.password_hash.clone()).filter(|hash| !hash.is_empty());
            Ok((read(row)?, hash.map(PasswordHash)))
        })
        .transpose()
    }

    async fn users(
        &self,
        filter: &UserFilter,
        page: &PageRequest<NamePosition>,
    ) -> Result<Counted<User>, StoreError> {
        let mut select = people();
        if let Some(text) = &filter.text {
            let name = (user::Entity, user::Column::Name);
            select = select.filter(named_list::contains(name, text));
        }
        let rows = named_list::page(select.clone(), user::Column::Name, page)
            .all(self.db().read())
            .await
            .map_err(Fault::from)?;
        let total = named_list::total(self, select).await?;
        named_list::cut(rows, page.limit, |row| &row.name, read, total)
    }

    async fn user(&self, id: UserId) -> Result<Option<User>, StoreError> {
        people()
            .filter(user::Column::Id.eq(id.0))
            .one(self.db().read())
            .await
            .map_err(Fault::from)?
            .map(read)
            .transpose()
    }

    async fn linked_user(
        &self,
        link: &TokenDigest,
        now: Timestamp,
    ) -> Result<Option<User>, StoreError> {
        passwords::linked_user(self, link, now).await
    }

    async fn create_user(
        &self,
        user: User,
        link: OneTimeLink,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        let (user, audit) = (&user, &audit);
        self.db()
            .write(Command::CreateUser, |tx| {
                Box::pin(async move {
                    insert(tx, user, None).await?;
                    passwords::insert_link(tx, user.id, link).await?;
                    audit::insert(tx, audit).await?;
                    changes::append(tx, &[change(user, audit.at)]).await
                })
            })
            .await
    }

    async fn edit_user(&self, command: EditUser, audit: AuditEntry) -> Result<User, StoreError> {
        let (command, audit) = (&command, &audit);
        self.db()
            .write(Command::EditUser, |tx| {
                Box::pin(async move {
                    lock_people(tx).await?;
                    let before = current(tx, command.id, command.expected).await?;
                    let after = User {
                        display_name: command
                            .changes
                            .display_name
                            .clone()
                            .unwrap_or_else(|| before.display_name.clone()),
                        platform_role: command
                            .changes
                            .platform_role
                            .unwrap_or(before.platform_role),
                        generation: before.generation + 1,
                        ..before.clone()
                    };
                    let role_changes = before.platform_role != after.platform_role;
                    if role_changes {
                        refuse_last_admin(tx, &before).await?;
                    }
                    user::Entity::update_many()
                        .col_expr(
                            user::Column::DisplayName,
                            Expr::value(after.display_name.as_str()),
                        )
                        .col_expr(
                            user::Column::PlatformRole,
                            Expr::value(after.platform_role.map(PlatformRole::as_str)),
                        )
                        .col_expr(user::Column::Generation, Expr::value(after.generation))
                        .filter(user::Column::Id.eq(after.id.0))
                        .exec(tx)
                        .await?;
                    audit::insert(tx, audit).await?;
                    // The person's own entry first: it ends their streams before anything else
                    // of this transaction passes.
                    let mut entries = Vec::new();
                    if role_changes {
                        entries.push(rights_changed(after.id, after.generation, audit.at));
                    }
                    entries.push(change(&after, audit.at));
                    changes::append(tx, &entries).await?;
                    Ok(after)
                })
            })
            .await
    }

    async fn delete_user(
        &self,
        id: UserId,
        expected: Generation,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        let audit = &audit;
        self.db()
            .write(Command::DeleteUser, |tx| {
                Box::pin(async move {
                    lock_people(tx).await?;
                    let before = current(tx, id, Some(expected)).await?;
                    refuse_last_admin(tx, &before).await?;
                    let workspaces: Vec<Uuid> = membership::Entity::find()
                        .filter(membership::Column::UserId.eq(id.0))
                        .select_only()
                        .column(membership::Column::WorkspaceId)
                        .into_tuple()
                        .all(tx)
                        .await?;
                    // Sessions, tokens, memberships and links go with it, by their foreign keys.
                    user::Entity::delete_by_id(id.0).exec(tx).await?;
                    audit::insert(tx, audit).await?;
                    let gone = User {
                        generation: before.generation + 1,
                        ..before
                    };
                    let mut entries = vec![
                        rights_changed(id, gone.generation, audit.at),
                        change(&gone, audit.at),
                    ];
                    entries.extend(
                        workspaces
                            .into_iter()
                            .map(|workspace| member_change(WorkspaceId(workspace), audit.at)),
                    );
                    changes::append(tx, &entries).await
                })
            })
            .await
    }

    async fn offer_link(
        &self,
        id: UserId,
        link: OneTimeLink,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        passwords::offer_link(self, id, link, audit).await
    }

    async fn prune_links(&self, now: Timestamp) -> Result<u64, StoreError> {
        passwords::prune_links(self, now).await
    }

    async fn use_link(&self, command: UseLink, audit: AuditEntry) -> Result<(), StoreError> {
        passwords::use_link(self, command, audit).await
    }

    async fn change_password(
        &self,
        command: ChangePassword,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        passwords::change(self, command, audit).await
    }
}

/// Everybody who is no machine account.
pub(crate) fn people() -> Select<user::Entity> {
    user::Entity::find().filter(user::Column::MachineOf.is_null())
}

/// From here to its end, the transaction is the only one that may decide who administers: on
/// PostgreSQL the row's lock keeps the others waiting, on SQLite the single writer does.
async fn lock_people(tx: &Tx<'_>) -> Result<(), Fault> {
    installation::Entity::find()
        .lock_exclusive()
        .one(tx)
        .await?;
    Ok(())
}

/// The person now, if they are of the generation that was seen.
async fn current(tx: &Tx<'_>, id: UserId, expected: Option<Generation>) -> Result<User, Fault> {
    let row = people().filter(user::Column::Id.eq(id.0)).one(tx).await?;
    let found = read(row.ok_or(StoreError::NotFound)?)?;
    match expected {
        Some(expected) if expected != found.generation => Err(StoreError::Stale {
            current: found.generation,
        }
        .into()),
        _ => Ok(found),
    }
}

/// Refuses to lose this administrator when no other is left who can sign in.
async fn refuse_last_admin(tx: &Tx<'_>, user: &User) -> Result<(), Fault> {
    if user.platform_role != Some(PlatformRole::Admin) {
        return Ok(());
    }
    let other = people()
        .filter(user::Column::PlatformRole.eq(PlatformRole::Admin.as_str()))
        .filter(user::Column::PasswordHash.ne(""))
        .filter(user::Column::Id.ne(user.id.0))
        .one(tx)
        .await?;
    match other {
        Some(_) => Ok(()),
        None => Err(StoreError::LastAdmin.into()),
    }
}

/// Stores a new person, who cannot sign in without a password.
pub(crate) async fn insert(
    tx: &Tx<'_>,
    user: &User,
    password: Option<&PasswordHash>,
) -> Result<(), Fault> {
    let row = user::ActiveModel {
        id: Set(user.id.0),
        name: Set(user.name.as_str().to_owned()),
        password_hash: Set(password.map(|hash| hash.0.clone()).unwrap_or_default()),
        platform_role: Set(user.platform_role.map(|role| role.as_str().to_owned())),
        created_at: Set(user.created_at.as_micros()),
        generation: Set(user.generation),
        display_name: Set(user.display_name.as_str().to_owned()),
        machine_of: Set(user.machine_of.map(|id| id.0)),
    };
    user::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// The change entry of a person.
pub(crate) fn change(user: &User, at: Timestamp) -> NewChange {
    NewChange {
        topic: Topic::User,
        object_id: user.id.0,
        generation: user.generation,
        workspace_id: None,
        user_id: None,
        at,
    }
}

/// The change entry that only the person gets: what they may do has changed.
pub(crate) fn rights_changed(id: UserId, generation: Generation, at: Timestamp) -> NewChange {
    NewChange {
        topic: Topic::User,
        object_id: id.0,
        generation,
        workspace_id: None,
        user_id: Some(id),
        at,
    }
}

/// The change entry of a workspace's list of members.
pub(crate) fn member_change(id: WorkspaceId, at: Timestamp) -> NewChange {
    NewChange {
        topic: Topic::Member,
        object_id: id.0,
        generation: 1,
        workspace_id: Some(id),
        user_id: None,
        at,
    }
}

/// A row as a person.
pub(crate) fn read(row: user::Model) -> Result<User, StoreError> {
    let platform_role = row
        .platform_role
        .map(|role| PlatformRole::parse(&role).ok_or_else(|| damaged("platform role", role)))
        .transpose()?;
    Ok(User {
        id: UserId(row.id),
        name: Name::parse(&row.name).map_err(|_| damaged("user name", row.name))?,
        display_name: DisplayName::parse(&row.display_name)
            .map_err(|_| damaged("display name", row.display_name))?,
        machine_of: row.machine_of.map(WorkspaceId),
        platform_role,
        created_at: Timestamp::from_micros(row.created_at),
        generation: row.generation,
    })
}

/// Whether anybody has this link.
pub(crate) fn link_is(digest: &TokenDigest) -> Expr {
    user_link::Column::Digest.eq(digest.0.to_vec())
}
