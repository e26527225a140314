//! Health over time.

use crate::bed::Bed;
use crate::build::{integrate, later, registry};
use roadstead_core::model::{
    Health, HealthReport, HealthTurn, PeerCertificate, Reason, RegistryId,
};
use roadstead_core::ports::{RegistryObservation, RegistryStore as _};
use roadstead_core::rules::Visible;

on_both! {
    turns_are_read_from_the_one_that_held_when_the_window_opens,
    turn_told_twice_is_one_row_and_of_two_of_a_moment_the_later_holds,
    turns_of_an_edited_connection_are_passed_over,
    registry_begins_with_what_its_test_found_and_its_end_forgets_its_turns,
    pruning_keeps_what_held_at_that_time,
    certificate_is_kept_until_another_one_is_seen,
}

fn turn(seconds: u64, status: Health) -> HealthTurn {
    let reason = match status {
        Health::Healthy => Reason::Reachable,
        Health::Unknown => Reason::NotObserved,
        _ => Reason::Timeout,
    };
    HealthTurn {
        at: later(seconds),
        status,
        reason,
    }
}

fn seen(id: RegistryId, turns: Vec<HealthTurn>) -> RegistryObservation {
    RegistryObservation {
        id,
        generation: 1,
        health: HealthReport::unchecked(),
        conditions: Vec::new(),
        verified: true,
        version: None,
        certificate: None,
        turns,
        news: false,
    }
}

async fn record(bed: &Bed, id: RegistryId, turns: &[HealthTurn]) {
    let batch = vec![seen(id, turns.to_vec())];
    bed.store.record_health(batch).await.expect("written");
}

async fn turns_are_read_from_the_one_that_held_when_the_window_opens(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    let other = integrate(&bed.store, registry("two")).await;
    let all = [
        turn(10, Health::Healthy),
        turn(20, Health::Unhealthy),
        turn(30, Health::Unknown),
        turn(40, Health::Healthy),
    ];
    record(bed, id, &all).await;
    record(bed, other, &[turn(25, Health::Degraded)]).await;
    for (since, from) in [(5, 0), (10, 0), (19, 0), (20, 1), (35, 2), (99, 3)] {
        let read = bed
            .store
            .health_turns(id, later(since))
            .await
            .expect("read");
        assert_eq!(read, all[from..], "since {since}");
    }
    let nobody = bed.store.health_turns(RegistryId::new(), later(0)).await;
    assert_eq!(nobody.expect("read"), []);
}

async fn turn_told_twice_is_one_row_and_of_two_of_a_moment_the_later_holds(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    let down = turn(10, Health::Unhealthy);
    record(bed, id, &[down]).await;
    record(bed, id, &[down]).await;
    let both = [turn(20, Health::Healthy), turn(20, Health::Unknown)];
    record(bed, id, &both).await;
    let read = bed.store.health_turns(id, later(0)).await.expect("read");
    assert_eq!(read, [down, turn(20, Health::Unknown)]);
}

async fn turns_of_an_edited_connection_are_passed_over(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    let mut stale = seen(id, vec![turn(10, Health::Healthy)]);
    stale.generation = 2;
    let gone = seen(RegistryId::new(), vec![turn(10, Health::Healthy)]);
    bed.store
        .record_health(vec![stale, gone])
        .await
        .expect("written");
    assert_eq!(bed.count("health_turn").await, 0);
}

async fn registry_begins_with_what_its_test_found_and_its_end_forgets_its_turns(bed: &Bed) {
    let mut tested = registry("one");
    tested.health.status = Health::Healthy;
    tested.health.reason = Reason::Reachable;
    tested.health.checked_at = Some(later(3));
    let id = integrate(&bed.store, tested).await;
    let read = bed.store.health_turns(id, later(0)).await.expect("read");
    assert_eq!(read, [turn(3, Health::Healthy)]);
    let end = crate::build::disconnect(id, 1);
    let entry = crate::build::registry_audit(roadstead_core::Permission::RegistryDisconnect, id);
    bed.store
        .disconnect_registry(end, entry)
        .await
        .expect("ended");
    assert_eq!(bed.count("health_turn").await, 0);
}

async fn pruning_keeps_what_held_at_that_time(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    let other = integrate(&bed.store, registry("two")).await;
    let all: Vec<_> = (0..1_200)
        .map(|n| turn(n, [Health::Healthy, Health::Unhealthy][n as usize % 2]))
        .collect();
    record(bed, id, &all).await;
    let lasting = turn(1, Health::Healthy);
    record(bed, other, &[lasting]).await;
    let pruned = bed
        .store
        .prune_health_turns(later(1_100))
        .await
        .expect("pruned");
    assert_eq!(pruned, 1_100);
    let read = bed.store.health_turns(id, later(0)).await.expect("read");
    assert_eq!(read, all[1_100..]);
    let kept = bed
        .store
        .health_turns(other, later(5_000))
        .await
        .expect("read");
    assert_eq!(kept, [lasting], "its only turn still holds");
    let again = bed
        .store
        .prune_health_turns(later(1_100))
        .await
        .expect("pruned");
    assert_eq!(again, 0);
}

async fn certificate_is_kept_until_another_one_is_seen(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    let certificate = PeerCertificate {
        subject: "registry".to_owned(),
        issuer: "Own CA".to_owned(),
        self_signed: false,
        expires_at: later(86_400),
    };
    let mut first = seen(id, Vec::new());
    first.certificate = Some(certificate.clone());
    for observation in [first, seen(id, Vec::new())] {
        bed.store
            .record_health(vec![observation])
            .await
            .expect("written");
        let row = bed.store.registry(id, &Visible::Everything).await;
        let row = row.expect("answer").expect("registry");
        assert_eq!(row.certificate.as_ref(), Some(&certificate));
    }
}
