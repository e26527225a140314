//! The search over repositories, tags and digests: an index in memory, filled in the background and
//! kept up by the change feed. It only finds; what is shown is read from the store through what the
//! asker may see, so that an index that is behind shows nothing that is gone or hidden
//! (`docs/adr/0014-search.md`).

mod best;
mod follow;
mod index;
mod letters;
mod lists;
mod names;
mod query;

pub(crate) use follow::follow;
pub(crate) use index::Found;
use index::Index;
pub(crate) use query::Query;
use roadstead_core::model::{ArtifactKind, SpaceSet};
use std::sync::{Arc, PoisonError, RwLock};

/// The index of this process; clones are the same one.
#[derive(Clone, Default)]
pub struct SearchIndex(Arc<RwLock<State>>);

#[derive(Default)]
struct State {
    index: Index,
    warm: bool,
}

/// How much an index holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchSize {
    /// Repositories.
    pub repositories: usize,
    /// Tags.
    pub tags: usize,
    /// Bytes in memory, roughly.
    pub bytes: usize,
}

impl SearchIndex {
    /// How much it holds; `None` until everything was read once.
    #[must_use]
    pub fn size(&self) -> Option<SearchSize> {
        self.read(|state| {
            let (repositories, tags) = state.index.size();
            state.warm.then(|| SearchSize {
                repositories,
                tags,
                bytes: state.index.bytes(),
            })
        })
    }

    /// Searches; `None` until everything was read once. Takes less than
    /// a millisecond at a million tags.
    pub(crate) fn find(
        &self,
        query: &Query,
        set: &SpaceSet,
        kind: Option<ArtifactKind>,
        most: usize,
    ) -> Option<Found> {
        self.read(|state| state.warm.then(|| state.index.find(query, set, kind, most)))
    }

    fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }
}
