//! Registries.

use crate::extract::{Ctx, Id, IfMatch, Json, Query};
use crate::problem::Refusal;
use crate::state::AppState;
use crate::views::{
    RegistryEdit, RegistryInput, RegistryPage, RegistryQuery, RegistryView, SeenRegistryView,
};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use roadstead_core::model::RegistryId;

/// The registries the asker may see.
#[utoipa::path(get, path = "/api/v1/registries", tag = "registries", params(RegistryQuery), responses((status = 200, description = "A page", body = RegistryPage)))]
pub(super) async fn list_registries(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Query(query): Query<RegistryQuery>,
) -> Result<axum::Json<RegistryPage>, Refusal> {
    let listed = state.app.registries.list(&ctx, query.parse()?).await?;
    Ok(axum::Json(RegistryPage::new(&ctx, listed)))
}

/// Integrates a registry.
#[utoipa::path(post, path = "/api/v1/registries", tag = "registries", request_body = RegistryInput, responses((status = 201, description = "Integrated", body = RegistryView, headers(("location" = String, description = "Where it is"), ("etag" = String, description = "Its generation"))), (status = 409, description = "The name is taken"), (status = 404, description = "The workspace or registry that is named is not there, or nothing one may know about")))]
pub(super) async fn integrate_registry(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Json(input): Json<RegistryInput>,
) -> Result<impl IntoResponse, Refusal> {
    let registry = state.app.registries.integrate(&ctx, input.parse()?).await?;
    let view = RegistryView::new(&ctx, registry);
    let location = format!("/api/v1/registries/{}", view.id());
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        tagged(view),
    ))
}

/// One registry.
#[utoipa::path(get, path = "/api/v1/registries/{id}", tag = "registries", params(("id" = uuid::Uuid, Path)), responses((status = 200, description = "The registry: everything, or what members see of one of the platform's", body = SeenRegistryView, headers(("etag" = String, description = "Its generation, for whoever sees everything")))))]
pub(super) async fn get_registry(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
) -> Result<impl IntoResponse, Refusal> {
    let registry = state.app.registries.get(&ctx, id).await?;
    let registry = state.app.registries.with_figures(registry).await?;
    Ok(match SeenRegistryView::new(&ctx, registry) {
        SeenRegistryView::Full(view) => tagged(*view).into_response(),
        outline @ SeenRegistryView::Outline(_) => axum::Json(outline).into_response(),
    })
}

/// Edits a registry.
#[utoipa::path(patch, path = "/api/v1/registries/{id}", tag = "registries", params(("id" = uuid::Uuid, Path), ("if-match" = String, Header, pattern = "^\"[0-9]{1,18}\"$", description = "The generation that was read, in quotes")), request_body = RegistryEdit, responses((status = 200, description = "Edited", body = RegistryView, headers(("etag" = String, description = "Its generation")))))]
pub(super) async fn edit_registry(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
    IfMatch(expected): IfMatch,
    Json(input): Json<RegistryEdit>,
) -> Result<impl IntoResponse, Refusal> {
    let registry = state
        .app
        .registries
        .edit(&ctx, id, expected, input.parse()?)
        .await?;
    let registry = state.app.registries.with_figures(registry).await?;
    Ok(tagged(RegistryView::new(&ctx, registry)))
}

pub(super) fn tagged(view: RegistryView) -> impl IntoResponse {
    (
        [(header::ETAG, format!("\"{}\"", view.generation()))],
        axum::Json(view),
    )
}
