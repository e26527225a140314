//! All images a person may see, and the search over them.

use crate::extract::{Ctx, Query};
use crate::problem::Refusal;
use crate::state::AppState;
use crate::views::{ImagePage, ImageQuery, SearchEverywhereQuery, SearchResults};
use axum::extract::State;
use roadstead_app::services::SearchInput;

/// The repositories of every registry.
#[utoipa::path(get, path = "/api/v1/repositories", tag = "images", params(ImageQuery), responses((status = 200, description = "A page", body = ImagePage)))]
pub(super) async fn list_images(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Query(query): Query<ImageQuery>,
) -> Result<axum::Json<ImagePage>, Refusal> {
    let (filter, sort, request) = query.parse()?;
    let list = state.app.images.list(&ctx, filter, sort, request).await?;
    Ok(axum::Json(list.into()))
}

/// Searches names of repositories, tags and digests.
#[utoipa::path(get, path = "/api/v1/search", tag = "images", params(SearchEverywhereQuery), responses((status = 200, description = "What was found", body = SearchResults)))]
pub(super) async fn search(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Query(query): Query<SearchEverywhereQuery>,
) -> Result<axum::Json<SearchResults>, Refusal> {
    let (text, filter, limit) = query.parse()?;
    let input = SearchInput {
        text: &text,
        filter,
        limit,
    };
    let answer = state.app.images.search(&ctx, input).await?;
    Ok(axum::Json(answer.into()))
}
