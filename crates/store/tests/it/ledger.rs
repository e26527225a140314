//! What was made upstream.

use crate::bed::Bed;
use crate::build::{disconnect, integrate, later, now, registry, registry_audit};
use roadstead_core::model::{LedgerEntry, LedgerKind, RegistryId};
use roadstead_core::ports::{LedgerStore as _, RegistryStore as _, StoreError};
use roadstead_core::{ErrorCode, Permission};

on_both! {
    entry_is_open_from_before_it_is_made_until_it_is_removed,
    failed_removals_are_counted_and_a_closed_entry_stays_closed,
    nothing_is_written_down_for_a_registry_that_is_gone,
    entries_of_an_interrupted_maker_are_found_and_closed_ones_pruned,
}

fn upload(registry_id: RegistryId) -> LedgerEntry {
    LedgerEntry::new(
        registry_id,
        LedgerKind::Upload,
        "team/app".to_owned(),
        now(),
    )
}

async fn entry_is_open_from_before_it_is_made_until_it_is_removed(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    let other = integrate(&bed.store, registry("other")).await;
    let entry = upload(id);
    bed.store.record_made(entry.clone()).await.expect("written");
    bed.store.record_made(upload(other)).await.expect("written");
    assert_eq!(
        bed.store.open_entries(id).await.expect("open"),
        std::slice::from_ref(&entry)
    );
    let place = "/v2/team/app/blobs/uploads/1?_state=x";
    bed.store
        .record_place(entry.id, place)
        .await
        .expect("placed");
    let open = bed.store.open_entries(id).await.expect("open");
    assert_eq!(open[0].reference.as_deref(), Some(place));
    bed.store
        .record_removed(entry.id, later(1))
        .await
        .expect("removed");
    assert!(bed.store.open_entries(id).await.expect("open").is_empty());
    assert_eq!(bed.store.open_entries(other).await.expect("open").len(), 1);
}

async fn failed_removals_are_counted_and_a_closed_entry_stays_closed(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    let entry = upload(id);
    bed.store.record_made(entry.clone()).await.expect("written");
    for seconds in [1, 2] {
        bed.store
            .record_failed(entry.id, later(seconds), ErrorCode::UpstreamTimeout)
            .await
            .expect("noted");
    }
    let open = bed.store.open_entries(id).await.expect("open");
    assert_eq!(open[0].attempts, 2);
    assert_eq!(open[0].tried_at, Some(later(2)));
    assert_eq!(open[0].last_error, Some(ErrorCode::UpstreamTimeout));
    bed.store
        .record_removed(entry.id, later(3))
        .await
        .expect("removed");
    // A slow answer comes after the removal.
    bed.store
        .record_failed(entry.id, later(4), ErrorCode::UpstreamTimeout)
        .await
        .expect("noted");
    let closed = bed
        .sql("SELECT CAST(attempts AS TEXT) FROM ledger_entry WHERE last_error IS NULL")
        .await;
    assert_eq!(closed, "2");
}

async fn nothing_is_written_down_for_a_registry_that_is_gone(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    bed.store
        .disconnect_registry(
            disconnect(id, 1),
            registry_audit(Permission::RegistryDisconnect, id),
        )
        .await
        .expect("disconnected");
    let refused = bed.store.record_made(upload(id)).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    assert_eq!(bed.count("ledger_entry").await, 0);
}

async fn entries_of_an_interrupted_maker_are_found_and_closed_ones_pruned(bed: &Bed) {
    let left = integrate(&bed.store, registry("left")).await;
    let tidy = integrate(&bed.store, registry("tidy")).await;
    let closed = upload(tidy);
    bed.store.record_made(upload(left)).await.expect("written");
    bed.store.record_made(upload(left)).await.expect("written");
    bed.store
        .record_made(closed.clone())
        .await
        .expect("written");
    bed.store
        .record_removed(closed.id, later(1))
        .await
        .expect("removed");
    let found = bed.store.registries_with_open_entries(later(1)).await;
    assert_eq!(found.expect("found"), [left]);
    let young = bed.store.registries_with_open_entries(now()).await;
    assert!(young.expect("found").is_empty(), "its maker may be at it");
    assert_eq!(bed.store.prune_ledger(later(1)).await.expect("pruned"), 0);
    assert_eq!(bed.store.prune_ledger(later(2)).await.expect("pruned"), 1);
    assert_eq!(bed.count("ledger_entry").await, 2);
}
