//! Who may pull from a Docker Registry: its pull-only account, and sharing it with every namespace.

use crate::extract::{Ctx, Id, IfMatch, Json, Query};
use crate::problem::Refusal;
use crate::state::AppState;
use crate::views::{PullAccountInput, SharingInput, SharingQuery, SharingView};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use roadstead_core::model::RegistryId;

/// Who may pull from a registry, and what was tried out.
#[utoipa::path(get, path = "/api/v1/registries/{id}/sharing", tag = "registries", params(("id" = uuid::Uuid, Path)), responses((status = 200, description = "Who may pull", body = SharingView, headers(("etag" = String, description = "The registry's generation")))))]
pub(super) async fn get_sharing(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
) -> Result<impl IntoResponse, Refusal> {
    let seen = state.app.registries.sharing(&ctx, id).await?;
    Ok(tagged(SharingView::new(seen)))
}

/// Shares a registry with every namespace, or answers what that would mean.
#[utoipa::path(put, path = "/api/v1/registries/{id}/sharing", tag = "registries", params(("id" = uuid::Uuid, Path), SharingQuery, ("if-match" = String, Header, pattern = "^\"[0-9]{1,18}\"$", description = "The generation that was read, in quotes")), request_body = SharingInput, responses((status = 200, description = "Shared, or what it would mean", body = SharingView, headers(("etag" = String, description = "The registry's generation"))), (status = 502, description = "The registry could not be asked")))]
pub(super) async fn share_registry(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
    Query(query): Query<SharingQuery>,
    IfMatch(expected): IfMatch,
    Json(input): Json<SharingInput>,
) -> Result<impl IntoResponse, Refusal> {
    let registries = &state.app.registries;
    let seen = if query.dry_run {
        registries.preview_sharing(&ctx, id, expected).await?
    } else {
        registries.share(&ctx, id, expected, input.consent).await?
    };
    Ok(tagged(SharingView::new(seen)))
}

/// Ends the sharing of a registry.
#[utoipa::path(delete, path = "/api/v1/registries/{id}/sharing", tag = "registries", params(("id" = uuid::Uuid, Path), ("if-match" = String, Header, pattern = "^\"[0-9]{1,18}\"$", description = "The generation that was read, in quotes")), responses((status = 204, description = "No longer shared")))]
pub(super) async fn unshare_registry(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Refusal> {
    state.app.registries.unshare(&ctx, id, expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a registry a pull-only account, or another one.
#[utoipa::path(put, path = "/api/v1/registries/{id}/pull-account", tag = "registries", params(("id" = uuid::Uuid, Path), ("if-match" = String, Header, pattern = "^\"[0-9]{1,18}\"$", description = "The generation that was read, in quotes")), request_body = PullAccountInput, responses((status = 200, description = "Kept", body = SharingView, headers(("etag" = String, description = "The registry's generation"))), (status = 502, description = "The registry does not take the account")))]
pub(super) async fn set_pull_account(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
    IfMatch(expected): IfMatch,
    Json(input): Json<PullAccountInput>,
) -> Result<impl IntoResponse, Refusal> {
    let account = input.parse()?;
    let seen = state
        .app
        .registries
        .set_pull_account(&ctx, id, expected, account)
        .await?;
    Ok(tagged(SharingView::new(seen)))
}

/// Takes a registry's pull-only account away. Nothing is done to it upstream.
#[utoipa::path(delete, path = "/api/v1/registries/{id}/pull-account", tag = "registries", params(("id" = uuid::Uuid, Path), ("if-match" = String, Header, pattern = "^\"[0-9]{1,18}\"$", description = "The generation that was read, in quotes")), responses((status = 204, description = "Taken away")))]
pub(super) async fn remove_pull_account(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Refusal> {
    state
        .app
        .registries
        .remove_pull_account(&ctx, id, expected)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn tagged(view: SharingView) -> impl IntoResponse {
    (
        [(header::ETAG, format!("\"{}\"", view.generation()))],
        axum::Json(view),
    )
}
