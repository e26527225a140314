//! The health of a registry over time.

use crate::extract::{Ctx, Id, Query};
use crate::problem::Refusal;
use crate::state::AppState;
use crate::views::{HealthHistoryQuery, HealthHistoryView};
use axum::extract::State;
use roadstead_core::model::RegistryId;

/// The health of a registry over the last hours, in bars of equal length. Time in which Roadstead
/// did not look is unknown.
#[utoipa::path(get, path = "/api/v1/registries/{id}/health-history", tag = "registries", params(("id" = uuid::Uuid, Path), HealthHistoryQuery), responses((status = 200, description = "The bars, oldest first", body = HealthHistoryView)))]
pub(super) async fn get_health_history(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
    Query(query): Query<HealthHistoryQuery>,
) -> Result<axum::Json<HealthHistoryView>, Refusal> {
    let registries = &state.app.registries;
    let strip = registries.health_history(&ctx, id, query.parse()?).await?;
    Ok(axum::Json(strip.into()))
}
