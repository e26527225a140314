//! How much one registry is asked at once: little at first, more while it answers well, half of
//! it when it says stop, fails or falls silent, and one less while its answers take longer than they
//! need: more questions at once would only wait there, and others' with them. A registry that names
//! a time is left alone for it.

use roadstead_core::ports::RegistryError;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

/// How many requests run at once to begin with.
const START: usize = 2;

/// And at most: more makes small registries slower.
const MOST: usize = 16;

/// How many health questions run at once, beside everything else.
const HEALTH: usize = 2;

/// Failures this close together are one event.
const ONE_EVENT: Duration = Duration::from_secs(1);

/// A pause not longer than this is waited for; a longer one is an error at once.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest pause for a registry that says stop but not for how long.
const LONGEST_GUESS: Duration = Duration::from_secs(60);

/// What a retry costs, in requests: at most one more for every ten.
const REQUESTS_PER_RETRY: u32 = 10;

/// How many retries may be saved up.
const SAVED_RETRIES: u32 = 10;

/// Answers slower than the quickest by this much are normal.
const NORMAL_MORE: Duration = Duration::from_millis(3);

/// The quickest answer counts for one or two of these.
const QUICKEST_KEPT: Duration = Duration::from_secs(30);

/// How long a registry's answers take: quickest against usual.
#[derive(Default)]
struct Pace {
    /// The quickest of this stretch of time and of the one before.
    quickest: [Option<Duration>; 2],
    began: Option<Instant>,
    usual: Option<Duration>,
}

impl Pace {
    fn take(&mut self, latency: Duration, now: Instant) {
        let old = self
            .began
            .is_none_or(|began| now.saturating_duration_since(began) >= QUICKEST_KEPT);
        if old {
            self.quickest = [None, self.quickest[0]];
            self.began = Some(now);
        }
        let [this, _] = &mut self.quickest;
        *this = Some(this.map_or(latency, |q| q.min(latency)));
        self.usual = Some(
            self.usual
                .map_or(latency, |usual| (usual * 7 + latency) / 8),
        );
    }

    /// How much longer than the quickest answers usually take: `None` before the first.
    fn stretched(&self) -> Option<f64> {
        let quickest = self.quickest.iter().flatten().min()?;
        let usual = self.usual?.saturating_sub(NORMAL_MORE);
        Some(usual.as_secs_f64() / quickest.as_secs_f64().max(1e-4))
    }
}

/// Usual answers this much slower than the quickest: no more at once.
const ENOUGH: f64 = 2.0;

/// This much slower: one less at once.
const TOO_MUCH: f64 = 4.0;

struct State {
    limit: usize,
    pace: Pace,
    /// Permits in use that are not given back: the limit fell below what was out.
    debt: usize,
    good_in_a_row: usize,
    stops_in_a_row: u32,
    halved_at: Option<Instant>,
    paused_until: Option<Instant>,
    /// Questions since the last retry, up to the bound.
    saved: u32,
}

/// The permits of one registry.
pub(crate) struct Permits {
    requests: Arc<Semaphore>,
    health: Arc<Semaphore>,
    state: Arc<Mutex<State>>,
}

/// The right to one request. What became of it is told by [`Self::done`]; a request that was
/// given up tells nothing.
pub(crate) struct Permit {
    permit: Option<OwnedSemaphorePermit>,
    requests: Arc<Semaphore>,
    state: Arc<Mutex<State>>,
    health: bool,
    latency: Option<Duration>,
}

impl Permits {
    pub(crate) fn new() -> Self {
        Self {
            requests: Arc::new(Semaphore::new(START)),
            health: Arc::new(Semaphore::new(HEALTH)),
            state: Arc::new(Mutex::new(State {
                limit: START,
                pace: Pace::default(),
                debt: 0,
                good_in_a_row: 0,
                stops_in_a_row: 0,
                halved_at: None,
                paused_until: None,
                saved: 0,
            })),
        }
    }

    /// Waits for its turn. Health questions wait for each other only.
    ///
    /// # Errors
    /// [`RegistryError::RateLimited`] while the registry wants to be left alone for long.
    pub(crate) async fn acquire(&self, health: bool) -> Result<Permit, RegistryError> {
        let semaphore = if health { &self.health } else { &self.requests };
        let permit = Arc::clone(semaphore).acquire_owned().await.ok();
        if !health {
            loop {
                let until = locked(&self.state).paused_until;
                let Some(until) = until.filter(|until| *until > Instant::now()) else {
                    break;
                };
                let left = until.saturating_duration_since(Instant::now());
                if left > PATIENCE {
                    return Err(RegistryError::RateLimited { after: Some(left) });
                }
                sleep_until(until).await;
            }
        }
        Ok(Permit {
            permit,
            requests: Arc::clone(&self.requests),
            state: Arc::clone(&self.state),
            health,
            latency: None,
        })
    }

    /// Counts a question that is asked for the first time: retries earn no further ones.
    pub(crate) fn earn(&self) {
        let mut state = locked(&self.state);
        state.saved = (state.saved + 1).min(SAVED_RETRIES * REQUESTS_PER_RETRY);
    }

    /// Takes one retry from the budget, if there is one, and says how long to wait before it.
    pub(crate) fn retry(&self, attempt: u32) -> Option<Duration> {
        let mut state = locked(&self.state);
        state.saved = state.saved.checked_sub(REQUESTS_PER_RETRY)?;
        drop(state);
        let base = 100_u64 << attempt.min(5);
        let jitter = RandomState::new().hash_one(attempt) % base;
        Some(Duration::from_millis(base / 2 + jitter))
    }

    /// How many requests may run at once now.
    #[cfg(test)]
    fn limit(&self) -> usize {
        locked(&self.state).limit
    }
}

impl Permit {
    /// Notes how long the answer's headers took to come.
    pub(crate) const fn answered(&mut self, latency: Duration) {
        self.latency = Some(latency);
    }

    /// Tells how the request ended. A refused account, an unknown name and the like are good
    /// answers: the registry works.
    pub(crate) fn done(self, error: Option<&RegistryError>) {
        let mut state = locked(&self.state);
        match error {
            Some(RegistryError::RateLimited { after }) => {
                state.stops_in_a_row = state.stops_in_a_row.saturating_add(1);
                let guess = Duration::from_secs(1 << (state.stops_in_a_row - 1).min(6));
                let pause = after.unwrap_or_else(|| guess.min(LONGEST_GUESS));
                let until = Instant::now() + pause;
                state.paused_until = state.paused_until.max(Some(until));
                self.halve(&mut state);
            }
            Some(RegistryError::Unavailable { .. } | RegistryError::Timeout) => {
                self.halve(&mut state);
            }
            _ if self.health => {}
            _ => {
                state.stops_in_a_row = 0;
                state.good_in_a_row += 1;
                let stretched = self.latency.and_then(|latency| {
                    state.pace.take(latency, Instant::now());
                    state.pace.stretched()
                });
                // As many answers as run at once show what this many at once mean.
                if state.good_in_a_row < state.limit {
                    return;
                }
                state.good_in_a_row = 0;
                match stretched {
                    Some(s) if s > TOO_MUCH => self.fewer(&mut state),
                    Some(s) if s > ENOUGH => {}
                    _ => self.more(&mut state),
                }
            }
        }
    }

    fn more(&self, state: &mut State) {
        if state.limit >= MOST {
            return;
        }
        state.limit += 1;
        if state.debt > 0 {
            state.debt -= 1;
        } else {
            self.requests.add_permits(1);
        }
    }

    /// One less, but never less than a registry is asked to begin with: slowness alone is no
    /// reason to stop.
    fn fewer(&self, state: &mut State) {
        if state.limit <= START {
            return;
        }
        state.limit -= 1;
        state.debt += 1 - self.requests.forget_permits(1);
    }

    fn halve(&self, state: &mut State) {
        let now = Instant::now();
        state.good_in_a_row = 0;
        let same_event = state
            .halved_at
            .is_some_and(|at| now.saturating_duration_since(at) < ONE_EVENT);
        let limit = (state.limit / 2).max(1);
        if same_event || limit == state.limit {
            return;
        }
        state.halved_at = Some(now);
        let fewer = state.limit - limit;
        state.limit = limit;
        state.debt += fewer - self.requests.forget_permits(fewer);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.health {
            return;
        }
        let mut state = locked(&self.state);
        if state.debt > 0
            && let Some(permit) = self.permit.take()
        {
            state.debt -= 1;
            permit.forget();
        }
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{MOST, Permits, START};
    use futures::future::join_all;
    use roadstead_core::ports::RegistryError;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;
    use tokio::time::{Instant, advance, sleep};

    const BROKEN: RegistryError = RegistryError::Unavailable { status: 503 };

    fn stop(seconds: Option<u64>) -> RegistryError {
        RegistryError::RateLimited {
            after: seconds.map(Duration::from_secs),
        }
    }

    async fn ask(permits: &Permits, error: Option<&RegistryError>) {
        permits.earn();
        permits.acquire(false).await.expect("permit").done(error);
    }

    /// How many of `n` requests run at once.
    async fn at_once(permits: &Permits, n: usize) -> usize {
        let (running, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        join_all((0..n).map(|_| async {
            let permit = permits.acquire(false).await.expect("permit");
            let now = running.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(now, Ordering::SeqCst);
            sleep(Duration::from_millis(10)).await;
            running.fetch_sub(1, Ordering::SeqCst);
            drop(permit);
        }))
        .await;
        most.load(Ordering::SeqCst)
    }

    #[tokio::test(start_paused = true)]
    async fn requests_at_once_begin_small_and_grow_to_a_bound_while_answers_are_good() {
        let permits = Permits::new();
        assert_eq!(at_once(&permits, 50).await, START);
        for _ in 0..500 {
            ask(&permits, None).await;
        }
        assert_eq!(permits.limit(), MOST);
        assert_eq!(at_once(&permits, 50).await, MOST);
    }

    #[tokio::test(start_paused = true)]
    async fn fault_429_and_5xx_and_silence_halve_what_runs_at_once_to_one_at_least() {
        for error in [stop(Some(0)), BROKEN, RegistryError::Timeout] {
            let permits = Permits::new();
            for _ in 0..500 {
                ask(&permits, None).await;
            }
            for expected in [8, 4, 2, 1, 1] {
                ask(&permits, Some(&error)).await;
                assert_eq!(permits.limit(), expected, "{error:?}");
                assert_eq!(at_once(&permits, 30).await, expected, "{error:?}");
                advance(Duration::from_secs(2)).await;
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn many_failures_of_one_moment_count_once_and_permits_out_are_taken_back() {
        let permits = Permits::new();
        for _ in 0..500 {
            ask(&permits, None).await;
        }
        let mut out = Vec::new();
        for _ in 0..MOST {
            out.push(permits.acquire(false).await.expect("permit"));
        }
        for permit in out {
            permit.done(Some(&BROKEN));
        }
        assert_eq!(permits.limit(), MOST / 2);
        assert_eq!(at_once(&permits, 50).await, MOST / 2);
    }

    #[tokio::test(start_paused = true)]
    async fn fault_429_with_a_long_time_is_an_error_without_a_request_and_health_goes_on() {
        let permits = Permits::new();
        ask(&permits, Some(&stop(Some(300)))).await;
        let refused = permits.acquire(false).await.err();
        assert_eq!(refused, Some(stop(Some(300))));
        assert!(permits.acquire(true).await.is_ok());
        advance(Duration::from_secs(291)).await;
        // The rest is short enough to wait for.
        let asked = Instant::now();
        assert!(permits.acquire(false).await.is_ok());
        assert_eq!(asked.elapsed(), Duration::from_secs(9));
    }

    #[tokio::test(start_paused = true)]
    async fn fault_429_without_a_time_waits_twice_as_long_each_time() {
        let permits = Permits::new();
        for seconds in [1, 2, 4, 8] {
            ask(&permits, Some(&stop(None))).await;
            let asked = Instant::now();
            drop(permits.acquire(false).await.expect("permit"));
            assert_eq!(asked.elapsed(), Duration::from_secs(seconds));
        }
        ask(&permits, None).await;
        ask(&permits, Some(&stop(None))).await;
        let asked = Instant::now();
        drop(permits.acquire(false).await.expect("permit"));
        assert_eq!(asked.elapsed(), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn fault_5xx_retries_are_at_most_a_tenth_of_the_requests() {
        let permits = Permits::new();
        assert_eq!(permits.retry(0), None, "nothing is saved up at the start");
        let mut retries = 0;
        for _ in 0..1_000 {
            ask(&permits, None).await;
            retries += usize::from(permits.retry(0).is_some());
        }
        assert_eq!(retries, 100);
        for _ in 0..1_000 {
            ask(&permits, None).await;
        }
        let burst = (0..100).filter(|_| permits.retry(0).is_some()).count();
        assert_eq!(burst, 10);
    }

    /// Asks, and the answer takes this long.
    async fn answered_in(permits: &Permits, latency: Duration) {
        let mut permit = permits.acquire(false).await.expect("permit");
        permit.answered(latency);
        permit.done(None);
    }

    #[tokio::test(start_paused = true)]
    async fn registry_whose_answers_become_slower_is_asked_less_at_once_and_never_less_than_at_first()
     {
        let permits = Permits::new();
        for _ in 0..500 {
            answered_in(&permits, Duration::from_millis(20)).await;
        }
        assert_eq!(permits.limit(), MOST);
        for _ in 0..1_000 {
            answered_in(&permits, Duration::from_millis(200)).await;
        }
        assert_eq!(permits.limit(), START);
        assert_eq!(at_once(&permits, 30).await, START);
        // A way that has become longer for good is the new measure, after a while.
        advance(Duration::from_secs(31)).await;
        answered_in(&permits, Duration::from_millis(200)).await;
        advance(Duration::from_secs(31)).await;
        for _ in 0..500 {
            answered_in(&permits, Duration::from_millis(200)).await;
        }
        assert_eq!(permits.limit(), MOST);
    }

    #[tokio::test(start_paused = true)]
    async fn registry_that_answers_twice_as_slowly_is_not_asked_more_at_once() {
        let permits = Permits::new();
        answered_in(&permits, Duration::from_millis(20)).await;
        for _ in 0..500 {
            answered_in(&permits, Duration::from_millis(60)).await;
        }
        // The first answers count as usual until there are more; then it stays.
        let limit = permits.limit();
        assert!(limit < MOST / 2, "{limit}");
        for _ in 0..500 {
            answered_in(&permits, Duration::from_millis(60)).await;
        }
        assert_eq!(permits.limit(), limit);
    }

    #[tokio::test(start_paused = true)]
    async fn health_does_not_wait_for_requests() {
        let permits = Permits::new();
        let mut out = Vec::new();
        for _ in 0..START {
            out.push(permits.acquire(false).await.expect("permit"));
        }
        let asked = Instant::now();
        assert!(permits.acquire(true).await.is_ok());
        assert_eq!(asked.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn permit_of_a_request_that_was_given_up_comes_back() {
        let permits = Permits::new();
        for _ in 0..20 {
            drop(permits.acquire(false).await.expect("permit"));
        }
        assert_eq!(at_once(&permits, 10).await, START);
    }
}
