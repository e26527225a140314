//! The audit log: read by filters, within a set, and ended when its time is over.

use crate::bed::Bed;
use crate::build::{NOW, audit};
use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, TestRunner};
use roadstead_core::ErrorCode;
use roadstead_core::model::{
    AuditActor, AuditBy, AuditEntry, AuditEntryId, AuditFilter, AuditOutcome, PageRequest,
    Timestamp, Total, UserId, WorkspaceId,
};
use roadstead_core::ports::AuditStore as _;
use roadstead_core::rules::{AuditSet, Visible};
use roadstead_store::Store;
use uuid::Uuid;

on_both! {
    entry_is_read_as_it_was_written,
    pages_of_random_entries_join_to_the_list_newest_first,
    filters_are_joined,
    set_of_others_entries_is_empty_in_rows_and_total,
    text_filter_takes_wildcards_as_themselves_and_ignores_case,
    page_takes_two_queries_and_total_stops_above_ten_thousand,
    old_entries_go_in_batches_and_newer_ones_stay,
    cursor_stays_in_place_while_entries_are_added,
}

fn everything() -> AuditFilter {
    AuditFilter::of(AuditSet {
        objects: Visible::Everything,
        own: None,
    })
}

fn entry(at: i64) -> AuditEntry {
    AuditEntry {
        at: Timestamp::from_micros(NOW + at),
        ..audit("registry.edit", "registry", "one")
    }
}

async fn write(store: &Store, entries: impl IntoIterator<Item = AuditEntry>) {
    store
        .record_refusals(entries.into_iter().collect())
        .await
        .expect("written");
}

async fn all(store: &Store, filter: &AuditFilter, limit: u16) -> Vec<AuditEntry> {
    let mut entries = Vec::new();
    let mut page = PageRequest { limit, after: None };
    loop {
        let list = store.audit_entries(filter, &page).await.expect("page");
        assert!(list.page.items.len() <= usize::from(limit));
        entries.extend(list.page.items);
        match list.page.next {
            Some(next) => page.after = Some(next),
            None => {
                assert_eq!(list.total.value, entries.len() as u64);
                return entries;
            }
        }
    }
}

async fn entry_is_read_as_it_was_written(bed: &Bed) {
    let mut refused = entry(2);
    refused.actor = AuditActor::User {
        id: UserId::new(),
        name: "a-editor".to_owned(),
    };
    refused.outcome = AuditOutcome::Refused;
    refused.code = Some(ErrorCode::PermissionDenied);
    refused.repeats = 10_000;
    refused.workspace_id = Some(WorkspaceId::new());
    refused.before = Some(serde_json::json!({"description": "镜像", "n": [1, null, true]}));
    refused.after = None;
    refused.source_address = None;
    let mut own = entry(1);
    own.actor = AuditActor::Anonymous;
    bed.store.record_audit(own.clone()).await.expect("written");
    write(&bed.store, [refused.clone()]).await;
    assert_eq!(all(&bed.store, &everything(), 10).await, [refused, own]);
}

async fn pages_of_random_entries_join_to_the_list_newest_first(bed: &Bed) {
    let row = (0..4_i64, any::<[u8; 16]>()).prop_map(|(at, id)| {
        let mut row = entry(at);
        row.id = AuditEntryId(Uuid::from_bytes(id));
        row
    });
    let rows = proptest::collection::vec(row, 0..14);
    let handle = tokio::runtime::Handle::current();
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    });
    let result = tokio::task::block_in_place(|| {
        runner.run(&(rows, 1..9_u16), |(rows, limit)| {
            handle.block_on(async {
                bed.tamper("DELETE FROM audit_entry").await;
                write(&bed.store, rows.clone()).await;
                let mut sorted: Vec<_> = rows.iter().map(|r| (r.at, r.id)).collect();
                sorted.sort();
                sorted.reverse();
                let found = all(&bed.store, &everything(), limit).await;
                let found: Vec<_> = found.iter().map(|r| (r.at, r.id)).collect();
                assert_eq!(found, sorted, "by {limit}");
            });
            Ok(())
        })
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

async fn filters_are_joined(bed: &Bed) {
    let (alice, alpha) = (UserId::new(), WorkspaceId::new());
    let by = |name: &str, id| AuditActor::User {
        id,
        name: name.to_owned(),
    };
    let mut rows: Vec<AuditEntry> = (0..6).map(entry).collect();
    rows[0].actor = by("alice", alice);
    rows[1].actor = by("alice", UserId::new());
    rows[2].actor = by("bob", alice);
    rows[2].action = "registry.integrate".to_owned();
    rows[3].outcome = AuditOutcome::Refused;
    rows[3].actor = by("bob", alice);
    rows[4].object.kind = "user".to_owned();
    rows[4].object.id = "two".to_owned();
    rows[5].workspace_id = Some(alpha);
    rows[5].object.name = "Prod-Harbor".to_owned();
    write(&bed.store, rows).await;
    let found = |change: &dyn Fn(&mut AuditFilter)| {
        let mut filter = everything();
        change(&mut filter);
        async move {
            let found = all(&bed.store, &filter, 4).await;
            found
                .iter()
                .map(|e| e.at.as_micros() - NOW)
                .collect::<Vec<_>>()
        }
    };
    let at = |micros| Some(Timestamp::from_micros(NOW + micros));
    assert_eq!(found(&|_| {}).await, [5, 4, 3, 2, 1, 0]);
    assert_eq!(found(&|f| f.from = at(3)).await, [5, 4, 3]);
    assert_eq!(
        found(&|f| f.to = at(3)).await,
        [2, 1, 0],
        "the end is not in"
    );
    assert_eq!(
        found(&|f| f.actor = Some(AuditBy::Id(alice))).await,
        [3, 2, 0]
    );
    assert_eq!(
        found(&|f| f.actor = Some(AuditBy::Name("alice".to_owned()))).await,
        [1, 0]
    );
    assert_eq!(
        found(&|f| f.action = Some("registry.integrate".to_owned())).await,
        [2]
    );
    assert_eq!(
        found(&|f| f.object_kind = Some("user".to_owned())).await,
        [4]
    );
    assert_eq!(found(&|f| f.object_id = Some("two".to_owned())).await, [4]);
    assert_eq!(
        found(&|f| f.outcome = Some(AuditOutcome::Refused)).await,
        [3]
    );
    assert_eq!(found(&|f| f.workspace_id = Some(alpha)).await, [5]);
    assert_eq!(found(&|f| f.text = Some("harbor".to_owned())).await, [5]);
    assert_eq!(
        found(&|f| {
            f.actor = Some(AuditBy::Id(alice));
            f.outcome = Some(AuditOutcome::Done);
            f.to = at(2);
        })
        .await,
        [0]
    );
}

async fn set_of_others_entries_is_empty_in_rows_and_total(bed: &Bed) {
    let (alice, alpha, beta) = (UserId::new(), WorkspaceId::new(), WorkspaceId::new());
    let mut rows: Vec<AuditEntry> = (0..5).map(entry).collect();
    rows[0].actor = AuditActor::User {
        id: alice,
        name: "alice".to_owned(),
    };
    rows[1].workspace_id = Some(alpha);
    rows[2].workspace_id = Some(beta);
    rows[3].workspace_id = Some(beta);
    rows[3].actor = rows[0].actor.clone();
    write(&bed.store, rows.clone()).await;
    for objects in [
        Visible::Everything,
        Visible::Workspaces(Vec::new()),
        Visible::Workspaces(vec![alpha]),
        Visible::Workspaces(vec![alpha, beta]),
    ] {
        for own in [None, Some(alice), Some(UserId::new())] {
            let set = AuditSet {
                objects: objects.clone(),
                own,
            };
            let expected: Vec<_> = rows
                .iter()
                .rev()
                .filter(|e| {
                    let actor = match &e.actor {
                        AuditActor::User { id, .. } => Some(*id),
                        _ => None,
                    };
                    set.contains(e.workspace_id, actor)
                })
                .map(|e| e.id)
                .collect();
            let found = all(&bed.store, &AuditFilter::of(set.clone()), 2).await;
            let found: Vec<_> = found.iter().map(|e| e.id).collect();
            assert_eq!(found, expected, "{set:?}");
            // Asking for somebody else's entries does not widen the set.
            let mut foreign = AuditFilter::of(set.clone());
            foreign.workspace_id = Some(beta);
            let found = all(&bed.store, &foreign, 2).await;
            assert!(found.iter().all(|e| expected.contains(&e.id)), "{set:?}");
        }
    }
}

async fn text_filter_takes_wildcards_as_themselves_and_ignores_case(bed: &Bed) {
    let rows = ["plain", "100%_Done", "ÄRGER"].map(|name| {
        let mut row = entry(0);
        row.object.name = name.to_owned();
        row
    });
    write(&bed.store, rows).await;
    for (text, expected) in [
        ("%", 1),
        ("_", 1),
        ("%_d", 1),
        ("p_ain", 0),
        ("\\", 0),
        ("ärger", 1),
        ("'; drop table audit_entry; --", 0),
    ] {
        let mut filter = everything();
        filter.text = Some(text.to_owned());
        assert_eq!(all(&bed.store, &filter, 10).await.len(), expected, "{text}");
    }
}

async fn fill(bed: &Bed, count: u32) {
    let id = if bed.is_postgres() {
        "gen_random_uuid()"
    } else {
        "randomblob(16)"
    };
    bed.tamper(&format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
         INSERT INTO audit_entry (id, at, actor_type, action, object_kind, object_id, \
         object_name, outcome, request_id) \
         SELECT {id}, {NOW} + i, 'roadstead', 'a', 'k', 'i', 'n', 'done', 'r' FROM n"
    ))
    .await;
}

async fn page_takes_two_queries_and_total_stops_above_ten_thousand(bed: &Bed) {
    let mut counted = Vec::new();
    for (rows, value, exact) in [(10, 10, true), (9_990, 10_000, true), (1, 10_000, false)] {
        fill(bed, rows).await;
        let before = bed.store.queries();
        let page = PageRequest {
            limit: 200,
            after: None,
        };
        let list = bed.store.audit_entries(&everything(), &page).await;
        counted.push(bed.store.queries() - before);
        assert_eq!(list.expect("list").total, Total { value, exact });
    }
    assert_eq!(counted, [2; 3]);
}

async fn old_entries_go_in_batches_and_newer_ones_stay(bed: &Bed) {
    fill(bed, 1_700).await;
    let before = bed.store.queries();
    let pruned = bed
        .store
        .prune_audit(Timestamp::from_micros(NOW + 1_501))
        .await
        .expect("pruned");
    assert_eq!(pruned, 1_500);
    assert_eq!(
        bed.store.queries() - before,
        7,
        "three batches of 500, each noting how far the log goes back, and one that finds nothing"
    );
    assert_eq!(bed.count("audit_entry").await, 200);
    let left = all(&bed.store, &everything(), 200).await;
    assert_eq!(left.last().map(|e| e.at.as_micros()), Some(NOW + 1_501));
    let none = bed.store.prune_audit(Timestamp::from_micros(NOW)).await;
    assert_eq!(none.expect("pruned"), 0);
}

async fn cursor_stays_in_place_while_entries_are_added(bed: &Bed) {
    write(&bed.store, (0..4).map(entry)).await;
    let ages =
        |list: &[AuditEntry]| -> Vec<i64> { list.iter().map(|e| e.at.as_micros() - NOW).collect() };
    let mut page = PageRequest {
        limit: 2,
        after: None,
    };
    let first = bed.store.audit_page(&everything(), &page).await;
    let first = first.expect("page");
    assert_eq!(ages(&first.items), [3, 2]);
    write(&bed.store, [entry(9)]).await;
    page.after = first.next;
    let second = bed.store.audit_page(&everything(), &page).await;
    let second = second.expect("page");
    assert_eq!(ages(&second.items), [1, 0]);
    assert!(second.next.is_none());
}
