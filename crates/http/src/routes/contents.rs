//! What artifacts are made of, byte by byte, from their registry as it is now.
//!
//! It is a stranger's content: no browser is told what it is, so that none shows it on this page's
//! origin.

use crate::extract::{Ctx, Ids, Ids3};
use crate::file_answer::FileAnswer;
use crate::problem::Refusal;
use crate::state::AppState;
use axum::extract::State;
use roadstead_core::model::{Digest, RepositoryId};

/// An artifact's manifest as its registry has it; its bytes have the digest.
#[utoipa::path(
    get,
    path = "/api/v1/repositories/{id}/artifacts/{digest}/manifest",
    tag = "inventory",
    params(("id" = uuid::Uuid, Path), ("digest" = String, Path, description = "`sha256:` and 64 hexadecimal digits")),
    responses(
        (status = 200, description = "The bytes, as a file", body = String, content_type = "application/octet-stream"),
        (status = 409, description = "The registry may not be asked: it was never tested, or another server answers for it"),
        (status = 429, description = "Too much at once, or too often"),
        (status = 502, description = "The registry does not answer, does not have it any more, or gave other bytes"),
    )
)]
pub(super) async fn get_manifest(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Ids(id, digest): Ids<RepositoryId, Digest>,
) -> Result<FileAnswer, Refusal> {
    let file = state.app.contents.manifest(&ctx, id, &digest).await?;
    Ok(file.into())
}

/// A blob that an artifact names: what a signature, a bill of materials, a chart or another document
/// holds, at most 32 MiB. It was held against its digest before its first byte is sent. The layers of
/// images are pulled with a client.
#[utoipa::path(
    get,
    path = "/api/v1/repositories/{id}/artifacts/{digest}/blobs/{blob}",
    tag = "inventory",
    params(
        ("id" = uuid::Uuid, Path),
        ("digest" = String, Path, description = "The artifact's digest"),
        ("blob" = String, Path, description = "The digest of one of its layers, or of its configuration")
    ),
    responses(
        (status = 200, description = "The bytes, as a file", body = String, content_type = "application/octet-stream"),
        (status = 409, description = "It belongs to an image or is too large, or the registry may not be asked"),
        (status = 429, description = "Too much at once, or too often"),
        (status = 502, description = "The registry does not answer, does not have it any more, or gave other bytes"),
    )
)]
pub(super) async fn get_blob(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Ids3(id, digest, blob): Ids3<RepositoryId, Digest, Digest>,
) -> Result<FileAnswer, Refusal> {
    let file = state.app.contents.blob(&ctx, id, &digest, &blob).await?;
    Ok(file.into())
}
