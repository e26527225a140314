//! How much workspaces hold.

use crate::entity::{membership, registry, user, workspace};
use crate::fault::Fault;
use crate::store::Store;
use roadstead_core::model::{WorkspaceCounts, WorkspaceId};
use roadstead_core::ports::StoreError;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait};
use std::collections::HashMap;
use uuid::Uuid;

/// The counts of these workspaces, all in one query: a list shows them on every row.
pub(crate) async fn of(
    store: &Store,
    ids: &[WorkspaceId],
) -> Result<HashMap<WorkspaceId, WorkspaceCounts>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let id = (workspace::Entity, workspace::Column::Id);
    let query = Query::select()
        .column(id)
        .expr_as(
            rows_of(registry::Entity, registry::Column::WorkspaceId),
            Alias::new("registries"),
        )
        .expr_as(
            rows_of(membership::Entity, membership::Column::WorkspaceId),
            Alias::new("memberships"),
        )
        .expr_as(
            rows_of(user::Entity, user::Column::MachineOf),
            Alias::new("machines"),
        )
        .from(workspace::Entity)
        .and_where(Expr::col(id).is_in(ids.iter().map(|id| id.0)))
        .to_owned();
    let rows = store
        .db()
        .read()
        .query_all(&query)
        .await
        .map_err(Fault::from)?;
    let mut counts = HashMap::with_capacity(rows.len());
    for row in rows {
        let id: Uuid = row.try_get("", "id").map_err(Fault::from)?;
        let counted = |name: &str| -> Result<u64, StoreError> {
            let count: i64 = row.try_get("", name).map_err(Fault::from)?;
            Ok(u64::try_from(count).unwrap_or(0))
        };
        let machine_accounts = counted("machines")?;
        let entry = WorkspaceCounts {
            registries: counted("registries")?,
            // A machine account has its role by a membership too, and is nobody.
            members: counted("memberships")?.saturating_sub(machine_accounts),
            machine_accounts,
        };
        counts.insert(WorkspaceId(id), entry);
    }
    Ok(counts)
}

/// How many workspaces there are, and how many people, not machine accounts, are in any of them.
pub(crate) async fn totals(store: &Store) -> Result<(u64, u64), StoreError> {
    let person = (membership::Entity, membership::Column::UserId);
    let people = Query::select()
        .expr(Func::count_distinct(Expr::col(person)))
        .from(membership::Entity)
        .inner_join(
            user::Entity,
            Expr::col((user::Entity, user::Column::Id)).equals(person),
        )
        .and_where(Expr::col((user::Entity, user::Column::MachineOf)).is_null())
        .to_owned();
    let query = Query::select()
        .expr_as(Func::count(Expr::cust("*")), Alias::new("workspaces"))
        .expr_as(
            Expr::SubQuery(None, Box::new(people.into())),
            Alias::new("people"),
        )
        .from(workspace::Entity)
        .to_owned();
    let row = store
        .db()
        .read()
        .query_one(&query)
        .await
        .map_err(Fault::from)?;
    let counted = |name: &str| -> Result<u64, StoreError> {
        let count: i64 = match &row {
            Some(row) => row.try_get("", name).map_err(Fault::from)?,
            None => 0,
        };
        Ok(u64::try_from(count).unwrap_or(0))
    };
    Ok((counted("workspaces")?, counted("people")?))
}

/// How many rows of a table belong to the workspace of the outer query.
fn rows_of<E: EntityTrait, C: ColumnTrait>(table: E, workspace_id: C) -> Expr {
    let counted: SelectStatement = Query::select()
        .expr(Func::count(Expr::cust("*")))
        .from(table)
        .and_where(
            Expr::col((table, workspace_id)).equals((workspace::Entity, workspace::Column::Id)),
        )
        .to_owned();
    Expr::SubQuery(None, Box::new(counted.into()))
}
