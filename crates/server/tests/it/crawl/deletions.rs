//! Deletions whose answer was lost with the process that asked are looked into.

use super::engine::Engine;
use roadstead_app::driver::{Outcome, Reconciler as _, Wake};
use roadstead_app::reconcilers::DeletionReconciler;
use roadstead_core::model::{
    AuditActor, AuditEntry, AuditEntryId, AuditFilter, AuditObject, AuditOutcome, Deleted,
    DeletionId, DeletionIntent, Digest, PageRequest, RequestId,
};
use roadstead_core::ports::{AuditStore as _, Clock as _, DeletionStore as _, InventoryStore as _};
use roadstead_core::rules::{AuditSet, Visible};
use roadstead_testkit::{DockerRegistry, Guise, RegistryOptions, Storage};
use std::time::Duration;

/// A registry that was read, with `app:v1`; what it points at.
async fn bed() -> (DockerRegistry, Storage, Engine, String) {
    let registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    let storage = Storage::at(&registry.storage());
    let digest = storage.image("app", "one", "c", "amd64").expect("image");
    storage.tag("app", "v1", &digest).expect("tag");
    let engine = Engine::on(&registry.url()).await;
    engine.crawled().await;
    (registry, storage, engine, digest)
}

/// As a process would have left it that died right after it had asked.
async fn interrupted(engine: &Engine, digest: &str) {
    let found = engine.store.repository_named(engine.id, "app").await;
    let now = engine.clock.now();
    let intent = DeletionIntent {
        id: DeletionId::new(),
        registry_id: engine.id,
        generation: 1,
        repository_id: found.expect("answer").expect("repository").id,
        repository: "app".to_owned(),
        what: Deleted::Artifact(Digest::parse(digest).expect("digest")),
        begun_at: now,
    };
    let audit = AuditEntry {
        id: AuditEntryId::new(),
        at: now,
        actor: AuditActor::Anonymous,
        action: "image.delete".to_owned(),
        object: AuditObject {
            kind: "artifact".to_owned(),
            id: digest.to_owned(),
            name: format!("app@{digest}"),
        },
        workspace_id: None,
        outcome: AuditOutcome::Done,
        code: None,
        repeats: 1,
        before: None,
        after: None,
        request_id: RequestId::make(),
        source_address: None,
    };
    let begun = engine.store.begin_deletion(intent, audit);
    begun.await.expect("begun");
}

async fn entries(engine: &Engine) -> Vec<AuditEntry> {
    let filter = AuditFilter {
        action: Some("image.delete".to_owned()),
        ..AuditFilter::of(AuditSet {
            objects: Visible::Everything,
            own: None,
        })
    };
    let page = PageRequest {
        limit: 10,
        after: None,
    };
    let found = engine.store.audit_page(&filter, &page).await;
    found.expect("entries").items
}

async fn looks(engine: &Engine) -> Outcome {
    let duty = DeletionReconciler::new(engine.ports.clone());
    duty.run(engine.id, Wake::Timer).await
}

#[tokio::test]
async fn peer_docker_deletion_that_was_interrupted_gets_its_entry_when_it_happened() {
    let (registry, storage, engine, digest) = bed().await;
    interrupted(&engine, &digest).await;
    // Whoever asked may still be at it.
    assert_eq!(looks(&engine).await, Outcome::Gone);
    assert_eq!(entries(&engine).await.len(), 0);
    // It did not happen: nothing is written.
    engine.clock.forward(Duration::from_secs(600));
    let duty = DeletionReconciler::new(engine.ports.clone());
    assert_eq!(duty.keys().await.expect("keys"), [engine.id]);
    assert_eq!(looks(&engine).await, Outcome::Gone);
    assert_eq!(duty.keys().await.expect("keys"), []);
    assert_eq!(entries(&engine).await.len(), 0);
    assert_eq!(engine.known().await.1.len(), 1);
    // It happened.
    interrupted(&engine, &digest).await;
    engine.clock.forward(Duration::from_secs(600));
    storage.untag("app", "v1").expect("untagged");
    std::fs::remove_dir_all(revision(&registry, &digest)).expect("removed");
    assert_eq!(looks(&engine).await, Outcome::Gone);
    let written = entries(&engine).await;
    assert_eq!(written.len(), 1);
    assert_eq!(
        written[0].after,
        Some(serde_json::json!({"deleted": "artifact"}))
    );
    assert_eq!(engine.known().await.1.len(), 0, "the index follows");
}

/// Where the registry keeps that it has a manifest.
fn revision(registry: &DockerRegistry, digest: &str) -> std::path::PathBuf {
    let hex = digest.trim_start_matches("sha256:");
    registry.storage().join(format!(
        "docker/registry/v2/repositories/app/_manifests/revisions/sha256/{hex}"
    ))
}

#[tokio::test]
async fn peer_docker_deletion_nobody_can_find_out_about_has_an_entry_that_says_so_after_a_day() {
    let (mut registry, _storage, engine, digest) = bed().await;
    interrupted(&engine, &digest).await;
    registry.stop().await;
    engine.clock.forward(Duration::from_secs(600));
    let outcome = looks(&engine).await;
    assert!(matches!(outcome, Outcome::Again(_)), "{outcome:?}");
    assert_eq!(entries(&engine).await.len(), 0);
    engine.clock.forward(Duration::from_secs(25 * 3_600));
    assert_eq!(looks(&engine).await, Outcome::Gone);
    let written = entries(&engine).await;
    assert_eq!(
        written[0].after,
        Some(serde_json::json!({"deleted": "artifact", "confirmed": false}))
    );
    assert_eq!(engine.known().await.1.len(), 1, "what is known is kept");
}
