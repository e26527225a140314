//! One's own: profile, password, sessions, tokens.

use crate::extract::{Ctx, Id, Json};
use crate::problem::Refusal;
use crate::routes::session::signed_in;
use crate::state::AppState;
use crate::views::{
    CreatedToken, PasswordChange, PasswordReset, ProfileEdit, SessionList, SessionView, TokenList,
    TokenRequest, UserView,
};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use roadstead_core::model::{ApiTokenId, SessionId, SessionToken};

/// Sets a password with a one-time link and signs in; every other session of the person ends.
#[utoipa::path(post, path = "/api/v1/passwords", tag = "session", request_body = PasswordReset, responses((status = 201, description = "Set and signed in", body = SessionView), (status = 429, description = "Too many at once")))]
pub(super) async fn reset_password(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Json(input): Json<PasswordReset>,
) -> Result<impl IntoResponse, Refusal> {
    let link = SessionToken::from_text(input.token.expose());
    let opened = state
        .app
        .passwords
        .reset(&ctx, &link, input.password)
        .await?;
    Ok((StatusCode::CREATED, signed_in(&state, &opened)))
}

/// The own profile.
#[utoipa::path(get, path = "/api/v1/profile", tag = "profile", responses((status = 200, description = "The profile", body = UserView)))]
pub(super) async fn get_profile(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
) -> Result<axum::Json<UserView>, Refusal> {
    let user = state.app.users.profile(&ctx).await?;
    Ok(axum::Json(UserView::new(&ctx, user)))
}

/// Edits the own profile.
#[utoipa::path(patch, path = "/api/v1/profile", tag = "profile", request_body = ProfileEdit, responses((status = 200, description = "Edited", body = UserView)))]
pub(super) async fn edit_profile(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Json(input): Json<ProfileEdit>,
) -> Result<axum::Json<UserView>, Refusal> {
    let user = state.app.users.edit_profile(&ctx, input.parse()?).await?;
    Ok(axum::Json(UserView::new(&ctx, user)))
}

/// Changes the own password; every other session ends.
#[utoipa::path(put, path = "/api/v1/profile/password", tag = "profile", request_body = PasswordChange, responses((status = 204, description = "Changed"), (status = 429, description = "Too many wrong passwords, or too many at once")))]
pub(super) async fn change_password(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Json(input): Json<PasswordChange>,
) -> Result<StatusCode, Refusal> {
    state
        .app
        .passwords
        .change(&ctx, input.current, input.new)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The own open sessions.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "profile", responses((status = 200, description = "All of them", body = SessionList)))]
pub(super) async fn list_sessions(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
) -> Result<axum::Json<SessionList>, Refusal> {
    let sessions = state.app.sessions.list(&ctx).await?;
    Ok(axum::Json(SessionList::new(&ctx, sessions)))
}

/// Ends one of the own sessions.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "profile", params(("id" = uuid::Uuid, Path)), responses((status = 204, description = "Ended")))]
pub(super) async fn revoke_session(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<SessionId>,
) -> Result<StatusCode, Refusal> {
    state.app.sessions.revoke(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The own API tokens.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "profile", responses((status = 200, description = "All of them", body = TokenList)))]
pub(super) async fn list_tokens(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
) -> Result<axum::Json<TokenList>, Refusal> {
    let tokens = state.app.tokens.list(&ctx).await?;
    Ok(axum::Json(tokens.into()))
}

/// Makes an API token for oneself. Its text is shown only here.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "profile", request_body = TokenRequest, responses((status = 201, description = "Made", body = CreatedToken), (status = 404, description = "The workspace is not there, or nothing one may know about"), (status = 409, description = "There are too many tokens")))]
pub(super) async fn create_token(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Json(input): Json<TokenRequest>,
) -> Result<impl IntoResponse, Refusal> {
    let issued = state.app.tokens.create(&ctx, input.parse()?).await?;
    Ok((StatusCode::CREATED, axum::Json(CreatedToken::from(issued))))
}

/// Revokes an own API token.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "profile", params(("id" = uuid::Uuid, Path)), responses((status = 204, description = "Revoked")))]
pub(super) async fn revoke_token(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<ApiTokenId>,
) -> Result<StatusCode, Refusal> {
    state.app.tokens.revoke(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
