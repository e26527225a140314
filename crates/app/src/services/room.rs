//! How many bytes of files are held in memory at once: each is whole before its first byte is sent,
//! and is held until its last one has left.

use roadstead_core::model::UserId;
use roadstead_core::{ErrorCode, Failure};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What all of them may take, in MiB.
const ALL: usize = 64;
/// What one person's may take, in MiB: the largest there is. Whoever reads slowly holds up only
/// their own next one.
const EACH: usize = 32;
/// How long there is a wait for room.
const PATIENCE: Duration = Duration::from_secs(10);

/// Room in memory, given back when dropped.
#[derive(Debug)]
pub struct Held {
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

/// Room in memory for files on their way.
pub(super) struct Room {
    all: Arc<Semaphore>,
    people: Mutex<HashMap<UserId, Weak<Semaphore>>>,
}

impl Room {
    pub(super) fn new() -> Self {
        Self {
            all: Arc::new(Semaphore::new(ALL)),
            people: Mutex::default(),
        }
    }

    /// Waits for room for this many bytes, for a while.
    ///
    /// # Errors
    /// [`ErrorCode::ContentsBusy`].
    pub(super) async fn take(&self, who: UserId, bytes: u64) -> Result<Held, Failure> {
        // A file above the bound is refused before; this one would wait for ever.
        let units = u32::try_from(bytes.div_ceil(1 << 20)).unwrap_or(u32::MAX);
        let units = units.clamp(1, EACH as u32);
        let own = self.own(who);
        let taken = tokio::time::timeout(PATIENCE, async {
            // The own first: what waits for it keeps nothing from others.
            let own = own.acquire_many_owned(units).await.ok()?;
            let all = Arc::clone(&self.all).acquire_many_owned(units).await.ok()?;
            Some(Held {
                _own: own,
                _all: all,
            })
        });
        let taken = taken.await.ok().flatten();
        taken.ok_or_else(|| {
            Failure::new(ErrorCode::ContentsBusy).with("retry_after_s", PATIENCE.as_secs())
        })
    }

    fn own(&self, who: UserId) -> Arc<Semaphore> {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        people.retain(|_, own| own.strong_count() > 0);
        let known = people.get(&who).and_then(Weak::upgrade);
        known.unwrap_or_else(|| {
            let own = Arc::new(Semaphore::new(EACH));
            people.insert(who, Arc::downgrade(&own));
            own
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Room;
    use roadstead_core::ErrorCode;
    use roadstead_core::model::UserId;

    const MIB: u64 = 1 << 20;

    #[tokio::test(start_paused = true)]
    async fn one_person_holds_at_most_half_and_all_together_no_more_than_there_is() {
        let room = Room::new();
        let (a, b, c) = (UserId::new(), UserId::new(), UserId::new());
        let busy = |who, bytes| {
            let room = &room;
            async move {
                let refused = room.take(who, bytes).await.expect_err("busy");
                refused.code == ErrorCode::ContentsBusy
            }
        };
        let of_a = room.take(a, 32 * MIB).await.expect("room");
        assert!(busy(a, 1).await, "the own share is used up");
        let of_b = room.take(b, 20 * MIB).await.expect("room for others");
        let _more = room.take(b, 12 * MIB).await.expect("within the share");
        assert!(busy(c, 1).await, "nothing is left");
        drop(of_a);
        let _of_c = room.take(c, 32 * MIB).await.expect("room again");
        drop(of_b);
        assert!(
            room.take(a, 0).await.is_ok(),
            "an empty file takes a little"
        );
        assert_eq!(room.people.lock().expect("people").len(), 3);
        drop(_more);
        room.take(a, 1).await.expect("room");
        assert!(room.people.lock().expect("people").len() < 3, "forgotten");
    }
}
