//! People, as administrators see them.

use crate::extract::{Ctx, Id, Ids, IfMatch, Json, Query};
use crate::problem::Refusal;
use crate::state::AppState;
use crate::views::{
    CreatedUser, LinkView, SearchQuery, SessionList, UserEdit, UserInput, UserPage, UserView,
};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use roadstead_core::model::{SessionId, UserId};

/// Everybody.
#[utoipa::path(get, path = "/api/v1/users", tag = "users", params(SearchQuery), responses((status = 200, description = "A page", body = UserPage)))]
pub(super) async fn list_users(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Query(query): Query<SearchQuery>,
) -> Result<axum::Json<UserPage>, Refusal> {
    let list = state.app.users.list(&ctx, query.parse()?).await?;
    Ok(axum::Json(UserPage::new(&ctx, list)))
}

/// Makes a person. The link for their first password is shown only here.
#[utoipa::path(post, path = "/api/v1/users", tag = "users", request_body = UserInput, responses((status = 201, description = "Made", body = CreatedUser, headers(("location" = String, description = "Where they are"))), (status = 409, description = "The name is taken")))]
pub(super) async fn create_user(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Json(input): Json<UserInput>,
) -> Result<impl IntoResponse, Refusal> {
    let (user, link) = state.app.users.create(&ctx, input.parse()?).await?;
    let created = CreatedUser {
        user: UserView::new(&ctx, user),
        link: LinkView::new(&state.config, &link),
    };
    let location = format!("/api/v1/users/{}", created.user.id());
    Ok((
        StatusCode::CREATED,
        [(header::LOCATION, location)],
        axum::Json(created),
    ))
}

/// One person.
#[utoipa::path(get, path = "/api/v1/users/{id}", tag = "users", params(("id" = uuid::Uuid, Path)), responses((status = 200, description = "The person", body = UserView, headers(("etag" = String, description = "Its generation")))))]
pub(super) async fn get_user(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<UserId>,
) -> Result<impl IntoResponse, Refusal> {
    let user = state.app.users.get(&ctx, id).await?;
    Ok(tagged(UserView::new(&ctx, user)))
}

/// Changes a person's role or display name.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "users", params(("id" = uuid::Uuid, Path), ("if-match" = String, Header, pattern = "^\"[0-9]{1,18}\"$", description = "The generation that was read, in quotes")), request_body = UserEdit, responses((status = 200, description = "Edited", body = UserView, headers(("etag" = String, description = "Its generation"))), (status = 409, description = "The last administrator stays one")))]
pub(super) async fn edit_user(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<UserId>,
    IfMatch(expected): IfMatch,
    Json(input): Json<UserEdit>,
) -> Result<impl IntoResponse, Refusal> {
    let changes = input.parse()?;
    let user = state.app.users.edit(&ctx, id, expected, changes).await?;
    Ok(tagged(UserView::new(&ctx, user)))
}

/// Deletes a person with their sessions, tokens and memberships.
#[utoipa::path(delete, path = "/api/v1/users/{id}", tag = "users", params(("id" = uuid::Uuid, Path), ("if-match" = String, Header, pattern = "^\"[0-9]{1,18}\"$", description = "The generation that was read, in quotes")), responses((status = 204, description = "Deleted"), (status = 409, description = "The last administrator stays")))]
pub(super) async fn delete_user(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<UserId>,
    IfMatch(expected): IfMatch,
) -> Result<StatusCode, Refusal> {
    state.app.users.delete(&ctx, id, expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a link with which a person sets a new password. It is shown only here.
#[utoipa::path(post, path = "/api/v1/users/{id}/reset-links", tag = "users", params(("id" = uuid::Uuid, Path)), responses((status = 201, description = "Made", body = LinkView)))]
pub(super) async fn create_reset_link(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<UserId>,
) -> Result<impl IntoResponse, Refusal> {
    let link = state.app.users.reset_link(&ctx, id).await?;
    let view = LinkView::new(&state.config, &link);
    Ok((StatusCode::CREATED, axum::Json(view)))
}

/// A person's open sessions.
#[utoipa::path(get, path = "/api/v1/users/{id}/sessions", tag = "users", params(("id" = uuid::Uuid, Path)), responses((status = 200, description = "All of them", body = SessionList)))]
pub(super) async fn list_user_sessions(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<UserId>,
) -> Result<axum::Json<SessionList>, Refusal> {
    let sessions = state.app.users.sessions(&ctx, id).await?;
    Ok(axum::Json(SessionList::new(&ctx, sessions)))
}

/// Ends a session of a person.
#[utoipa::path(delete, path = "/api/v1/users/{id}/sessions/{session_id}", tag = "users", params(("id" = uuid::Uuid, Path), ("session_id" = uuid::Uuid, Path)), responses((status = 204, description = "Ended")))]
pub(super) async fn end_user_session(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Ids(id, session_id): Ids<UserId, SessionId>,
) -> Result<StatusCode, Refusal> {
    state.app.users.end_session(&ctx, id, session_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn tagged(view: UserView) -> impl IntoResponse {
    (
        [(header::ETAG, format!("\"{}\"", view.generation()))],
        axum::Json(view),
    )
}
