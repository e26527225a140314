//! The sweep: events get lost, so everything is looked at again, slowly, within a budget of requests.
//! Lists of tags by turns with single tags, whatever was looked at longest ago first.

use super::batch;
use super::held::{Due, Held};
use super::tags::outcome;
use super::{CrawlReconciler, Next, SLICE, Stop};
use futures::FutureExt as _;
use roadstead_core::ports::{RegistryError, TagCheck, TagDue};
use std::time::Duration;
use tokio::time::Instant;

/// A repository's tags are listed again after this at the earliest.
pub(super) const LIST_AFTER: Duration = Duration::from_secs(600);

/// A tag is looked at again after this at the earliest.
const CHECK_AFTER: Duration = Duration::from_secs(1_800);

/// What an event told of is asked for by who looks into events. Later than this it was forgotten, by
/// a restart or because too much was told at once.
const SETTLED_AFTER: Duration = Duration::from_secs(60);

/// How many of each are taken from the store at once.
const BATCH: u16 = 50;

/// A burst is worth a run when this many requests may be made.
const BURST: usize = 10;

/// When there was nothing to look at, the store is asked again after this.
const REFILL: Duration = Duration::from_secs(30);

impl CrawlReconciler {
    /// One turn. Answers when the next is due, or why the registry is left alone.
    pub(super) async fn sweep(&self, held: &mut Held) -> Result<Next, Stop> {
        let until = Instant::now() + SLICE;
        // What people and new content ask for is not a matter of the budget; what it costs is.
        let before = held.adapter.requests();
        let pause = self.read_wanted(held, until).await?;
        held.budget.spend(held.adapter.requests() - before);
        if let Some(error) = pause {
            return Ok(Next::Pause(error));
        }
        if held.unread {
            return Ok(Next::More);
        }
        let now = Instant::now();
        let left = held.budget.left(now);
        if held.queue.is_empty() && held.refill_at <= now {
            self.refill(held).await?;
            held.refill_at = now + REFILL;
        }
        if held.queue.is_empty() {
            let wait = held.names.due.min(held.refill_at);
            return Ok(Next::In(wait.saturating_duration_since(now)));
        }
        let burst = BURST.min(held.queue.len());
        if left >= burst {
            let before = held.adapter.requests();
            let pause = self.look_again(held, left, until).await?;
            held.budget.spend(held.adapter.requests() - before);
            if let Some(error) = pause {
                held.queue.clear();
                return Ok(Next::Pause(error));
            }
        }
        let burst = BURST.min(held.queue.len().max(1));
        let wait = held.budget.wait_for(burst);
        let names = held.names.due.saturating_duration_since(Instant::now());
        Ok(Next::In(wait.min(names).max(Duration::from_millis(100))))
    }

    async fn read_wanted(
        &self,
        held: &mut Held,
        until: Instant,
    ) -> Result<Option<RegistryError>, Stop> {
        if let Some(error) = self.read_requested(held, until).await? {
            return Ok(Some(error));
        }
        if held.names.due <= Instant::now() {
            if let Some(error) = self.refresh_names(held).await? {
                return Ok(Some(error));
            }
            if let Some(error) = self.read_requested(held, until).await? {
                return Ok(Some(error));
            }
        }
        if held.unread {
            match self.read_details(held, None, until).await? {
                Next::Done => held.unread = false,
                Next::Pause(error) => return Ok(Some(error)),
                Next::More | Next::In(_) => {}
            }
        }
        Ok(None)
    }

    async fn refill(&self, held: &mut Held) -> Result<(), Stop> {
        let (store, id, now) = (&self.ports.store, held.registry.id, self.ports.clock.now());
        let lists = store
            .repositories_to_check(id, now.minus(LIST_AFTER), BATCH)
            .await?;
        let checks = store
            .tags_to_check(id, now.minus(CHECK_AFTER), now.minus(SETTLED_AFTER), BATCH)
            .await?;
        let mut lists = lists.into_iter().map(Due::List);
        let mut checks = checks.into_iter().map(Due::Check);
        // By turns, so that many repositories do not keep all tags waiting.
        loop {
            let pair = [lists.next(), checks.next()];
            if pair.iter().all(Option::is_none) {
                return Ok(());
            }
            held.queue.extend(pair.into_iter().flatten());
        }
    }

    async fn look_again(
        &self,
        held: &mut Held,
        most: usize,
        until: Instant,
    ) -> Result<Option<RegistryError>, Stop> {
        let (mut lists, mut checks) = (Vec::new(), Vec::new());
        for due in held.queue.drain(..most.min(held.queue.len())) {
            match due {
                Due::List(due) => lists.push(due),
                Due::Check(due) => checks.push(due),
            }
        }
        let settled = batch::read(&held.adapter, checks, until, |adapter, due: TagDue| {
            async move {
                let known = due.digest.as_ref();
                adapter.moved(&due.repository, &due.tag, known).await
            }
            .boxed()
        })
        .await;
        let checks: Vec<TagCheck> = settled
            .results
            .into_iter()
            .map(|(due, answer)| TagCheck {
                repository_id: due.repository_id,
                tag: due.tag,
                outcome: outcome(answer),
            })
            .collect();
        let moved = checks
            .iter()
            .any(|check| matches!(check.outcome, roadstead_core::ports::TagOutcome::Moved(_)));
        held.unread |= moved;
        self.keep_checks(held, checks).await?;
        if settled.pause.is_some() || lists.is_empty() {
            return Ok(settled.pause);
        }
        Ok(self.list(held, lists, until).await?.pause)
    }
}
