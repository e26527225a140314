//! How a crawl is getting on, told at a bounded rate.

use super::held::Held;
use super::{CrawlReconciler, Stop};
use roadstead_core::ErrorCode;
use roadstead_core::model::{CrawlCounts, CrawlPhase, CrawlState, CrawlStatus, Timestamp};
use roadstead_core::ports::{CrawlKey, CrawlReport, Recorded};
use std::time::Duration;
use tokio::time::Instant;

/// Counts are kept this often: a crash forgets no more.
const KEEP_EVERY: Duration = Duration::from_secs(1);

/// People hear of progress this often at most.
const TELL_EVERY: Duration = Duration::from_secs(2);

/// An open crawl.
pub(super) struct Progress {
    pub(super) key: CrawlKey,
    pub(super) phase: CrawlPhase,
    pub(super) cursor: Option<String>,
    pub(super) counts: CrawlCounts,
    pub(super) trouble: Option<ErrorCode>,
    /// Why it waits, as people have heard.
    waited_for: Option<ErrorCode>,
    rate: Option<u32>,
    /// The adapter's count of requests that is in `counts` already.
    counted: u64,
    kept_at: Instant,
    told_at: Instant,
}

impl Progress {
    pub(super) fn of(state: CrawlState, held: &Held) -> Self {
        let now = Instant::now();
        Self {
            key: CrawlKey {
                source: held.source,
                epoch: state.epoch,
            },
            phase: state.phase,
            cursor: state.cursor,
            counts: state.counts,
            // Why it waited is over when it goes on.
            trouble: state
                .trouble
                .filter(|_| state.status != CrawlStatus::Paused),
            waited_for: state
                .trouble
                .filter(|_| state.status == CrawlStatus::Paused),
            rate: state.rate_per_minute,
            counted: held.adapter.requests(),
            kept_at: now,
            told_at: now,
        }
    }

    /// Adds what was sent since the last time.
    fn count(&mut self, held: &Held) {
        let sent = held.adapter.requests();
        let new = sent.saturating_sub(self.counted);
        self.counted = sent;
        self.counts.requests += new;
        let passed = self.kept_at.elapsed().as_secs_f64();
        if passed < 0.2 {
            return;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "requests in a minute"
        )]
        let now = (new as f64 / passed * 60.0) as u32;
        self.rate = Some(match self.rate {
            Some(before) => before / 4 * 3 + now / 4,
            None => now,
        });
    }
}

impl CrawlReconciler {
    /// Keeps how the crawl is getting on, when it is time.
    pub(super) async fn keep(&self, held: &Held, progress: &mut Progress) -> Result<(), Stop> {
        if progress.kept_at.elapsed() < KEEP_EVERY {
            return Ok(());
        }
        self.keep_now(held, progress).await
    }

    /// Keeps how the crawl is getting on: nothing of it is remembered until the next slice.
    pub(super) async fn keep_now(&self, held: &Held, progress: &mut Progress) -> Result<(), Stop> {
        let news = progress.told_at.elapsed() >= TELL_EVERY;
        self.tell(held, progress, CrawlStatus::Running, None, news)
            .await
    }

    /// Moves the crawl on to another phase, which people hear of.
    pub(super) async fn enter(
        &self,
        held: &Held,
        progress: &mut Progress,
        phase: CrawlPhase,
    ) -> Result<(), Stop> {
        progress.phase = phase;
        self.tell(held, progress, CrawlStatus::Running, None, true)
            .await
    }

    /// The crawl waits. People hear of it once.
    pub(super) async fn wait(
        &self,
        held: &Held,
        progress: &mut Progress,
        why: ErrorCode,
    ) -> Result<(), Stop> {
        let news = progress.waited_for != Some(why);
        progress.trouble = Some(why);
        if news {
            tracing::info!(registry_id = %held.registry.id, code = %why, "crawl paused");
        }
        progress.waited_for = Some(why);
        self.tell(held, progress, CrawlStatus::Paused, None, news)
            .await
    }

    /// Everything is read.
    pub(super) async fn finish(
        &self,
        held: &Held,
        progress: &mut Progress,
        next_at: Timestamp,
    ) -> Result<(), Stop> {
        self.tell(held, progress, CrawlStatus::Finished, Some(next_at), true)
            .await?;
        let counts = progress.counts;
        tracing::info!(
            registry_id = %held.registry.id,
            requests = counts.requests,
            repositories = counts.repositories,
            tags = counts.tags,
            manifests = counts.manifests,
            "crawl finished"
        );
        Ok(())
    }

    async fn tell(
        &self,
        held: &Held,
        progress: &mut Progress,
        status: CrawlStatus,
        next_at: Option<Timestamp>,
        news: bool,
    ) -> Result<(), Stop> {
        progress.count(held);
        let report = CrawlReport {
            status,
            phase: progress.phase,
            counts: progress.counts,
            rate_per_minute: progress.rate,
            trouble: progress.trouble,
            next_at,
            news,
            now: self.ports.clock.now(),
        };
        let recorded = self.ports.store.report_crawl(progress.key, report).await?;
        progress.kept_at = Instant::now();
        if news {
            progress.told_at = progress.kept_at;
        }
        match recorded {
            Recorded::Yes(()) => Ok(()),
            Recorded::Outdated => Err(Stop::Outdated),
        }
    }
}
