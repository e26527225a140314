//! How many requests a sweep may make: so many a second, some saved up, and debts are paid first.

use std::time::Duration;
use tokio::time::Instant;

/// As much as this long may be saved up.
const SAVED: Duration = Duration::from_secs(10);

/// A budget of requests.
pub(super) struct Budget {
    per_second: f64,
    left: f64,
    at: Instant,
}

impl Budget {
    /// Nothing is saved up at first.
    pub(super) fn new(per_second: f64, now: Instant) -> Self {
        Self {
            per_second,
            left: 0.0,
            at: now,
        }
    }

    /// How many requests may be made now.
    pub(super) fn left(&mut self, now: Instant) -> usize {
        let earned = now.saturating_duration_since(self.at).as_secs_f64() * self.per_second;
        let most = (self.per_second * SAVED.as_secs_f64()).max(1.0);
        self.left = (self.left + earned).min(most);
        self.at = now;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between nothing and ten seconds' worth"
        )]
        let whole = self.left.max(0.0) as usize;
        whole
    }

    /// These were made, whether or not they were left.
    pub(super) fn spend(&mut self, requests: u64) {
        #[expect(clippy::cast_precision_loss, reason = "few")]
        let requests = requests as f64;
        self.left -= requests;
    }

    /// How long until `wanted` may be made.
    pub(super) fn wait_for(&self, wanted: usize) -> Duration {
        #[expect(clippy::cast_precision_loss, reason = "few")]
        let missing = (wanted as f64 - self.left).max(0.0);
        Duration::try_from_secs_f64(missing / self.per_second).unwrap_or(Duration::from_secs(3_600))
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;
    use std::time::Duration;
    use tokio::time::Instant;

    #[test]
    fn budget_earns_by_the_second_saves_little_and_pays_its_debts_first() {
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        let mut budget = Budget::new(2.0, begin);
        assert_eq!(budget.left(begin), 0);
        assert_eq!(budget.left(at(3)), 6);
        budget.spend(6);
        assert_eq!(budget.left(at(3)), 0);
        assert_eq!(budget.wait_for(4), Duration::from_secs(2));
        assert_eq!(budget.left(at(1_000)), 20, "ten seconds' worth at most");
        budget.spend(120);
        assert_eq!(budget.left(at(1_049)), 0);
        assert_eq!(budget.left(at(1_051)), 2);
    }
}
