//! Turns the change feed into wake-ups, so that an edit by any process reaches the duties of this
//! one. Only keys travel; each duty reads the news itself.

use crate::context::{Store, Wishes};
use futures::StreamExt as _;
use roadstead_core::model::{RegistryId, Topic};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Wakes by key.
pub(super) type Waking = Box<dyn Fn(RegistryId) + Send + Sync>;

const BATCH: u16 = 500;

/// Wakes the duties for registries that a person wants looked at now.
pub(super) async fn wake_from_wishes(
    wishes: Wishes,
    wakings: Vec<Waking>,
    stop: CancellationToken,
) {
    loop {
        for id in wishes.take() {
            for wake in &wakings {
                wake(id);
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = wishes.made() => {}
        }
    }
}

/// Follows the feed until `stop`. When the feed cannot be read, or entries were missed, the
/// drivers' resync repairs it.
pub(super) async fn wake_from_changes(
    store: Arc<dyn Store>,
    wakings: Vec<(&'static [Topic], Waking)>,
    stop: CancellationToken,
) {
    let mut signals = store.signals();
    let mut after = None;
    loop {
        let from = match after {
            Some(id) => Ok(id),
            None => store.head().await,
        };
        let read = match from {
            Ok(id) => {
                after = Some(id);
                store.after(id, BATCH).await
            }
            Err(error) => Err(error),
        };
        match read {
            Ok(Some(changes)) => {
                let full = changes.len() == usize::from(BATCH);
                for change in changes {
                    after = Some(change.id);
                    for (topics, wake) in &wakings {
                        if topics.contains(&change.topic) {
                            wake(RegistryId(change.object_id));
                        }
                    }
                }
                if full {
                    continue;
                }
            }
            Ok(None) => {
                after = None;
                continue;
            }
            Err(error) => {
                tracing::warn!(%error, "change feed not read");
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(Duration::from_secs(1)) => continue,
                }
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            signal = signals.next() => if signal.is_none() { return },
        }
    }
}
