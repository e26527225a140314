//! What is remembered of one registry's events between two runs. All of it can be lost: the next
//! reading finds what counts.

use crate::events::Activity;
use crate::events::Work;
use crate::reconcilers::identity::Recognised;
use roadstead_core::model::{Digest, Registry, RepositoryId};
use roadstead_core::ports::{RegistryAdapter, Source};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Tags that wait to be asked for at most.
const UNSETTLED: usize = 2_000;
/// When nothing waits.
const IDLE: Duration = Duration::from_secs(3_600);

/// A connection to a registry.
#[derive(Clone)]
pub(super) struct Connected {
    pub(super) registry: Registry,
    pub(super) source: Source,
    pub(super) adapter: Arc<dyn RegistryAdapter>,
}

/// A tag an event told of, which is to be asked for.
#[derive(Clone)]
pub(super) struct Unsettled {
    pub(super) due: Instant,
    pub(super) repository_id: RepositoryId,
    pub(super) digest: Digest,
    pub(super) asked: u8,
}

/// One registry.
pub(super) struct Line {
    pub(super) connected: Option<Connected>,
    pub(super) recognised: Recognised,
    /// By repository and tag.
    pub(super) unsettled: BTreeMap<(String, String), Unsettled>,
    /// Configurations of what was pushed may be unread.
    pub(super) unread: bool,
    /// Something was let go, so the registry is to be read.
    pub(super) shed: bool,
    pub(super) reading_due: Instant,
    pub(super) activity: Activity,
    pub(super) note_due: Instant,
}

impl Default for Line {
    fn default() -> Self {
        let now = Instant::now();
        Self {
            connected: None,
            recognised: Recognised::default(),
            unsettled: BTreeMap::new(),
            unread: false,
            shed: false,
            reading_due: now,
            activity: Activity::default(),
            note_due: now,
        }
    }
}

impl Line {
    pub(super) fn take(&mut self, work: &Work) {
        self.shed |= work.shed;
        self.activity.add(work.activity);
    }

    /// Something was not looked into: a reading makes up for it.
    pub(super) const fn let_go(&mut self) {
        self.shed = true;
    }

    /// The registry cannot be asked for anything now. What is shown as unproved stays so until it
    /// is read.
    pub(super) fn let_all_go(&mut self, work: &Work) {
        if work.marks.is_empty() && !self.is_due(Instant::now()) {
            return;
        }
        self.unsettled.clear();
        self.unread = false;
        self.let_go();
    }

    /// Has a tag asked for later.
    pub(super) fn unsettled(&mut self, repository: String, tag: String, what: Unsettled) {
        if self.unsettled.len() >= UNSETTLED {
            self.let_go();
            return;
        }
        self.unsettled.insert((repository, tag), what);
    }

    fn due(&self, now: Instant) -> Option<Instant> {
        let tag = self.unsettled.values().map(|what| what.due).min();
        let reading = self.shed.then_some(self.reading_due);
        let config = self.unread.then_some(now);
        [tag, reading, config].into_iter().flatten().min()
    }

    /// Whether the registry is to be asked for something now.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.due(now).is_some_and(|due| due <= now)
    }

    /// How long until there is something to do.
    pub(super) fn wait(&self) -> Duration {
        let now = Instant::now();
        let note = (!self.activity.is_empty()).then_some(self.note_due);
        let due = [self.due(now), note].into_iter().flatten().min();
        due.map_or(IDLE, |due| due.saturating_duration_since(now))
    }
}
