//! Deleting a tag or an artifact, or saying what would go.

use crate::extract::{Ctx, Ids, IfMatchDigest, Query};
use crate::problem::Refusal;
use crate::state::AppState;
use crate::views::{DeletionQuery, DeletionView};
use axum::extract::State;
use roadstead_app::services::DeletionInput;
use roadstead_core::ErrorCode;
use roadstead_core::model::{DeletionTarget, Digest, RepositoryId, TagName};

/// Deletes a tag, or says what would go. Where the registry cannot take a tag away alone, a tag
/// that is the only one of its artifact goes with it, and one that is not is refused.
#[utoipa::path(delete, path = "/api/v1/repositories/{id}/tags/{tag}", tag = "inventory", params(("id" = uuid::Uuid, Path), ("tag" = String, Path, description = "Its name"), ("if-match" = Option<String>, Header, pattern = "^\"[a-z0-9+._-]+:[A-Za-z0-9=_-]+\"$", description = "The digest that was seen behind the tag, in quotes; needed unless `dry_run`"), DeletionQuery), responses((status = 200, description = "Deleted, or what would go", body = DeletionView), (status = 409, description = "It cannot be deleted there, or not alone"), (status = 412, description = "The tag points at something else now"), (status = 502, description = "The registry could not be asked")))]
pub(super) async fn delete_tag(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Ids(id, tag): Ids<RepositoryId, TagName>,
    Query(query): Query<DeletionQuery>,
    IfMatchDigest(expected): IfMatchDigest,
) -> Result<axum::Json<DeletionView>, Refusal> {
    let Some(expected) = expected.or(query.dry_run.then_some(None)) else {
        return Err(ErrorCode::RequestPreconditionRequired.into());
    };
    let input = DeletionInput {
        dry_run: query.dry_run,
        confirm: query.confirm,
        expected,
    };
    let target = DeletionTarget::Tag(tag);
    let seen = state.app.deletions.delete(&ctx, id, target, input).await?;
    Ok(axum::Json(seen.into()))
}

/// Deletes an artifact with every tag that points at it, or says what would go.
#[utoipa::path(delete, path = "/api/v1/repositories/{id}/artifacts/{digest}", tag = "inventory", params(("id" = uuid::Uuid, Path), ("digest" = String, Path, description = "`sha256:` and 64 hexadecimal digits"), DeletionQuery), responses((status = 200, description = "Deleted, or what would go", body = DeletionView), (status = 409, description = "It cannot be deleted there, or an index lists it"), (status = 422, description = "More than one tag goes, and `confirm` is not the repository's name"), (status = 502, description = "The registry could not be asked")))]
pub(super) async fn delete_artifact(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Ids(id, digest): Ids<RepositoryId, Digest>,
    Query(query): Query<DeletionQuery>,
) -> Result<axum::Json<DeletionView>, Refusal> {
    let input = DeletionInput {
        dry_run: query.dry_run,
        confirm: query.confirm,
        expected: None,
    };
    let target = DeletionTarget::Artifact(digest);
    let seen = state.app.deletions.delete(&ctx, id, target, input).await?;
    Ok(axum::Json(seen.into()))
}
