//! The change stream's frames.

use super::words::TopicWord;
use roadstead_core::model::{Change, ChangeId, Generation, Topic};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something changed: what, not how.
#[derive(Serialize, ToSchema)]
#[schema(as = Change)]
pub(crate) struct ChangeView {
    /// Place in the feed; also the frame's id.
    id: ChangeId,
    /// What kind of thing.
    #[schema(value_type = TopicWord)]
    topic: Topic,
    /// Which one.
    object_id: Uuid,
    /// Its generation now.
    generation: Generation,
}

impl From<&Change> for ChangeView {
    fn from(change: &Change) -> Self {
        Self {
            id: change.id,
            topic: change.topic,
            object_id: change.object_id,
            generation: change.generation,
        }
    }
}
