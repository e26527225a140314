//! Whose turn it is to write.

use crate::command::Lane;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Hands out turns. A waiting person always goes before every waiting crawl; within a lane, first
/// come, first served.
#[derive(Clone)]
pub(crate) struct Lanes {
    queue: Arc<Mutex<Queue>>,
    /// PostgreSQL writes side by side, so people need no turn there; crawls still take one, so
    /// that they never fill the pool.
    people_wait: bool,
}

#[derive(Default)]
struct Queue {
    busy: bool,
    people: VecDeque<oneshot::Sender<Turn>>,
    crawl: VecDeque<oneshot::Sender<Turn>>,
}

/// The right to write, given on when dropped.
pub(crate) struct Turn(Option<Arc<Mutex<Queue>>>);

impl Lanes {
    /// For a database with a single writer.
    pub(crate) fn one_writer() -> Self {
        Self {
            queue: Arc::default(),
            people_wait: true,
        }
    }

    /// For a database that writes side by side.
    pub(crate) fn side_by_side() -> Self {
        Self {
            queue: Arc::default(),
            people_wait: false,
        }
    }

    /// Waits for a turn. Giving up the wait is fine at any moment.
    pub(crate) async fn enter(&self, lane: Lane) -> Turn {
        if lane == Lane::People && !self.people_wait {
            return Turn(None);
        }
        let waiting = {
            let mut queue = lock(&self.queue);
            if !queue.busy {
                queue.busy = true;
                return Turn(Some(Arc::clone(&self.queue)));
            }
            let (sender, receiver) = oneshot::channel();
            match lane {
                Lane::People => queue.people.push_back(sender),
                Lane::Crawl => queue.crawl.push_back(sender),
            }
            receiver
        };
        // The sender stays in the queue until it is used, so this cannot fail while `self` lives.
        waiting.await.unwrap_or(Turn(None))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let Some(shared) = self.0.take() else {
            return;
        };
        loop {
            let next = {
                let mut queue = lock(&shared);
                let next = queue.people.pop_front().or_else(|| queue.crawl.pop_front());
                queue.busy = next.is_some();
                next
            };
            let Some(next) = next else {
                return;
            };
            match next.send(Turn(Some(Arc::clone(&shared)))) {
                Ok(()) => return,
                // That one gave up waiting. Its turn must not be dropped armed: it would come
                // back here.
                Err(mut unwanted) => drop(unwanted.0.take()),
            }
        }
    }
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    // Nothing between lock and unlock can panic half way, so a poisoned queue is whole.
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::Lanes;
    use crate::command::Lane;
    use std::sync::{Arc, Mutex};

    #[tokio::test]
    async fn people_go_before_crawls_that_waited_longer() {
        let lanes = Lanes::one_writer();
        let order = Arc::new(Mutex::new(Vec::new()));
        let held = lanes.enter(Lane::Crawl).await;
        let mut tasks = Vec::new();
        for (name, lane) in [
            ("crawl 1", Lane::Crawl),
            ("crawl 2", Lane::Crawl),
            ("person 1", Lane::People),
            ("person 2", Lane::People),
        ] {
            let (lanes, order) = (lanes.clone(), Arc::clone(&order));
            tasks.push(tokio::spawn(async move {
                let _turn = lanes.enter(lane).await;
                order.lock().expect("order").push(name);
            }));
            // One thread: the task runs until it waits for its turn.
            tokio::task::yield_now().await;
        }
        drop(held);
        for task in tasks {
            task.await.expect("task");
        }
        assert_eq!(
            *order.lock().expect("order"),
            ["person 1", "person 2", "crawl 1", "crawl 2"]
        );
    }

    #[tokio::test]
    async fn turn_of_one_who_gave_up_goes_to_the_next() {
        let lanes = Lanes::one_writer();
        let held = lanes.enter(Lane::People).await;
        let waiter = |lanes: Lanes| async move { lanes.enter(Lane::People).await };
        let gone = tokio::spawn(waiter(lanes.clone()));
        tokio::task::yield_now().await;
        let stays = tokio::spawn(waiter(lanes.clone()));
        tokio::task::yield_now().await;
        gone.abort();
        assert!(gone.await.is_err());
        drop(held);
        drop(stays.await.expect("turn"));
        drop(lanes.enter(Lane::Crawl).await);
    }

    #[tokio::test]
    async fn people_do_not_wait_where_writing_is_side_by_side() {
        let lanes = Lanes::side_by_side();
        let _crawl = lanes.enter(Lane::Crawl).await;
        let _one = lanes.enter(Lane::People).await;
        let _two = lanes.enter(Lane::People).await;
    }
}
