//! What is said about a repository.

use crate::extract::{Ctx, Id, IfMatch, Json};
use crate::problem::Refusal;
use crate::state::AppState;
use crate::views::{DESCRIPTION_BODY, DescriptionInput, DescriptionView};
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use roadstead_core::model::RepositoryId;

/// What is said about a repository, in Markdown. Of one nobody has written about, the text is empty
/// and the revision 0.
#[utoipa::path(get, path = "/api/v1/repositories/{id}/description", tag = "images", params(("id" = uuid::Uuid, Path)), responses((status = 200, description = "The description", body = DescriptionView, headers(("etag" = String, description = "Its revision")))))]
pub(super) async fn get_description(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RepositoryId>,
) -> Result<impl IntoResponse, Refusal> {
    let seen = state.app.descriptions.get(&ctx, id).await?;
    Ok(tagged(DescriptionView::new(&ctx, seen)))
}

/// Writes what is said about a repository, or takes it away with an empty text.
#[utoipa::path(put, path = "/api/v1/repositories/{id}/description", tag = "images", params(("id" = uuid::Uuid, Path), ("if-match" = String, Header, pattern = "^\"[0-9]{1,18}\"$", description = "The revision that was read, in quotes; 0 where there is no description yet")), request_body = DescriptionInput, responses((status = 200, description = "Written", body = DescriptionView, headers(("etag" = String, description = "Its revision")))))]
pub(super) async fn put_description(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RepositoryId>,
    IfMatch(expected): IfMatch,
    Json(input): Json<DescriptionInput, DESCRIPTION_BODY>,
) -> Result<impl IntoResponse, Refusal> {
    let text = input.parse()?;
    let seen = state.app.descriptions.put(&ctx, id, expected, text).await?;
    Ok(tagged(DescriptionView::new(&ctx, seen)))
}

fn tagged(view: DescriptionView) -> impl IntoResponse {
    (
        [(header::ETAG, format!("\"{}\"", view.revision()))],
        axum::Json(view),
    )
}
