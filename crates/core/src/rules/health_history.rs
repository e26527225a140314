//! What is remembered of health over time, and what a strip of it shows.
//!
//! A row is written when a verdict turns and none while it stays: the registry's own row says up to
//! when it was last observed. Time in which nobody looked becomes a turn to unknown, never a
//! continuation of what was seen before.

use crate::model::{
    Health, HealthBucket, HealthReport, HealthStrip, HealthTurn, Reason, TimeInState, Timestamp,
};
use std::time::Duration;

/// How much later than planned a question may come before the time in between counts as unobserved.
const LATE: Duration = Duration::from_secs(30);
/// Readers do not know when the next question is planned; none is planned later than this.
const LATEST: Duration = Duration::from_secs(330);
/// A changed reason of an unchanged verdict is remembered this often at most.
const REASON_EVERY: Duration = Duration::from_secs(60);
/// Turns remembered at once, and in the long run: one for each of these.
const BURST: u32 = 120;
const TURN_EVERY: Duration = Duration::from_secs(60);
/// Bars of a strip.
const BUCKETS: u32 = 96;

/// Decides which turns of one registry are remembered.
#[derive(Debug, Clone)]
pub struct HealthLog {
    told: (Health, Reason),
    told_at: Option<Timestamp>,
    /// When it was last observed.
    seen_at: Option<Timestamp>,
    left: u32,
    refilled_at: Option<Timestamp>,
}

impl HealthLog {
    /// Takes up after what was stored last.
    #[must_use]
    pub const fn resume(report: &HealthReport) -> Self {
        Self {
            told: (report.status, report.reason),
            told_at: report.since,
            seen_at: report.checked_at,
            left: BURST,
            refilled_at: None,
        }
    }

    /// The turns that the verdict in `report`, observed now, adds. `planned` is how long after the
    /// last observation this one was to come.
    pub fn observe(&mut self, report: &HealthReport, planned: Duration) -> Vec<HealthTurn> {
        let Some(now) = report.checked_at else {
            return Vec::new();
        };
        let mut turns = Vec::new();
        if let Some(seen) = self.seen_at
            && now.since(seen) > planned.saturating_add(LATE)
            && self.told.0 != Health::Unknown
        {
            self.told = (Health::Unknown, Reason::NotObserved);
            turns.push(turn(seen, self.told));
        }
        self.seen_at = Some(now);
        let verdict = (report.status, report.reason);
        let same_status = verdict.0 == self.told.0;
        let settled = same_status && self.told_at.is_some_and(|at| now.since(at) < REASON_EVERY);
        if verdict == self.told || settled {
            return turns;
        }
        let kept = match self.take(now) {
            0 => return turns,
            // The last one for now: whatever it really does next, it is not fine.
            1 => (Health::Degraded, Reason::Unstable),
            _ => verdict,
        };
        self.told = kept;
        self.told_at = Some(now);
        turns.push(turn(now, kept));
        turns
    }

    /// Takes one of the turns that may be remembered now; answers how many there were.
    fn take(&mut self, now: Timestamp) -> u32 {
        let since = *self.refilled_at.get_or_insert(now);
        let earned = now.since(since).as_secs() / TURN_EVERY.as_secs();
        if earned > 0 {
            let earned = u32::try_from(earned).unwrap_or(BURST);
            self.left = self.left.saturating_add(earned).min(BURST);
            self.refilled_at = Some(now);
        }
        let left = self.left;
        self.left = left.saturating_sub(1);
        left
    }
}

const fn turn(at: Timestamp, (status, reason): (Health, Reason)) -> HealthTurn {
    HealthTurn { at, status, reason }
}

/// The strip of the last `hours`. `turns` are in order and begin with the one before the window, if
/// there was one; `seen_at` is when the registry was last observed.
#[must_use]
pub fn health_strip(
    turns: &[HealthTurn],
    seen_at: Option<Timestamp>,
    now: Timestamp,
    hours: u32,
) -> HealthStrip {
    let width = i64::from(hours.max(1)) * 3_600_000_000 / i64::from(BUCKETS);
    // Whole multiples, so that a bar stays the same bar from one look to the next; never an empty
    // one.
    let newest = (now.as_micros() - 1).div_euclid(width) * width;
    let begin = newest - width * (i64::from(BUCKETS) - 1);
    let spans = spans(turns, seen_at, begin, now.as_micros());
    let mut strip = HealthStrip {
        buckets: Vec::new(),
        time: TimeInState::default(),
    };
    let mut first = 0;
    for number in 0..i64::from(BUCKETS) {
        let from = begin + number * width;
        let to = (from + width).min(now.as_micros());
        while spans.get(first).is_some_and(|span| span.to <= from) {
            first += 1;
        }
        let bucket = bucket(&spans[first.min(spans.len())..], from, to);
        for (status, time) in [
            (Health::Healthy, bucket.time.healthy),
            (Health::Degraded, bucket.time.degraded),
            (Health::Unhealthy, bucket.time.unhealthy),
            (Health::Unknown, bucket.time.unknown),
        ] {
            strip.time.add(status, time);
        }
        strip.buckets.push(bucket);
    }
    strip
}

/// A stretch with one verdict, in microseconds.
struct Span {
    from: i64,
    to: i64,
    status: Health,
    reason: Reason,
}

/// The turns as stretches without gaps from `begin` to `end`.
fn spans(turns: &[HealthTurn], seen_at: Option<Timestamp>, begin: i64, end: i64) -> Vec<Span> {
    // What was seen last still holds while the next answer may be on its way.
    let seen = match seen_at {
        Some(seen) if Timestamp::from_micros(end).since(seen) > LATEST => seen.as_micros(),
        Some(_) => end,
        None => begin,
    };
    let mut spans = Vec::with_capacity(turns.len() + 2);
    let mut push = |from: i64, to: i64, status, reason| {
        let (from, to) = (from.max(begin), to.min(end));
        if from < to {
            spans.push(Span {
                from,
                to,
                status,
                reason,
            });
        }
    };
    let unobserved = (Health::Unknown, Reason::NotObserved);
    let recorded = turns.first().map_or(seen, |turn| turn.at.as_micros());
    push(begin, recorded, unobserved.0, unobserved.1);
    for (number, turn) in turns.iter().enumerate() {
        let next = turns
            .get(number + 1)
            .map_or(seen, |next| next.at.as_micros());
        push(turn.at.as_micros(), next, turn.status, turn.reason);
    }
    push(seen.max(recorded), end, unobserved.0, unobserved.1);
    spans
}

fn bucket(spans: &[Span], from: i64, to: i64) -> HealthBucket {
    let mut time = TimeInState::default();
    let mut worst: Option<(Health, Vec<(Reason, Duration)>)> = None;
    for span in spans.iter().take_while(|span| span.from < to) {
        let part = span.to.min(to) - span.from.max(from);
        let Ok(part) = u64::try_from(part) else {
            continue;
        };
        let part = Duration::from_micros(part);
        time.add(span.status, part);
        match &mut worst {
            Some((status, reasons)) if *status == span.status => {
                match reasons
                    .iter_mut()
                    .find(|(reason, _)| *reason == span.reason)
                {
                    Some((_, time)) => *time += part,
                    None => reasons.push((span.reason, part)),
                }
            }
            Some((status, _)) if status.rank() < span.status.rank() => {}
            _ => worst = Some((span.status, vec![(span.reason, part)])),
        }
    }
    let (status, reasons) = worst.unwrap_or((Health::Unknown, Vec::new()));
    let reason = reasons
        .into_iter()
        .max_by_key(|(_, time)| *time)
        .map_or(Reason::NotObserved, |(reason, _)| reason);
    HealthBucket {
        from: Timestamp::from_micros(from),
        to: Timestamp::from_micros(to.max(from)),
        status,
        reason,
        time,
    }
}

#[cfg(test)]
mod tests {
    use super::{BUCKETS, BURST, HealthLog, health_strip};
    use crate::model::{Health, HealthReport, HealthTurn, Reason, Timestamp};
    use std::time::Duration;

    const EVERY: Duration = Duration::from_secs(10);

    /// On a boundary of half hours.
    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_micros(1_000_000_800_000_000).plus(Duration::from_secs(seconds))
    }

    fn report(status: Health, reason: Reason, seconds: u64) -> HealthReport {
        HealthReport {
            status,
            reason,
            checked_at: Some(at(seconds)),
            ..HealthReport::unchecked()
        }
    }

    fn healthy(seconds: u64) -> HealthReport {
        report(Health::Healthy, Reason::Reachable, seconds)
    }

    fn down(seconds: u64) -> HealthReport {
        report(Health::Unhealthy, Reason::Timeout, seconds)
    }

    fn turn(seconds: u64, status: Health, reason: Reason) -> HealthTurn {
        HealthTurn {
            at: at(seconds),
            status,
            reason,
        }
    }

    #[test]
    fn unchanged_verdict_adds_no_turn_in_a_day() {
        let mut log = HealthLog::resume(&HealthReport::unchecked());
        assert_eq!(log.observe(&healthy(0), EVERY).len(), 1);
        let more: usize = (1..8_640)
            .map(|n| log.observe(&healthy(n * 10), EVERY).len())
            .sum();
        assert_eq!(more, 0);
    }

    #[test]
    fn time_nobody_looked_becomes_a_turn_to_unknown_where_the_last_look_was() {
        let mut log = HealthLog::resume(&healthy(0));
        assert_eq!(log.observe(&healthy(39), EVERY), [], "a quick restart");
        assert_eq!(
            log.observe(&healthy(3_600), EVERY),
            [
                turn(39, Health::Unknown, Reason::NotObserved),
                turn(3_600, Health::Healthy, Reason::Reachable)
            ]
        );
        assert_eq!(
            log.observe(&down(3_600 + 300), Duration::from_secs(300)),
            [turn(3_900, Health::Unhealthy, Reason::Timeout)],
            "asked when it was planned"
        );
    }

    #[test]
    fn changing_reasons_of_one_outage_are_remembered_once_a_minute() {
        let mut log = HealthLog::resume(&healthy(0));
        let turns: usize = (1..=360)
            .map(|n| {
                let reason = [Reason::Timeout, Reason::ServerError][n as usize % 2];
                let seen = report(Health::Unhealthy, reason, n * 10);
                log.observe(&seen, EVERY).len()
            })
            .sum();
        assert!(turns <= 61, "{turns}");
        assert!(turns > 30, "{turns}");
    }

    #[test]
    fn verdict_that_never_rests_is_bounded_and_ends_as_unstable() {
        let mut log = HealthLog::resume(&healthy(0));
        let mut all = Vec::new();
        for n in 1..=17_280_u64 {
            let seen = if n % 2 == 0 {
                healthy(n * 10)
            } else {
                down(n * 10)
            };
            all.extend(log.observe(&seen, EVERY));
        }
        let hours = 48;
        assert!(all.len() <= BURST as usize + hours * 60, "{}", all.len());
        let last = all.last().expect("turns");
        assert_eq!(
            (last.status, last.reason),
            (Health::Degraded, Reason::Unstable)
        );
    }

    #[test]
    fn strip_has_worst_reason_and_times_and_what_is_not_known_is_not_healthy() {
        let turns = [
            turn(3_600, Health::Healthy, Reason::Reachable),
            turn(5_400 + 60, Health::Unhealthy, Reason::Timeout),
            turn(5_400 + 90, Health::Unhealthy, Reason::ConnectionRefused),
            turn(5_400 + 180, Health::Healthy, Reason::Reachable),
        ];
        let now = at(7_200 + 600);
        let strip = health_strip(&turns, Some(now), now, 48);
        assert_eq!(strip.buckets.len(), BUCKETS as usize);
        let seen: Vec<_> = strip.buckets[92..]
            .iter()
            .map(|b| (b.from, b.to, b.status, b.reason))
            .collect();
        let unobserved = (Health::Unknown, Reason::NotObserved);
        let well = (Health::Healthy, Reason::Reachable);
        assert_eq!(
            seen,
            [
                (at(1_800), at(3_600), unobserved.0, unobserved.1),
                (at(3_600), at(5_400), well.0, well.1),
                (
                    at(5_400),
                    at(7_200),
                    Health::Unhealthy,
                    Reason::ConnectionRefused
                ),
                (at(7_200), now, well.0, well.1),
            ]
        );
        let trouble = strip.buckets[94].time;
        assert_eq!(
            (trouble.healthy.as_secs(), trouble.unhealthy.as_secs()),
            (1_680, 120)
        );
        let all = strip.time;
        assert_eq!(all.healthy.as_secs(), 1_800 + 1_680 + 600);
        assert_eq!(all.unknown.as_secs(), 93 * 1_800);
        let total = all.healthy + all.degraded + all.unhealthy + all.unknown;
        assert_eq!(total.as_secs(), 95 * 1_800 + 600, "every moment once");
    }

    #[test]
    fn strip_after_roadstead_stood_still_ends_unknown() {
        let turns = [turn(0, Health::Healthy, Reason::Reachable)];
        let now = at(86_400);
        let still = health_strip(&turns, Some(at(3_600)), now, 48);
        assert_eq!(still.time.healthy.as_secs(), 3_600);
        assert_eq!(still.buckets[95].status, Health::Unknown);
        let asked = health_strip(&turns, Some(now.minus(EVERY)), now, 48);
        assert_eq!(asked.buckets[95].status, Health::Healthy);
        let never = health_strip(&[], None, now, 48);
        assert_eq!(never.time.unknown.as_secs(), 48 * 3_600);
        assert!(never.buckets.iter().all(|b| b.status == Health::Unknown));
    }

    #[test]
    fn bars_stay_in_place_while_time_passes_and_follow_the_hours() {
        let one = health_strip(&[], None, at(10), 48);
        let other = health_strip(&[], None, at(1_700), 48);
        assert_eq!(one.buckets[95].from, other.buckets[95].from);
        for (hours, seconds) in [(1, 37), (48, 1_800), (168, 6_300)] {
            let strip = health_strip(&[], None, at(10), hours);
            let first = strip.buckets[0];
            assert_eq!(first.to.since(first.from).as_secs(), seconds, "{hours}");
        }
    }
}
