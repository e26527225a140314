//! Spaces, repositories, tags and artifacts, from Roadstead's own index: no registry is asked.

use crate::extract::{Ctx, Id, Ids, Query};
use crate::problem::Refusal;
use crate::state::AppState;
use crate::views::{
    ArtifactView, CrawlView, RepositoryDetail, RepositoryPage, RepositoryQuery, SharedLayersView,
    SpacePage, SpaceQuery, SpaceView, StatisticsHistory, TagPage, TagQuery,
};
use axum::extract::State;
use axum::http::StatusCode;
use roadstead_core::model::{Digest, RegistryId, RepositoryId, SpaceId};

/// A registry's spaces.
#[utoipa::path(get, path = "/api/v1/registries/{id}/spaces", tag = "inventory", params(("id" = uuid::Uuid, Path), SpaceQuery), responses((status = 200, description = "A page", body = SpacePage)))]
pub(super) async fn list_spaces(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
    Query(query): Query<SpaceQuery>,
) -> Result<axum::Json<SpacePage>, Refusal> {
    let (sort, request) = query.parse()?;
    let inventory = &state.app.inventory;
    let (registry, list) = inventory.spaces(&ctx, id, sort, request).await?;
    let page = SpacePage::new(&ctx, registry.name.as_str(), registry.owner, list);
    Ok(axum::Json(page))
}

/// How far the reading of a registry is.
#[utoipa::path(get, path = "/api/v1/registries/{id}/crawl", tag = "inventory", params(("id" = uuid::Uuid, Path)), responses((status = 200, description = "The last crawl", body = CrawlView)))]
pub(super) async fn get_crawl(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
) -> Result<axum::Json<CrawlView>, Refusal> {
    let seen = state.app.inventory.crawl(&ctx, id).await?;
    Ok(axum::Json(CrawlView::new(&ctx, seen)))
}

/// Has a registry read again; one that is being read goes on.
#[utoipa::path(post, path = "/api/v1/registries/{id}/crawl", tag = "inventory", params(("id" = uuid::Uuid, Path)), responses((status = 202, description = "It is read as soon as its turn comes", body = CrawlView)))]
pub(super) async fn start_crawl(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
) -> Result<(StatusCode, axum::Json<CrawlView>), Refusal> {
    let seen = state.app.inventory.start_crawl(&ctx, id).await?;
    let view = CrawlView::new(&ctx, seen);
    Ok((StatusCode::ACCEPTED, axum::Json(view)))
}

/// Stops the reading of a registry. What was read stays.
#[utoipa::path(delete, path = "/api/v1/registries/{id}/crawl", tag = "inventory", params(("id" = uuid::Uuid, Path)), responses((status = 200, description = "None goes on", body = CrawlView)))]
pub(super) async fn cancel_crawl(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
) -> Result<axum::Json<CrawlView>, Refusal> {
    let seen = state.app.inventory.cancel_crawl(&ctx, id).await?;
    Ok(axum::Json(CrawlView::new(&ctx, seen)))
}

/// A registry's figures over time.
#[utoipa::path(get, path = "/api/v1/registries/{id}/statistics-history", tag = "inventory", params(("id" = uuid::Uuid, Path)), responses((status = 200, description = "By day, and what takes most now", body = StatisticsHistory)))]
pub(super) async fn get_statistics_history(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
) -> Result<axum::Json<StatisticsHistory>, Refusal> {
    let seen = state.app.inventory.history(&ctx, id).await?;
    Ok(axum::Json(seen.into()))
}

/// One space.
#[utoipa::path(get, path = "/api/v1/spaces/{id}", tag = "inventory", params(("id" = uuid::Uuid, Path)), responses((status = 200, description = "The space", body = SpaceView)))]
pub(super) async fn get_space(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<SpaceId>,
) -> Result<axum::Json<SpaceView>, Refusal> {
    let found = state.app.inventory.space(&ctx, id).await?;
    Ok(axum::Json(SpaceView::new(&ctx, found)))
}

/// A space's repositories.
#[utoipa::path(get, path = "/api/v1/spaces/{id}/repositories", tag = "inventory", params(("id" = uuid::Uuid, Path), RepositoryQuery), responses((status = 200, description = "A page", body = RepositoryPage)))]
pub(super) async fn list_repositories(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<SpaceId>,
    Query(query): Query<RepositoryQuery>,
) -> Result<axum::Json<RepositoryPage>, Refusal> {
    let (broken, sort, request) = query.parse()?;
    let list = state
        .app
        .inventory
        .repositories(&ctx, id, broken, sort, request)
        .await?;
    Ok(axum::Json(list.into()))
}

/// One repository.
#[utoipa::path(get, path = "/api/v1/repositories/{id}", tag = "inventory", params(("id" = uuid::Uuid, Path)), responses((status = 200, description = "The repository", body = RepositoryDetail)))]
pub(super) async fn get_repository(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RepositoryId>,
) -> Result<axum::Json<RepositoryDetail>, Refusal> {
    let found = state.app.inventory.repository(&ctx, id).await?;
    Ok(axum::Json(RepositoryDetail::new(&ctx, found)))
}

/// Has one repository read again.
#[utoipa::path(post, path = "/api/v1/repositories/{id}/refresh", tag = "inventory", params(("id" = uuid::Uuid, Path)), responses((status = 202, description = "It is read as soon as its turn comes")))]
pub(super) async fn refresh_repository(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RepositoryId>,
) -> Result<StatusCode, Refusal> {
    state.app.inventory.refresh_repository(&ctx, id).await?;
    Ok(StatusCode::ACCEPTED)
}

/// A repository's tags.
#[utoipa::path(get, path = "/api/v1/repositories/{id}/tags", tag = "inventory", params(("id" = uuid::Uuid, Path), TagQuery), responses((status = 200, description = "A page", body = TagPage)))]
pub(super) async fn list_tags(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RepositoryId>,
    Query(query): Query<TagQuery>,
) -> Result<axum::Json<TagPage>, Refusal> {
    let (attached, sort, request) = query.parse()?;
    let list = state.app.inventory.tags(&ctx, id, attached, sort, request);
    let list = list.await?;
    Ok(axum::Json(list.into()))
}

/// An artifact of a repository, with everything it is made of.
#[utoipa::path(get, path = "/api/v1/repositories/{id}/artifacts/{digest}", tag = "inventory", params(("id" = uuid::Uuid, Path), ("digest" = String, Path, description = "`sha256:` and 64 hexadecimal digits")), responses((status = 200, description = "The artifact", body = ArtifactView)))]
pub(super) async fn get_artifact(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Ids(id, digest): Ids<RepositoryId, Digest>,
) -> Result<axum::Json<ArtifactView>, Refusal> {
    let artifact = state.app.inventory.artifact(&ctx, id, &digest).await?;
    Ok(axum::Json(artifact.into()))
}

/// Where else in its registry the layers of an artifact lie.
#[utoipa::path(get, path = "/api/v1/repositories/{id}/artifacts/{digest}/layers", tag = "inventory", params(("id" = uuid::Uuid, Path), ("digest" = String, Path, description = "`sha256:` and 64 hexadecimal digits")), responses((status = 200, description = "Each layer, and who else has it", body = SharedLayersView)))]
pub(super) async fn get_shared_layers(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Ids(id, digest): Ids<RepositoryId, Digest>,
) -> Result<axum::Json<SharedLayersView>, Refusal> {
    let layers = state.app.inventory.layers(&ctx, id, &digest).await?;
    Ok(axum::Json(layers.into()))
}
