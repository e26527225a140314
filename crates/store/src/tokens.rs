//! API tokens.

use crate::audit;
use crate::changes::{self, NewChange};
use crate::command::Command;
use crate::entity::{api_token, user};
use crate::fault::{Fault, damaged};
use crate::holders;
use crate::store::Store;
use crate::tx::Tx;
use async_trait::async_trait;
use roadstead_core::model::{
    ApiToken, ApiTokenId, AuditEntry, Generation, Name, Timestamp, TokenCut, TokenDigest, Topic,
    UserId, WorkspaceId,
};
use roadstead_core::ports::{StoreError, TokenOwner, TokenStore};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

/// A token is made and revoked, never edited.
const MADE: Generation = 1;
const REVOKED: Generation = 2;

/// What tells of the end of every token cut to a workspace, which goes with it: whoever follows by
/// such a token need not be a member.
pub(crate) async fn ends_of(
    tx: &Tx<'_>,
    workspace_id: WorkspaceId,
    at: Timestamp,
) -> Result<Vec<NewChange>, Fault> {
    let tokens: Vec<(Uuid, Uuid)> = api_token::Entity::find()
        .filter(api_token::Column::WorkspaceId.eq(workspace_id.0))
        .select_only()
        .column(api_token::Column::Id)
        .column(api_token::Column::UserId)
        .into_tuple()
        .all(tx)
        .await?;
    let ends = tokens.into_iter();
    Ok(ends
        .map(|(id, user_id)| change(ApiTokenId(id), UserId(user_id), REVOKED, at))
        .collect())
}

#[async_trait]
impl TokenStore for Store {
    async fn token(&self, id: ApiTokenId) -> Result<Option<TokenOwner>, StoreError> {
        let condition = api_token::Column::Id.eq(id.0);
        let user_id = api_token::Column::UserId;
        let held = holders::find(self, api_token::Entity, user_id, condition).await?;
        held.map(|held| {
            let digest = <[u8; 32]>::try_from(held.proof.digest.as_slice())
                .map_err(|_| damaged("token digest", held.proof.digest.len()))?;
            Ok(TokenOwner {
                token: read(held.proof)?,
                digest: TokenDigest(digest),
                user: held.user,
                memberships: held.memberships,
            })
        })
        .transpose()
    }

    async fn tokens_of(&self, user_id: UserId) -> Result<Vec<ApiToken>, StoreError> {
        api_token::Entity::find()
            .filter(api_token::Column::UserId.eq(user_id.0))
            .order_by_desc(api_token::Column::Id)
            .all(self.db().read())
            .await
            .map_err(Fault::from)?
            .into_iter()
            .map(read)
            .collect()
    }

    async fn create_token(
        &self,
        token: ApiToken,
        digest: TokenDigest,
        limit: u64,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        let scope = serde_json::to_string(&token.cut.scope)
            .map_err(|e| StoreError::Internal(e.to_string()))?;
        let (token, scope, audit) = (&token, &scope, &audit);
        self.db()
            .write(Command::CreateToken, |tx| {
                Box::pin(async move {
                    // The owner's row is locked, so that two at once cannot pass the limit.
                    user::Entity::find_by_id(token.user_id.0)
                        .lock_exclusive()
                        .one(tx)
                        .await?
                        .ok_or(StoreError::NotFound)?;
                    let there = api_token::Entity::find()
                        .filter(api_token::Column::UserId.eq(token.user_id.0))
                        .count(tx)
                        .await?;
                    if there >= limit {
                        return Err(StoreError::Full(limit).into());
                    }
                    let row = api_token::ActiveModel {
                        id: Set(token.id.0),
                        user_id: Set(token.user_id.0),
                        name: Set(token.name.as_str().to_owned()),
                        digest: Set(digest.0.to_vec()),
                        scope: Set(scope.clone()),
                        workspace_id: Set(token.cut.workspace_id.map(|id| id.0)),
                        created_at: Set(token.created_at.as_micros()),
                        expires_at: Set(token.expires_at.as_micros()),
                        last_used_at: Set(None),
                    };
                    api_token::Entity::insert(row)
                        .exec_without_returning(tx)
                        .await?;
                    audit::insert(tx, audit).await?;
                    let change = change(token.id, token.user_id, MADE, audit.at);
                    changes::append(tx, &[change]).await
                })
            })
            .await
    }

    async fn revoke_token(
        &self,
        id: ApiTokenId,
        user_id: UserId,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        let audit = &audit;
        self.db()
            .write(Command::RevokeToken, |tx| {
                Box::pin(async move {
                    let deleted = api_token::Entity::delete_many()
                        .filter(api_token::Column::Id.eq(id.0))
                        .filter(api_token::Column::UserId.eq(user_id.0))
                        .exec(tx)
                        .await?;
                    if deleted.rows_affected == 0 {
                        return Err(StoreError::NotFound.into());
                    }
                    audit::insert(tx, audit).await?;
                    changes::append(tx, &[change(id, user_id, REVOKED, audit.at)]).await
                })
            })
            .await
    }

    async fn touch_token(&self, id: ApiTokenId, at: Timestamp) -> Result<(), StoreError> {
        self.db()
            .write(Command::TouchToken, |tx| {
                Box::pin(async move {
                    use api_token::Column::{Id, LastUsedAt};
                    // Answers may overtake each other; the time of last use never goes back.
                    let earlier = LastUsedAt.is_null().or(LastUsedAt.lt(at.as_micros()));
                    api_token::Entity::update_many()
                        .col_expr(LastUsedAt, Expr::value(at.as_micros()))
                        .filter(Id.eq(id.0))
                        .filter(earlier)
                        .exec(tx)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    async fn prune_tokens(&self, ended_before: Timestamp) -> Result<u64, StoreError> {
        self.db()
            .write(Command::PruneTokens, |tx| {
                Box::pin(async move {
                    let deleted = api_token::Entity::delete_many()
                        .filter(api_token::Column::ExpiresAt.lt(ended_before.as_micros()))
                        .exec(tx)
                        .await?;
                    Ok(deleted.rows_affected)
                })
            })
            .await
    }
}

/// The change entry of a token, for its owner only.
fn change(id: ApiTokenId, user_id: UserId, generation: Generation, at: Timestamp) -> NewChange {
    NewChange {
        topic: Topic::Token,
        object_id: id.0,
        generation,
        workspace_id: None,
        user_id: Some(user_id),
        at,
    }
}

fn read(row: api_token::Model) -> Result<ApiToken, StoreError> {
    Ok(ApiToken {
        id: ApiTokenId(row.id),
        user_id: UserId(row.user_id),
        name: Name::parse(&row.name).map_err(|_| damaged("token name", &row.name))?,
        cut: TokenCut {
            scope: serde_json::from_str(&row.scope).map_err(|e| damaged("token scope", e))?,
            workspace_id: row.workspace_id.map(WorkspaceId),
        },
        created_at: Timestamp::from_micros(row.created_at),
        expires_at: Timestamp::from_micros(row.expires_at),
        last_used_at: row.last_used_at.map(Timestamp::from_micros),
    })
}
