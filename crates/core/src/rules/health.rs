//! When a registry is asked, and what its answers mean (product.md section 3).
//!
//! Asked every 10 s; a bad answer is confirmed 1 s and 3 s after it before anybody is told; a
//! question is given up after 3 s. Worst cases that follow: refused, TLS and 5xx are seen after
//! 10 + 3 = 13 s (promise 15), silence after 10 + 3 + 3 + 3 = 19 s (promise 25), a rejected
//! credential after 60 + 3 + answers (promise 75).
//!
//! A registry that fails now and then is not told as up, down, up: two separate failures among its
//! last ten answers make it unstable, which is Degraded and stays so until ten good answers in a
//! row. An unstable one is Unhealthy only after four bad answers in a row, the last 4 s after the
//! first: 14 s, in silence 24 s. An account is tried twice and then left alone: a registry that
//! counts wrong passwords must not be made to lock it.

use crate::model::{Health, ProbeOutcome, Reason, Timestamp};
use crate::ports::RegistryError;
use std::time::Duration;

/// The times of the health loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HealthSchedule {
    /// Between two anonymous questions.
    pub liveness_every: Duration,
    /// Between two questions with the account.
    pub credential_every: Duration,
    /// After a first bad answer, when it is confirmed; counted from that answer.
    pub confirm_after: [Duration; 2],
    /// The same of a registry that is unstable.
    pub confirm_unstable_after: [Duration; 3],
    /// The same of a rejected account. Its length and one are the tries it gets.
    pub confirm_account_after: [Duration; 1],
    /// How long an answer may take.
    pub deadline: Duration,
    /// Above this, a good answer counts as trouble.
    pub slow_above: Duration,
}

impl HealthSchedule {
    /// The schedule for an installation with this many registries: fewer questions above 500, so
    /// that the total stays at 50 a second.
    #[must_use]
    pub fn for_registries(count: usize) -> Self {
        let stretch = u32::try_from(count.div_ceil(500).max(1)).unwrap_or(u32::MAX);
        Self {
            liveness_every: Duration::from_secs(10).saturating_mul(stretch),
            credential_every: Duration::from_secs(60).saturating_mul(stretch),
            confirm_after: [1, 3].map(Duration::from_secs),
            confirm_unstable_after: [1, 3, 4].map(Duration::from_secs),
            confirm_account_after: [Duration::from_secs(3)],
            deadline: Duration::from_secs(3),
            slow_above: Duration::from_millis(1_500),
        }
    }
}

/// A registry that asks to slow down is heeded up to this long.
const MOST_TOLD: Duration = Duration::from_secs(300);

/// The last ten answers, one bit each.
const RECENT: u16 = 0x3ff;
/// So many separate failures among them make a registry unstable.
const EPISODES: u32 = 2;

/// What one answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthObservation {
    /// The verdict after this answer.
    pub status: Health,
    /// Its reason.
    pub reason: Reason,
    /// Whether verdict or reason differ from before this answer.
    pub changed: bool,
    /// When to ask again.
    pub next_in: Duration,
}

/// The memory between two answers of one aspect (liveness or credential) of one registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthTracker {
    status: Health,
    reason: Reason,
    /// First of the present run of bad answers, and how many there were.
    suspicion: Option<(Timestamp, usize)>,
    /// The last answers, the newest lowest; a bad one is a 1.
    recent: u16,
    unstable: bool,
    account: bool,
}

impl HealthTracker {
    /// Takes up from the last known verdict.
    #[must_use]
    pub const fn resume(status: Health, reason: Reason) -> Self {
        Self {
            status,
            reason,
            suspicion: None,
            // It was unstable when it was last asked, and has to show that it no longer is.
            recent: matches!(reason, Reason::Unstable) as u16,
            unstable: matches!(reason, Reason::Unstable),
            account: false,
        }
    }

    /// The same for an account, which gets two tries and is never unstable.
    #[must_use]
    pub const fn of_account(self) -> Self {
        Self {
            account: true,
            ..self
        }
    }

    /// The verdict now.
    #[must_use]
    pub const fn status(&self) -> Health {
        self.status
    }

    /// Its reason.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        self.reason
    }

    /// Takes in one answer that arrived at `now` and is asked `every`.
    pub fn observe(
        &mut self,
        outcome: &ProbeOutcome,
        now: Timestamp,
        every: Duration,
        schedule: &HealthSchedule,
    ) -> HealthObservation {
        self.remember(outcome.is_err());
        let (status, reason, next_in) = match outcome {
            Ok(latency) => {
                self.suspicion = None;
                if self.unstable {
                    (Health::Degraded, Reason::Unstable, every)
                } else if *latency > schedule.slow_above {
                    (Health::Degraded, Reason::SlowAnswers, every)
                } else {
                    (Health::Healthy, Reason::Reachable, every)
                }
            }
            Err(error) => {
                let (first, count) = self.suspicion.map_or((now, 1), |(at, n)| (at, n + 1));
                self.suspicion = Some((first, count));
                // Known to be down already: only the reason may change, no need to confirm.
                let told = match error {
                    RegistryError::RateLimited { after: Some(after) } => *after,
                    _ => Duration::ZERO,
                };
                let told = told.min(MOST_TOLD);
                let known = self.status == Health::Unhealthy;
                match self.confirmations(schedule).get(count - 1) {
                    Some(after) if !known => {
                        // Never longer than that, even when the clock stepped back meanwhile.
                        let next = first.plus(*after).since(now).min(*after);
                        let (status, reason) = if self.unstable {
                            (Health::Degraded, Reason::Unstable)
                        } else {
                            (self.status, self.reason)
                        };
                        (status, reason, next.max(told))
                    }
                    _ => (Health::Unhealthy, error.reason(), every.max(told)),
                }
            }
        };
        let changed = (status, reason) != (self.status, self.reason);
        self.status = status;
        self.reason = reason;
        HealthObservation {
            status,
            reason,
            changed,
            next_in,
        }
    }

    fn remember(&mut self, bad: bool) {
        if self.account {
            return;
        }
        self.recent = (self.recent << 1 | u16::from(bad)) & RECENT;
        // A failure ends where a bad answer has a good one after it, or is the newest.
        let episodes = (self.recent & !(self.recent << 1)).count_ones();
        if self.recent == 0 {
            self.unstable = false;
        } else if episodes >= EPISODES {
            self.unstable = true;
        }
    }

    const fn confirmations<'a>(&self, schedule: &'a HealthSchedule) -> &'a [Duration] {
        match (self.account, self.unstable) {
            (true, _) => &schedule.confirm_account_after,
            (false, true) => &schedule.confirm_unstable_after,
            (false, false) => &schedule.confirm_after,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HealthSchedule, HealthTracker};
    use crate::model::{Health, Reason, Timestamp};
    use crate::ports::RegistryError;
    use std::time::Duration;

    const OK: Result<Duration, RegistryError> = Ok(Duration::from_millis(5));

    /// Plays answers that take `takes` each from the moment trouble begins, and returns the
    /// seconds until the verdict changes in the worst case: the last good answer had just come.
    fn seconds_until_seen(error: RegistryError, takes: Duration, every: Duration) -> u64 {
        let tracker = HealthTracker::resume(Health::Healthy, Reason::Reachable);
        seconds_until_seen_by(tracker, error, takes, every)
    }

    fn seconds_until_seen_by(
        mut tracker: HealthTracker,
        error: RegistryError,
        takes: Duration,
        every: Duration,
    ) -> u64 {
        let schedule = HealthSchedule::for_registries(1);
        let start = Timestamp::from_micros(0);
        let mut now = start.plus(tracker.observe(&OK, start, every, &schedule).next_in);
        for _ in 0..10 {
            now = now.plus(takes);
            let seen = tracker.observe(&Err(error.clone()), now, every, &schedule);
            if seen.status == Health::Unhealthy {
                assert!(seen.changed);
                return now.since(start).as_secs();
            }
            now = now.plus(seen.next_in);
        }
        panic!("never seen");
    }

    #[test]
    fn refused_is_seen_within_15_s_and_silence_within_25_s() {
        let every = HealthSchedule::for_registries(1).liveness_every;
        let refused = seconds_until_seen(
            RegistryError::ConnectionRefused,
            Duration::from_millis(1),
            every,
        );
        assert!(refused <= 15, "{refused}");
        let silent = seconds_until_seen(RegistryError::Timeout, Duration::from_secs(3), every);
        assert!(silent <= 25, "{silent}");
    }

    #[test]
    fn rejected_credential_is_seen_within_75_s() {
        let every = HealthSchedule::for_registries(1).credential_every;
        let tracker = HealthTracker::resume(Health::Healthy, Reason::Reachable).of_account();
        let takes = Duration::from_secs(3);
        let seen = seconds_until_seen_by(tracker, RegistryError::Unauthorized, takes, every);
        assert!(seen <= 75, "{seen}");
    }

    #[test]
    fn outage_of_an_unstable_registry_is_seen_within_the_same_times() {
        let every = HealthSchedule::for_registries(1).liveness_every;
        let unstable = || HealthTracker::resume(Health::Degraded, Reason::Unstable);
        let refused = RegistryError::ConnectionRefused;
        let seen = seconds_until_seen_by(unstable(), refused, Duration::from_millis(1), every);
        assert!(seen <= 15, "{seen}");
        let takes = Duration::from_secs(3);
        let seen = seconds_until_seen_by(unstable(), RegistryError::Timeout, takes, every);
        assert!(seen <= 25, "{seen}");
    }

    /// Plays answers at the schedule's own times and returns each change of the verdict with its
    /// second.
    fn played(answers: impl IntoIterator<Item = bool>) -> Vec<(u64, Health, Reason)> {
        let schedule = HealthSchedule::for_registries(1);
        let mut tracker = HealthTracker::resume(Health::Healthy, Reason::Reachable);
        let start = Timestamp::from_micros(0);
        let mut now = start;
        let mut changes = Vec::new();
        for good in answers {
            let outcome = if good {
                OK
            } else {
                Err(RegistryError::Unavailable { status: 503 })
            };
            let seen = tracker.observe(&outcome, now, schedule.liveness_every, &schedule);
            if seen.changed {
                changes.push((now.since(start).as_secs(), seen.status, seen.reason));
            }
            now = now.plus(seen.next_in);
        }
        changes
    }

    #[test]
    fn fault_5xx_one_in_three_is_degraded_once_and_does_not_flap() {
        let answers = (0..3_000).map(|n| n % 3 != 2);
        assert_eq!(
            played(answers),
            [(41, Health::Degraded, Reason::Unstable)],
            "told once, at the second failure"
        );
    }

    #[test]
    fn unstable_registry_is_healthy_after_ten_good_answers_in_a_row() {
        let answers = [true, false, true, false].into_iter().chain([true; 20]);
        let changes = played(answers);
        assert_eq!(
            changes,
            [
                (21, Health::Degraded, Reason::Unstable),
                (112, Health::Healthy, Reason::Reachable)
            ]
        );
    }

    #[test]
    fn single_outage_ends_as_healthy_at_the_first_good_answer() {
        let answers = [true, false, false, false, false, true];
        let told: Vec<_> = played(answers).iter().map(|(_, s, _)| *s).collect();
        assert_eq!(told, [Health::Unhealthy, Health::Healthy]);
    }

    #[test]
    fn rejected_account_gets_two_tries() {
        let schedule = HealthSchedule::for_registries(1);
        let every = schedule.credential_every;
        let mut tracker =
            HealthTracker::resume(Health::Healthy, Reason::CredentialsAccepted).of_account();
        let now = Timestamp::from_micros(0);
        let rejected = Err(RegistryError::Unauthorized);
        let first = tracker.observe(&rejected, now, every, &schedule);
        assert_eq!((first.changed, first.next_in.as_secs()), (false, 3));
        let second = tracker.observe(&rejected, now.plus(first.next_in), every, &schedule);
        assert_eq!(
            (second.status, second.reason),
            (Health::Unhealthy, Reason::CredentialsRejected)
        );
    }

    #[test]
    fn single_bad_answer_is_not_told_to_anybody() {
        let schedule = HealthSchedule::for_registries(1);
        let every = schedule.liveness_every;
        let mut tracker = HealthTracker::resume(Health::Healthy, Reason::Reachable);
        let now = Timestamp::from_micros(0);
        let bad = tracker.observe(&Err(RegistryError::Timeout), now, every, &schedule);
        assert!(!bad.changed);
        assert_eq!(bad.next_in, Duration::from_secs(1));
        let good = tracker.observe(&OK, now.plus(bad.next_in), every, &schedule);
        assert!(!good.changed);
        assert_eq!(good.next_in, every);
    }

    #[test]
    fn reason_of_an_outage_follows_without_new_confirmation_and_recovery_is_seen_at_once() {
        let schedule = HealthSchedule::for_registries(1);
        let every = schedule.liveness_every;
        let mut tracker = HealthTracker::resume(Health::Unhealthy, Reason::ConnectionRefused);
        let now = Timestamp::from_micros(0);
        let seen = tracker.observe(&Err(RegistryError::Timeout), now, every, &schedule);
        assert_eq!((seen.changed, seen.reason), (true, Reason::Timeout));
        let seen = tracker.observe(&OK, now, every, &schedule);
        assert_eq!((seen.changed, seen.status), (true, Health::Healthy));
    }

    #[test]
    fn fault_429_liveness_waits_as_told() {
        let schedule = HealthSchedule::for_registries(1);
        let every = schedule.liveness_every;
        let mut tracker = HealthTracker::resume(Health::Healthy, Reason::Reachable);
        let now = Timestamp::from_micros(0);
        for (told, waits) in [(60, 60), (100_000, 300)] {
            let after = Some(Duration::from_secs(told));
            let limited = Err(RegistryError::RateLimited { after });
            let seen = tracker.observe(&limited, now, every, &schedule);
            assert_eq!(seen.next_in, Duration::from_secs(waits));
        }
    }

    #[test]
    fn clock_stepping_back_does_not_delay_a_confirmation() {
        let schedule = HealthSchedule::for_registries(1);
        let every = schedule.liveness_every;
        let mut tracker = HealthTracker::resume(Health::Healthy, Reason::Reachable);
        let late = Timestamp::from_micros(0).plus(Duration::from_secs(3_600));
        let early = Timestamp::from_micros(0);
        tracker.observe(&Err(RegistryError::Timeout), late, every, &schedule);
        let seen = tracker.observe(&Err(RegistryError::Timeout), early, every, &schedule);
        assert!(
            seen.next_in <= schedule.confirm_after[1],
            "{:?}",
            seen.next_in
        );
    }

    #[test]
    fn slow_answer_is_degraded() {
        let schedule = HealthSchedule::for_registries(1);
        let mut tracker = HealthTracker::resume(Health::Healthy, Reason::Reachable);
        let slow = Ok(Duration::from_millis(1_600));
        let seen = tracker.observe(
            &slow,
            Timestamp::from_micros(0),
            schedule.liveness_every,
            &schedule,
        );
        assert_eq!(
            (seen.status, seen.reason),
            (Health::Degraded, Reason::SlowAnswers)
        );
    }

    #[test]
    fn schedule_stretches_above_500_registries() {
        for (count, seconds) in [
            (0, 10),
            (1, 10),
            (500, 10),
            (501, 20),
            (1_000, 20),
            (10_000, 200),
        ] {
            assert_eq!(
                HealthSchedule::for_registries(count)
                    .liveness_every
                    .as_secs(),
                seconds,
                "{count}"
            );
        }
    }
}
