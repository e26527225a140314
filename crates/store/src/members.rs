//! Who has a role in a workspace: people, and its own machine accounts.

use crate::changes::NewChange;
use crate::command::Command;
use crate::entity::{membership, user};
use crate::fault::Fault;
use crate::store::Store;
use crate::tx::Tx;
use crate::users::{member_change, rights_changed};
use crate::workspaces::locked;
use crate::{audit, changes, holders, named_list, users};
use roadstead_core::model::{
    AuditEntry, Counted, Generation, Member, NamePosition, PageRequest, Timestamp, Topic, User,
    UserId, WorkspaceId, WorkspaceRole,
};
use roadstead_core::ports::{SetMember, StoreError};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect,
    QueryTrait as _, Select,
};

/// A machine account is made and deleted, never edited.
const MADE: Generation = 1;
const GONE: Generation = 2;

fn select(id: WorkspaceId, machines: bool) -> Select<user::Entity> {
    let join: sea_orm::RelationDef = user::Entity::belongs_to(membership::Entity)
        .from(user::Column::Id)
        .to(membership::Column::UserId)
        .into();
    let select = user::Entity::find()
        .join(JoinType::InnerJoin, join)
        .filter(membership::Column::WorkspaceId.eq(id.0));
    if machines {
        select.filter(user::Column::MachineOf.eq(id.0))
    } else {
        select.filter(user::Column::MachineOf.is_null())
    }
}

pub(crate) async fn list(
    store: &Store,
    id: WorkspaceId,
    machines: bool,
    page: &PageRequest<NamePosition>,
) -> Result<Counted<Member>, StoreError> {
    let rows = named_list::page(select(id, machines), user::Column::Name, page)
        .select_also(membership::Entity)
        .all(store.db().read())
        .await
        .map_err(Fault::from)?;
    let total = named_list::total(store, select(id, machines)).await?;
    named_list::cut(rows, page.limit, |(user, _)| &user.name, read, total)
}

pub(crate) async fn one(
    store: &Store,
    id: WorkspaceId,
    machines: bool,
    user_id: UserId,
) -> Result<Option<Member>, StoreError> {
    select(id, machines)
        .filter(user::Column::Id.eq(user_id.0))
        .select_also(membership::Entity)
        .one(store.db().read())
        .await
        .map_err(Fault::from)?
        .map(read)
        .transpose()
}

fn read((user, role): (user::Model, Option<membership::Model>)) -> Result<Member, StoreError> {
    let role = role.ok_or_else(|| StoreError::Internal("a member without a role".to_owned()))?;
    Ok(Member {
        user: users::read(user)?,
        role: holders::role(&role.role)?,
        created_at: Timestamp::from_micros(role.created_at),
    })
}

pub(crate) async fn set(
    store: &Store,
    command: SetMember,
    audit: AuditEntry,
) -> Result<(), StoreError> {
    let (command, audit) = (&command, &audit);
    store
        .db()
        .write(Command::SetMember, |tx| {
            Box::pin(async move {
                locked(tx, command.workspace_id, None).await?;
                users::people()
                    .filter(user::Column::Id.eq(command.user_id.0))
                    .one(tx)
                    .await?
                    .ok_or(StoreError::NotFound)?;
                change_role(tx, command).await?;
                audit::insert(tx, audit).await?;
                let entries = [
                    rights_changed(command.user_id, 1, audit.at),
                    member_change(command.workspace_id, audit.at),
                ];
                changes::append(tx, &entries).await
            })
        })
        .await
}

async fn change_role(tx: &Tx<'_>, command: &SetMember) -> Result<(), Fault> {
    use membership::Column::{Role, UserId, WorkspaceId};
    let key = (command.workspace_id.0, command.user_id.0);
    let before = membership::Entity::find_by_id(key).one(tx).await?;
    let was_admin = before
        .as_ref()
        .is_some_and(|m| m.role == WorkspaceRole::Admin.as_str());
    if was_admin && command.role != Some(WorkspaceRole::Admin) && command.keep_admin {
        let machines_apart = users::people()
            .select_only()
            .column(user::Column::Id)
            .into_query();
        let other = membership::Entity::find()
            .filter(WorkspaceId.eq(key.0))
            .filter(UserId.ne(key.1))
            .filter(Role.eq(WorkspaceRole::Admin.as_str()))
            .filter(UserId.in_subquery(machines_apart))
            .one(tx)
            .await?;
        if other.is_none() {
            return Err(StoreError::LastAdmin.into());
        }
    }
    match (before, command.role) {
        (None, None) => Err(StoreError::NotFound.into()),
        (Some(_), None) => {
            membership::Entity::delete_by_id(key).exec(tx).await?;
            Ok(())
        }
        (Some(_), Some(role)) => {
            membership::Entity::update_many()
                .col_expr(Role, Expr::value(role.as_str()))
                .filter(WorkspaceId.eq(key.0))
                .filter(UserId.eq(key.1))
                .exec(tx)
                .await?;
            Ok(())
        }
        (None, Some(role)) => {
            insert(tx, command.workspace_id, command.user_id, role, command.now).await
        }
    }
}

async fn insert(
    tx: &Tx<'_>,
    workspace_id: WorkspaceId,
    user_id: UserId,
    role: WorkspaceRole,
    at: Timestamp,
) -> Result<(), Fault> {
    let row = membership::ActiveModel {
        workspace_id: Set(workspace_id.0),
        user_id: Set(user_id.0),
        role: Set(role.as_str().to_owned()),
        created_at: Set(at.as_micros()),
    };
    membership::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

pub(crate) async fn create_machine(
    store: &Store,
    account: User,
    workspace_id: WorkspaceId,
    role: WorkspaceRole,
    audit: AuditEntry,
) -> Result<(), StoreError> {
    let (account, audit) = (&account, &audit);
    store
        .db()
        .write(Command::CreateMachineAccount, |tx| {
            Box::pin(async move {
                locked(tx, workspace_id, None).await?;
                users::insert(tx, account, None).await?;
                insert(tx, workspace_id, account.id, role, account.created_at).await?;
                audit::insert(tx, audit).await?;
                let change = machine_change(account.id, workspace_id, MADE, audit.at);
                changes::append(tx, &[change]).await
            })
        })
        .await
}

pub(crate) async fn delete_machine(
    store: &Store,
    workspace_id: WorkspaceId,
    account_id: UserId,
    audit: AuditEntry,
) -> Result<(), StoreError> {
    let audit = &audit;
    store
        .db()
        .write(Command::DeleteMachineAccount, |tx| {
            Box::pin(async move {
                // Membership and tokens go with it, by their foreign keys.
                let deleted = user::Entity::delete_many()
                    .filter(user::Column::Id.eq(account_id.0))
                    .filter(user::Column::MachineOf.eq(workspace_id.0))
                    .exec(tx)
                    .await?;
                if deleted.rows_affected == 0 {
                    return Err(StoreError::NotFound.into());
                }
                audit::insert(tx, audit).await?;
                let entries = [
                    rights_changed(account_id, GONE, audit.at),
                    machine_change(account_id, workspace_id, GONE, audit.at),
                ];
                changes::append(tx, &entries).await
            })
        })
        .await
}

fn machine_change(
    id: UserId,
    workspace_id: WorkspaceId,
    generation: Generation,
    at: Timestamp,
) -> NewChange {
    NewChange {
        topic: Topic::MachineAccount,
        object_id: id.0,
        generation,
        workspace_id: Some(workspace_id),
        user_id: None,
        at,
    }
}
