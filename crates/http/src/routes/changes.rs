//! The change stream.

use crate::extract::Ctx;
use crate::problem::Refusal;
use crate::state::AppState;
use crate::views::ChangeView;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::StreamExt as _;
use roadstead_app::services::Followed;
use roadstead_core::model::ChangeId;
use std::time::Duration;

/// Follows changes of what the asker may see. `Last-Event-ID` resumes; a place that is gone is
/// answered by `reset`, after which everything is to be read again.
#[utoipa::path(get, path = "/api/v1/changes", tag = "changes", params(("last-event-id" = Option<i64>, Header, description = "The last frame seen")), responses((status = 200, description = "Frames `change` and `reset`", body = ChangeView, content_type = "text/event-stream"), (status = 429, description = "Too many streams")))]
pub(super) async fn follow_changes(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refusal> {
    // Anything that is no place in the feed is a place that is gone.
    let last = headers.get("last-event-id").map(|v| {
        v.to_str()
            .ok()
            .and_then(|v| v.parse::<ChangeId>().ok())
            .unwrap_or(ChangeId::MAX)
    });
    let followed = state.app.changes.follow(&ctx, last).await?;
    let stop = state.stop.clone();
    let events = followed
        .map(|followed| match followed {
            Followed::Change(change) => Event::default()
                .event("change")
                .id(change.id.to_string())
                .json_data(ChangeView::from(&change)),
            Followed::Reset(place) => Ok(Event::default()
                .event("reset")
                .id(place.to_string())
                .data("{}")),
        })
        .take_until(async move { stop.cancelled().await });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}
