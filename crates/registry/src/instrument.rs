//! What every adapter gets around it: a deadline for each call, a limit on calls at once, a
//! metric and a span.

use crate::steps::skip_from;
use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use roadstead_core::model::{Descriptor, Digest};
use roadstead_core::model::{
    LedgerEntry, PeerCertificate, ProbeDepth, ProbeReport, ProbeStep, RegistryKind, StepName,
    StepStatus,
};
use roadstead_core::ports::{
    ArtifactPointer, Contents, CrawlBatch, CrawlCursor, CrawlScope, Deletion, Observation,
    PullProbe, Read, ReadArtifact, ReadConfig, RegistryAdapter, RegistryError, StepSink, TagList,
};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tracing::Instrument as _;

/// Limits of the calls to one registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many calls may run at once, health questions not counted. How many requests the registry
    /// then gets at once is decided below, by how it answers.
    pub calls: usize,
    /// A question of the health loop, waiting included.
    pub health: Duration,
    /// A connection test with all its steps, waiting included.
    pub test: Duration,
    /// One batch of a crawl, or one manifest or configuration, waiting included.
    pub batch: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            calls: 16,
            health: Duration::from_secs(4),
            test: Duration::from_secs(60),
            batch: Duration::from_secs(90),
        }
    }
}

/// An adapter within limits.
pub struct Instrumented<A> {
    pub(crate) inner: A,
    limits: Limits,
    calls: Semaphore,
    /// Health questions never wait behind a crawl.
    health: Semaphore,
}

impl<A: RegistryAdapter> Instrumented<A> {
    /// Puts limits around an adapter.
    #[must_use]
    pub fn new(inner: A, limits: Limits) -> Self {
        Self {
            inner,
            limits,
            calls: Semaphore::new(limits.calls.max(1)),
            health: Semaphore::new(2),
        }
    }

    /// One call of trying out or deleting, within limits.
    pub(crate) async fn trial<T>(
        &self,
        call: &'static str,
        asked: impl Future<Output = Result<T, RegistryError>> + Send,
    ) -> Result<T, RegistryError> {
        let span = tracing::debug_span!("registry", kind = self.inner.kind().as_str(), call);
        let started = Instant::now();
        let answered = timeout(self.limits.batch, async {
            let _permit = self.calls.acquire().await;
            asked.await
        })
        .instrument(span)
        .await
        .unwrap_or(Err(RegistryError::Timeout));
        self.record(call, started, answered.as_ref().err());
        answered
    }

    async fn probe_within(&self, depth: ProbeDepth, steps: StepSink<'_>) -> ProbeReport {
        let (permits, deadline) = match depth {
            ProbeDepth::Liveness | ProbeDepth::Credential => (&self.health, self.limits.health),
            ProbeDepth::Anonymous | ProbeDepth::Full => (&self.calls, self.limits.test),
        };
        let told = AtomicUsize::new(0);
        let counted = |step: ProbeStep| {
            told.fetch_add(1, Ordering::Relaxed);
            steps(step);
        };
        let started = Instant::now();
        let call = async {
            let _permit = permits.acquire().await;
            self.inner.probe(depth, &counted).await
        };
        match timeout(deadline, call).await {
            Ok(report) => report,
            Err(_) => {
                if matches!(depth, ProbeDepth::Anonymous | ProbeDepth::Full) {
                    let told = told.load(Ordering::Relaxed);
                    if let Some(name) = StepName::ALL.get(told) {
                        steps(ProbeStep {
                            name: *name,
                            status: StepStatus::Failed(RegistryError::Timeout),
                            duration: started.elapsed(),
                            facts: BTreeMap::new(),
                        });
                    }
                    skip_from(steps, told + 1);
                }
                ProbeReport::failed(RegistryError::Timeout)
            }
        }
    }

    /// A reading call within the limits.
    pub(crate) async fn read<T>(
        &self,
        call: &'static str,
        reading: impl Future<Output = Read<T>> + Send,
    ) -> Read<T> {
        let span = tracing::debug_span!("registry", kind = self.kind().as_str(), call);
        let started = Instant::now();
        async {
            let read = timeout(self.limits.batch, async {
                let _permit = self.calls.acquire().await;
                reading.await
            })
            .await
            .unwrap_or(Err(RegistryError::Timeout));
            self.record(call, started, read.as_ref().err());
            read
        }
        .instrument(span)
        .await
    }

    fn record(&self, call: &'static str, started: Instant, error: Option<&RegistryError>) {
        let outcome = error.map_or("ok", |e| e.code().as_str());
        let took = started.elapsed();
        metrics::histogram!(
            "roadstead_registry_request_duration_seconds",
            "kind" => self.inner.kind().as_str(),
            "call" => call,
            "outcome" => outcome,
        )
        .record(took.as_secs_f64());
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(call, outcome, ms, "registry call finished");
    }
}

const fn name_of(depth: ProbeDepth) -> &'static str {
    match depth {
        ProbeDepth::Liveness => "liveness",
        ProbeDepth::Credential => "credential",
        ProbeDepth::Anonymous => "test_anonymous",
        ProbeDepth::Full => "test",
    }
}

#[async_trait]
impl<A: RegistryAdapter> RegistryAdapter for Instrumented<A> {
    fn kind(&self) -> RegistryKind {
        self.inner.kind()
    }

    async fn probe(&self, depth: ProbeDepth, steps: StepSink<'_>) -> ProbeReport {
        let call = name_of(depth);
        let span = tracing::debug_span!("registry", kind = self.kind().as_str(), call);
        let started = Instant::now();
        let report = async {
            let report = self.probe_within(depth, steps).await;
            self.record(call, started, report.outcome.as_ref().err());
            report
        };
        report.instrument(span).await
    }

    fn certificate(&self) -> Option<PeerCertificate> {
        self.inner.certificate()
    }

    async fn observe(&self) -> Result<Observation, RegistryError> {
        let span = tracing::debug_span!("registry", kind = self.kind().as_str(), call = "observe");
        let started = Instant::now();
        let looked = async {
            let within = timeout(self.limits.test, async {
                let _permit = self.calls.acquire().await;
                self.inner.observe().await
            });
            let looked = within.await.unwrap_or(Err(RegistryError::Timeout));
            self.record("observe", started, looked.as_ref().err());
            looked
        };
        looked.instrument(span).await
    }

    fn crawl(
        &self,
        scope: CrawlScope,
        from: Option<CrawlCursor>,
    ) -> BoxStream<'_, Result<CrawlBatch, RegistryError>> {
        let call = match scope {
            CrawlScope::Registry => "crawl_registry",
            CrawlScope::Repository(_) => "crawl_repository",
        };
        let inner = self.inner.crawl(scope, from);
        stream::unfold(Some(inner), move |state| {
            let span = tracing::debug_span!("registry", kind = self.kind().as_str(), call);
            async move {
                let mut inner = state?;
                let started = Instant::now();
                let next = timeout(self.limits.batch, async {
                    // A permit is held for one batch, so that crawls take turns.
                    let _permit = self.calls.acquire().await;
                    inner.next().await
                })
                .await;
                match next {
                    Ok(None) => None,
                    Ok(Some(Ok(batch))) => {
                        self.record(call, started, None);
                        Some((Ok(batch), Some(inner)))
                    }
                    Ok(Some(Err(error))) => {
                        self.record(call, started, Some(&error));
                        Some((Err(error), None))
                    }
                    Err(_) => {
                        self.record(call, started, Some(&RegistryError::Timeout));
                        Some((Err(RegistryError::Timeout), None))
                    }
                }
            }
            .instrument(span)
        })
        .boxed()
    }

    async fn remove_made(&self, entry: &LedgerEntry) -> Result<(), RegistryError> {
        let call = "remove_made";
        let span = tracing::debug_span!("registry", kind = self.kind().as_str(), call);
        let started = Instant::now();
        let removed = timeout(self.limits.batch, async {
            let _permit = self.calls.acquire().await;
            self.inner.remove_made(entry).await
        })
        .instrument(span)
        .await
        .unwrap_or(Err(RegistryError::Timeout));
        self.record(call, started, removed.as_ref().err());
        removed
    }

    fn pulls(&self) -> Option<&dyn PullProbe> {
        self.inner
            .pulls()
            .is_some()
            .then_some(self as &dyn PullProbe)
    }

    fn deletion(&self) -> Option<&dyn Deletion> {
        self.inner
            .deletion()
            .is_some()
            .then_some(self as &dyn Deletion)
    }

    fn contents(&self) -> Option<&dyn Contents> {
        self.inner
            .contents()
            .is_some()
            .then_some(self as &dyn Contents)
    }

    async fn repository(&self, name: &str) -> Read<TagList> {
        self.read("repository", self.inner.repository(name)).await
    }

    async fn artifact(&self, repository: &str, pointer: &ArtifactPointer) -> Read<ReadArtifact> {
        self.read("artifact", self.inner.artifact(repository, pointer))
            .await
    }

    async fn moved(
        &self,
        repository: &str,
        tag: &str,
        known: Option<&Digest>,
    ) -> Read<Option<Digest>> {
        self.read("moved", self.inner.moved(repository, tag, known))
            .await
    }

    async fn config(&self, repository: &str, config: &Descriptor) -> Read<ReadConfig> {
        self.read("config", self.inner.config(repository, config))
            .await
    }

    fn requests(&self) -> u64 {
        self.inner.requests()
    }
}

#[cfg(test)]
mod tests {
    use super::{Instrumented, Limits};
    use crate::steps::Facts;
    use async_trait::async_trait;
    use futures::stream::{self, BoxStream};
    use futures::{StreamExt as _, future};
    use roadstead_core::model::{Descriptor, Digest};
    use roadstead_core::model::{
        LedgerEntry, ProbeDepth, ProbeReport, ProbeStep, RegistryKind, StepName, StepStatus,
    };
    use roadstead_core::ports::{
        ArtifactPointer, CrawlBatch, CrawlCursor, CrawlScope, Read, ReadArtifact, ReadConfig,
        RegistryAdapter, RegistryError, StepSink, TagList,
    };
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    /// Tells one step of a test and then never ends; a crawl gives batches, each after `pause`.
    struct Slow {
        pause: Duration,
        running: AtomicUsize,
        most: AtomicUsize,
    }

    impl Slow {
        const fn new(pause: Duration) -> Self {
            Self {
                pause,
                running: AtomicUsize::new(0),
                most: AtomicUsize::new(0),
            }
        }
    }

    #[async_trait]
    impl RegistryAdapter for Slow {
        fn kind(&self) -> RegistryKind {
            RegistryKind::Docker
        }

        async fn remove_made(&self, _: &LedgerEntry) -> Result<(), RegistryError> {
            Err(RegistryError::Unsupported)
        }

        async fn probe(&self, depth: ProbeDepth, steps: StepSink<'_>) -> ProbeReport {
            if depth == ProbeDepth::Liveness {
                return ProbeReport {
                    outcome: Ok(Duration::ZERO),
                    detected_kind: None,
                    version: None,
                    token_service: None,
                    identity: None,
                };
            }
            steps(ProbeStep {
                name: StepName::Resolve,
                status: StepStatus::Ok,
                duration: Duration::ZERO,
                facts: Facts::new(),
            });
            future::pending().await
        }

        fn crawl(
            &self,
            _scope: CrawlScope,
            _from: Option<CrawlCursor>,
        ) -> BoxStream<'_, Result<CrawlBatch, RegistryError>> {
            stream::unfold(0, move |at: usize| async move {
                let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
                self.most.fetch_max(running, Ordering::SeqCst);
                tokio::time::sleep(self.pause).await;
                self.running.fetch_sub(1, Ordering::SeqCst);
                let batch = CrawlBatch {
                    found: Vec::new(),
                    skipped: 0,
                    next: None,
                };
                (at < 3).then_some((Ok(batch), at + 1))
            })
            .boxed()
        }

        async fn repository(&self, _: &str) -> Read<TagList> {
            future::pending().await
        }

        async fn artifact(&self, _: &str, _: &ArtifactPointer) -> Read<ReadArtifact> {
            future::pending().await
        }

        async fn moved(&self, _: &str, _: &str, _: Option<&Digest>) -> Read<Option<Digest>> {
            future::pending().await
        }

        async fn config(&self, _: &str, _: &Descriptor) -> Read<ReadConfig> {
            future::pending().await
        }

        fn requests(&self) -> u64 {
            0
        }
    }

    #[tokio::test(start_paused = true)]
    async fn test_that_never_ends_is_cut_and_its_steps_are_complete() {
        let adapter = Instrumented::new(Slow::new(Duration::ZERO), Limits::default());
        let steps = Mutex::new(Vec::new());
        let report = adapter
            .probe(ProbeDepth::Full, &|step| {
                steps.lock().expect("steps").push((step.name, step.status));
            })
            .await;
        assert_eq!(report.outcome, Err(RegistryError::Timeout));
        let statuses = [
            StepStatus::Ok,
            StepStatus::Failed(RegistryError::Timeout),
            StepStatus::Skipped,
            StepStatus::Skipped,
            StepStatus::Skipped,
        ];
        let expected: Vec<_> = StepName::ALL.into_iter().zip(statuses).collect();
        assert_eq!(*steps.lock().expect("steps"), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn calls_at_once_are_limited_and_health_does_not_wait_for_them() {
        let limits = Limits {
            calls: 2,
            ..Limits::default()
        };
        let adapter = Instrumented::new(Slow::new(Duration::from_secs(10)), limits);
        let crawls = (0..6).map(|_| {
            adapter
                .crawl(CrawlScope::Registry, None)
                .collect::<Vec<_>>()
        });
        let all = future::join_all(crawls);
        let health = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let asked = tokio::time::Instant::now();
            let report = adapter.probe(ProbeDepth::Liveness, &|_| {}).await;
            assert!(report.outcome.is_ok());
            assert_eq!(asked.elapsed(), Duration::ZERO);
        };
        let (crawled, ()) = future::join(all, health).await;
        assert!(crawled.iter().all(|batches| batches.len() == 3));
        assert_eq!(adapter.inner.most.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn batch_that_never_comes_ends_the_crawl_with_an_error() {
        let slow = Slow::new(Duration::from_secs(100_000));
        let adapter = Instrumented::new(slow, Limits::default());
        let batches: Vec<_> = adapter.crawl(CrawlScope::Registry, None).collect().await;
        assert_eq!(batches, [Err(RegistryError::Timeout)]);
        // The permit came back.
        assert_eq!(adapter.calls.available_permits(), adapter.limits.calls);
        let tag = ArtifactPointer::Tag("v1".to_owned());
        let read = adapter.artifact("app", &tag).await;
        assert_eq!(read.err(), Some(RegistryError::Timeout));
        let listed = adapter.repository("app").await;
        assert_eq!(listed.err(), Some(RegistryError::Timeout));
        assert_eq!(adapter.calls.available_permits(), adapter.limits.calls);
    }
}
