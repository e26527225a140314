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
    people_are_served_while_a_crawl_writes,
}

fn seen(id: RegistryId, news: bool) -> RegistryObservation {
    RegistryObservation {
        id,
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

/// By the order of the feed, not by the clock: what people did stands before the end of a crawl
/// that began earlier.
async fn people_are_served_while_a_crawl_writes(bed: &Bed) {
    const ROWS: usize = 3_000;
    const EDITS: i64 = 5;
    let id = integrate(&bed.store, registry("one")).await;
    bed.fill(ROWS).await;
    let ids = bed.store.registry_ids().await.expect("ids");
    let batch: Vec<_> = ids.into_iter().map(|id| seen(id, true)).collect();
    let crawl = {
        let store = bed.store.clone();
        tokio::spawn(async move { store.record_health(batch).await })
    };
    while bed.store.head().await.expect("head") == 1 {
        tokio::task::yield_now().await;
    }
    for expected in 1..=EDITS {
        let command = EditRegistry {
            id,
            expected,
            description: Description::default(),
            now: later(1),
        };
        let entry = registry_audit(Permission::RegistryEdit, id);
        bed.store.edit_registry(command, entry).await.expect("edit");
    }
    crawl.await.expect("task").expect("crawl");
    let mut at = 1;
    let mut topics = Vec::new();
    loop {
        let changes = bed.store.after(at, 1_000).await.expect("answer");
        let changes = changes.expect("all");
        let Some(last) = changes.last() else { break };
        at = last.id;
        topics.extend(changes.iter().map(|change| change.topic));
    }
    let edits = topics.iter().filter(|t| **t == Topic::Registry).count();
    assert_eq!(edits as i64, EDITS);
    let last_edit = topics.iter().rposition(|t| *t == Topic::Registry);
    let behind = topics.len() - 1 - last_edit.expect("edit");
    assert!(
        behind >= 200,
        "only {behind} observations were written after the last edit"
    );
}
