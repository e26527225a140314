//! Workspaces.

use crate::changes::NewChange;
use crate::command::Command;
use crate::entity::{membership, registry, workspace};
use crate::fault::{Fault, damaged};
use crate::store::Store;
use crate::tx::Tx;
use crate::{audit, changes, members, named_list, tokens, users, workspace_counts};
use async_trait::async_trait;
use roadstead_core::model::{
    AuditEntry, Counted, Description, Generation, Member, Name, NamePosition, PageRequest,
    Timestamp, Topic, User, UserId, Workspace, WorkspaceCounts, WorkspaceFilter, WorkspaceId,
    WorkspaceRole,
};
use roadstead_core::ports::{EditWorkspace, SetMember, StoreError, WorkspaceStore};
use roadstead_core::rules::Visible;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Names of registries told when they keep a workspace from being deleted.
const NAMED: u64 = 20;

#[async_trait]
impl WorkspaceStore for Store {
    async fn workspaces(
        &self,
        filter: &WorkspaceFilter,
        page: &PageRequest<NamePosition>,
    ) -> Result<Counted<Workspace>, StoreError> {
        let mut select = workspace::Entity::find().filter(in_set(&filter.visible));
        if let Some(text) = &filter.text {
            let name = (workspace::Entity, workspace::Column::Name);
            select = select.filter(named_list::contains(name, text));
        }
        let rows = named_list::page(select.clone(), workspace::Column::Name, page)
            .all(self.db().read())
            .await
            .map_err(Fault::from)?;
        let total = named_list::total(self, select).await?;
        named_list::cut(rows, page.limit, |row| &row.name, read, total)
    }

    async fn workspace(
        &self,
        id: WorkspaceId,
        visible: &Visible,
    ) -> Result<Option<Workspace>, StoreError> {
        workspace::Entity::find_by_id(id.0)
            .filter(in_set(visible))
            .one(self.db().read())
            .await
            .map_err(Fault::from)?
            .map(read)
            .transpose()
    }

    async fn workspace_counts(
        &self,
        ids: &[WorkspaceId],
    ) -> Result<HashMap<WorkspaceId, WorkspaceCounts>, StoreError> {
        workspace_counts::of(self, ids).await
    }

    async fn workspace_totals(&self) -> Result<(u64, u64), StoreError> {
        workspace_counts::totals(self).await
    }

    async fn create_workspace(
        &self,
        workspace: Workspace,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        let (workspace, audit) = (&workspace, &audit);
        self.db()
            .write(Command::CreateWorkspace, |tx| {
                Box::pin(async move {
                    let row = workspace::ActiveModel {
                        id: Set(workspace.id.0),
                        name: Set(workspace.name.as_str().to_owned()),
                        description: Set(workspace.description.as_str().to_owned()),
                        created_at: Set(workspace.created_at.as_micros()),
                        updated_at: Set(workspace.updated_at.as_micros()),
                        generation: Set(workspace.generation),
                    };
                    workspace::Entity::insert(row)
                        .exec_without_returning(tx)
                        .await?;
                    audit::insert(tx, audit).await?;
                    let change = change(workspace.id, workspace.generation, audit.at);
                    changes::append(tx, &[change]).await
                })
            })
            .await
    }

    async fn edit_workspace(
        &self,
        command: EditWorkspace,
        audit: AuditEntry,
    ) -> Result<Generation, StoreError> {
        let (command, audit) = (&command, &audit);
        self.db()
            .write(Command::EditWorkspace, |tx| {
                Box::pin(async move {
                    use workspace::Column::{Description, Generation, Id, UpdatedAt};
                    locked(tx, command.id, Some(command.expected)).await?;
                    let generation = command.expected + 1;
                    workspace::Entity::update_many()
                        .col_expr(Description, Expr::value(command.description.as_str()))
                        .col_expr(UpdatedAt, Expr::value(command.now.as_micros()))
                        .col_expr(Generation, Expr::value(generation))
                        .filter(Id.eq(command.id.0))
                        .exec(tx)
                        .await?;
                    audit::insert(tx, audit).await?;
                    changes::append(tx, &[change(command.id, generation, audit.at)]).await?;
                    Ok(generation)
                })
            })
            .await
    }

    async fn delete_workspace(
        &self,
        id: WorkspaceId,
        expected: Generation,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        let audit = &audit;
        self.db()
            .write(Command::DeleteWorkspace, |tx| {
                Box::pin(async move {
                    locked(tx, id, Some(expected)).await?;
                    refuse_registries(tx, id).await?;
                    let members: Vec<Uuid> = membership::Entity::find()
                        .filter(membership::Column::WorkspaceId.eq(id.0))
                        .select_only()
                        .column(membership::Column::UserId)
                        .into_tuple()
                        .all(tx)
                        .await?;
                    let tokens = tokens::ends_of(tx, id, audit.at).await?;
                    // Memberships, machine accounts and tokens go with it, by their foreign keys.
                    workspace::Entity::delete_by_id(id.0).exec(tx).await?;
                    audit::insert(tx, audit).await?;
                    let mut entries: Vec<NewChange> = members
                        .into_iter()
                        .map(|user| users::rights_changed(UserId(user), expected, audit.at))
                        .collect();
                    entries.extend(tokens);
                    entries.push(change(id, expected + 1, audit.at));
                    changes::append(tx, &entries).await
                })
            })
            .await
    }

    async fn members(
        &self,
        id: WorkspaceId,
        page: &PageRequest<NamePosition>,
    ) -> Result<Counted<Member>, StoreError> {
        members::list(self, id, false, page).await
    }

    async fn member(&self, id: WorkspaceId, user_id: UserId) -> Result<Option<Member>, StoreError> {
        members::one(self, id, false, user_id).await
    }

    async fn set_member(&self, command: SetMember, audit: AuditEntry) -> Result<(), StoreError> {
        members::set(self, command, audit).await
    }

    async fn machine_accounts(
        &self,
        id: WorkspaceId,
        page: &PageRequest<NamePosition>,
    ) -> Result<Counted<Member>, StoreError> {
        members::list(self, id, true, page).await
    }

    async fn machine_account(
        &self,
        id: WorkspaceId,
        account_id: UserId,
    ) -> Result<Option<Member>, StoreError> {
        members::one(self, id, true, account_id).await
    }

    async fn create_machine_account(
        &self,
        account: User,
        workspace_id: WorkspaceId,
        role: WorkspaceRole,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        members::create_machine(self, account, workspace_id, role, audit).await
    }

    async fn delete_machine_account(
        &self,
        id: WorkspaceId,
        account_id: UserId,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        members::delete_machine(self, id, account_id, audit).await
    }
}

/// The workspaces in a set of visible objects.
fn in_set(visible: &Visible) -> Condition {
    match visible {
        Visible::Everything => Condition::all(),
        // An empty list must match nothing, never everything.
        Visible::Workspaces(ids) if ids.is_empty() => Condition::all().add(Expr::cust("1 = 0")),
        Visible::Workspaces(ids) => {
            Condition::all().add(workspace::Column::Id.is_in(ids.iter().map(|id| id.0)))
        }
    }
}

/// The workspace, kept from others until the transaction ends, if it is of the generation seen.
pub(crate) async fn locked(
    tx: &Tx<'_>,
    id: WorkspaceId,
    expected: Option<Generation>,
) -> Result<(), Fault> {
    let row = workspace::Entity::find_by_id(id.0)
        .lock_exclusive()
        .one(tx)
        .await?
        .ok_or(StoreError::NotFound)?;
    match expected {
        Some(expected) if expected != row.generation => Err(StoreError::Stale {
            current: row.generation,
        }
        .into()),
        _ => Ok(()),
    }
}

async fn refuse_registries(tx: &Tx<'_>, id: WorkspaceId) -> Result<(), Fault> {
    let owned = registry::Entity::find().filter(registry::Column::WorkspaceId.eq(id.0));
    let registries = owned.clone().count(tx).await?;
    if registries == 0 {
        return Ok(());
    }
    let names = owned
        .select_only()
        .column(registry::Column::Name)
        .order_by_asc(registry::Column::Name)
        .limit(NAMED)
        .into_tuple()
        .all(tx)
        .await?;
    Err(StoreError::NotEmpty { registries, names }.into())
}

fn change(id: WorkspaceId, generation: Generation, at: Timestamp) -> NewChange {
    NewChange {
        topic: Topic::Workspace,
        object_id: id.0,
        generation,
        workspace_id: Some(id),
        user_id: None,
        at,
    }
}

fn read(row: workspace::Model) -> Result<Workspace, StoreError> {
    Ok(Workspace {
        id: WorkspaceId(row.id),
        name: Name::parse(&row.name).map_err(|_| damaged("workspace name", &row.name))?,
        description: Description::parse(&row.description)
            .map_err(|_| damaged("workspace description", "too long"))?,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
        generation: row.generation,
    })
}
