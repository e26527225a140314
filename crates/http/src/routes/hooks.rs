//! Registry events: what people set up, and where registries post.

use crate::extract::{Ctx, Id};
use crate::problem::Refusal;
use crate::state::AppState;
use crate::views::{HookView, IssuedHookView};
use axum::body::{Body, HttpBody as _};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures::StreamExt as _;
use roadstead_app::services::Post;
use roadstead_core::model::{HookId, HookSecret, RegistryId};
use std::time::Duration;

/// Largest body that is read.
const BODY_LIMIT: usize = 1024 * 1024;
/// A larger one is let pass by up to here, so that its sender hears the answer.
const BODY_PASSED: usize = 32 * 1024 * 1024;
/// A body must have arrived after this long.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// A registry's events: whether it sends any, and when the last came.
#[utoipa::path(get, path = "/api/v1/registries/{id}/hook", tag = "registries", params(("id" = uuid::Uuid, Path)), responses((status = 200, description = "Its events", body = HookView)))]
pub(super) async fn get_hook(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
) -> Result<axum::Json<HookView>, Refusal> {
    let (registry, hook) = state.app.hooks.get(&ctx, id).await?;
    Ok(axum::Json(HookView::new(
        &ctx,
        registry.owner,
        hook.as_ref(),
    )))
}

/// Makes the hook a registry sends its events to, or gives the one it has another secret.
#[utoipa::path(put, path = "/api/v1/registries/{id}/hook", tag = "registries", params(("id" = uuid::Uuid, Path)), responses((status = 200, description = "Made or rotated; the only answer that shows the secret", body = IssuedHookView), (status = 422, description = "Registries of this kind send no events")))]
pub(super) async fn set_hook(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
) -> Result<axum::Json<IssuedHookView>, Refusal> {
    let (registry, issued) = state.app.hooks.set(&ctx, id).await?;
    let public_url = state.config.public_url.as_ref();
    let view = IssuedHookView::new(&ctx, registry.owner, &issued, public_url);
    Ok(axum::Json(view))
}

/// Removes the hook. What the registry still sends is accepted and forgotten.
#[utoipa::path(delete, path = "/api/v1/registries/{id}/hook", tag = "registries", params(("id" = uuid::Uuid, Path)), responses((status = 204, description = "There is none now")))]
pub(super) async fn end_hook(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Id(id): Id<RegistryId>,
) -> Result<StatusCode, Refusal> {
    state.app.hooks.end(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where registries post. No part of the API: who comes here is a program with a secret of its own
/// and no person, and what it is answered is what makes it behave. A registry takes a redirect for
/// success and everything that is no success for a reason to repeat this event for ever before any
/// other; so once it has proved itself it hears nothing but 200.
pub(super) async fn take_events(
    State(state): State<AppState>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    // What cannot be an address or a secret is looked up all the same, as one that nobody has.
    let id = HookId::parse(&id).unwrap_or(HookId(uuid::Uuid::nil()));
    let secret = HookSecret::from_text(secret(&headers).unwrap_or_default());
    match state.app.hooks.post(id, &secret).await {
        Ok(Post::Refused) => {
            let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
            (StatusCode::UNAUTHORIZED, challenge).into_response()
        }
        Ok(Post::Forget) => {
            pass_by(body).await;
            StatusCode::OK.into_response()
        }
        Ok(Post::Read(id, arrival)) => {
            let body = tokio::time::timeout(BODY_DEADLINE, read(body)).await;
            let body = body.ok().flatten();
            state.app.hooks.take(id, body.as_deref(), arrival);
            StatusCode::OK.into_response()
        }
        Err(failure) => Refusal(failure).into_response(),
    }
}

/// The secret, which comes in a header and nowhere else: addresses are logged by everybody.
fn secret(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(secret.trim())
}

/// The body, if it is whole and not too large. A larger one is let pass by.
async fn read(body: Body) -> Option<Vec<u8>> {
    let promised = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if promised > BODY_LIMIT {
        let_pass(body, 0).await;
        return None;
    }
    let mut bytes = Vec::with_capacity(promised);
    let mut frames = body.into_data_stream();
    while let Some(frame) = frames.next().await {
        let frame = frame.ok()?;
        if bytes.len() + frame.len() > BODY_LIMIT {
            let passed = bytes.len();
            drop(bytes);
            let_pass(Body::from_stream(frames), passed).await;
            return None;
        }
        bytes.extend_from_slice(&frame);
    }
    Some(bytes)
}

/// Lets a body pass by that nobody reads, within the same time.
async fn pass_by(body: Body) {
    // What becomes of it is the sender's affair.
    let _ = tokio::time::timeout(BODY_DEADLINE, let_pass(body, 0)).await;
}

async fn let_pass(body: Body, mut passed: usize) {
    let mut frames = body.into_data_stream();
    while let Some(Ok(frame)) = frames.next().await {
        passed += frame.len();
        if passed > BODY_PASSED {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BODY_LIMIT, read, secret};
    use axum::body::Body;
    use axum::http::HeaderMap;
    use futures::stream;

    #[tokio::test]
    async fn sec_30_body_past_the_limit_is_not_kept() {
        let whole = read(Body::from(vec![1; BODY_LIMIT])).await;
        assert_eq!(whole.map(|body| body.len()), Some(BODY_LIMIT));
        assert!(read(Body::from(vec![1; BODY_LIMIT + 1])).await.is_none());
        let frames = (0..200).map(|_| Ok::<_, std::io::Error>(vec![1_u8; 64 * 1024]));
        assert!(
            read(Body::from_stream(stream::iter(frames)))
                .await
                .is_none()
        );
    }

    #[test]
    fn secret_is_taken_from_its_header_only() {
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", value.parse().expect("value"));
            secret(&headers).map(str::to_owned)
        };
        assert_eq!(of("Bearer rsh_x").as_deref(), Some("rsh_x"));
        assert_eq!(of("bearer  rsh_x ").as_deref(), Some("rsh_x"));
        assert_eq!(of("Basic rsh_x"), None);
        assert_eq!(of("rsh_x"), None);
        assert_eq!(secret(&HeaderMap::new()), None);
    }
}
