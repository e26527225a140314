//! The real driver and the real duty over a world in virtual time: counts and moments are exact.

mod world;

use super::super::HEALTH;
use crate::driver::DriverOptions;
use roadstead_core::model::{
    ConditionStatus, ConditionType, Health, HealthTurn, PeerCertificate, ProbeDepth, Reason,
    Timestamp,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use world::{Answer, BASE, Running, World, registry};

/// As in the product, without the spread: so that moments are whole seconds.
const AT_ONCE: DriverOptions = DriverOptions {
    spread: Duration::ZERO,
    ..HEALTH
};

#[tokio::test(start_paused = true)]
async fn healthy_registry_is_asked_every_10_s_and_its_account_every_60_s() {
    let world = World::new([registry(0, Some("robot"))], |_, _, _| Answer::Good);
    let world = Running::start(world, AT_ONCE).for_seconds(245).await;
    let liveness: Vec<u128> = (0..=24).map(|n| n * 10_000).collect();
    assert_eq!(world.times(0, ProbeDepth::Liveness), liveness);
    let account = [0, 60_000, 120_000, 180_000, 240_000];
    assert_eq!(world.times(0, ProbeDepth::Credential), account);
    assert_eq!(world.verdicts(), [(0, Health::Healthy, Reason::Reachable)]);
    // One turn for 25 good answers; the row itself is written with the others every 10 s.
    assert!(world.written.load(Ordering::SeqCst) <= 27);
}

/// Trouble begins right after a good answer, which is the worst moment, at 20 s.
#[tokio::test(start_paused = true)]
async fn trouble_is_asked_about_again_after_1_and_3_s_and_told_in_time() {
    for (answer, asked, told, promise, reason) in [
        (
            Answer::Refused,
            [30_000, 31_000, 33_000, 43_000],
            33,
            15,
            Reason::ConnectionRefused,
        ),
        (
            Answer::Fails(503),
            [30_000, 31_000, 33_000, 43_000],
            33,
            15,
            Reason::ServerError,
        ),
        (
            Answer::Hangs,
            [30_000, 34_000, 37_050, 50_050],
            40,
            25,
            Reason::Timeout,
        ),
    ] {
        let world = World::new([registry(0, None)], move |_, _, at| {
            if at > 20.0 { answer } else { Answer::Good }
        });
        let world = Running::start(world, AT_ONCE).for_seconds(52).await;
        let times = world.times(0, ProbeDepth::Liveness);
        assert_eq!(times[..3], [0, 10_000, 20_000]);
        assert_eq!(times[3..], asked, "{reason:?}");
        assert_eq!(
            world.verdicts().last(),
            Some(&(told, Health::Unhealthy, reason))
        );
        assert!(told - 20 <= promise, "{reason:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn recovery_is_told_at_the_first_good_answer() {
    let world = World::new([registry(0, None)], |_, _, at| {
        if (20.5..60.0).contains(&at) {
            Answer::Refused
        } else {
            Answer::Good
        }
    });
    let world = Running::start(world, AT_ONCE).for_seconds(100).await;
    assert_eq!(
        world.verdicts(),
        [
            (0, Health::Healthy, Reason::Reachable),
            (33, Health::Unhealthy, Reason::ConnectionRefused),
            (63, Health::Healthy, Reason::Reachable)
        ]
    );
}

/// The account is rotated upstream right after it was last accepted.
#[tokio::test(start_paused = true)]
async fn fault_rotation_rejected_account_is_tried_twice_and_then_left_alone_until_edited() {
    let world = World::new([registry(0, Some("robot"))], |_, depth, at| {
        if depth == ProbeDepth::Credential && at > 1.0 && at < 7_200.0 {
            Answer::Rejected
        } else {
            Answer::Good
        }
    });
    let running = Running::start(world, AT_ONCE);
    // Through many resyncs, each of which reads everything anew.
    tokio::time::sleep(Duration::from_secs(7_100)).await;
    let world = Arc::clone(&running.world);
    let tries = world.times(0, ProbeDepth::Credential);
    assert_eq!(tries, [0, 60_000, 63_000], "two tries, no third");
    let seen = world.verdicts();
    assert_eq!(
        seen.last(),
        Some(&(63, Health::Unhealthy, Reason::CredentialsRejected)),
        "63 s after it was last accepted, of 75"
    );
    let asked = world.times(0, ProbeDepth::Liveness).len();
    assert!(asked > 700, "it is still asked whether it lives: {asked}");

    // A restart does not try it either.
    let again = World::new([world.row()], |_, _, _| Answer::Good);
    let again = Running::start(again, AT_ONCE).for_seconds(100).await;
    assert_eq!(again.times(0, ProbeDepth::Credential), []);

    // A person's test passes: once more.
    tokio::time::sleep(Duration::from_secs(200)).await;
    let id = world.row().id;
    running.duty.retry_account(id);
    running.driver.wake(id);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(world.times(0, ProbeDepth::Credential).len(), 4);
    assert_eq!(world.row().health.status, Health::Healthy);
    running.ended().await;
}

#[tokio::test(start_paused = true)]
async fn fault_rotation_edited_account_is_tried_again_at_once() {
    let world = World::new([registry(0, Some("robot"))], |_, depth, _| {
        if depth == ProbeDepth::Credential {
            Answer::Rejected
        } else {
            Answer::Good
        }
    });
    let running = Running::start(world, AT_ONCE);
    tokio::time::sleep(Duration::from_secs(100)).await;
    let world = Arc::clone(&running.world);
    assert_eq!(world.times(0, ProbeDepth::Credential), [0, 3_000]);
    let id = world.row().id;
    {
        // As an edit leaves it: another generation, everything observed anew.
        let mut rows = world.rows.lock().expect("rows");
        let row = rows.get_mut(&id).expect("row");
        row.generation += 1;
        row.conditions.clear();
    }
    running.driver.wake(id);
    tokio::time::sleep(Duration::from_secs(100)).await;
    running.ended().await;
    assert_eq!(
        world.times(0, ProbeDepth::Credential),
        [0, 3_000, 100_000, 103_000]
    );
}

#[tokio::test(start_paused = true)]
async fn fault_5xx_one_answer_in_three_is_degraded_and_does_not_flap() {
    let asked = AtomicUsize::new(0);
    let world = World::new([registry(0, None)], move |_, _, _| {
        match asked.fetch_add(1, Ordering::SeqCst) % 3 {
            2 => Answer::Fails(503),
            _ => Answer::Good,
        }
    });
    let world = Running::start(world, AT_ONCE).for_seconds(3_600).await;
    let told: Vec<_> = world.verdicts().iter().map(|(_, s, r)| (*s, *r)).collect();
    assert_eq!(
        told,
        [
            (Health::Healthy, Reason::Reachable),
            (Health::Degraded, Reason::Unstable)
        ]
    );
}

/// Counted in virtual time: whoever works is asked on the second, whatever the others do.
#[tokio::test(start_paused = true)]
async fn fifty_of_500_registries_that_hang_delay_none_of_the_other_450() {
    let hangs = |number: usize| number % 10 == 3;
    let world = World::new((0..500).map(|n| registry(n, None)), move |number, _, _| {
        if hangs(number) {
            Answer::Hangs
        } else {
            Answer::After(Duration::from_millis(20))
        }
    });
    let world = Running::start(world, HEALTH).for_seconds(122).await;
    for number in 0..500 {
        let times = world.times(number, ProbeDepth::Liveness);
        assert!(times[0] <= 2_000, "{number} begins at {}", times[0]);
        if hangs(number) {
            continue;
        }
        assert!(times.len() >= 12, "{number}: {}", times.len());
        for pair in times.windows(2) {
            // The answer took 20 ms, and timers have a grain of one.
            let gap = pair[1] - pair[0];
            assert!((10_020..=10_022).contains(&gap), "{number}: {gap} ms");
        }
    }
    let turns = world.turns.lock().expect("turns");
    let down = turns.iter().filter(|(_, t)| t.status == Health::Unhealthy);
    let mut down: Vec<usize> = down.map(|(number, _)| *number).collect();
    down.sort_unstable();
    let expected: Vec<usize> = (0..500).filter(|n| hangs(*n)).collect();
    assert_eq!(
        down, expected,
        "exactly those that hang are told, once each"
    );
}

#[tokio::test(start_paused = true)]
async fn fault_restart_herd_1000_registries_due_at_start_are_spread_and_within_the_permits() {
    let mut starts = Vec::new();
    for _ in 0..2 {
        let world = World::new((0..1_000).map(|n| registry(n, None)), |_, _, _| {
            Answer::After(Duration::from_millis(1_400))
        });
        let world = Running::start(world, HEALTH).for_seconds(50).await;
        let most = world.most.load(Ordering::SeqCst);
        assert!(most <= HEALTH.permits, "{most} at once");
        assert!(most > 1, "{most} at once");
        let mut per_tenth: HashMap<u128, usize> = HashMap::new();
        let mut first = Vec::new();
        for number in 0..1_000 {
            let times = world.times(number, ProbeDepth::Liveness);
            *per_tenth.entry(times[0] / 100).or_default() += 1;
            first.push(times[0]);
            // Half as often as 500 are, so that all of them together are not asked more often.
            assert!(times.len() <= 4, "{number}: {times:?}");
        }
        let busiest = per_tenth.values().max().expect("starts");
        assert!(*busiest <= 100, "{busiest} of 1,000 in a tenth of a second");
        assert!(first.iter().all(|at| *at <= 6_000), "all have begun");
        first.sort_unstable();
        starts.push(first);
    }
    assert_ne!(starts[0], starts[1], "no two starts are alike");
}

#[tokio::test(start_paused = true)]
async fn time_without_roadstead_is_a_turn_to_unknown() {
    let mut known = registry(0, None);
    let begin = Timestamp::from_micros(BASE);
    let stopped = begin.minus(Duration::from_secs(3_600));
    known.health.status = Health::Healthy;
    known.health.reason = Reason::Reachable;
    known.health.checked_at = Some(stopped);
    let world = World::new([known], |_, _, _| Answer::Good);
    let world = Running::start(world, AT_ONCE).for_seconds(30).await;
    let turns: Vec<_> = world
        .turns
        .lock()
        .expect("turns")
        .iter()
        .map(|(_, t)| *t)
        .collect();
    let turn = |at, status, reason| HealthTurn { at, status, reason };
    assert_eq!(
        turns,
        [
            turn(stopped, Health::Unknown, Reason::NotObserved),
            turn(begin, Health::Healthy, Reason::Reachable)
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn certificate_that_ends_soon_is_a_condition_and_is_written() {
    for (days, status, reason) in [
        (30, ConditionStatus::False, Reason::CertificateValid),
        (13, ConditionStatus::True, Reason::CertificateExpiresSoon),
        (-1, ConditionStatus::True, Reason::CertificateExpired),
    ] {
        let mut world = World::new([registry(0, None)], |_, _, _| Answer::Good);
        let seen = PeerCertificate {
            subject: "r0".to_owned(),
            issuer: "Own CA".to_owned(),
            self_signed: false,
            expires_at: Timestamp::from_micros(BASE + days * 86_400_000_000 + 1_000_000),
        };
        world.certificate = Some(seen.clone());
        let world = Running::start(world, AT_ONCE).for_seconds(5).await;
        let row = world.row();
        assert_eq!(row.certificate, Some(seen));
        let condition = row
            .conditions
            .iter()
            .find(|c| c.kind == ConditionType::CertificateExpiring)
            .expect("condition");
        assert_eq!((condition.status, condition.reason), (status, reason));
        assert_eq!(row.health.status, Health::Healthy, "it still works");
    }
}
