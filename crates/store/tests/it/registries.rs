//! Commands on registries.

use crate::bed::Bed;
use crate::build::{admin, everything, first, integrate, later, registry, registry_audit, sealed};
use roadstead_core::Permission;
use roadstead_core::model::{
    Address, Condition, ConditionStatus, ConditionType, Description, Generation, Health,
    HealthReport, Observed, Owner, Reason, Registry, RegistryId, RegistryKind, RegistrySort,
    TlsPolicy, Topic, UserRef, WorkspaceId,
};
use roadstead_core::ports::{
    ChangeFeed as _, EditRegistry, IntegrateRegistry, Reconnect, RegistryStore as _,
    SealedCredential, StoreError,
};
use roadstead_core::rules::Visible;
use roadstead_store::Store;

on_both! {
    new_connection_comes_with_its_own_credential_and_the_old_one_is_gone,
    registry_comes_back_as_it_was_stored,
    integration_leaves_state_audit_and_change_together,
    integration_under_a_taken_name_writes_nothing,
    name_may_be_used_once_by_every_owner,
    edit_raises_the_generation_by_one,
    edit_of_a_stale_generation_is_refused_with_the_current_one,
    edit_of_a_registry_that_is_gone_is_not_found,
    registry_outside_the_visible_set_is_as_if_absent,
    disconnecting_removes_the_credential,
    disconnecting_a_stale_or_gone_registry_is_refused,
    concurrent_edits_of_one_generation_have_one_winner,
}

async fn edit(store: &Store, id: RegistryId, expected: i64) -> Result<Generation, StoreError> {
    let command = EditRegistry {
        id,
        expected,
        description: Description::parse("new").expect("text"),
        connection: None,
        listed: None,
        now: later(9),
    };
    let entry = registry_audit(Permission::RegistryEdit, id);
    store.edit_registry(command, entry).await
}

async fn disconnect(store: &Store, id: RegistryId, expected: i64) -> Result<(), StoreError> {
    let entry = registry_audit(Permission::RegistryDisconnect, id);
    store
        .disconnect_registry(crate::build::disconnect(id, expected), entry)
        .await
}

async fn get(store: &Store, id: RegistryId) -> Option<Registry> {
    store
        .registry(id, &Visible::Everything)
        .await
        .expect("answer")
}

async fn registry_comes_back_as_it_was_stored(bed: &Bed) {
    let admin = admin(&bed.store).await;
    let mut full = registry("full");
    full.kind = RegistryKind::Harbor;
    full.owner = Owner::Workspace {
        id: WorkspaceId::new(),
    };
    full.tls = TlsPolicy::Ca {
        ca_pem: "-----BEGIN CERTIFICATE-----\n".to_owned(),
    };
    full.username = Some("robot$x".to_owned());
    full.description = Description::parse("說明 'quoted' \"x\"").expect("text");
    full.version = Some("2.13".to_owned());
    full.health = HealthReport {
        status: Health::Degraded,
        reason: Reason::SlowAnswers,
        message: Some("slow".to_owned()),
        since: Some(later(1)),
        checked_at: Some(later(2)),
        last_success_at: Some(later(3)),
        latency_ms: Some(1_600),
    };
    full.conditions = vec![Condition {
        kind: ConditionType::Reachable,
        status: ConditionStatus::True,
        reason: Reason::SlowAnswers,
        message: None,
        since: later(1),
    }];
    full.statistics.repositories = Observed::known(7, later(4));
    full.integrated_by = Some(UserRef {
        id: admin.id,
        name: admin.name,
    });
    let mut skip = registry("skip");
    skip.tls = TlsPolicy::Skip;
    skip.verified = false;
    for stored in [full, skip] {
        let id = integrate(&bed.store, stored.clone()).await;
        assert_eq!(get(&bed.store, id).await.as_ref(), Some(&stored));
        let target = bed.store.registry_target(id).await.expect("answer");
        let target = target.expect("target");
        assert!(target.credential == stored.username.as_ref().map(|_| sealed()));
        assert_eq!(target.registry, stored);
    }
    assert_eq!(bed.store.registry_ids().await.expect("ids").len(), 2);
}

async fn integration_leaves_state_audit_and_change_together(bed: &Bed) {
    let mut one = registry("one");
    one.username = Some("robot".to_owned());
    let before = bed.traces().await;
    let id = integrate(&bed.store, one).await;
    let after = bed.traces().await;
    let grown: Vec<_> = after.iter().zip(before).map(|(a, b)| a - b).collect();
    assert_eq!(grown, [1, 1, 1, 1, 0]);
    let changes = bed.store.after(0, 10).await.expect("answer").expect("all");
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (
            changes[0].topic,
            changes[0].object_id,
            changes[0].generation
        ),
        (Topic::Registry, id.0, 1)
    );
}

async fn integration_under_a_taken_name_writes_nothing(bed: &Bed) {
    integrate(&bed.store, registry("one")).await;
    let before = bed.traces().await;
    let head = bed.store.head().await.expect("head");
    let twin = registry("one");
    let entry = registry_audit(Permission::RegistryIntegrate, twin.id);
    let command = IntegrateRegistry {
        registry: twin,
        credential: Some(sealed()),
    };
    let refused = bed.store.integrate_registry(command, entry).await;
    assert!(matches!(refused, Err(StoreError::NameTaken)), "{refused:?}");
    assert_eq!(bed.traces().await, before);
    assert_eq!(bed.store.head().await.expect("head"), head);
}

async fn name_may_be_used_once_by_every_owner(bed: &Bed) {
    let (alpha, beta) = (WorkspaceId::new(), WorkspaceId::new());
    for owner in [
        Owner::Platform,
        Owner::Workspace { id: alpha },
        Owner::Workspace { id: beta },
    ] {
        let mut one = registry("one");
        one.owner = owner;
        integrate(&bed.store, one.clone()).await;
        one.id = RegistryId::new();
        let entry = registry_audit(Permission::RegistryIntegrate, one.id);
        let command = IntegrateRegistry {
            registry: one,
            credential: None,
        };
        let refused = bed.store.integrate_registry(command, entry).await;
        assert!(matches!(refused, Err(StoreError::NameTaken)), "{refused:?}");
    }
}

async fn edit_raises_the_generation_by_one(bed: &Bed) {
    let mut one = registry("one");
    one.owner = Owner::Workspace {
        id: WorkspaceId::new(),
    };
    let workspace = one.owner.workspace();
    let id = integrate(&bed.store, one).await;
    for expected in 1..4 {
        let generation = edit(&bed.store, id, expected).await.expect("edit");
        assert_eq!(generation, expected + 1);
    }
    let found = get(&bed.store, id).await.expect("registry");
    assert_eq!(
        (
            found.generation,
            found.description.as_str(),
            found.updated_at
        ),
        (4, "new", later(9))
    );
    let changes = bed.store.after(0, 10).await.expect("answer").expect("all");
    let last = changes.last().expect("change");
    assert_eq!((last.generation, last.workspace_id), (4, workspace));
}

async fn edit_of_a_stale_generation_is_refused_with_the_current_one(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    edit(&bed.store, id, 1).await.expect("edit");
    let before = bed.traces().await;
    for expected in [0, 1, 3] {
        let refused = edit(&bed.store, id, expected).await;
        assert!(
            matches!(refused, Err(StoreError::Stale { current: 2 })),
            "{refused:?}"
        );
    }
    assert_eq!(bed.traces().await, before);
}

async fn edit_of_a_registry_that_is_gone_is_not_found(bed: &Bed) {
    let refused = edit(&bed.store, RegistryId::new(), 1).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    assert_eq!(bed.traces().await, [0; 5]);
}

async fn registry_outside_the_visible_set_is_as_if_absent(bed: &Bed) {
    let (alpha, beta) = (WorkspaceId::new(), WorkspaceId::new());
    let mut owned = registry("owned");
    owned.owner = Owner::Workspace { id: alpha };
    let owned = integrate(&bed.store, owned).await;
    let platform = integrate(&bed.store, registry("platform")).await;
    for (visible, seen) in [
        (Visible::Everything, vec![owned, platform]),
        (Visible::Workspaces(vec![alpha]), vec![owned]),
        (Visible::Workspaces(vec![beta, alpha]), vec![owned]),
        (Visible::Workspaces(vec![beta]), vec![]),
        (Visible::Workspaces(vec![]), vec![]),
    ] {
        for id in [owned, platform] {
            let found = bed.store.registry(id, &visible).await.expect("answer");
            assert_eq!(found.is_some(), seen.contains(&id), "{visible:?}");
        }
        let mut filter = everything();
        filter.visible = visible.clone();
        let list = bed
            .store
            .registries(&filter, RegistrySort::Name, &first(10))
            .await
            .expect("list");
        let ids: Vec<_> = list.page.items.iter().map(|r| r.id).collect();
        assert_eq!(ids, seen, "{visible:?}");
        assert_eq!(list.total.value, seen.len() as u64);
        assert_eq!(list.facets.unknown, seen.len() as u64);
    }
}

async fn disconnecting_removes_the_credential(bed: &Bed) {
    let mut one = registry("one");
    one.username = Some("robot".to_owned());
    let id = integrate(&bed.store, one).await;
    let kept = integrate(&bed.store, registry("kept")).await;
    disconnect(&bed.store, id, 1).await.expect("disconnect");
    assert_eq!(bed.count("credential").await, 0);
    assert!(get(&bed.store, id).await.is_none());
    assert!(
        bed.store
            .registry_target(id)
            .await
            .expect("answer")
            .is_none()
    );
    assert!(get(&bed.store, kept).await.is_some());
    let changes = bed.store.after(2, 10).await.expect("answer").expect("all");
    assert_eq!((changes[0].object_id, changes[0].generation), (id.0, 2));
    integrate(&bed.store, registry("one")).await;
}

async fn disconnecting_a_stale_or_gone_registry_is_refused(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    let before = bed.traces().await;
    let stale = disconnect(&bed.store, id, 7).await;
    assert!(matches!(stale, Err(StoreError::Stale { current: 1 })));
    let gone = disconnect(&bed.store, RegistryId::new(), 1).await;
    assert!(matches!(gone, Err(StoreError::NotFound)));
    assert_eq!(bed.traces().await, before);
}

async fn concurrent_edits_of_one_generation_have_one_winner(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let store = bed.store.clone();
            tokio::spawn(async move { edit(&store, id, 1).await })
        })
        .collect();
    let mut won = 0;
    for task in tasks {
        match task.await.expect("task") {
            Ok(generation) => {
                assert_eq!(generation, 2);
                won += 1;
            }
            Err(error) => assert!(matches!(error, StoreError::Stale { current: 2 }), "{error}"),
        }
    }
    assert_eq!(won, 1);
}

async fn new_connection_comes_with_its_own_credential_and_the_old_one_is_gone(bed: &Bed) {
    let mut one = registry("one");
    one.username = Some("robot".to_owned());
    let before = one.clone();
    let id = integrate(&bed.store, one).await;
    let edit = |expected, registry: Registry, credential| EditRegistry {
        id,
        expected,
        description: registry.description.clone(),
        listed: None,
        now: later(1),
        connection: Some(Reconnect {
            registry: Registry {
                generation: expected + 1,
                ..registry
            },
            credential,
        }),
    };
    let fresh = SealedCredential {
        ciphertext: b"another".to_vec(),
        ..sealed()
    };
    let moved = Registry {
        address: Address::parse("https://elsewhere.example").expect("address"),
        username: Some("other".to_owned()),
        ..before.clone()
    };
    let entry = || registry_audit(Permission::RegistryEdit, id);
    let stale = bed
        .store
        .edit_registry(edit(7, moved.clone(), Some(fresh.clone())), entry())
        .await;
    assert!(
        matches!(stale, Err(StoreError::Stale { current: 1 })),
        "{stale:?}"
    );
    bed.store
        .edit_registry(edit(1, moved.clone(), Some(fresh)), entry())
        .await
        .expect("edit");
    let target = bed
        .store
        .registry_target(id)
        .await
        .expect("answer")
        .expect("there");
    assert_eq!(
        target.registry,
        Registry {
            generation: 2,
            ..moved.clone()
        }
    );
    assert_eq!(target.credential.expect("sealed").ciphertext, b"another");
    let bare = Registry {
        username: None,
        ..moved
    };
    bed.store
        .edit_registry(edit(2, bare, None), entry())
        .await
        .expect("edit");
    assert_eq!(bed.count("credential").await, 0);
}
