//! Signing in and out.

use crate::extract::{Ctx, Json, cookie};
use crate::gate::COOKIE;
use crate::problem::Refusal;
use crate::state::{AppState, HttpConfig};
use crate::views::{LoginRequest, SessionView};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use roadstead_app::services::OpenedSession;
use roadstead_core::ErrorCode;
use roadstead_core::model::{Session, SessionToken};

/// Signs in.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = LoginRequest, responses((status = 201, description = "Signed in", body = SessionView), (status = 401, description = "The name or the password is wrong"), (status = 429, description = "Too many wrong passwords, or too many at once")))]
pub(super) async fn open_session(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Json(input): Json<LoginRequest>,
) -> Result<impl IntoResponse, Refusal> {
    let opened = state
        .app
        .sessions
        .open(&ctx, &input.name, input.password)
        .await?;
    Ok((StatusCode::CREATED, signed_in(&state, &opened)))
}

/// The own session.
#[utoipa::path(get, path = "/api/v1/session", tag = "session", responses((status = 200, description = "The session", body = SessionView)))]
pub(super) async fn get_session(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> Result<axum::Json<SessionView>, Refusal> {
    let token = cookie(&headers, COOKIE)
        .map(SessionToken::from_text)
        .ok_or(ErrorCode::SessionRequired)?;
    let owner = state
        .app
        .sessions
        .resume(&token)
        .await?
        .ok_or(ErrorCode::SessionRequired)?;
    Ok(axum::Json(SessionView::new(&owner, &token)))
}

/// Signs out.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", responses((status = 204, description = "Signed out")))]
pub(super) async fn close_session(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
) -> Result<impl IntoResponse, Refusal> {
    state.app.sessions.close(&ctx).await?;
    Ok((
        StatusCode::NO_CONTENT,
        [(header::SET_COOKIE, set_cookie(&state.config, "", 0))],
    ))
}

/// The answer to a sign-in: the session and its cookie.
pub(super) fn signed_in(state: &AppState, opened: &OpenedSession) -> impl IntoResponse + use<> {
    let cookie = set_cookie(&state.config, opened.token.expose(), Session::AGE.as_secs());
    (
        [(header::SET_COOKIE, cookie)],
        axum::Json(SessionView::new(&opened.owner, &opened.token)),
    )
}

fn set_cookie(config: &HttpConfig, value: &str, seconds: u64) -> String {
    let secure = if config.secure_cookie() {
        "; Secure"
    } else {
        ""
    };
    format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}
