//! What a registry tells is looked into: what that costs, and what is believed.

use super::counts::requests;
use super::engine::{Engine, Setup};
use crate::postgres::database;
use roadstead_app::driver::{Outcome, Reconciler as _, Wake};
use roadstead_app::reconcilers::EventReconciler;
use roadstead_core::model::{Capability, CapabilityName, CapabilityReason, CrawlStatus, Timestamp};
use roadstead_core::ports::Clock as _;
use roadstead_core::ports::InventoryStore as _;
use roadstead_testkit::{DockerRegistry, Guise, RegistryOptions, Storage};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

const OCI: &str = "application/vnd.oci.image.manifest.v1+json";

/// A registry, the engine, and the duty that looks into its events.
struct Bed {
    registry: DockerRegistry,
    storage: Storage,
    engine: Engine,
    events: EventReconciler,
    posted: std::cell::Cell<usize>,
}

impl Bed {
    async fn on(database: Option<&str>) -> Self {
        let registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
        let storage = Storage::at(&registry.storage());
        let engine = Engine::with(Setup {
            database,
            ..Setup::of(&registry.url())
        })
        .await;
        // An empty registry, read.
        assert_eq!(engine.crawled().await.status, CrawlStatus::Finished);
        let events = EventReconciler::new(engine.ports.clone());
        Self {
            registry,
            storage,
            engine,
            events,
            posted: std::cell::Cell::new(0),
        }
    }

    fn image(&self, repository: &str, seed: &str) -> String {
        let image = self.storage.image(repository, seed, "shared", "amd64");
        image.expect("image")
    }

    fn tag(&self, repository: &str, tag: &str, digest: &str) {
        self.storage.tag(repository, tag, digest).expect("tag");
    }

    /// An event of its own id comes.
    fn told(&self, action: &str, target: serde_json::Value, at: Timestamp) {
        self.posted.set(self.posted.get() + 1);
        let body = json!({"events": [{"id": self.posted.get().to_string(),
            "timestamp": at.to_string(), "action": action, "target": target,
            "request": {"method": "PUT"}, "source": {"instanceID": "i"}}]});
        let inbox = &self.engine.ports.events;
        inbox.take_body(self.engine.id, body.to_string().as_bytes(), self.now());
    }

    fn pushed(&self, repository: &str, tag: &str, digest: &str) {
        let target =
            json!({"mediaType": OCI, "digest": digest, "repository": repository, "tag": tag});
        self.told("push", target, self.now());
    }

    fn now(&self) -> Timestamp {
        self.engine.clock.now()
    }

    async fn run(&self) -> Duration {
        match self.events.run(self.engine.id, Wake::Signal).await {
            Outcome::Again(wait) => wait,
            other => panic!("the turn ended with {other:?}"),
        }
    }

    /// Runs until every tag that was told of was asked for.
    async fn settled(&self) {
        for _ in 0..40 {
            let wait = self.run().await;
            if wait > Duration::from_secs(5) {
                return;
            }
            tokio::time::sleep(wait.max(Duration::from_millis(10))).await;
        }
        panic!("it has no end");
    }

    async fn tags(&self) -> Vec<String> {
        self.engine.known().await.1
    }

    /// How many requests of each kind the registry got since the first reading.
    fn asked(&self) -> BTreeMap<&'static str, usize> {
        let mut all = BTreeMap::new();
        for (request, count) in requests(&self.registry) {
            let kind = match request.split(' ').next() {
                Some("HEAD") => "tag",
                _ if request.contains("/manifests/sha256:") => "manifest",
                _ if request.contains("/manifests/") => "manifest by tag",
                _ if request.contains("/blobs/") => "config",
                _ => continue,
            };
            *all.entry(kind).or_default() += count;
        }
        all
    }
}

async fn two_hundred_pushes_cost_one_request_each_or_none(database: Option<&str>) {
    let bed = Bed::on(database).await;
    let digests: Vec<String> = (0..100)
        .map(|n| bed.image("team/app", &format!("image {n}")))
        .collect();
    for (n, digest) in digests.iter().enumerate() {
        bed.pushed("team/app", &format!("new-{n}"), digest);
        bed.tag("team/app", &format!("new-{n}"), digest);
    }
    bed.run().await;
    assert_eq!(bed.tags().await.len(), 100, "shown before they are settled");
    assert_eq!(bed.asked().get("manifest"), Some(&100));
    // The same manifests under other tags: nothing has to be read.
    for (n, digest) in digests.iter().enumerate() {
        bed.pushed("team/app", &format!("again-{n}"), digest);
        bed.tag("team/app", &format!("again-{n}"), digest);
    }
    bed.run().await;
    assert_eq!(bed.tags().await.len(), 200);
    assert_eq!(bed.asked().get("manifest"), Some(&100));
    bed.settled().await;
    // Each tag was asked for once, and the one configuration they share was read once.
    let asked = bed.asked();
    let expected = BTreeMap::from([("manifest", 100), ("tag", 200), ("config", 1)]);
    assert_eq!(asked, expected);
    bed.engine.assert_nothing_due().await;
    assert_eq!(bed.tags().await.len(), 200);
}

#[tokio::test]
async fn peer_docker_two_hundred_pushes_cost_one_request_each_or_none() {
    two_hundred_pushes_cost_one_request_each_or_none(None).await;
}

#[tokio::test]
async fn postgres_peer_docker_two_hundred_pushes_cost_one_request_each_or_none() {
    let (_server, database) = database();
    two_hundred_pushes_cost_one_request_each_or_none(Some(database.url())).await;
}

#[tokio::test]
async fn peer_docker_first_event_shows_that_the_registry_sends_events() {
    let bed = Bed::on(None).await;
    let events = async || {
        let registry = bed.engine.registry().await;
        registry.capabilities.of(CapabilityName::Events)
    };
    let none = Capability::Unknown(CapabilityReason::NoneSeen);
    assert_eq!(events().await, none);
    let image = bed.image("team/app", "one");
    bed.tag("team/app", "v1", &image);
    bed.pushed("team/app", "v1", &image);
    bed.settled().await;
    assert_eq!(events().await, Capability::Available);
}

#[tokio::test]
async fn peer_docker_sec_33_forged_push_shows_nothing() {
    let bed = Bed::on(None).await;
    let absent = format!("sha256:{}", "f".repeat(64));
    for n in 0..20 {
        bed.pushed(&format!("made-up/{n}"), "t", &absent);
    }
    let real = bed.image("team/app", "one");
    // A manifest that is there under a tag that is not: shown as unproved, and gone when asked for.
    bed.pushed("team/app", "made-up", &real);
    bed.settled().await;
    assert_eq!(bed.tags().await, Vec::<String>::new());
    let named = bed.engine.known().await.0;
    assert!(named.iter().all(|name| name == "team/app"), "{named:?}");
    for n in 0..20 {
        let (store, name) = (&bed.engine.store, format!("made-up/{n}"));
        let named = store.repository_named(bed.engine.id, &name).await;
        assert_eq!(named.expect("store"), None, "{name}");
    }
}

#[tokio::test]
async fn peer_docker_sec_33_replayed_push_does_not_move_a_tag_back() {
    let bed = Bed::on(None).await;
    let (old, new) = (bed.image("team/app", "old"), bed.image("team/app", "new"));
    bed.tag("team/app", "t", &new);
    for digest in [&old, &new] {
        let target = json!({"mediaType": OCI, "digest": digest, "repository": "team/app"});
        bed.told("push", target, bed.now());
    }
    bed.pushed("team/app", "t", &new);
    bed.settled().await;
    let manifests = bed.asked()["manifest"];
    let long_ago = bed.now().minus(Duration::from_secs(600));
    let target = json!({"mediaType": OCI, "digest": old, "repository": "team/app", "tag": "t"});
    bed.told("push", target, long_ago);
    bed.run().await;
    // Before anything is settled already.
    let due = bed.engine.tags_due_for_check().await;
    let digests: Vec<_> = due.into_iter().filter_map(|tag| tag.digest).collect();
    assert!(digests.iter().all(|d| d.as_str() == new), "{digests:?}");
    assert_eq!(bed.asked()["manifest"], manifests);
}

#[tokio::test]
async fn peer_docker_deletion_is_believed_when_the_registry_says_so_too() {
    let bed = Bed::on(None).await;
    let image = bed.image("team/app", "one");
    for tag in ["a", "b"] {
        bed.tag("team/app", tag, &image);
        bed.pushed("team/app", tag, &image);
    }
    bed.settled().await;
    assert_eq!(bed.tags().await, ["team/app:a", "team/app:b"]);
    bed.storage.untag("team/app", "a").expect("untagged");
    for tag in ["a", "b"] {
        bed.told(
            "delete",
            json!({"repository": "team/app", "tag": tag}),
            bed.now(),
        );
    }
    bed.told(
        "delete",
        json!({"repository": "team/app", "digest": image}),
        bed.now(),
    );
    bed.told(
        "delete",
        json!({"repository": "nobody/knows", "tag": "a"}),
        bed.now(),
    );
    bed.settled().await;
    assert_eq!(bed.tags().await, ["team/app:b"], "what is there stays");
}

#[tokio::test]
async fn peer_docker_event_storm_that_is_let_go_is_made_up_for_by_a_reading() {
    let bed = Bed::on(None).await;
    let image = bed.image("team/app", "one");
    bed.tag("team/app", "unheard", &image);
    for n in 0..10_000 {
        let target = json!({"mediaType": OCI, "digest": image, "repository": "team/app", "tag": format!("storm-{}", n % 50)});
        bed.told("push", target, bed.now());
    }
    let inbox = &bed.engine.ports.events;
    assert_eq!(inbox.len(), 50);
    inbox.take_body(bed.engine.id, b"no envelope", bed.now());
    bed.run().await;
    assert!(
        bed.engine.state().await.status.is_open(),
        "a reading has begun"
    );
    assert_eq!(bed.engine.crawled().await.status, CrawlStatus::Finished);
    bed.settled().await;
    assert_eq!(bed.tags().await, ["team/app:unheard"]);
    bed.engine.assert_nothing_due().await;
}
