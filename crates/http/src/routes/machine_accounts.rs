//! Machine accounts of workspaces.

use crate::extract::{Ctx, Id, Ids, Ids3, Json, Query};
use crate::problem::Refusal;
use crate::state::AppState;
use crate::views::{
    CreatedToken, MachineAccountPage, MachineAccountView, MemberInput, PageQuery, TokenList,
    TokenRequest,
};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use roadstead_core::model::{ApiTokenId, UserId, WorkspaceId};

/// A workspace's machine accounts.
#[utoipa::path(get, path = "/api/v1/workspaces/{id}/machine-accounts", tag = "workspaces", params(("id" = uuid::Uuid, Path), PageQuery), responses((status = 200, description = "A page", body = MachineAccountPage)))]
pub(super) async fn list_machine_accounts(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<WorkspaceId>,
    Query(query): Query<PageQuery>,
) -> Result<axum::Json<MachineAccountPage>, Refusal> {
    let request = query.parse()?;
    let list = state.app.members.list_machines(&ctx, id, request).await?;
    Ok(axum::Json(list.into()))
}

/// Makes a machine account.
#[utoipa::path(post, path = "/api/v1/workspaces/{id}/machine-accounts", tag = "workspaces", params(("id" = uuid::Uuid, Path)), request_body = MemberInput, responses((status = 201, description = "Made", body = MachineAccountView), (status = 409, description = "The name is taken")))]
pub(super) async fn create_machine_account(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<WorkspaceId>,
    Json(input): Json<MemberInput>,
) -> Result<impl IntoResponse, Refusal> {
    let (name, role) = input.parse(None)?;
    let made = state
        .app
        .members
        .create_machine(&ctx, id, name, role)
        .await?;
    let view = MachineAccountView::from(made);
    Ok((StatusCode::CREATED, axum::Json(view)))
}

/// Deletes a machine account with its tokens.
#[utoipa::path(delete, path = "/api/v1/workspaces/{id}/machine-accounts/{account_id}", tag = "workspaces", params(("id" = uuid::Uuid, Path), ("account_id" = uuid::Uuid, Path)), responses((status = 204, description = "Deleted")))]
pub(super) async fn delete_machine_account(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Ids(id, account_id): Ids<WorkspaceId, UserId>,
) -> Result<StatusCode, Refusal> {
    state
        .app
        .members
        .delete_machine(&ctx, id, account_id)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The tokens of a machine account.
#[utoipa::path(get, path = "/api/v1/workspaces/{id}/machine-accounts/{account_id}/tokens", tag = "workspaces", params(("id" = uuid::Uuid, Path), ("account_id" = uuid::Uuid, Path)), responses((status = 200, description = "All of them", body = TokenList)))]
pub(super) async fn list_machine_tokens(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Ids(id, account_id): Ids<WorkspaceId, UserId>,
) -> Result<axum::Json<TokenList>, Refusal> {
    let tokens = state
        .app
        .members
        .machine_tokens(&ctx, id, account_id)
        .await?;
    Ok(axum::Json(tokens.into()))
}

/// Makes a token for a machine account. Its text is shown only here.
#[utoipa::path(post, path = "/api/v1/workspaces/{id}/machine-accounts/{account_id}/tokens", tag = "workspaces", params(("id" = uuid::Uuid, Path), ("account_id" = uuid::Uuid, Path)), request_body = TokenRequest, responses((status = 201, description = "Made", body = CreatedToken), (status = 409, description = "There are too many tokens")))]
pub(super) async fn issue_machine_token(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Ids(id, account_id): Ids<WorkspaceId, UserId>,
    Json(input): Json<TokenRequest>,
) -> Result<impl IntoResponse, Refusal> {
    let input = input.parse()?;
    let issued = state
        .app
        .members
        .issue_machine_token(&ctx, id, account_id, input)
        .await?;
    Ok((StatusCode::CREATED, axum::Json(CreatedToken::from(issued))))
}

/// Revokes a token of a machine account.
#[utoipa::path(delete, path = "/api/v1/workspaces/{id}/machine-accounts/{account_id}/tokens/{token_id}", tag = "workspaces", params(("id" = uuid::Uuid, Path), ("account_id" = uuid::Uuid, Path), ("token_id" = uuid::Uuid, Path)), responses((status = 204, description = "Revoked")))]
pub(super) async fn revoke_machine_token(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Ids3(id, account_id, token_id): Ids3<WorkspaceId, UserId, ApiTokenId>,
) -> Result<StatusCode, Refusal> {
    state
        .app
        .members
        .revoke_machine_token(&ctx, id, account_id, token_id)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
