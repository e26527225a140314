//! Workspaces.

use crate::extract::{Ctx, Id, IfMatch, Json, Query};
use crate::problem::Refusal;
use crate::state::AppState;
use crate::views::{SearchQuery, WorkspaceEdit, WorkspaceInput, WorkspacePage, WorkspaceView};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use roadstead_core::model::WorkspaceId;

/// The workspaces the asker may see.
#[utoipa::path(get, path = "/api/v1/workspaces", tag = "workspaces", params(SearchQuery), responses((status = 200, description = "A page", body = WorkspacePage)))]
pub(super) async fn list_workspaces(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Query(query): Query<SearchQuery>,
) -> Result<axum::Json<WorkspacePage>, Refusal> {
    let list = state.app.workspaces.list(&ctx, query.parse()?).await?;
    Ok(axum::Json(WorkspacePage::new(&ctx, list)))
}

/// Makes a workspace.
#[utoipa::path(post, path = "/api/v1/workspaces", tag = "workspaces", request_body = WorkspaceInput, responses((status = 201, description = "Made", body = WorkspaceView, headers(("location" = String, description = "Where it is"), ("etag" = String, description = "Its generation"))), (status = 409, description = "The name is taken")))]
pub(super) async fn create_workspace(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Json(input): Json<WorkspaceInput>,
) -> Result<impl IntoResponse, Refusal> {
    let (name, description) = input.parse()?;
    let made = state.app.workspaces.create(&ctx, name, description).await?;
    let view = WorkspaceView::new(&ctx, made);
    let location = format!("/api/v1/workspaces/{}", view.id());
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        tagged(view),
    ))
}

/// One workspace.
#[utoipa::path(get, path = "/api/v1/workspaces/{id}", tag = "workspaces", params(("id" = uuid::Uuid, Path)), responses((status = 200, description = "The workspace", body = WorkspaceView, headers(("etag" = String, description = "Its generation")))))]
pub(super) async fn get_workspace(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<WorkspaceId>,
) -> Result<impl IntoResponse, Refusal> {
    let workspace = state.app.workspaces.get(&ctx, id).await?;
    Ok(tagged(WorkspaceView::new(&ctx, workspace)))
}

/// Edits a workspace.
#[utoipa::path(patch, path = "/api/v1/workspaces/{id}", tag = "workspaces", params(("id" = uuid::Uuid, Path), ("if-match" = String, Header, pattern = "^\"[0-9]{1,18}\"$", description = "The generation that was read, in quotes")), request_body = WorkspaceEdit, responses((status = 200, description = "Edited", body = WorkspaceView, headers(("etag" = String, description = "Its generation")))))]
pub(super) async fn edit_workspace(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<WorkspaceId>,
    IfMatch(expected): IfMatch,
    Json(input): Json<WorkspaceEdit>,
) -> Result<impl IntoResponse, Refusal> {
    let description = input.parse()?;
    let workspace = state
        .app
        .workspaces
        .edit(&ctx, id, expected, description)
        .await?;
    Ok(tagged(WorkspaceView::new(&ctx, workspace)))
}

/// Deletes a workspace that has no registries left, with its members and machine accounts.
#[utoipa::path(delete, path = "/api/v1/workspaces/{id}", tag = "workspaces", params(("id" = uuid::Uuid, Path), ("if-match" = String, Header, pattern = "^\"[0-9]{1,18}\"$", description = "The generation that was read, in quotes")), responses((status = 204, description = "Deleted"), (status = 409, description = "It still has registries, which are named")))]
pub(super) async fn delete_workspace(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<WorkspaceId>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Refusal> {
    state.app.workspaces.delete(&ctx, id, expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn tagged(view: WorkspaceView) -> impl IntoResponse {
    (
        [(header::ETAG, format!("\"{}\"", view.generation()))],
        axum::Json(view),
    )
}
