//! First start.

use crate::extract::{Ctx, Json};
use crate::problem::Refusal;
use crate::routes::session::signed_in;
use crate::state::AppState;
use crate::views::{SessionView, SetupRequest, SetupState};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use roadstead_core::Failure;
use roadstead_core::model::{Name, SessionToken};

/// Whether the first administrator is still missing.
#[utoipa::path(get, path = "/api/v1/setup", tag = "setup", responses((status = 200, description = "The state", body = SetupState)))]
pub(super) async fn get_setup(
    State(state): State<AppState>,
) -> Result<axum::Json<SetupState>, Refusal> {
    Ok(axum::Json(SetupState {
        needed: state.app.setup.is_needed().await?,
    }))
}

/// Makes the first administrator with the set-up link and signs them in.
#[utoipa::path(post, path = "/api/v1/setup", tag = "setup", request_body = SetupRequest, responses((status = 201, description = "Made and signed in", body = SessionView), (status = 409, description = "The first administrator exists already"), (status = 429, description = "Too many at once")))]
pub(super) async fn finish_setup(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Json(input): Json<SetupRequest>,
) -> Result<impl IntoResponse, Refusal> {
    let name = Name::parse(&input.name).map_err(|code| Failure::field("/name", code))?;
    let token = SessionToken::from_text(input.token.expose());
    let opened = state
        .app
        .setup
        .finish(&ctx, &token, name, input.password)
        .await?;
    Ok((StatusCode::CREATED, signed_in(&state, &opened)))
}
