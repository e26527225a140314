//! What reconcilers write.

use crate::bed::Bed;
use crate::build::{integrate, later, registry, registry_audit};
use roadstead_core::Permission;
use roadstead_core::model::{
    Condition, ConditionStatus, ConditionType, Description, Health, HealthReport, Observed, Reason,
    RegistryId, Topic, Unavailable,
};
use roadstead_core::ports::{
    ChangeFeed as _, EditRegistry, RegistryObservation, RegistryStore as _, StatisticsObservation,
};
use roadstead_core::rules::Visible;

on_both! {
    health_is_written_without_touching_the_generation,
    statistics_are_written_beside_the_other_figures,
    observation_of_a_registry_that_is_gone_is_passed_over,
    observation_through_an_edited_connection_is_passed_over,
    people_are_served_while_crawls_wait,
}

fn seen(id: RegistryId, news: bool) -> RegistryObservation {
    RegistryObservation {
        id,
        generation: 1,
        health: HealthReport {
            status: Health::Unhealthy,
            reason: Reason::Timeout,
            message: Some("m".to_owned()),
            since: Some(later(5)),
            checked_at: Some(later(6)),
            last_success_at: None,
            latency_ms: None,
        },
        conditions: vec![Condition {
            kind: ConditionType::Reachable,
            status: ConditionStatus::False,
            reason: Reason::Timeout,
            message: None,
            since: later(5),
        }],
        verified: false,
        version: None,
        certificate: None,
        turns: Vec::new(),
        news,
    }
}

async fn health_is_written_without_touching_the_generation(bed: &Bed) {
    let mut one = registry("one");
    one.version = Some("1".to_owned());
    let before = one.clone();
    let id = integrate(&bed.store, one).await;
    let head = bed.store.head().await.expect("head");
    let observation = seen(id, false);
    bed.store
        .record_health(vec![observation.clone()])
        .await
        .expect("written");
    assert_eq!(bed.store.head().await.expect("head"), head, "no news");
    bed.store
        .record_health(vec![seen(id, true)])
        .await
        .expect("written");
    let after = bed.store.registry(id, &Visible::Everything).await;
    let after = after.expect("answer").expect("registry");
    assert_eq!(after.health, observation.health);
    assert_eq!(after.conditions, observation.conditions);
    assert!(!after.verified);
    assert_eq!(after.version, before.version, "not unlearnt");
    assert_eq!(
        (after.generation, after.updated_at, after.description),
        (before.generation, before.updated_at, before.description)
    );
    let news = bed
        .store
        .after(head, 9)
        .await
        .expect("answer")
        .expect("all");
    assert_eq!(news.len(), 1);
    assert_eq!(
        (news[0].topic, news[0].object_id, news[0].generation),
        (Topic::RegistryHealth, id.0, 1)
    );
    assert_eq!(bed.count("audit_entry").await, 1);
}

async fn statistics_are_written_beside_the_other_figures(bed: &Bed) {
    let mut one = registry("one");
    one.statistics.tags = Observed::known(3, later(1));
    let id = integrate(&bed.store, one).await;
    let counted = |repositories, news| StatisticsObservation {
        id,
        generation: 1,
        spaces: Observed::unknown(Unavailable::NotOffered),
        repositories: Observed::known(repositories, later(2)),
        news,
    };
    bed.store
        .record_statistics(vec![counted(6, false), counted(7, true)])
        .await
        .expect("written");
    let after = bed.store.registry(id, &Visible::Everything).await;
    let figures = after.expect("answer").expect("registry").statistics;
    assert_eq!(figures.repositories, Observed::known(7, later(2)));
    assert_eq!(figures.spaces.unavailable, Some(Unavailable::NotOffered));
    assert_eq!(figures.tags, Observed::known(3, later(1)));
    let news = bed.store.after(1, 9).await.expect("answer").expect("all");
    let topics: Vec<_> = news.iter().map(|change| change.topic).collect();
    assert_eq!(topics, [Topic::RegistryStatistics]);
}

async fn observation_of_a_registry_that_is_gone_is_passed_over(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    let gone = RegistryId::new();
    bed.store
        .record_health(vec![seen(gone, true), seen(id, true)])
        .await
        .expect("written");
    let counted = |id| StatisticsObservation {
        id,
        generation: 1,
        spaces: Observed::known(1, later(2)),
        repositories: Observed::known(1, later(2)),
        news: true,
    };
    bed.store
        .record_statistics(vec![counted(gone), counted(id)])
        .await
        .expect("written");
    let news = bed.store.after(1, 9).await.expect("answer").expect("all");
    assert!(news.iter().all(|change| change.object_id == id.0));
    assert_eq!(news.len(), 2);
}

async fn observation_through_an_edited_connection_is_passed_over(bed: &Bed) {
    let one = registry("one");
    let before = one.clone();
    let id = integrate(&bed.store, one).await;
    let command = EditRegistry {
        id,
        expected: 1,
        description: before.description.clone(),
        connection: None,
        listed: None,
        now: later(1),
    };
    let entry = registry_audit(Permission::RegistryEdit, id);
    bed.store.edit_registry(command, entry).await.expect("edit");
    bed.store
        .record_health(vec![seen(id, true)])
        .await
        .expect("written");
    let counted = StatisticsObservation {
        id,
        generation: 1,
        spaces: Observed::known(1, later(2)),
        repositories: Observed::known(1, later(2)),
        news: true,
    };
    bed.store
        .record_statistics(vec![counted])
        .await
        .expect("written");
    let after = bed.store.registry(id, &Visible::Everything).await;
    let after = after.expect("answer").expect("registry");
    assert_eq!(
        (after.health, after.statistics),
        (before.health, before.statistics)
    );
    let news = bed.store.after(2, 9).await.expect("answer").expect("all");
    assert!(news.is_empty(), "{news:?}");
}

/// By the order of the feed, not by the clock: eight crawls queue for the writer, and still only a
/// few of their batches come between one person's edits. First come, first served would let eight
/// pass each time.
async fn people_are_served_while_crawls_wait(bed: &Bed) {
    const CRAWLS: usize = 8;
    const ROWS: usize = 1_000;
    const EDITS: i64 = 6;
    bed.fill(ROWS).await;
    let ids = bed.store.registry_ids().await.expect("ids");
    let edited = integrate(&bed.store, registry("one")).await;
    let crawls: Vec<_> = (0..CRAWLS)
        .map(|_| {
            let store = bed.store.clone();
            let batch: Vec<_> = ids.iter().map(|id| seen(*id, true)).collect();
            tokio::spawn(async move { store.record_health(batch).await })
        })
        .collect();
    while bed.store.head().await.expect("head") == 1 {
        tokio::task::yield_now().await;
    }
    for expected in 1..=EDITS {
        let command = EditRegistry {
            id: edited,
            expected,
            description: Description::default(),
            connection: None,
            listed: None,
            now: later(1),
        };
        let entry = registry_audit(Permission::RegistryEdit, edited);
        bed.store.edit_registry(command, entry).await.expect("edit");
    }
    for crawl in crawls {
        crawl.await.expect("task").expect("crawl");
    }
    let edits = places_of_edits(bed).await;
    assert_eq!(edits.len() as i64, EDITS);
    let between = edits[edits.len() - 1] - edits[0];
    let first_come = (EDITS - 1) * CRAWLS as i64 * BATCH;
    assert!(
        between < first_come / 2,
        "{between} entries from the first edit to the last, {first_come} if nobody went first"
    );
}

/// Observations written in one transaction.
const BATCH: i64 = 200;

async fn places_of_edits(bed: &Bed) -> Vec<i64> {
    let mut at = 1;
    let mut places = Vec::new();
    loop {
        let changes = bed.store.after(at, 1_000).await.expect("answer");
        let changes = changes.expect("all");
        let Some(last) = changes.last() else {
            return places;
        };
        at = last.id;
        let edits = changes.iter().filter(|c| c.topic == Topic::Registry);
        places.extend(edits.map(|c| c.id));
    }
}
