//! The change feed.

use crate::bed::Bed;
use crate::build::{audit, integrate, later, now, registry, registry_audit};
use futures::stream::BoxStream;
use futures::{FutureExt as _, StreamExt as _};
use roadstead_core::Permission;
use roadstead_core::model::{ChangeId, Description};
use roadstead_core::ports::{
    ChangeFeed as _, EditRegistry, IntegrateRegistry, RegistryStore as _, SetupStore as _,
};
use roadstead_store::Store;
use std::collections::HashSet;
use std::time::Duration;

on_both! {
    reader_misses_nothing_while_eight_writers_commit,
    feed_is_read_in_pieces_from_where_one_left_off,
    place_that_was_never_reached_is_none,
    pruned_entries_are_told_apart_from_none_yet,
    pruning_keeps_what_follows_an_entry_that_is_young,
    signal_comes_after_a_commit_here_and_in_another_store,
    signal_comes_after_a_commit_elsewhere_right_at_the_start,
    command_without_news_makes_no_entry,
}

async fn edit_at(store: &Store, id: roadstead_core::model::RegistryId, expected: i64, at: u64) {
    let mut entry = registry_audit(Permission::RegistryEdit, id);
    entry.at = later(at);
    let command = EditRegistry {
        id,
        expected,
        description: Description::default(),
        connection: None,
        listed: None,
        now: later(at),
    };
    store.edit_registry(command, entry).await.expect("edit");
}

async fn reader_misses_nothing_while_eight_writers_commit(bed: &Bed) {
    const EACH: usize = 12;
    let other = bed.another().await;
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let store = if bed.is_postgres() && writer % 2 == 0 {
                other.clone()
            } else {
                bed.store.clone()
            };
            tokio::spawn(async move {
                let mut ids = Vec::new();
                for n in 0..EACH {
                    ids.push(integrate(&store, registry(&format!("w{writer}-{n}"))).await);
                }
                ids
            })
        })
        .collect();
    let reader = {
        let store = bed.store.clone();
        tokio::spawn(async move {
            let mut seen = Vec::new();
            let mut at: ChangeId = 0;
            while seen.len() < 8 * EACH {
                let changes = store.after(at, 7).await.expect("answer").expect("all");
                for change in changes {
                    assert_eq!(change.id, at + 1, "in order, without a gap");
                    at = change.id;
                    seen.push(change.object_id);
                }
            }
            seen
        })
    };
    let mut written = HashSet::new();
    for writer in writers {
        written.extend(writer.await.expect("writer").into_iter().map(|id| id.0));
    }
    let read = tokio::time::timeout(Duration::from_secs(60), reader).await;
    let read: HashSet<_> = read
        .expect("in time")
        .expect("reader")
        .into_iter()
        .collect();
    assert_eq!(read, written);
    other.close().await;
}

async fn feed_is_read_in_pieces_from_where_one_left_off(bed: &Bed) {
    assert_eq!(bed.store.head().await.expect("head"), 0);
    for n in 0..5 {
        integrate(&bed.store, registry(&format!("r{n}"))).await;
    }
    assert_eq!(bed.store.head().await.expect("head"), 5);
    for (after, limit, ids) in [
        (0, 2, vec![1, 2]),
        (2, 2, vec![3, 4]),
        (4, 2, vec![5]),
        (5, 2, vec![]),
    ] {
        let changes = bed.store.after(after, limit).await.expect("answer");
        let found: Vec<_> = changes.expect("all").iter().map(|c| c.id).collect();
        assert_eq!(found, ids);
    }
}

async fn place_that_was_never_reached_is_none(bed: &Bed) {
    assert_eq!(bed.store.after(0, 10).await.expect("answer"), Some(vec![]));
    for never in [-1, 1, 99] {
        assert_eq!(bed.store.after(never, 10).await.expect("answer"), None);
    }
}

async fn pruned_entries_are_told_apart_from_none_yet(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    for (expected, at) in [(1, 10), (2, 20), (3, 30)] {
        edit_at(&bed.store, id, expected, at).await;
    }
    let pruned = bed.store.prune_changes(later(20)).await;
    assert_eq!(pruned.expect("count"), 2);
    assert_eq!(bed.store.after(0, 10).await.expect("answer"), None);
    assert_eq!(bed.store.after(1, 10).await.expect("answer"), None);
    let rest = bed.store.after(2, 10).await.expect("answer").expect("all");
    assert_eq!(rest.iter().map(|c| c.id).collect::<Vec<_>>(), [3, 4]);
    let pruned = bed.store.prune_changes(later(1_000)).await;
    assert_eq!(pruned.expect("count"), 1, "never the newest");
    assert_eq!(bed.store.after(4, 10).await.expect("answer"), Some(vec![]));
    assert_eq!(bed.store.head().await.expect("head"), 4);
}

async fn pruning_keeps_what_follows_an_entry_that_is_young(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    for (expected, at) in [(1, 100), (2, 5), (3, 5)] {
        edit_at(&bed.store, id, expected, at).await;
    }
    let pruned = bed.store.prune_changes(later(50)).await;
    assert_eq!(
        pruned.expect("count"),
        1,
        "a clock that stepped back makes no gap"
    );
    let rest = bed.store.after(1, 10).await.expect("answer").expect("all");
    assert_eq!(rest.len(), 3);
}

/// The next signal, which comes.
async fn told(signals: &mut BoxStream<'static, ()>) {
    let signal = tokio::time::timeout(Duration::from_secs(60), signals.next()).await;
    assert_eq!(signal.expect("in time"), Some(()));
}

/// Another process commits before the head was looked at for the first time.
async fn signal_comes_after_a_commit_elsewhere_right_at_the_start(bed: &Bed) {
    let other = bed.another().await;
    let mut there = other.signals();
    integrate(&bed.store, registry("one")).await;
    told(&mut there).await;
    assert_eq!(other.head().await.expect("head"), 1);
    other.close().await;
}

async fn signal_comes_after_a_commit_here_and_in_another_store(bed: &Bed) {
    let other = bed.another().await;
    let mut here = bed.store.signals();
    let mut there = other.signals();
    // Each takes its first look at the head by itself; what is told after it is of the commit.
    let _ = tokio::time::timeout(Duration::from_secs(10), there.next()).await;
    while here.next().now_or_never().is_some() {}
    integrate(&bed.store, registry("one")).await;
    told(&mut here).await;
    told(&mut there).await;
    assert_eq!(other.head().await.expect("head"), 1);
    other.close().await;
    drop(other);
    // What was coalesced may still come; then the stream ends with its store.
    while let Some(()) = tokio::time::timeout(Duration::from_secs(30), there.next())
        .await
        .expect("in time")
    {}
}

#[tokio::test(flavor = "multi_thread")]
async fn commit_on_postgres_notifies_whoever_listens() {
    let bed = Bed::postgres().await;
    let mut listener = sqlx::postgres::PgListener::connect(&bed.url())
        .await
        .expect("listener");
    listener
        .listen("roadstead_change")
        .await
        .expect("listening");
    integrate(&bed.store, registry("one")).await;
    let heard = tokio::time::timeout(Duration::from_secs(30), listener.recv()).await;
    heard.expect("in time").expect("notification");
    bed.finish().await;
}

async fn command_without_news_makes_no_entry(bed: &Bed) {
    let entry = audit("setup.offer", "setup_link", "link");
    let link = crate::build::digest("link");
    bed.store
        .offer_setup_link(link, now(), entry)
        .await
        .expect("link");
    let twin = registry("one");
    integrate(&bed.store, twin.clone()).await;
    let entry = registry_audit(Permission::RegistryIntegrate, twin.id);
    let command = IntegrateRegistry {
        registry: twin,
        credential: None,
    };
    assert!(bed.store.integrate_registry(command, entry).await.is_err());
    assert_eq!(bed.store.head().await.expect("head"), 1);
}
