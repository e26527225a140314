//! Fills the index and keeps it up.

use super::SearchIndex;
use super::index::Index;
use crate::context::Store;
use futures::StreamExt as _;
use roadstead_core::model::{Change, ChangeId, RegistryId, RepositoryId, Topic};
use roadstead_core::ports::StoreError;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Entries of the feed read at once, and repositories looked at again.
const BATCH: u16 = 500;
const REPOSITORIES: usize = 100;
/// Changes of one repository that come together are looked at once.
const GATHER: Duration = Duration::from_millis(100);
/// When the database does not answer.
const AGAIN: Duration = Duration::from_secs(1);

/// Fills the index and follows the feed until `stop`.
pub(crate) async fn follow(store: Arc<dyn Store>, index: SearchIndex, stop: CancellationToken) {
    let follow = async {
        let mut signals = store.signals();
        let mut after = None;
        loop {
            let next = match after {
                Some(after) => step(store.as_ref(), &index, after).await,
                None => fill(store.as_ref(), &index).await.map(Some),
            };
            match next {
                // What was missed is read with everything else.
                Ok(None) => after = None,
                Ok(Some(place)) if after == Some(place) => {
                    if signals.next().await.is_none() {
                        return;
                    }
                    tokio::time::sleep(GATHER).await;
                }
                Ok(place) => after = place,
                Err(error) => {
                    tracing::warn!(%error, "search index not brought up to date");
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = follow => {}
    }
}

/// Reads everything into an index of its own, which then takes the other's place. Answers where
/// the feed was before.
async fn fill(store: &dyn Store, to: &SearchIndex) -> Result<ChangeId, StoreError> {
    let head = store.head().await?;
    let mut index = Index::default();
    let mut after = 0;
    loop {
        let part = store.indexed_after(after).await?;
        let Some(last) = part.last() else { break };
        after = last.place;
        for repository in part {
            index.put(repository);
        }
    }
    let index = apart(move || {
        let tidied = index.tidied();
        index.tidy(tidied);
        index
    })
    .await?;
    let (repositories, tags) = index.size();
    tracing::info!(repositories, tags, "search index filled");
    to.write(|state| {
        state.index = index;
        state.warm = true;
    });
    Ok(head)
}

/// Takes the next changes. `None` when some were missed.
async fn step(
    store: &dyn Store,
    to: &SearchIndex,
    after: ChangeId,
) -> Result<Option<ChangeId>, StoreError> {
    let Some(changes) = store.after(after, BATCH).await? else {
        return Ok(None);
    };
    let Some(last) = changes.last().map(|change| change.id) else {
        return Ok(Some(after));
    };
    let of = |topic: Topic| {
        let those = changes.iter().filter(move |change| change.topic == topic);
        those
            .map(|change: &Change| change.object_id)
            .collect::<HashSet<_>>()
    };
    for id in of(Topic::Registry).into_iter().map(RegistryId) {
        if to.read(|state| state.index.knows(id)) && !store.has_registry(id).await? {
            to.write(|state| state.index.remove_registry(id));
        }
    }
    let ids: Vec<RepositoryId> = of(Topic::Repository)
        .into_iter()
        .map(RepositoryId)
        .collect();
    for part in ids.chunks(REPOSITORIES) {
        let now = store.indexed(part).await?;
        let there: HashSet<RepositoryId> = now.iter().map(|one| one.id).collect();
        to.write(|state| {
            for id in part.iter().filter(|id| !there.contains(id)) {
                state.index.remove(*id);
            }
            for repository in now {
                state.index.put(repository);
            }
        });
    }
    if to.read(|state| state.index.is_untidy()) {
        // Nobody else writes: what is prepared is still true when it is taken.
        let own = to.clone();
        let tidied = apart(move || own.read(|state| state.index.tidied())).await?;
        to.write(|state| state.index.tidy(tidied));
    }
    Ok(Some(last))
}

/// Putting many texts in order takes a while, in which the threads that answer people have other
/// things to do.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| StoreError::Internal(error.to_string()))
}
