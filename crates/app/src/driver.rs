//! Runs a reconciler: one run per key at a time, keys in parallel under permits, woken by a signal
//! or by time, with back-off after failures and a graceful stop.
//!
//! A wake-up carries a key and never the news: the run reads everything again, so a lost or doubled
//! wake-up does no harm. Wake-ups of one key coalesce, which bounds the queue by the number of keys.

use async_trait::async_trait;
use futures::FutureExt as _;
use roadstead_core::Failure;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::fmt::Display;
use std::hash::Hash;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Why a run happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// Its time has come.
    Timer,
    /// Something about the key may have changed.
    Signal,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Run again after this long, unless woken before.
    Again(Duration),
    /// The key no longer exists.
    Gone,
    /// It could not do its work; the driver backs off. The run has logged the cause.
    Failed,
}

/// One duty, done key by key.
#[async_trait]
pub trait Reconciler: Send + Sync + 'static {
    /// What one run is about.
    type Key: Copy + Eq + Hash + Ord + Send + Sync + Display + 'static;

    /// The duty's name in log and metrics.
    fn name(&self) -> &'static str;

    /// Every key there is now. Called at start and at each resync.
    async fn keys(&self) -> Result<Vec<Self::Key>, Failure>;

    /// Does the duty for one key: gather, plan, apply, report.
    async fn run(&self, key: Self::Key, wake: Wake) -> Outcome;
}

/// How a driver runs its reconciler.
#[derive(Debug, Clone, Copy)]
pub struct DriverOptions {
    /// Runs under way at once.
    pub permits: usize,
    /// How often all keys are looked up again. The safety net, not the way news travels.
    pub resync: Duration,
    /// First runs after a start are spread over this long, so that a restart is no storm.
    pub spread: Duration,
}

/// First back-off after a failure; doubles up to [`BACKOFF_MOST`].
const BACKOFF_FIRST: Duration = Duration::from_secs(1);
/// At a stop, runs under way may take this long to end.
const GRACE: Duration = Duration::from_secs(5);
/// Longest back-off.
const BACKOFF_MOST: Duration = Duration::from_secs(300);

/// A running driver. Dropping it does not stop it: cancel the token it was started with.
pub struct Driver<K> {
    waker: Arc<Waker<K>>,
    task: JoinHandle<()>,
}

struct Waker<K> {
    woken: Mutex<HashSet<K>>,
    notify: Notify,
}

impl<K: Copy + Eq + Hash> Waker<K> {
    fn wake(&self, key: K) {
        self.woken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key);
        self.notify.notify_one();
    }

    fn take(&self) -> HashSet<K> {
        std::mem::take(&mut *self.woken.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<K: Copy + Eq + Hash + Ord + Send + Sync + Display + 'static> Driver<K> {
    /// Starts a driver. It ends, with its present runs finished, after `stop` is cancelled.
    pub fn start<R: Reconciler<Key = K>>(
        reconciler: Arc<R>,
        options: DriverOptions,
        stop: CancellationToken,
    ) -> Self {
        let waker = Arc::new(Waker {
            woken: Mutex::default(),
            notify: Notify::new(),
        });
        let round = Round {
            reconciler,
            options,
            waker: Arc::clone(&waker),
            stop,
            keys: HashMap::new(),
            due: BinaryHeap::new(),
            runs: JoinSet::new(),
        };
        Self {
            waker,
            task: tokio::spawn(round.go()),
        }
    }

    /// Asks for a run of this key soon. A key not known yet becomes known.
    pub fn wake(&self, key: K) {
        self.waker.wake(key);
    }

    /// A handle that only wakes.
    pub fn waking(&self) -> impl Fn(K) + Send + Sync + use<K> {
        let waker = Arc::clone(&self.waker);
        move |key| waker.wake(key)
    }

    /// Waits until the driver has ended.
    pub async fn ended(self) {
        if let Err(error) = self.task.await {
            tracing::error!(%error, "driver ended badly");
        }
    }
}

#[derive(Default)]
struct KeyState {
    running: bool,
    woken: bool,
    failures: u32,
    /// The entry in `due` that counts; older ones are passed over.
    due: Option<Instant>,
}

struct Round<R: Reconciler> {
    reconciler: Arc<R>,
    options: DriverOptions,
    waker: Arc<Waker<R::Key>>,
    stop: CancellationToken,
    keys: HashMap<R::Key, KeyState>,
    due: BinaryHeap<Reverse<(Instant, R::Key)>>,
    runs: JoinSet<(R::Key, Outcome)>,
}

impl<R: Reconciler> Round<R> {
    async fn go(mut self) {
        let mut resync = Instant::now();
        let mut first = true;
        loop {
            if Instant::now() >= resync {
                resync = Instant::now() + self.resync(first).await;
                first = false;
            }
            let now = Instant::now();
            self.start_due(now);
            let wait = self
                .next_due()
                .map_or(resync, |due| due.min(resync))
                .max(now);
            tokio::select! {
                () = self.stop.cancelled() => break,
                () = self.waker.notify.notified() => self.take_woken(),
                Some(done) = self.runs.join_next() => self.finish(done),
                () = tokio::time::sleep_until(wait), if self.runs.len() < self.options.permits || wait == resync => {}
            }
        }
        let rest = async { while self.runs.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, rest).await.is_err() {
            tracing::warn!(
                duty = self.reconciler.name(),
                runs = self.runs.len(),
                "runs cut off at stop"
            );
            self.runs.abort_all();
        }
    }

    /// Learns new keys; answers when to do so again.
    async fn resync(&mut self, first: bool) -> Duration {
        match self.reconciler.keys().await {
            Ok(keys) => {
                let now = Instant::now();
                let count = u32::try_from(keys.len().max(1)).unwrap_or(u32::MAX);
                let step = if first {
                    self.options.spread / count
                } else {
                    Duration::ZERO
                };
                let mut at = now;
                for key in keys {
                    if !self.keys.contains_key(&key) {
                        self.schedule(key, at + within(step));
                        at += step;
                    }
                }
                if !first {
                    self.wake_all();
                }
                jittered(self.options.resync)
            }
            Err(failure) => {
                tracing::warn!(
                    duty = self.reconciler.name(),
                    cause = failure.internal(),
                    "keys not read"
                );
                BACKOFF_FIRST
            }
        }
    }

    /// Makes every key read everything anew in its next run: whatever signal was missed, this
    /// repairs it. A key that is gone finds out by itself.
    fn wake_all(&mut self) {
        for state in self.keys.values_mut() {
            state.woken = true;
        }
    }

    fn take_woken(&mut self) {
        let now = Instant::now();
        for key in self.waker.take() {
            let state = self.keys.entry(key).or_default();
            state.woken = true;
            if !state.running {
                self.schedule(key, now);
            }
        }
    }

    fn schedule(&mut self, key: R::Key, at: Instant) {
        self.keys.entry(key).or_default().due = Some(at);
        self.due.push(Reverse((at, key)));
    }

    fn next_due(&self) -> Option<Instant> {
        self.due.peek().map(|Reverse((at, _))| *at)
    }

    fn start_due(&mut self, now: Instant) {
        while self.runs.len() < self.options.permits {
            let Some(Reverse((at, key))) = self.due.peek().copied() else {
                return;
            };
            if at > now {
                return;
            }
            self.due.pop();
            let Some(state) = self.keys.get_mut(&key) else {
                continue;
            };
            if state.running || state.due != Some(at) {
                continue;
            }
            state.running = true;
            state.due = None;
            let wake = if std::mem::take(&mut state.woken) {
                Wake::Signal
            } else {
                Wake::Timer
            };
            let reconciler = Arc::clone(&self.reconciler);
            self.runs.spawn(async move {
                // A run that panics must not take its key with it.
                let run = AssertUnwindSafe(reconciler.run(key, wake))
                    .catch_unwind()
                    .await;
                (key, run.unwrap_or(Outcome::Failed))
            });
        }
    }

    fn finish(&mut self, done: Result<(R::Key, Outcome), tokio::task::JoinError>) {
        let (key, outcome) = match done {
            Ok(done) => done,
            Err(error) => {
                tracing::error!(duty = self.reconciler.name(), %error, "run ended badly");
                return;
            }
        };
        metrics::counter!(
            "roadstead_reconciler_runs_total",
            "duty" => self.reconciler.name(),
            "outcome" => match outcome { Outcome::Again(_) => "done", Outcome::Gone => "gone", Outcome::Failed => "failed" }
        )
        .increment(1);
        let Some(state) = self.keys.get_mut(&key) else {
            return;
        };
        state.running = false;
        let wait = match outcome {
            Outcome::Gone if !state.woken => {
                self.keys.remove(&key);
                return;
            }
            Outcome::Again(_) | Outcome::Gone if state.woken => Duration::ZERO,
            Outcome::Gone => Duration::ZERO,
            Outcome::Again(wait) => {
                state.failures = 0;
                wait
            }
            Outcome::Failed => {
                state.failures = state.failures.saturating_add(1);
                let doubled = BACKOFF_FIRST.saturating_mul(1 << (state.failures - 1).min(16));
                jittered(doubled.min(BACKOFF_MOST))
            }
        };
        self.schedule(key, Instant::now() + wait);
    }
}

/// Somewhere within this time, so that what runs beside us does not start in step.
fn within(time: Duration) -> Duration {
    let mut byte = [0_u8];
    let _ = getrandom::fill(&mut byte);
    time.mul_f64(f64::from(byte[0]) / 256.0)
}

/// Up to a tenth shorter or longer, so that what began together does not stay together.
fn jittered(wait: Duration) -> Duration {
    let mut byte = [128_u8];
    // Without randomness the wait is simply exact.
    let _ = getrandom::fill(&mut byte);
    wait.mul_f64(0.9 + 0.2 * f64::from(byte[0]) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::{Driver, DriverOptions, Outcome, Reconciler, Wake};
    use async_trait::async_trait;
    use roadstead_core::Failure;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;
    use tokio_util::sync::CancellationToken;

    /// Counts runs, and how many are under way at once per key and in all.
    #[derive(Default)]
    struct Counting {
        keys: Vec<u32>,
        takes: Duration,
        outcome: Option<Outcome>,
        log: Mutex<Vec<(u32, Wake, tokio::time::Duration)>>,
        begun: Mutex<Option<tokio::time::Instant>>,
        now: AtomicUsize,
        most: AtomicUsize,
        per_key: Mutex<std::collections::HashMap<u32, usize>>,
    }

    #[async_trait]
    impl Reconciler for Counting {
        type Key = u32;

        fn name(&self) -> &'static str {
            "counting"
        }

        async fn keys(&self) -> Result<Vec<u32>, Failure> {
            self.begun
                .lock()
                .unwrap()
                .get_or_insert_with(tokio::time::Instant::now);
            Ok(self.keys.clone())
        }

        async fn run(&self, key: u32, wake: Wake) -> Outcome {
            let at = self.begun.lock().unwrap().unwrap().elapsed();
            self.log.lock().unwrap().push((key, wake, at));
            let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            {
                let mut per_key = self.per_key.lock().unwrap();
                let count = per_key.entry(key).or_default();
                *count += 1;
                assert_eq!(*count, 1, "two runs of key {key} at once");
            }
            tokio::time::sleep(self.takes).await;
            *self.per_key.lock().unwrap().get_mut(&key).unwrap() -= 1;
            self.now.fetch_sub(1, Ordering::SeqCst);
            self.outcome
                .unwrap_or(Outcome::Again(Duration::from_secs(10)))
        }
    }

    fn options(permits: usize) -> DriverOptions {
        DriverOptions {
            permits,
            resync: Duration::from_secs(300),
            spread: Duration::ZERO,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn driver_runs_each_key_on_time_one_at_a_time_under_its_permits() {
        let counting = Arc::new(Counting {
            keys: (0..20).collect(),
            takes: Duration::from_millis(100),
            ..Counting::default()
        });
        let stop = CancellationToken::new();
        let driver = Driver::start(Arc::clone(&counting), options(4), stop.clone());
        tokio::time::sleep(Duration::from_secs(35)).await;
        stop.cancel();
        driver.ended().await;
        assert_eq!(counting.most.load(Ordering::SeqCst), 4);
        let log = counting.log.lock().unwrap();
        for key in 0..20 {
            assert_eq!(
                log.iter().filter(|(k, ..)| *k == key).count(),
                4,
                "key {key}: {log:?}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn driver_woken_during_a_run_runs_again_once() {
        let counting = Arc::new(Counting {
            keys: vec![1],
            takes: Duration::from_secs(1),
            ..Counting::default()
        });
        let stop = CancellationToken::new();
        let driver = Driver::start(Arc::clone(&counting), options(4), stop.clone());
        tokio::time::sleep(Duration::from_millis(500)).await;
        for _ in 0..10 {
            driver.wake(1);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
        stop.cancel();
        driver.ended().await;
        let log = counting.log.lock().unwrap();
        assert_eq!(
            log.iter().map(|(_, w, _)| *w).collect::<Vec<_>>(),
            [Wake::Timer, Wake::Signal]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn driver_backs_off_from_a_failing_key() {
        let counting = Arc::new(Counting {
            keys: vec![1],
            outcome: Some(Outcome::Failed),
            ..Counting::default()
        });
        let stop = CancellationToken::new();
        let driver = Driver::start(Arc::clone(&counting), options(4), stop.clone());
        tokio::time::sleep(Duration::from_secs(60)).await;
        stop.cancel();
        driver.ended().await;
        let runs = counting.log.lock().unwrap().len();
        // 0, 1, 3, 7, 15, 31 s, each gap jittered by a tenth.
        assert!((5..=7).contains(&runs), "{runs}");
    }

    #[tokio::test(start_paused = true)]
    async fn driver_forgets_a_gone_key_until_it_is_woken() {
        let counting = Arc::new(Counting {
            keys: vec![1],
            outcome: Some(Outcome::Gone),
            ..Counting::default()
        });
        let stop = CancellationToken::new();
        let driver = Driver::start(Arc::clone(&counting), options(4), stop.clone());
        tokio::time::sleep(Duration::from_secs(100)).await;
        assert_eq!(counting.log.lock().unwrap().len(), 1);
        driver.wake(1);
        tokio::time::sleep(Duration::from_secs(1)).await;
        stop.cancel();
        driver.ended().await;
        assert_eq!(counting.log.lock().unwrap().len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn stop_during_an_endless_run_ends_within_the_grace() {
        let counting = Arc::new(Counting {
            keys: vec![1],
            takes: Duration::from_secs(1_000_000),
            ..Counting::default()
        });
        let stop = CancellationToken::new();
        let driver = Driver::start(Arc::clone(&counting), options(4), stop.clone());
        tokio::time::sleep(Duration::from_secs(1)).await;
        let begun = tokio::time::Instant::now();
        stop.cancel();
        driver.ended().await;
        assert!(begun.elapsed() <= super::GRACE, "{:?}", begun.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn resync_makes_every_key_read_everything_anew() {
        let counting = Arc::new(Counting {
            keys: vec![1],
            ..Counting::default()
        });
        let stop = CancellationToken::new();
        let driver = Driver::start(Arc::clone(&counting), options(4), stop.clone());
        tokio::time::sleep(Duration::from_secs(400)).await;
        stop.cancel();
        driver.ended().await;
        let log = counting.log.lock().unwrap();
        let signals = log
            .iter()
            .filter(|(_, wake, _)| *wake == Wake::Signal)
            .count();
        assert_eq!(signals, 1, "{log:?}");
    }

    /// Panics in its first run.
    #[derive(Default)]
    struct Panicking(AtomicUsize);

    #[async_trait]
    impl Reconciler for Panicking {
        type Key = u32;

        fn name(&self) -> &'static str {
            "panicking"
        }

        async fn keys(&self) -> Result<Vec<u32>, Failure> {
            Ok(vec![1])
        }

        async fn run(&self, _: u32, _: Wake) -> Outcome {
            assert!(
                self.0.fetch_add(1, Ordering::SeqCst) > 0,
                "the first run panics"
            );
            Outcome::Again(Duration::from_secs(1_000))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn run_that_panics_is_tried_again() {
        let panicking = Arc::new(Panicking::default());
        let stop = CancellationToken::new();
        let driver = Driver::start(Arc::clone(&panicking), options(1), stop.clone());
        tokio::time::sleep(Duration::from_secs(10)).await;
        stop.cancel();
        driver.ended().await;
        assert_eq!(panicking.0.load(Ordering::SeqCst), 2);
    }
}
