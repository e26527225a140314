//! Answers sign-ins that were refused for their number late and one after the other: whoever
//! sends the next as soon as the last is answered is slowed down by it, and a thousand answers in
//! one instant do not stand in everybody else's way.

use crate::place::Place;
use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How long an answer is held at least.
const AT_LEAST: Duration = Duration::from_secs(1);
/// The pause between two held answers.
const APART: Duration = Duration::from_millis(1);
/// Answers held at once; half of the connections a server takes. More are answered at once, so
/// that holding them never keeps others out.
const HELD: usize = 1_024;

/// Holds answers back.
#[derive(Default)]
pub(crate) struct Tarpit {
    held: AtomicUsize,
    last: Mutex<Option<Instant>>,
}

impl Tarpit {
    /// Returns when it is this answer's turn.
    pub(crate) async fn hold(&self) {
        let place = Place::take(&self.held);
        if place.before >= HELD {
            return;
        }
        let at = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let soonest = Instant::now() + AT_LEAST;
            let at = last.map_or(soonest, |last| soonest.max(last + APART));
            *last = Some(at);
            at
        };
        sleep_until(at).await;
    }
}

#[cfg(test)]
mod tests {
    use super::{APART, AT_LEAST, HELD, Tarpit};
    use std::sync::Arc;
    use std::sync::atomic::Ordering;
    use std::time::Duration;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn held_answers_come_late_and_one_after_the_other() {
        let tarpit = Arc::new(Tarpit::default());
        let began = Instant::now();
        let held: Vec<_> = (0..HELD)
            .map(|_| {
                let tarpit = Arc::clone(&tarpit);
                tokio::spawn(async move {
                    tarpit.hold().await;
                    Instant::now()
                })
            })
            .collect();
        let mut ends = Vec::new();
        for task in held {
            ends.push(task.await.expect("ends"));
        }
        ends.sort_unstable();
        assert!(ends[0] - began >= AT_LEAST, "{:?}", ends[0] - began);
        // The timer of the runtime has steps of a millisecond.
        let step = APART - Duration::from_micros(1);
        assert!(ends.windows(2).all(|w| w[1] - w[0] >= step));
        let longest = AT_LEAST + APART * u32::try_from(HELD + 2).expect("small");
        assert!(ends[HELD - 1] - began <= longest);
        assert_eq!(tarpit.held.load(Ordering::Relaxed), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn more_than_can_be_held_are_answered_at_once_and_who_hangs_up_gives_the_place_back() {
        let tarpit = Arc::new(Tarpit::default());
        let held: Vec<_> = (0..HELD)
            .map(|_| {
                let tarpit = Arc::clone(&tarpit);
                tokio::spawn(async move { tarpit.hold().await })
            })
            .collect();
        while tarpit.held.load(Ordering::Relaxed) < HELD {
            tokio::task::yield_now().await;
        }
        let began = Instant::now();
        tarpit.hold().await;
        assert_eq!(Instant::now(), began);
        for task in held {
            task.abort();
            let _ = task.await;
        }
        assert_eq!(tarpit.held.load(Ordering::Relaxed), 0);
    }
}
