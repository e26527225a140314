//! The connection test, one line of JSON per finished step.

use crate::extract::{Ctx, Json};
use crate::problem::Refusal;
use crate::state::AppState;
use crate::views::{RegistryTestRequest, TestLine};
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use futures::StreamExt as _;

/// Tests a connection, stored or not yet.
#[utoipa::path(post, path = "/api/v1/registry-tests", tag = "registries", request_body = RegistryTestRequest, responses((status = 200, description = "A line per finished step, then the result", body = TestLine, content_type = "application/x-ndjson"), (status = 429, description = "Too many tests in a minute"), (status = 404, description = "The workspace or registry that is named is not there, or nothing one may know about")))]
pub(super) async fn test_registry(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Json(input): Json<RegistryTestRequest>,
) -> Result<impl IntoResponse, Refusal> {
    let events = state.app.registries.test(&ctx, input.parse()?).await?;
    let lines = events.map(|event| {
        serde_json::to_vec(&TestLine::from(event)).map(|mut line| {
            line.push(b'\n');
            line
        })
    });
    Ok((
        [(header::CONTENT_TYPE, "application/x-ndjson")],
        Body::from_stream(lines),
    ))
}
