//! Members of workspaces.

use crate::extract::{Ctx, Id, Ids, Json, Query};
use crate::problem::Refusal;
use crate::state::AppState;
use crate::views::{MemberInput, MemberPage, MemberRole, MemberView, PageQuery};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use roadstead_core::ErrorCode;
use roadstead_core::model::{UserId, WorkspaceId};

/// A workspace's people.
#[utoipa::path(get, path = "/api/v1/workspaces/{id}/members", tag = "workspaces", params(("id" = uuid::Uuid, Path), PageQuery), responses((status = 200, description = "A page", body = MemberPage)))]
pub(super) async fn list_members(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<WorkspaceId>,
    Query(query): Query<PageQuery>,
) -> Result<axum::Json<MemberPage>, Refusal> {
    let list = state.app.members.list(&ctx, id, query.parse()?).await?;
    Ok(axum::Json(list.into()))
}

/// Takes somebody in by their name. Whoever may do this learns whether a name exists.
#[utoipa::path(post, path = "/api/v1/workspaces/{id}/members", tag = "workspaces", params(("id" = uuid::Uuid, Path)), request_body = MemberInput, responses((status = 201, description = "Taken in", body = MemberView), (status = 409, description = "The last administrator stays one")))]
pub(super) async fn add_member(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<WorkspaceId>,
    Json(input): Json<MemberInput>,
) -> Result<impl IntoResponse, Refusal> {
    let (name, role) = input.parse(Some(ErrorCode::UserUnknown))?;
    let member = state.app.members.add(&ctx, id, &name, role).await?;
    Ok((StatusCode::CREATED, axum::Json(MemberView::from(member))))
}

/// Sets a member's role. Who may see people can take anybody in this way.
#[utoipa::path(put, path = "/api/v1/workspaces/{id}/members/{user_id}", tag = "workspaces", params(("id" = uuid::Uuid, Path), ("user_id" = uuid::Uuid, Path)), request_body = MemberRole, responses((status = 200, description = "Set", body = MemberView), (status = 409, description = "The last administrator stays one")))]
pub(super) async fn set_member(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Ids(id, user_id): Ids<WorkspaceId, UserId>,
    Json(input): Json<MemberRole>,
) -> Result<axum::Json<MemberView>, Refusal> {
    let member = state.app.members.set(&ctx, id, user_id, input.role).await?;
    Ok(axum::Json(member.into()))
}

/// Takes somebody out of the workspace.
#[utoipa::path(delete, path = "/api/v1/workspaces/{id}/members/{user_id}", tag = "workspaces", params(("id" = uuid::Uuid, Path), ("user_id" = uuid::Uuid, Path)), responses((status = 204, description = "Taken out"), (status = 409, description = "The last administrator stays")))]
pub(super) async fn remove_member(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Ids(id, user_id): Ids<WorkspaceId, UserId>,
) -> Result<StatusCode, Refusal> {
    state.app.members.remove(&ctx, id, user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
