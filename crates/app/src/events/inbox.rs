//! Where events wait. In memory, because an event is a hint: what is lost with the process is
//! found by the next reading of the registry, and by the registry's own repetition of what was not
//! answered.
//!
//! Everything here has a bound. What comes while a registry's marks are full is let go, and the
//! registry is marked to be read instead.

use super::envelope::{Envelope, Mark, Target};
use super::seen::Seen;
use roadstead_core::model::{HookCounts, RegistryId, Timestamp};
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::RandomState;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Marks of one registry that wait at most.
pub const MARKS_OF_ONE: usize = 1_000;
/// Marks of all registries that wait at most.
const MARKS_OF_ALL: usize = 20_000;
/// Bodies of one registry that are read at once at most, and of all.
const BODIES_OF_ONE: usize = 8;
const BODIES_OF_ALL: usize = 32;
/// Event ids that are remembered per registry.
const IDS: usize = 2_000;
/// Processes of one registry that are told apart.
const INSTANCES: usize = 32;

/// Events that wait to be looked into.
#[derive(Clone, Default)]
pub struct EventInbox(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    made: Notify,
    fingerprints: RandomState,
}

#[derive(Default)]
struct State {
    queues: HashMap<RegistryId, Queue>,
    /// Registries nobody has been woken for yet.
    woken: HashSet<RegistryId>,
    marks: usize,
    bodies: usize,
}

type Key = (String, Target);

struct Queue {
    marks: HashMap<Key, Mark>,
    order: VecDeque<Key>,
    ids: Seen,
    instances: Seen,
    activity: Activity,
    /// Something was let go, so the registry is to be read.
    shed: bool,
    bodies: usize,
}

impl Queue {
    fn new() -> Self {
        Self {
            marks: HashMap::new(),
            order: VecDeque::new(),
            ids: Seen::new(IDS),
            instances: Seen::new(INSTANCES),
            activity: Activity::default(),
            shed: false,
            bodies: 0,
        }
    }
}

/// What came since it was last noted.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Activity {
    pub(crate) last_event_at: Option<Timestamp>,
    pub(crate) counts: HookCounts,
}

impl Activity {
    pub(crate) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    pub(crate) fn add(&mut self, more: Self) {
        self.last_event_at = self.last_event_at.max(more.last_event_at);
        self.counts = self.counts.plus(more.counts);
    }
}

/// What there is to do for one registry.
#[derive(Default)]
pub struct Work {
    /// What to look at, the oldest first.
    pub marks: Vec<Mark>,
    /// Something was let go: the registry is to be read.
    pub shed: bool,
    /// More marks wait.
    pub more: bool,
    pub(crate) activity: Activity,
}

/// A post that may be read. The next one waits for no place: it is let go.
pub struct Arrival {
    inbox: EventInbox,
    registry_id: RegistryId,
}

impl Drop for Arrival {
    fn drop(&mut self) {
        let mut state = self.inbox.lock();
        state.bodies = state.bodies.saturating_sub(1);
        if let Some(queue) = state.queues.get_mut(&self.registry_id) {
            queue.bodies = queue.bodies.saturating_sub(1);
        }
    }
}

impl EventInbox {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self, mut state: MutexGuard<'_, State>, id: RegistryId) {
        state.woken.insert(id);
        drop(state);
        self.0.made.notify_one();
    }

    /// A place to read a post's body in; `None` when too many are being read.
    #[must_use]
    pub fn arrive(&self, id: RegistryId) -> Option<Arrival> {
        let mut state = self.lock();
        if state.bodies >= BODIES_OF_ALL {
            return None;
        }
        let queue = state.queues.entry(id).or_insert_with(Queue::new);
        if queue.bodies >= BODIES_OF_ONE {
            return None;
        }
        queue.bodies += 1;
        state.bodies += 1;
        drop(state);
        Some(Arrival {
            inbox: self.clone(),
            registry_id: id,
        })
    }

    /// Takes a post's body. What cannot be read is let go like what is too much.
    pub fn take_body(&self, id: RegistryId, body: &[u8], now: Timestamp) {
        match Envelope::read(body, &self.0.fingerprints) {
            Ok(envelope) => self.put(id, envelope, now),
            Err(error) => {
                tracing::debug!(registry_id = %id, %error, "event not read");
                self.shed(id, now);
            }
        }
    }

    /// Puts the marks of an envelope with those that wait. Of several about one thing the latest
    /// stays.
    fn put(&self, id: RegistryId, envelope: Envelope, now: Timestamp) {
        let mut state = self.lock();
        let mut room = MARKS_OF_ALL.saturating_sub(state.marks);
        let queue = state.queues.entry(id).or_insert_with(Queue::new);
        let mut counts = HookCounts {
            accepted: envelope.notices.len() as u64,
            dropped: envelope.unreadable,
            unauthenticated: 0,
        };
        let mut let_go = envelope.unreadable > 0;
        for instance in envelope.instances {
            // Another process sends: the one before may have ended with events it had not sent.
            // The first one is only ever new to us.
            let first = queue.instances.is_empty();
            let_go |= queue.instances.take(instance) && !first;
        }
        let mut added = 0;
        for notice in envelope.notices {
            if notice.id.is_some_and(|id| !queue.ids.take(id)) {
                continue;
            }
            let Some(mark) = notice.mark else { continue };
            let key = (mark.repository.clone(), mark.target.clone());
            let full = queue.marks.len() >= MARKS_OF_ONE || room == 0;
            match queue.marks.entry(key) {
                Entry::Occupied(mut there) => {
                    let overtaken = there.get().at.zip(mark.at).is_some_and(|(a, b)| a > b);
                    if !overtaken {
                        there.insert(mark);
                    }
                }
                Entry::Vacant(_) if full => {
                    counts.dropped += 1;
                    counts.accepted -= 1;
                    let_go = true;
                }
                Entry::Vacant(place) => {
                    queue.order.push_back(place.key().clone());
                    place.insert(mark);
                    added += 1;
                    room -= 1;
                }
            }
        }
        queue.shed |= let_go;
        queue.activity.add(Activity {
            last_event_at: Some(now),
            counts,
        });
        state.marks += added;
        self.wake(state, id);
    }

    /// Notes that something came and was let go.
    pub fn shed(&self, id: RegistryId, now: Timestamp) {
        let mut state = self.lock();
        let queue = state.queues.entry(id).or_insert_with(Queue::new);
        queue.shed = true;
        let counts = HookCounts {
            dropped: 1,
            ..HookCounts::default()
        };
        queue.activity.add(Activity {
            last_event_at: Some(now),
            counts,
        });
        self.wake(state, id);
    }

    /// Notes a post with a wrong secret.
    pub fn refused(&self, id: RegistryId) {
        let mut state = self.lock();
        let queue = state.queues.entry(id).or_insert_with(Queue::new);
        let counts = HookCounts {
            unauthenticated: 1,
            ..HookCounts::default()
        };
        queue.activity.add(Activity {
            last_event_at: None,
            counts,
        });
        self.wake(state, id);
    }

    /// Takes what there is to do for a registry, `limit` marks at most.
    #[must_use]
    pub fn take(&self, id: RegistryId, limit: usize) -> Work {
        let mut state = self.lock();
        let Some(queue) = state.queues.get_mut(&id) else {
            return Work::default();
        };
        let keys: Vec<Key> = {
            let many = limit.min(queue.order.len());
            queue.order.drain(..many).collect()
        };
        let marks: Vec<Mark> = keys
            .iter()
            .filter_map(|key| queue.marks.remove(key))
            .collect();
        let work = Work {
            shed: std::mem::take(&mut queue.shed),
            more: !queue.order.is_empty(),
            activity: std::mem::take(&mut queue.activity),
            marks,
        };
        state.marks = state.marks.saturating_sub(work.marks.len());
        work
    }

    /// Forgets a registry that is gone.
    pub(crate) fn forget(&self, id: RegistryId) {
        let mut state = self.lock();
        if let Some(queue) = state.queues.remove(&id) {
            state.marks = state.marks.saturating_sub(queue.marks.len());
        }
    }

    /// Registries something waits for.
    pub(crate) fn waiting(&self) -> Vec<RegistryId> {
        let state = self.lock();
        let busy = state.queues.iter().filter(|(_, queue)| {
            !queue.order.is_empty() || queue.shed || !queue.activity.is_empty()
        });
        busy.map(|(id, _)| *id).collect()
    }

    /// Takes the registries something came for since.
    pub(crate) fn take_woken(&self) -> HashSet<RegistryId> {
        std::mem::take(&mut self.lock().woken)
    }

    /// Waits until something comes.
    pub(crate) async fn made(&self) {
        self.0.made.notified().await;
    }

    /// Marks that wait, of all registries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().marks
    }

    /// Whether no mark waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::{BODIES_OF_ONE, EventInbox, MARKS_OF_ONE};
    use crate::events::News;
    use roadstead_core::model::{RegistryId, Timestamp};
    use serde_json::json;

    fn now() -> Timestamp {
        Timestamp::from_micros(1)
    }

    fn push(id: &str, tag: &str, digit: char, at: &str, instance: &str) -> Vec<u8> {
        json!({"events": [{"id": id, "timestamp": at, "action": "push",
            "target": {"mediaType": "application/vnd.oci.image.manifest.v1+json",
                "digest": format!("sha256:{}", digit.to_string().repeat(64)),
                "repository": "r", "tag": tag},
            "request": {"method": "PUT"}, "source": {"instanceID": instance}}]})
        .to_string()
        .into_bytes()
    }

    const EARLY: &str = "2026-01-01T00:00:00Z";
    const LATE: &str = "2026-01-01T00:00:01Z";

    #[test]
    fn event_storm_of_ten_thousand_is_bounded_and_sheds_to_a_reading() {
        let (inbox, id) = (EventInbox::default(), RegistryId::new());
        for n in 0..10_000 {
            inbox.take_body(
                id,
                &push(&n.to_string(), &format!("t{n}"), 'a', EARLY, "i"),
                now(),
            );
        }
        assert_eq!(inbox.len(), MARKS_OF_ONE);
        let work = inbox.take(id, usize::MAX);
        assert_eq!(
            (work.marks.len(), work.shed, work.more),
            (MARKS_OF_ONE, true, false)
        );
        let counts = work.activity.counts;
        assert_eq!((counts.accepted, counts.dropped), (1_000, 9_000));
        assert!(inbox.is_empty() && !inbox.take(id, 1).shed);
    }

    #[test]
    fn ten_thousand_events_about_one_tag_are_one_mark() {
        let (inbox, id) = (EventInbox::default(), RegistryId::new());
        for n in 0..10_000 {
            inbox.take_body(id, &push(&n.to_string(), "t", 'a', EARLY, "i"), now());
        }
        let work = inbox.take(id, usize::MAX);
        assert_eq!((work.marks.len(), work.shed), (1, false));
        assert_eq!(work.activity.counts.accepted, 10_000);
    }

    #[test]
    fn sec_33_repeated_event_is_taken_once() {
        let (inbox, id) = (EventInbox::default(), RegistryId::new());
        let event = push("same", "t", 'a', EARLY, "i");
        inbox.take_body(id, &event, now());
        assert_eq!(inbox.take(id, 10).marks.len(), 1);
        inbox.take_body(id, &event, now());
        assert_eq!(inbox.take(id, 10).marks.len(), 0);
        let other = RegistryId::new();
        inbox.take_body(other, &event, now());
        assert_eq!(inbox.take(other, 10).marks.len(), 1, "another registry's");
    }

    #[test]
    fn the_later_of_two_events_stays_whichever_comes_first() {
        for order in [[('a', EARLY), ('b', LATE)], [('b', LATE), ('a', EARLY)]] {
            let (inbox, id) = (EventInbox::default(), RegistryId::new());
            for (n, (digit, at)) in order.into_iter().enumerate() {
                inbox.take_body(id, &push(&n.to_string(), "t", digit, at, "i"), now());
            }
            let marks = inbox.take(id, 10).marks;
            assert!(
                matches!(&marks[..], [mark] if matches!(&mark.news, News::Pushed { digest, .. } if digest.as_str().ends_with('b')))
            );
        }
    }

    #[test]
    fn another_process_of_the_registry_asks_for_a_reading() {
        let (inbox, id) = (EventInbox::default(), RegistryId::new());
        inbox.take_body(id, &push("1", "t", 'a', EARLY, "one"), now());
        assert!(!inbox.take(id, 10).shed);
        inbox.take_body(id, &push("2", "t", 'a', EARLY, "two"), now());
        assert!(inbox.take(id, 10).shed);
        inbox.take_body(id, &push("3", "t", 'a', EARLY, "one"), now());
        assert!(!inbox.take(id, 10).shed, "both are known");
    }

    #[test]
    fn sec_30_bodies_read_at_once_are_bounded() {
        let (inbox, id) = (EventInbox::default(), RegistryId::new());
        let held: Vec<_> = (0..BODIES_OF_ONE).map(|_| inbox.arrive(id)).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(inbox.arrive(id).is_none());
        assert!(inbox.arrive(RegistryId::new()).is_some(), "others go on");
        drop(held);
        assert!(inbox.arrive(id).is_some());
    }

    #[test]
    fn what_cannot_be_read_asks_for_a_reading() {
        let (inbox, id) = (EventInbox::default(), RegistryId::new());
        inbox.take_body(id, b"\xff{", now());
        inbox.refused(id);
        let work = inbox.take(id, 10);
        assert!(work.shed && work.marks.is_empty());
        let counts = work.activity.counts;
        assert_eq!(
            (counts.dropped, counts.unauthenticated, counts.accepted),
            (1, 1, 0)
        );
    }
}
