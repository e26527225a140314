//! What is done to a registry besides editing it.

use super::registries::tagged;
use crate::extract::{Ctx, Id, IfMatch, Json, Query};
use crate::problem::Refusal;
use crate::state::AppState;
use crate::views::{
    CleanupPage, CleanupQuery, DisconnectQuery, DisconnectionCostView, IdentityConfirmationInput,
    RegistryView,
};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use roadstead_core::ErrorCode;
use roadstead_core::model::RegistryId;

/// Confirms the server that answers in place of the one that was pinned.
#[utoipa::path(put, path = "/api/v1/registries/{id}/identity", tag = "registries", params(("id" = uuid::Uuid, Path), ("if-match" = String, Header, pattern = "^\"[0-9]{1,18}\"$", description = "The generation that was read, in quotes")), request_body = IdentityConfirmationInput, responses((status = 200, description = "Confirmed", body = RegistryView, headers(("etag" = String, description = "Its generation"))), (status = 409, description = "The expected server answers, or another one than was seen")))]
pub(super) async fn confirm_identity(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
    IfMatch(expected): IfMatch,
    Json(input): Json<IdentityConfirmationInput>,
) -> Result<impl IntoResponse, Refusal> {
    let registry = state
        .app
        .registries
        .confirm_identity(&ctx, id, expected, input.parse()?)
        .await?;
    Ok(tagged(RegistryView::new(&ctx, registry)))
}

/// Looks at the health of a registry, counts its repositories and reads what is new, now.
#[utoipa::path(post, path = "/api/v1/registries/{id}/refresh", tag = "registries", params(("id" = uuid::Uuid, Path)), responses((status = 202, description = "It is being looked at; the change stream tells"), (status = 429, description = "Too many in a minute")))]
pub(super) async fn refresh_registry(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
) -> Result<StatusCode, Refusal> {
    state.app.registries.refresh(&ctx, id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Ends an integration, or says what that costs. Only what Roadstead made there is removed from the
/// registry itself.
#[utoipa::path(delete, path = "/api/v1/registries/{id}", tag = "registries", params(("id" = uuid::Uuid, Path), ("if-match" = Option<String>, Header, pattern = "^\"[0-9]{1,18}\"$", description = "The generation that was read, in quotes; needed unless `dry_run`"), DisconnectQuery), responses((status = 200, description = "What it would cost", body = DisconnectionCostView), (status = 204, description = "Disconnected"), (status = 422, description = "`confirm` is not the name of the registry")))]
pub(super) async fn disconnect_registry(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
    Query(query): Query<DisconnectQuery>,
    expected: Option<IfMatch>,
) -> Result<Response, Refusal> {
    let registries = &state.app.registries;
    if query.dry_run {
        let cost = registries.disconnection_cost(&ctx, id).await?;
        return Ok(axum::Json(DisconnectionCostView::from(cost)).into_response());
    }
    let Some(IfMatch(expected)) = expected else {
        return Err(ErrorCode::RequestPreconditionRequired.into());
    };
    registries
        .disconnect(&ctx, id, expected, query.confirm.as_deref())
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// What disconnected registries left behind.
#[utoipa::path(get, path = "/api/v1/cleanups", tag = "registries", params(CleanupQuery), responses((status = 200, description = "A page", body = CleanupPage)))]
pub(super) async fn list_cleanups(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Query(query): Query<CleanupQuery>,
) -> Result<axum::Json<CleanupPage>, Refusal> {
    let listed = state.app.registries.cleanups(&ctx, query.parse()?).await?;
    Ok(axum::Json(listed.into()))
}
