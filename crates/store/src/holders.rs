//! Whoever holds a session or a token, with their rights, in one query: a row per membership.

use crate::entity::{membership, user};
use crate::fault::{Fault, damaged};
use crate::store::Store;
use crate::users;
use roadstead_core::model::{Membership, User, WorkspaceId, WorkspaceRole};
use roadstead_core::ports::StoreError;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, IdenStatic, Iterable};

/// A proof's row, its holder and the holder's roles.
pub(crate) struct Held<M> {
    pub(crate) proof: M,
    pub(crate) user: User,
    pub(crate) memberships: Vec<Membership>,
}

/// Finds the proof (`session` or `api_token`) that meets the condition.
pub(crate) async fn find<E>(
    store: &Store,
    proof: E,
    user_id: E::Column,
    condition: Expr,
) -> Result<Option<Held<E::Model>>, StoreError>
where
    E: EntityTrait,
    E::Model: FromQueryResult,
{
    let mut query = Query::select();
    columns::<E>(&mut query, "p_");
    columns::<user::Entity>(&mut query, "u_");
    columns::<membership::Entity>(&mut query, "m_");
    query
        .from(proof)
        .inner_join(
            user::Entity,
            user::Column::Id.into_expr().eq(user_id.into_expr()),
        )
        .left_join(
            membership::Entity,
            membership::Column::UserId
                .into_expr()
                .eq(user::Column::Id.into_expr()),
        )
        .and_where(condition);
    let rows = store
        .db()
        .lookup()
        .query_all(&query)
        .await
        .map_err(Fault::from)?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let proof = E::Model::from_query_result(first, "p_").map_err(Fault::from)?;
    let user = user::Model::from_query_result(first, "u_").map_err(Fault::from)?;
    let memberships = rows
        .iter()
        .filter_map(|row| {
            membership::Model::from_query_result_optional(row, "m_")
                .map_err(|e| StoreError::from(Fault::from(e)))
                .transpose()
        })
        .map(|row| row.and_then(|row| carried(&row)))
        .collect::<Result<_, _>>()?;
    Ok(Some(Held {
        proof,
        user: users::read(user)?,
        memberships,
    }))
}

fn columns<E: EntityTrait>(query: &mut sea_orm::sea_query::SelectStatement, prefix: &str) {
    for column in E::Column::iter() {
        let alias = format!("{prefix}{}", column.as_str());
        query.expr_as(column.into_expr(), Alias::new(alias));
    }
}

/// A membership as its holder carries it.
pub(crate) fn carried(row: &membership::Model) -> Result<Membership, StoreError> {
    Ok(Membership {
        workspace_id: WorkspaceId(row.workspace_id),
        role: role(&row.role)?,
    })
}

/// A stored role.
pub(crate) fn role(text: &str) -> Result<WorkspaceRole, StoreError> {
    WorkspaceRole::parse(text).ok_or_else(|| damaged("workspace role", text))
}
