//! Lists.

use crate::bed::Bed;
use crate::build::{NOW, everything, first, integrate, registry};
use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, TestRunner};
use roadstead_core::model::{
    Address, Health, Owner, PageRequest, Registry, RegistryFilter, RegistryId, RegistryKind,
    RegistryPosition, RegistrySort, Timestamp, Total, WorkspaceId,
};
use roadstead_core::ports::RegistryStore as _;
use roadstead_store::Store;
use uuid::Uuid;

on_both! {
    pages_of_random_rows_join_to_the_sorted_list,
    cursor_stays_in_place_while_rows_are_added_before_and_after,
    cursor_of_another_order_is_refused,
    filters_are_joined_and_facets_leave_out_the_health_part,
    text_filter_takes_wildcards_as_themselves_and_ignores_case,
    list_takes_two_queries_whatever_the_table_holds,
    total_and_facets_stop_above_ten_thousand,
    list_without_rows_is_an_empty_page,
}

const SORTS: [RegistrySort; 5] = [
    RegistrySort::Attention,
    RegistrySort::Name,
    RegistrySort::NameDescending,
    RegistrySort::CreatedAt,
    RegistrySort::CreatedAtDescending,
];

async fn all_pages(
    store: &Store,
    filter: &RegistryFilter,
    sort: RegistrySort,
    limit: u16,
) -> Vec<RegistryId> {
    let mut ids = Vec::new();
    let mut page = first(limit);
    loop {
        let list = store.registries(filter, sort, &page).await.expect("page");
        assert!(list.page.items.len() <= usize::from(limit));
        ids.extend(list.page.items.iter().map(|r| r.id));
        match list.page.next {
            Some(next) => page.after = Some(next),
            None => return ids,
        }
    }
}

/// The order as the model tells it.
fn sorted(rows: &[Registry], sort: RegistrySort) -> Vec<RegistryId> {
    let mut rows: Vec<&Registry> = rows.iter().collect();
    rows.sort_by(|a, b| match sort {
        RegistrySort::Attention => {
            (a.health.status.rank(), &a.name, a.id).cmp(&(b.health.status.rank(), &b.name, b.id))
        }
        RegistrySort::Name => (&a.name, a.id).cmp(&(&b.name, b.id)),
        RegistrySort::NameDescending => (&b.name, b.id).cmp(&(&a.name, a.id)),
        RegistrySort::CreatedAt => (a.created_at, a.id).cmp(&(b.created_at, b.id)),
        RegistrySort::CreatedAtDescending => (b.created_at, b.id).cmp(&(a.created_at, a.id)),
    });
    rows.into_iter().map(|r| r.id).collect()
}

/// Few names, times and ranks, so that keys are equal often; names whose order by language differs
/// from that by bytes. Random ids, so that they do not follow the order of insertion.
fn rows() -> impl Strategy<Value = Vec<Registry>> {
    let row = (0..7_usize, 0..3_i64, 0..4_usize, any::<[u8; 16]>()).prop_map(
        |(name, created_at, health, id)| {
            let mut row = registry(["a", "a-b", "a0", "ab", "b", "a1-c", "ab-0"][name]);
            row.id = RegistryId(Uuid::from_bytes(id));
            row.owner = Owner::Workspace {
                id: WorkspaceId::new(),
            };
            row.created_at = Timestamp::from_micros(NOW + created_at);
            row.health.status = Health::ALL[health];
            row
        },
    );
    proptest::collection::vec(row, 0..14)
}

async fn pages_of_random_rows_join_to_the_sorted_list(bed: &Bed) {
    let handle = tokio::runtime::Handle::current();
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    });
    let result = tokio::task::block_in_place(|| {
        runner.run(&(rows(), 1..9_u16), |(rows, limit)| {
            handle.block_on(async {
                bed.tamper("DELETE FROM registry").await;
                for row in &rows {
                    integrate(&bed.store, row.clone()).await;
                }
                for sort in SORTS {
                    let pages = all_pages(&bed.store, &everything(), sort, limit).await;
                    assert_eq!(pages, sorted(&rows, sort), "{sort:?} by {limit}");
                }
            });
            Ok(())
        })
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

async fn cursor_stays_in_place_while_rows_are_added_before_and_after(bed: &Bed) {
    for text in ["b", "d", "f", "h"] {
        integrate(&bed.store, registry(text)).await;
    }
    let list = |page| async move {
        let list = bed
            .store
            .registries(&everything(), RegistrySort::Name, &page)
            .await
            .expect("page");
        let names: Vec<_> = list.page.items.iter().map(|r| r.name.to_string()).collect();
        (names, list.page.next)
    };
    let (names, next) = list(first(2)).await;
    assert_eq!(names, ["b", "d"]);
    for text in ["a", "c", "e", "g"] {
        integrate(&bed.store, registry(text)).await;
    }
    let page = PageRequest {
        limit: 10,
        after: next,
    };
    let (names, next) = list(page).await;
    assert_eq!(names, ["e", "f", "g", "h"]);
    assert!(next.is_none());
}

async fn cursor_of_another_order_is_refused(bed: &Bed) {
    integrate(&bed.store, registry("one")).await;
    let page = PageRequest {
        limit: 10,
        after: Some(RegistryPosition {
            rank: None,
            name: Some("one".to_owned()),
            created_at: None,
            id: RegistryId::new(),
        }),
    };
    for (sort, fits) in [(RegistrySort::Name, true), (RegistrySort::CreatedAt, false)] {
        let answer = bed.store.registries(&everything(), sort, &page).await;
        assert_eq!(answer.is_ok(), fits, "{sort:?}");
    }
}

async fn filters_are_joined_and_facets_leave_out_the_health_part(bed: &Bed) {
    let alpha = WorkspaceId::new();
    for (text, kind, health, owner) in [
        ("h1", RegistryKind::Harbor, Health::Healthy, Owner::Platform),
        (
            "h2",
            RegistryKind::Harbor,
            Health::Unhealthy,
            Owner::Platform,
        ),
        ("d1", RegistryKind::Docker, Health::Healthy, Owner::Platform),
        (
            "d2",
            RegistryKind::Docker,
            Health::Degraded,
            Owner::Workspace { id: alpha },
        ),
        (
            "j1",
            RegistryKind::Jfrog,
            Health::Unknown,
            Owner::Workspace { id: alpha },
        ),
    ] {
        let mut row = registry(text);
        row.kind = kind;
        row.owner = owner;
        row.health.status = health;
        integrate(&bed.store, row).await;
    }
    let names = |filter: RegistryFilter| async move {
        let list = bed
            .store
            .registries(&filter, RegistrySort::Name, &first(10))
            .await
            .expect("list");
        let names: Vec<_> = list.page.items.iter().map(|r| r.name.to_string()).collect();
        assert_eq!(list.total.value, names.len() as u64);
        assert!(list.total.exact);
        let f = list.facets;
        (names, [f.unhealthy, f.degraded, f.unknown, f.healthy])
    };
    let of = |change: fn(&mut RegistryFilter)| {
        let mut filter = everything();
        change(&mut filter);
        filter
    };
    let (found, facets) = names(everything()).await;
    assert_eq!(found, ["d1", "d2", "h1", "h2", "j1"]);
    assert_eq!(facets, [1, 1, 1, 2]);
    let (found, facets) = names(of(|f| f.kind = Some(RegistryKind::Harbor))).await;
    assert_eq!(
        (found, facets),
        (vec!["h1".into(), "h2".into()], [1, 0, 0, 1])
    );
    let (found, facets) = names(of(|f| f.health = Some(Health::Healthy))).await;
    assert_eq!(
        (found, facets),
        (vec!["d1".into(), "h1".into()], [1, 1, 1, 2])
    );
    let (found, _) = names(of(|f| f.owner = Some(Owner::Platform))).await;
    assert_eq!(found, ["d1", "h1", "h2"]);
    let mut joined = everything();
    joined.owner = Some(Owner::Workspace { id: alpha });
    joined.health = Some(Health::Degraded);
    joined.text = Some("d".to_owned());
    let (found, facets) = names(joined).await;
    assert_eq!((found, facets), (vec!["d2".into()], [0, 1, 0, 0]));
}

async fn text_filter_takes_wildcards_as_themselves_and_ignores_case(bed: &Bed) {
    for (text, address) in [
        ("plain", "https://plain.example"),
        ("percent", "https://percent.example/100%25_Done"),
        ("other", "https://OTHER.example/Path"),
    ] {
        let mut row = registry(text);
        row.address = Address::parse(address).expect("address");
        integrate(&bed.store, row).await;
    }
    for (text, found) in [
        ("example", vec!["other", "percent", "plain"]),
        ("%", vec!["percent"]),
        ("_", vec!["percent"]),
        ("5_d", vec!["percent"]),
        ("100%25_done", vec!["percent"]),
        ("p_ain", vec![]),
        ("p%n", vec![]),
        ("\\", vec![]),
        ("path", vec!["other"]),
        ("Path", vec!["other"]),
        ("'; drop table registry; --", vec![]),
        ("plain\nhttps", vec!["plain"]),
    ] {
        let mut filter = everything();
        filter.text = Some(text.to_owned());
        let list = bed
            .store
            .registries(&filter, RegistrySort::Name, &first(10))
            .await
            .expect("list");
        let names: Vec<_> = list.page.items.iter().map(|r| r.name.as_str()).collect();
        assert_eq!(names, found, "{text:?}");
        assert_eq!(list.total.value, found.len() as u64, "{text:?}");
    }
}

async fn list_takes_two_queries_whatever_the_table_holds(bed: &Bed) {
    let mut counted = Vec::new();
    for rows in [10, 10_000] {
        bed.tamper("DELETE FROM registry").await;
        bed.fill(rows).await;
        for sort in SORTS {
            let before = bed.store.queries();
            let list = bed
                .store
                .registries(&everything(), sort, &first(50))
                .await
                .expect("list");
            assert_eq!(
                list.total,
                Total {
                    value: rows as u64,
                    exact: true
                }
            );
            counted.push(bed.store.queries() - before);
        }
    }
    assert_eq!(counted, [2; 10]);
}

async fn total_and_facets_stop_above_ten_thousand(bed: &Bed) {
    bed.fill(10_001).await;
    let list = bed
        .store
        .registries(&everything(), RegistrySort::Attention, &first(1))
        .await
        .expect("list");
    assert_eq!(
        list.total,
        Total {
            value: 10_000,
            exact: false
        }
    );
    let mut filter = everything();
    filter.health = Some(Health::Healthy);
    let list = bed
        .store
        .registries(&filter, RegistrySort::Attention, &first(1))
        .await
        .expect("list");
    assert_eq!(
        list.total,
        Total {
            value: 2_500,
            exact: true
        }
    );
    assert_eq!(list.facets.unhealthy + list.facets.unknown, 5_000);
    bed.tamper("UPDATE registry SET health_rank = 0").await;
    let list = bed
        .store
        .registries(&everything(), RegistrySort::Attention, &first(1))
        .await
        .expect("list");
    assert_eq!(list.facets.unhealthy, 10_001, "more than ten thousand");
    assert!(!list.total.exact);
}

async fn list_without_rows_is_an_empty_page(bed: &Bed) {
    let list = bed
        .store
        .registries(&everything(), RegistrySort::Attention, &first(50))
        .await
        .expect("list");
    assert!(list.page.items.is_empty() && list.page.next.is_none());
    assert_eq!(
        list.total,
        Total {
            value: 0,
            exact: true
        }
    );
}
