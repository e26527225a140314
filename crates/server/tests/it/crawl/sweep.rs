//! The sweep finds what no event told of, within its budget.

use super::engine::{Engine, Setup};
use roadstead_app::driver::Wake;
use roadstead_app::reconcilers::CrawlLimits;
use roadstead_core::model::{AuditActor, AuditEntry, Observed};
use roadstead_core::ports::{Clock as _, InventoryStore as _};
use roadstead_testkit::{DockerRegistry, Guise, RegistryOptions, Storage, fill};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

fn quick() -> CrawlLimits {
    CrawlLimits {
        sweep_per_second: 50.0,
        ..CrawlLimits::default()
    }
}

/// Requests since `before`, with how often each came.
fn since(registry: &DockerRegistry, before: &BTreeMap<String, usize>) -> Vec<(String, usize)> {
    let now = super::counts::requests(registry);
    now.into_iter()
        .map(|(request, count)| {
            let had = before.get(&request).copied().unwrap_or(0);
            (request, count - had)
        })
        .filter(|(_, count)| *count > 0)
        .collect()
}

/// Takes turns for as long as `enough` is not so.
async fn sweep(engine: &Engine, mut enough: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !enough() {
        assert!(begun.elapsed() < Duration::from_secs(240), "never enough");
        let wait = engine.turn().await;
        tokio::time::sleep(wait.min(Duration::from_millis(100))).await;
    }
}

#[tokio::test]
async fn peer_docker_sweep_finds_a_moved_tag_by_one_conditional_head_each() {
    let registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    for name in ["a", "b", "c"] {
        fill::push(registry.address(), None, name, &["v1", "v2"]).await;
    }
    let url = registry.url();
    let engine = Engine::with(Setup {
        limits: quick(),
        ..Setup::of(&url)
    })
    .await;
    engine.crawled().await;
    let before = super::counts::requests(&registry);
    // A tag that moves does not show in a list.
    let storage = Storage::at(&registry.storage());
    let other = storage
        .image("b", "moved", "moved", "arm64")
        .expect("image");
    storage.tag("b", "v1", &other).expect("tag");
    // Nothing is due yet.
    engine.turn().await;
    assert_eq!(since(&registry, &before), []);

    engine.clock.forward(Duration::from_secs(3_600));
    engine.woken(Wake::Signal).await;
    let seen = || since(&registry, &before);
    // Each tag and each list, then the manifest and its configuration.
    sweep(&engine, || {
        let seen = seen();
        seen.len() >= 6 + 3 + 2 && seen.iter().any(|(r, _)| r.contains("/blobs/"))
    })
    .await;
    let asked = seen();
    for name in ["a", "b", "c"] {
        for tag in ["v1", "v2"] {
            let head = format!("HEAD /v2/{name}/manifests/{tag}");
            assert!(asked.contains(&(head, 1)), "{asked:?}");
        }
        let list = format!("GET /v2/{name}/tags/list?n=1000");
        assert!(asked.contains(&(list, 1)), "{asked:?}");
    }
    // Of what moved, the manifest and its configuration; of everything else not a byte.
    let moved = format!("GET /v2/b/manifests/{other}");
    assert!(asked.contains(&(moved, 1)), "{asked:?}");
    let bytes = asked
        .iter()
        .filter(|(r, _)| r.starts_with("GET") && !r.contains("/tags/list"));
    assert_eq!(bytes.count(), 2, "{asked:?}");
    engine.assert_nothing_due().await;
}

#[tokio::test]
async fn peer_docker_sweep_stays_within_its_budget() {
    let folder = tempfile::tempdir().expect("folder");
    roadstead_testkit::storage::many(folder.path(), 60, 2, true).expect("content");
    let registry =
        DockerRegistry::start_on(folder.path(), Guise::Open, RegistryOptions::default()).await;
    let url = registry.url();
    let engine = Engine::with(Setup {
        limits: CrawlLimits {
            sweep_per_second: 20.0,
            ..CrawlLimits::default()
        },
        ..Setup::of(&url)
    })
    .await;
    engine.crawled().await;
    // What the crawl saved up is spent by a first turn that finds nothing due.
    engine.turn().await;
    let before = super::counts::requests(&registry);
    engine.clock.forward(Duration::from_secs(3_600));
    let begun = Instant::now();
    engine.woken(Wake::Signal).await;
    let count = || {
        since(&registry, &before)
            .iter()
            .map(|(_, n)| *n)
            .sum::<usize>()
    };
    // A machine that is busy with other things takes longer to make a few.
    sweep(&engine, || {
        begun.elapsed() > Duration::from_secs(4) && count() >= 40
    })
    .await;
    let made = count();
    // Ten seconds' worth may be saved up while nothing is due.
    let most = begun.elapsed().as_secs_f64() * 20.0 + 200.0;
    assert!((made as f64) <= most, "{made} requests of {most} allowed");
    assert!(made >= 40, "it does sweep: {made}");
}

#[tokio::test]
async fn peer_docker_new_repository_is_found_and_read_and_the_figure_follows() {
    let registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    fill::push(registry.address(), None, "a", &["v1"]).await;
    let url = registry.url();
    let engine = Engine::with(Setup {
        limits: CrawlLimits {
            names_every: Duration::ZERO,
            ..quick()
        },
        ..Setup::of(&url)
    })
    .await;
    engine.crawled().await;
    let figure = |seen: Observed| seen.value;
    assert_eq!(
        figure(engine.registry().await.statistics.repositories),
        Some(1)
    );
    fill::push(registry.address(), None, "b", &["v1", "v2"]).await;
    // What the push itself asked is in the log as well.
    let before = super::counts::requests(&registry);
    sweep(&engine, || {
        let asked = since(&registry, &before);
        asked
            .iter()
            .any(|(r, _)| r.contains("/v2/b/blobs/sha256") && r.starts_with("GET"))
    })
    .await;
    // One turn more is enough, unless the slices of those before were over too soon.
    for _ in 0..200 {
        engine.turn().await;
        let counted = figure(engine.registry().await.statistics.repositories);
        if engine.known().await.1.len() == 3 && counted == Some(2) {
            break;
        }
    }
    assert_eq!(engine.known().await.1, ["a:v1", "b:v1", "b:v2"]);
    assert_eq!(
        figure(engine.registry().await.statistics.repositories),
        Some(2)
    );
    let asked = since(&registry, &before);
    let other: Vec<_> = asked
        .iter()
        .filter(|(r, _)| !r.contains("/v2/b/") && r != "GET /v2/_catalog?n=1000")
        .collect();
    assert!(
        other.is_empty(),
        "what is known is not read again: {asked:?}"
    );
}

#[tokio::test]
async fn peer_docker_repository_a_person_wants_read_is_read_at_once_with_its_moved_tags() {
    let registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    fill::push(registry.address(), None, "a", &["v1", "v2"]).await;
    fill::push(registry.address(), None, "b", &["v1"]).await;
    let engine = Engine::on(&registry.url()).await;
    engine.crawled().await;
    let storage = Storage::at(&registry.storage());
    let other = storage
        .image("a", "moved", "moved", "arm64")
        .expect("image");
    storage.tag("a", "v1", &other).expect("tag");
    let before = super::counts::requests(&registry);
    let due = engine
        .store
        .repository_named(engine.id, "a")
        .await
        .expect("store");
    let audit = AuditEntry {
        actor: AuditActor::Roadstead,
        ..super::engine::audit(&engine.registry().await)
    };
    engine
        .store
        .request_repository(due.expect("a").id, engine.clock.now(), audit)
        .await
        .expect("requested");
    let wanted = [
        "GET /v2/a/tags/list?n=1000".to_owned(),
        "HEAD /v2/a/manifests/v1".to_owned(),
        "HEAD /v2/a/manifests/v2".to_owned(),
        format!("GET /v2/a/manifests/{other}"),
    ];
    let asked = || -> Vec<String> {
        let asked = since(&registry, &before).into_iter();
        asked.map(|(request, _)| request).collect()
    };
    sweep(&engine, || {
        let asked = asked();
        wanted.iter().all(|request| asked.contains(request))
    })
    .await;
    let asked = asked();
    assert!(
        asked.iter().all(|request| request.contains("/v2/a/")),
        "{asked:?}"
    );
}
