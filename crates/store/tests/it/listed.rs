//! What a person listed of a registry, and what was seen that it can do.

use crate::bed::Bed;
use crate::build::{disconnect, integrate, later, registry, registry_audit};
use roadstead_core::Permission;
use roadstead_core::model::{
    Capabilities, Capability, CapabilityName, CapabilityReason, Generation, Listed, Registry,
    RegistryId, RegistryKind, WorkspaceId,
};
use roadstead_core::ports::{
    CapabilityObservation, ChangeFeed as _, EditRegistry, RegistryStore as _, StoreError,
};
use roadstead_core::rules::Visible;

on_both! {
    listed_repositories_come_back_as_they_were_stored_and_go_with_their_registry,
    edit_of_a_list_replaces_it_and_an_edit_without_one_leaves_it,
    list_of_a_registry_outside_the_visible_set_is_as_if_absent,
    capabilities_are_kept_and_told_when_they_are_news,
    capabilities_seen_through_an_edited_connection_are_passed_over,
}

fn listed(repositories: &[String], prefixes: &[&str]) -> Listed {
    let prefixes: Vec<String> = prefixes.iter().map(|&p| p.to_owned()).collect();
    Listed::new(repositories, &prefixes).expect("listed")
}

/// As many as there may be: more than one statement's worth.
fn many() -> Listed {
    let names: Vec<String> = (0..999).map(|n| format!("team/r{n:03}")).collect();
    listed(&names, &["other"])
}

async fn get(bed: &Bed, id: RegistryId) -> Registry {
    let found = bed.store.registry(id, &Visible::Everything).await;
    found.expect("answer").expect("registry")
}

async fn edit(
    bed: &Bed,
    id: RegistryId,
    expected: i64,
    listed: Option<Listed>,
) -> Result<Generation, StoreError> {
    let command = EditRegistry {
        id,
        expected,
        description: Default::default(),
        connection: None,
        listed,
        now: later(1),
    };
    let entry = registry_audit(Permission::RegistryEdit, id);
    bed.store.edit_registry(command, entry).await
}

async fn listed_repositories_come_back_as_they_were_stored_and_go_with_their_registry(bed: &Bed) {
    let mut one = registry("one");
    one.listed = Some(many());
    let id = integrate(&bed.store, one.clone()).await;
    assert_eq!(bed.count("listed_repository").await, 1_000);
    assert_eq!(get(bed, id).await, one);
    let target = bed.store.registry_target(id).await.expect("answer");
    assert_eq!(target.expect("target").registry.listed, Some(many()));
    let entry = registry_audit(Permission::RegistryDisconnect, id);
    let command = disconnect(id, 1);
    let gone = bed.store.disconnect_registry(command, entry).await;
    gone.expect("disconnected");
    assert_eq!(bed.count("listed_repository").await, 0);
}

async fn edit_of_a_list_replaces_it_and_an_edit_without_one_leaves_it(bed: &Bed) {
    let mut one = registry("one");
    one.listed = Some(many());
    let id = integrate(&bed.store, one).await;
    let few = listed(&["app".to_owned()], &["app"]);
    assert_eq!(edit(bed, id, 1, Some(few.clone())).await.expect("edit"), 2);
    assert_eq!(get(bed, id).await.listed, Some(few.clone()));
    edit(bed, id, 2, None).await.expect("edit");
    assert_eq!(get(bed, id).await.listed, Some(few.clone()));
    let stale = edit(bed, id, 1, Some(Listed::default())).await;
    assert!(
        matches!(stale, Err(StoreError::Stale { current: 3 })),
        "{stale:?}"
    );
    assert_eq!(get(bed, id).await.listed, Some(few));
    edit(bed, id, 3, Some(Listed::default()))
        .await
        .expect("edit");
    assert_eq!(get(bed, id).await.listed, Some(Listed::default()));
}

async fn list_of_a_registry_outside_the_visible_set_is_as_if_absent(bed: &Bed) {
    let mut one = registry("one");
    one.listed = Some(many());
    let id = integrate(&bed.store, one).await;
    for visible in [
        Visible::Workspaces(vec![]),
        Visible::Workspaces(vec![WorkspaceId::new()]),
    ] {
        let found = bed.store.registry(id, &visible).await.expect("answer");
        assert_eq!(found, None);
    }
}

fn seen(id: RegistryId, generation: Generation, news: bool) -> CapabilityObservation {
    let mut capabilities = Capabilities::of_product(Some(RegistryKind::Jfrog));
    capabilities.as_of = Some(later(5));
    capabilities.note(CapabilityName::Catalogue, Capability::Available);
    let off = Capability::Missing(CapabilityReason::SwitchedOff);
    capabilities.note(CapabilityName::Deletion, off);
    CapabilityObservation {
        id,
        generation,
        capabilities,
        version: Some("7.77.5".to_owned()),
        news,
        at: later(5),
    }
}

async fn capabilities_are_kept_and_told_when_they_are_news(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    for (news, told) in [(false, 0), (true, 1)] {
        let observation = seen(id, 1, news);
        let wanted = observation.capabilities.clone();
        let written = bed.store.record_capabilities(observation).await;
        written.expect("written");
        let after = get(bed, id).await;
        assert_eq!(after.capabilities, wanted);
        assert_eq!(after.version.as_deref(), Some("7.77.5"));
        assert_eq!(after.generation, 1, "no edit");
        let changes = bed.store.after(1, 9).await.expect("answer").expect("all");
        assert_eq!(changes.len(), told);
    }
    // A later look that is told no version does not unlearn the one that was.
    let silent = CapabilityObservation {
        version: None,
        ..seen(id, 1, false)
    };
    bed.store
        .record_capabilities(silent)
        .await
        .expect("written");
    assert_eq!(get(bed, id).await.version.as_deref(), Some("7.77.5"));
}

async fn capabilities_seen_through_an_edited_connection_are_passed_over(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    edit(bed, id, 1, None).await.expect("edit");
    let written = bed.store.record_capabilities(seen(id, 1, true)).await;
    written.expect("passed over");
    let gone = bed
        .store
        .record_capabilities(seen(RegistryId::new(), 1, true))
        .await;
    gone.expect("passed over");
    assert_eq!(get(bed, id).await.capabilities, Capabilities::default());
    let changes = bed.store.after(2, 9).await.expect("answer").expect("all");
    assert!(changes.is_empty(), "{changes:?}");
}
