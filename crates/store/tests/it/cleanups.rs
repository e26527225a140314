//! What disconnected registries left behind, and which server a registry is.

use crate::bed::Bed;
use crate::build::{
    audit, disconnect, integrate, integrate_with, later, now, registry, registry_audit, sealed,
};
use roadstead_core::model::{
    AuthScheme, CleanupId, LedgerEntry, LedgerKind, Owner, PageRequest, RegistryId, RegistryKind,
    ServerIdentity, Suspension, SuspensionCause, Topic, WorkspaceId,
};
use roadstead_core::ports::{
    ChangeFeed as _, CleanupList, CleanupStore as _, DisconnectRegistry, LedgerStore as _,
    PinIdentity, RegistryStore as _, SealedCredential, SuspendRegistry,
};
use roadstead_core::rules::Visible;
use roadstead_core::{ErrorCode, Permission};
use roadstead_store::Store;

on_both! {
    registry_with_nothing_left_in_it_leaves_no_cleanup,
    what_is_left_goes_over_to_a_cleanup_with_its_credential,
    cleanup_ends_only_when_nothing_is_left_and_is_forgotten_after_it_was_given_up,
    cleanups_are_listed_by_owner_newest_first_a_page_at_a_time,
    first_server_is_pinned_once_with_its_credential,
    suspension_leaves_audit_and_change_once_and_a_stale_one_nothing,
    known_names_outlive_an_edit_and_are_not_written_for_a_stale_generation,
}

async fn made(store: &Store, id: RegistryId) -> LedgerEntry {
    let entry = LedgerEntry::new(id, LedgerKind::Upload, "a/b".to_owned(), now());
    store.record_made(entry.clone()).await.expect("written");
    entry
}

async fn end(store: &Store, command: DisconnectRegistry) {
    let entry = registry_audit(Permission::RegistryDisconnect, command.id);
    store
        .disconnect_registry(command, entry)
        .await
        .expect("disconnected");
}

async fn list(store: &Store, visible: &Visible, limit: u16) -> CleanupList {
    let page = PageRequest { limit, after: None };
    store.cleanups(visible, &page).await.expect("list")
}

async fn registry_with_nothing_left_in_it_leaves_no_cleanup(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    let entry = made(&bed.store, id).await;
    bed.store
        .record_removed(entry.id, later(1))
        .await
        .expect("removed");
    end(&bed.store, disconnect(id, 1)).await;
    assert_eq!(bed.count("cleanup").await, 0);
    assert_eq!(bed.count("ledger_entry").await, 0);
}

async fn what_is_left_goes_over_to_a_cleanup_with_its_credential(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    let entry = made(&bed.store, id).await;
    let mut command = disconnect(id, 1);
    command.cleanup.username = Some("robot".to_owned());
    command.credential = Some(sealed());
    let cleanup = command.cleanup.clone();
    end(&bed.store, command).await;
    assert_eq!(bed.store.cleanups_due().await.expect("due"), [id]);
    let target = bed.store.cleanup_target(id).await.expect("answer");
    let target = target.expect("there");
    assert_eq!(target.cleanup.cleanup, cleanup);
    assert!(target.credential == Some(sealed()));
    let left = LedgerEntry {
        cleanup_id: Some(cleanup.id),
        ..entry
    };
    assert_eq!(target.cleanup.entries, [left]);
}

async fn cleanup_ends_only_when_nothing_is_left_and_is_forgotten_after_it_was_given_up(bed: &Bed) {
    let store = &bed.store;
    let id = integrate(store, registry("one")).await;
    let entry = made(store, id).await;
    let mut command = disconnect(id, 1);
    command.cleanup.username = Some("robot".to_owned());
    command.credential = Some(sealed());
    let cleanup = command.cleanup.id;
    end(store, command).await;
    store.end_cleanup(cleanup).await.expect("answer");
    assert_eq!(bed.count("cleanup").await, 1, "something is left");
    store
        .record_failed(entry.id, later(1), ErrorCode::UpstreamTimeout)
        .await
        .expect("noted");
    store
        .give_up_cleanup(cleanup, later(2))
        .await
        .expect("given up");
    assert!(store.cleanups_due().await.expect("due").is_empty());
    assert!(store.cleanup_target(id).await.expect("answer").is_none());
    let secrets = "SELECT CAST(COUNT(*) AS TEXT) FROM cleanup WHERE key_id IS NOT NULL OR \
                   wrapped_key IS NOT NULL OR ciphertext IS NOT NULL";
    assert_eq!(bed.sql(secrets).await, "0", "the secret is forgotten");
    let shown = list(store, &Visible::Everything, 50).await;
    assert_eq!(shown.page.items[0].cleanup.given_up_at, Some(later(2)));
    assert_eq!(shown.page.items[0].entries[0].attempts, 1);
    assert_eq!(store.prune_cleanups(later(2)).await.expect("pruned"), 0);
    assert_eq!(store.prune_cleanups(later(3)).await.expect("pruned"), 1);
    assert_eq!(bed.count("ledger_entry").await, 0);
}

async fn cleanups_are_listed_by_owner_newest_first_a_page_at_a_time(bed: &Bed) {
    let store = &bed.store;
    let alpha = WorkspaceId::new();
    let mut ids = Vec::new();
    for (text, owner) in [
        ("one", Owner::Platform),
        ("two", Owner::Workspace { id: alpha }),
        ("three", Owner::Platform),
    ] {
        let id = integrate(store, registry(text)).await;
        made(store, id).await;
        let mut command = disconnect(id, 1);
        command.cleanup.owner = owner;
        ids.push(command.cleanup.id);
        end(store, command).await;
    }
    ids.reverse();
    let all = list(store, &Visible::Everything, 2).await;
    let found = |list: &CleanupList| -> Vec<CleanupId> {
        list.page.items.iter().map(|c| c.cleanup.id).collect()
    };
    assert_eq!(found(&all), ids[..2]);
    assert_eq!(all.page.next, Some(ids[1]));
    assert_eq!(all.total.value, 3);
    let page = PageRequest {
        limit: 2,
        after: all.page.next,
    };
    let rest = store.cleanups(&Visible::Everything, &page).await;
    assert_eq!(found(&rest.expect("list")), ids[2..]);
    let before = store.queries();
    let own = list(store, &Visible::Workspaces(vec![alpha]), 50).await;
    assert_eq!(store.queries() - before, 3);
    assert_eq!(found(&own), [ids[1]]);
    assert_eq!(own.total.value, 1);
    let none = list(store, &Visible::Workspaces(Vec::new()), 50).await;
    assert_eq!((found(&none).len(), none.total.value), (0, 0));
}

fn server(realm: &str) -> ServerIdentity {
    ServerIdentity {
        product: RegistryKind::Docker,
        auth: AuthScheme::Basic,
        service: None,
        realm: Some(realm.to_owned()),
        key: None,
    }
}

async fn first_server_is_pinned_once_with_its_credential(bed: &Bed) {
    let store = &bed.store;
    let mut one = registry("one");
    one.username = Some("robot".to_owned());
    let id = integrate_with(store, one, Some(sealed())).await;
    let anew = SealedCredential {
        key_id: "k".to_owned(),
        wrapped_key: vec![7],
        ciphertext: vec![8],
    };
    let pin = |realm: &str, generation| PinIdentity {
        id,
        generation,
        identity: server(realm),
        credential: Some(anew.clone()),
    };
    store.pin_identity(pin("a", 2)).await.expect("answer");
    let target = store.registry_target(id).await.expect("answer");
    let target = target.expect("there");
    assert_eq!(target.registry.identity, None, "it was edited since");
    assert!(target.credential == Some(sealed()));
    for realm in ["a", "b"] {
        store.pin_identity(pin(realm, 1)).await.expect("answer");
        let target = store.registry_target(id).await.expect("answer");
        let target = target.expect("there");
        assert_eq!(target.registry.identity, Some(server("a")));
        assert!(target.credential == Some(anew.clone()));
    }
}

async fn suspension_leaves_audit_and_change_once_and_a_stale_one_nothing(bed: &Bed) {
    let store = &bed.store;
    let mut one = registry("one");
    one.identity = Some(server("home"));
    let id = integrate(store, one).await;
    let suspend = |realm: &str, generation| SuspendRegistry {
        id,
        generation,
        suspension: Suspension {
            cause: SuspensionCause::Answers,
            seen: server(realm),
            since: later(1),
        },
    };
    let entry = || audit("registry.suspend", "registry", id);
    let before = bed.traces().await;
    let stale = store.suspend_registry(suspend("x", 2), entry()).await;
    assert!(!stale.expect("answer"));
    store.record_seen(suspend("x", 1)).await.expect("answer");
    assert_eq!(bed.traces().await, before);
    let head = store.head().await.expect("head");
    let done = store.suspend_registry(suspend("x", 1), entry()).await;
    assert!(done.expect("answer"));
    let again = store.suspend_registry(suspend("y", 1), entry()).await;
    assert!(!again.expect("answer"));
    store.record_seen(suspend("z", 1)).await.expect("answer");
    let changes = store.after(head, 10).await.expect("feed").expect("whole");
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (changes[0].topic, changes[0].generation),
        (Topic::Registry, 1)
    );
    assert_eq!(bed.traces().await[2], before[2] + 1);
    let found = store.registry(id, &Visible::Everything).await;
    let found = found.expect("answer").expect("there");
    assert_eq!(found.identity, Some(server("home")));
    assert_eq!(found.suspension.map(|s| s.seen), Some(server("z")));
}

async fn known_names_outlive_an_edit_and_are_not_written_for_a_stale_generation(bed: &Bed) {
    let store = &bed.store;
    let id = integrate(store, registry("one")).await;
    assert!(store.known_names(id).await.expect("names").is_empty());
    let names = |text: &str| vec![text.to_owned()];
    let write = |generation, text| store.record_known_names(id, generation, names(text));
    write(1, "a").await.expect("written");
    write(2, "b").await.expect("passed over");
    assert_eq!(store.known_names(id).await.expect("names"), names("a"));
    let before = store.registry(id, &Visible::Everything).await;
    let mut moved = before.expect("answer").expect("there");
    moved.generation = 2;
    let command = roadstead_core::ports::EditRegistry {
        id,
        expected: 1,
        description: moved.description.clone(),
        listed: None,
        connection: Some(roadstead_core::ports::Reconnect {
            registry: moved,
            credential: None,
        }),
        now: later(1),
    };
    let entry = registry_audit(Permission::RegistryEdit, id);
    store.edit_registry(command, entry).await.expect("edited");
    assert_eq!(store.known_names(id).await.expect("names"), names("a"));
}
