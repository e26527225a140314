//! Is it alive, is it ready, what can it do?

use crate::problem::Refusal;
use crate::state::AppState;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use roadstead_core::ErrorCode;

/// Alive: the process answers.
#[utoipa::path(get, path = "/healthz", tag = "service", responses((status = 200, description = "Alive", body = String, content_type = "text/plain")))]
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// Ready: the database answers too.
#[utoipa::path(get, path = "/readyz", tag = "service", responses((status = 200, description = "Ready", body = String, content_type = "text/plain")))]
pub(super) async fn readyz(State(state): State<AppState>) -> Result<&'static str, Refusal> {
    if state.readiness.ready().await {
        Ok("ok\n")
    } else {
        Err(ErrorCode::StoreUnavailable.into())
    }
}

/// This description.
#[utoipa::path(get, path = "/api/v1/openapi.json", tag = "service", responses((status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json")))]
pub(super) async fn openapi() -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        include_str!("../../../../openapi.json"),
    )
        .into_response()
}
