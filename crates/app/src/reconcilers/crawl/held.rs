//! What the engine keeps of one registry between two runs. All of it can be lost: the store has
//! what counts.

use super::budget::Budget;
use crate::reconcilers::identity::Recognised;
use roadstead_core::model::{Generation, Registry, RegistryKind, SpaceClass};
use roadstead_core::ports::{RegistryAdapter, RepositoryDue, SeenSpace, Source, TagDue};
use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// First pause of a crawl whose registry is away; doubles up to [`PAUSE_MOST`]. A change of its
/// health ends it.
pub(super) const PAUSE_FIRST: Duration = Duration::from_secs(5);
const PAUSE_MOST: Duration = Duration::from_secs(300);

/// One registry.
pub(super) struct Held {
    pub(super) registry: Registry,
    pub(super) source: Source,
    /// Its adapter stays, because its permits know what the registry bears.
    pub(super) adapter: Arc<dyn RegistryAdapter>,
    /// When registry and health were last read.
    pub(super) read_at: Instant,
    pub(super) pause: Duration,
    pub(super) names: KnownNames,
    pub(super) budget: Budget,
    pub(super) queue: VecDeque<Due>,
    /// Not before this is the store asked again for something to sweep.
    pub(super) refill_at: Instant,
    /// Something may have to be read that lists or checks told of.
    pub(super) unread: bool,
    /// A resumed list of names was refused once already, and begun anew.
    pub(super) began_anew: bool,
    /// Whether the pinned server was just recognised.
    pub(super) recognised: Recognised,
    /// All of this is of a connection or a crawl that is no more.
    pub(super) outdated: bool,
}

/// Something to be looked at again.
#[derive(Clone)]
pub(super) enum Due {
    List(RepositoryDue),
    Check(TagDue),
}

impl Held {
    pub(super) fn new(
        registry: Registry,
        adapter: Arc<dyn RegistryAdapter>,
        per_second: f64,
    ) -> Self {
        let now = Instant::now();
        Self {
            source: Source {
                registry_id: registry.id,
                generation: registry.generation,
            },
            registry,
            adapter,
            read_at: now,
            pause: PAUSE_FIRST,
            names: KnownNames::new(now),
            budget: Budget::new(per_second, now),
            queue: VecDeque::new(),
            refill_at: now,
            unread: true,
            began_anew: false,
            recognised: Recognised::default(),
            outdated: false,
        }
    }

    pub(super) const fn generation(&self) -> Generation {
        self.source.generation
    }

    /// How long to wait for a registry that is away.
    pub(super) fn next_pause(&mut self) -> Duration {
        let pause = self.pause;
        self.pause = (pause * 2).min(PAUSE_MOST);
        pause
    }

    /// The one space of a registry that has no spaces.
    pub(super) fn whole(&self) -> Option<SeenSpace> {
        (self.registry.kind == RegistryKind::Docker).then(|| SeenSpace {
            upstream_id: String::new(),
            name: self.registry.name.as_str().to_owned(),
            class: SpaceClass::Normal,
            visibility: None,
            members: Vec::new(),
            storage_bytes: None,
            quota_bytes: None,
        })
    }
}

/// The names of the last whole list, as hashes: which of the next list are new?
pub(super) struct KnownNames {
    hashes: HashSet<u64>,
    hasher: RandomState,
    /// Whether the list was had from its first page to its last.
    pub(super) complete: bool,
    /// When to list again.
    pub(super) due: Instant,
}

impl KnownNames {
    fn new(now: Instant) -> Self {
        Self {
            hashes: HashSet::new(),
            hasher: RandomState::new(),
            complete: false,
            due: now,
        }
    }

    /// An empty list whose hashes can be compared with those of another.
    pub(super) fn fresh(other: &Self) -> Self {
        Self {
            hashes: HashSet::with_capacity(other.hashes.len()),
            hasher: other.hasher.clone(),
            complete: false,
            due: other.due,
        }
    }

    pub(super) fn forget(&mut self) {
        self.hashes.clear();
        self.complete = false;
    }

    /// Whether this name is new.
    pub(super) fn note(&mut self, name: &str) -> bool {
        self.hashes.insert(self.hasher.hash_one(name))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.hashes.contains(&self.hasher.hash_one(name))
    }
}
