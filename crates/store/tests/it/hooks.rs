//! Where registries send their events.

use crate::bed::Bed;
use crate::build::{disconnect, integrate, later, now, registry, registry_audit};
use roadstead_core::Permission;
use roadstead_core::model::{HookCounts, HookId, RegistryId, TokenDigest, Topic};
use roadstead_core::ports::{
    ChangeFeed as _, HookActivity, HookStore as _, RegistryStore as _, SetHook, StoreError,
};
use roadstead_store::Store;

on_both! {
    hook_is_made_once_and_keeps_its_address_when_its_secret_changes,
    removed_hook_and_that_of_a_disconnected_registry_are_tombstones_for_a_while,
    what_came_is_added_up_and_told_and_hooks_that_are_gone_are_passed_over,
    hook_of_a_registry_that_is_gone_is_not_made,
}

fn command(registry_id: RegistryId, digest: u8, seconds: u64) -> SetHook {
    SetHook {
        registry_id,
        id: HookId::make().expect("randomness"),
        digest: TokenDigest([digest; 32]),
        now: later(seconds),
    }
}

async fn set(store: &Store, command: SetHook) -> roadstead_core::model::Hook {
    let entry = registry_audit(Permission::RegistryHook, command.registry_id);
    store.set_hook(command, entry).await.expect("set")
}

/// Whether this secret still proves something at this address, and for which registry.
async fn holder(store: &Store, id: HookId, digest: u8) -> Option<Option<RegistryId>> {
    let holder = store.hook_holder(id).await.expect("answer")?;
    holder
        .digest
        .matches(&TokenDigest([digest; 32]))
        .then_some(holder.registry_id)
}

async fn hook_is_made_once_and_keeps_its_address_when_its_secret_changes(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    let head = bed.store.head().await.expect("head");
    let audited = bed.count("audit_entry").await;
    let made = set(&bed.store, command(id, 1, 1)).await;
    assert_eq!((made.created_at, made.rotated_at), (later(1), later(1)));
    assert_eq!(holder(&bed.store, made.id, 1).await, Some(Some(id)));
    let rotated = set(&bed.store, command(id, 2, 5)).await;
    assert_eq!(rotated.id, made.id);
    assert_eq!(
        (rotated.created_at, rotated.rotated_at),
        (later(1), later(5))
    );
    assert_eq!(holder(&bed.store, made.id, 1).await, None, "no more");
    assert_eq!(holder(&bed.store, made.id, 2).await, Some(Some(id)));
    assert_eq!(bed.store.hook(id).await.expect("hook"), Some(rotated));
    assert_eq!(bed.count("registry_hook").await, 1);
    assert_eq!(bed.count("audit_entry").await, audited + 2);
    let told = bed.store.after(head, 10).await.expect("changes");
    let topics: Vec<Topic> = told.expect("some").iter().map(|c| c.topic).collect();
    assert_eq!(topics, [Topic::RegistryHook, Topic::RegistryHook]);
    let unknown = HookId::make().expect("randomness");
    assert_eq!(holder(&bed.store, unknown, 2).await, None);
}

async fn removed_hook_and_that_of_a_disconnected_registry_are_tombstones_for_a_while(bed: &Bed) {
    let (kept, gone) = (
        integrate(&bed.store, registry("kept")).await,
        integrate(&bed.store, registry("gone")).await,
    );
    let removed = set(&bed.store, command(kept, 1, 0)).await;
    let orphan = set(&bed.store, command(gone, 2, 0)).await;
    let entry = || registry_audit(Permission::RegistryHook, kept);
    bed.store
        .end_hook(kept, later(10), entry())
        .await
        .expect("removed");
    let audited = bed.count("audit_entry").await;
    let again = bed.store.end_hook(kept, later(11), entry()).await;
    assert!(matches!(again, Err(StoreError::NotFound)), "{again:?}");
    assert_eq!(bed.count("audit_entry").await, audited);
    let entry = registry_audit(Permission::RegistryDisconnect, gone);
    bed.store
        .disconnect_registry(disconnect(gone, 1), entry)
        .await
        .expect("disconnected");
    // Their secrets still prove something, and lead to nobody.
    assert_eq!(holder(&bed.store, removed.id, 1).await, Some(None));
    assert_eq!(holder(&bed.store, orphan.id, 2).await, Some(None));
    assert_eq!(bed.store.hook(kept).await.expect("hook"), None);

    let anew = set(&bed.store, command(kept, 3, 12)).await;
    assert_ne!(anew.id, removed.id);
    assert_eq!(holder(&bed.store, removed.id, 1).await, Some(None));

    // The orphan's days are counted from when it was first seen to be one.
    let pruned = bed.store.prune_hooks(later(20), later(10)).await;
    assert_eq!(pruned.expect("pruned"), 0);
    let pruned = bed.store.prune_hooks(later(21), later(11)).await;
    assert_eq!(pruned.expect("pruned"), 1);
    assert_eq!(holder(&bed.store, removed.id, 1).await, None);
    assert_eq!(holder(&bed.store, orphan.id, 2).await, Some(None));
    let pruned = bed.store.prune_hooks(later(40), later(30)).await;
    assert_eq!(pruned.expect("pruned"), 1);
    assert_eq!(holder(&bed.store, orphan.id, 2).await, None);
    assert_eq!(holder(&bed.store, anew.id, 3).await, Some(Some(kept)));
}

async fn what_came_is_added_up_and_told_and_hooks_that_are_gone_are_passed_over(bed: &Bed) {
    let (one, none) = (
        integrate(&bed.store, registry("one")).await,
        integrate(&bed.store, registry("none")).await,
    );
    set(&bed.store, command(one, 1, 0)).await;
    let head = bed.store.head().await.expect("head");
    let came = |registry_id, at: Option<u64>, accepted, unauthenticated| HookActivity {
        registry_id,
        last_event_at: at.map(later),
        counts: HookCounts {
            accepted,
            dropped: 2,
            unauthenticated,
        },
        now: now(),
    };
    let batch = vec![
        came(one, Some(3), 10, 0),
        came(none, Some(4), 7, 7),
        came(RegistryId::new(), Some(4), 7, 7),
    ];
    bed.store.record_hook_activity(batch).await.expect("noted");
    // Nothing but refusals: the last event stays when it was.
    let batch = vec![came(one, None, 0, 5)];
    bed.store.record_hook_activity(batch).await.expect("noted");
    let hook = bed.store.hook(one).await.expect("answer").expect("hook");
    assert_eq!(hook.last_event_at, Some(later(3)));
    let counts = HookCounts {
        accepted: 10,
        dropped: 4,
        unauthenticated: 5,
    };
    assert_eq!(hook.counts, counts);
    let told = bed.store.after(head, 10).await.expect("changes");
    let about: Vec<_> = told.expect("some").iter().map(|c| c.object_id).collect();
    assert_eq!(about, [one.0, one.0]);
}

async fn hook_of_a_registry_that_is_gone_is_not_made(bed: &Bed) {
    let id = RegistryId::new();
    let entry = registry_audit(Permission::RegistryHook, id);
    let made = bed.store.set_hook(command(id, 1, 0), entry).await;
    assert!(matches!(made, Err(StoreError::NotFound)), "{made:?}");
    assert_eq!(bed.count("registry_hook").await, 0);
    assert_eq!(bed.count("audit_entry").await, 0);
}
