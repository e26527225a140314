//! Slows down who guesses passwords: per account and per source address, with a growing delay.
//!
//! An attempt counts from its beginning, so that a thousand at once are a thousand; a success
//! takes the account's count back. It lives in memory and is bounded: a restart forgets it, which
//! costs a guesser more than it gives.

use roadstead_core::model::{Name, Timestamp};
use roadstead_core::ports::Clock;
use roadstead_core::{ErrorCode, Failure};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Attempts on one account before there is a delay.
const FREE_FOR_ACCOUNT: u32 = 5;
/// Attempts from one address before there is a delay; many people may share one.
const FREE_FOR_ADDRESS: u32 = 30;
/// The longest delay.
const LONGEST: Duration = Duration::from_secs(900);
/// Untouched for this long, a count is forgotten.
const FORGET: Duration = Duration::from_secs(3_600);
/// Counts kept; those untouched longest go first.
const KEPT: usize = 20_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Account(Name),
    Address(IpAddr),
}

impl Key {
    const fn free(&self) -> u32 {
        match self {
            Self::Account(_) => FREE_FOR_ACCOUNT,
            Self::Address(_) => FREE_FOR_ADDRESS,
        }
    }
}

struct Count {
    attempts: u32,
    open_at: Timestamp,
    touched: Timestamp,
}

/// Counts attempts to sign in.
pub(crate) struct Throttle {
    clock: Arc<dyn Clock>,
    counts: Mutex<HashMap<Key, Count>>,
}

impl Throttle {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            counts: Mutex::default(),
        }
    }

    /// Counts an attempt on an account from an address, or refuses it without looking at the
    /// password.
    pub(crate) fn attempt(
        &self,
        account: Option<&Name>,
        address: Option<&str>,
    ) -> Result<(), Failure> {
        let now = self.clock.now();
        let keys = keys(account, address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = keys
            .iter()
            .filter_map(|key| counts.get(key))
            .map(|count| count.open_at.since(now))
            .max()
            .unwrap_or_default();
        if !wait.is_zero() {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            return Err(Failure::new(ErrorCode::SessionThrottled).with("retry_after_s", seconds));
        }
        for key in keys {
            let free = key.free();
            let count = counts.entry(key).or_insert(Count {
                attempts: 0,
                open_at: now,
                touched: now,
            });
            if now.since(count.touched) > FORGET {
                count.attempts = 0;
            }
            count.attempts = count.attempts.saturating_add(1);
            count.touched = now;
            count.open_at = now.plus(delay(count.attempts, free));
        }
        bound(&mut counts);
        Ok(())
    }

    /// The password was right: forgets the attempts on the account, and this one of the address.
    /// Its others stay, or an account of one's own would wash them off.
    pub(crate) fn succeeded(&self, account: &Name, address: Option<&str>) {
        let now = self.clock.now();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.remove(&Key::Account(account.clone()));
        for key in keys(None, address) {
            if let Some(count) = counts.get_mut(&key) {
                count.attempts = count.attempts.saturating_sub(1);
                count.open_at = now.plus(delay(count.attempts, key.free()));
            }
        }
    }
}

/// How long to wait after this many attempts: 2, 4, 8 ... seconds beyond the free ones.
fn delay(attempts: u32, free: u32) -> Duration {
    if attempts < free {
        return Duration::ZERO;
    }
    let exponent = (attempts - free + 1).min(16);
    Duration::from_secs(1 << exponent).min(LONGEST)
}

fn keys(account: Option<&Name>, address: Option<&str>) -> Vec<Key> {
    let account = account.cloned().map(Key::Account);
    let address = address
        .and_then(|text| text.parse().ok())
        .map(network)
        .map(Key::Address);
    account.into_iter().chain(address).collect()
}

/// Whoever has one IPv6 address has the 2^64 beside it.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

fn bound(counts: &mut HashMap<Key, Count>) {
    if counts.len() <= KEPT {
        return;
    }
    let mut ages: Vec<Timestamp> = counts.values().map(|count| count.touched).collect();
    ages.sort_unstable();
    // An eighth at a time, so that the work is spread over many attempts.
    let Some(oldest) = ages.get(KEPT / 8).copied() else {
        return;
    };
    counts.retain(|_, count| count.touched > oldest);
}

#[cfg(test)]
mod tests {
    use super::{FREE_FOR_ACCOUNT, FREE_FOR_ADDRESS, KEPT, LONGEST, Throttle};
    use roadstead_core::ErrorCode;
    use roadstead_core::model::{Name, Timestamp};
    use roadstead_core::ports::Clock;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    #[derive(Default)]
    struct TestClock(AtomicI64);

    impl Clock for TestClock {
        fn now(&self) -> Timestamp {
            Timestamp::from_micros(self.0.load(Ordering::Relaxed))
        }
    }

    impl TestClock {
        fn pass(&self, seconds: i64) {
            self.0.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
        }
    }

    fn name(text: &str) -> Name {
        Name::parse(text).expect("name")
    }

    fn bed() -> (Arc<TestClock>, Throttle) {
        let clock = Arc::new(TestClock::default());
        let throttle = Throttle::new(Arc::clone(&clock) as Arc<dyn Clock>);
        (clock, throttle)
    }

    #[test]
    fn account_is_delayed_after_five_attempts_and_longer_each_time() {
        let (clock, throttle) = bed();
        let one = name("one");
        for _ in 0..FREE_FOR_ACCOUNT {
            assert!(throttle.attempt(Some(&one), None).is_ok());
        }
        let mut before = 0;
        for _ in 0..12 {
            let refused = throttle.attempt(Some(&one), None).expect_err("refused");
            assert_eq!(refused.code, ErrorCode::SessionThrottled);
            let wait: i64 = refused.params["retry_after_s"].parse().expect("seconds");
            assert!(wait > before || wait == 900, "{wait} after {before}");
            before = wait;
            clock.pass(wait - 1);
            assert!(throttle.attempt(Some(&one), None).is_err());
            clock.pass(1);
            assert!(throttle.attempt(Some(&one), None).is_ok());
        }
        assert_eq!(u64::try_from(before).ok(), Some(LONGEST.as_secs()));
        assert!(throttle.attempt(Some(&name("other")), None).is_ok());
        throttle.succeeded(&one, None);
        assert!(throttle.attempt(Some(&one), None).is_ok());
    }

    #[test]
    fn address_is_delayed_whatever_the_account_and_success_does_not_wash_it() {
        let (clock, throttle) = bed();
        let from = Some("203.0.113.9");
        let own = name("own");
        for i in 0..FREE_FOR_ADDRESS {
            for _ in 0..9 {
                assert!(throttle.attempt(Some(&own), from).is_ok(), "{i}");
                throttle.succeeded(&own, from);
            }
            let guessed = name(&format!("a{i}"));
            assert!(throttle.attempt(Some(&guessed), from).is_ok(), "{i}");
        }
        assert!(throttle.attempt(Some(&own), from).is_err());
        assert!(throttle.attempt(Some(&own), Some("203.0.113.8")).is_ok());
        clock.pass(4_000);
        assert!(throttle.attempt(Some(&own), from).is_ok());
        assert!(throttle.attempt(Some(&own), from).is_ok());
    }

    #[test]
    fn neighbours_in_one_ipv6_network_count_as_one() {
        let (_, throttle) = bed();
        for i in 0..FREE_FOR_ADDRESS {
            let address = format!("2001:db8::{i:x}");
            assert!(throttle.attempt(None, Some(&address)).is_ok());
        }
        assert!(throttle.attempt(None, Some("2001:db8::ffff")).is_err());
        assert!(throttle.attempt(None, Some("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn counts_are_bounded_and_the_oldest_go_first() {
        let (clock, throttle) = bed();
        let victim = name("victim");
        for i in 0..KEPT + 10 {
            clock.0.fetch_add(1, Ordering::Relaxed);
            assert!(
                throttle
                    .attempt(Some(&name(&format!("n{i}"))), None)
                    .is_ok()
            );
            let last = i + usize::try_from(FREE_FOR_ACCOUNT).expect("few");
            if last >= KEPT + 10 {
                assert!(throttle.attempt(Some(&victim), None).is_ok());
            }
        }
        assert!(throttle.attempt(Some(&victim), None).is_err());
        assert!(throttle.counts.lock().expect("counts").len() <= KEPT);
    }
}
