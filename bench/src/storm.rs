//! A storm of events through the hook, by HTTP: at least ten thousand a second, a quarter of them
//! repeated, a quarter of the posts forged.

use crate::crawl::{beside, integrate};
use crate::events::{Hook, pushed};
use crate::report::{Report, cpu_time, rss_bytes};
use roadstead_core::model::CrawlStatus;
use roadstead_core::ports::{InventoryLists as _, InventoryStore as _};
use roadstead_testkit::{DockerRegistry, Guise, RegistryOptions, Storage, TestApp};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 8;
const EVENTS_EACH: usize = 50;
const LASTS: Duration = Duration::from_secs(15);
/// What is really there.
const REPOSITORIES: usize = 200;
const BOUND: Duration = Duration::from_secs(120);

pub(crate) async fn run(binary: &str) {
    let registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    let storage = Storage::at(&registry.storage());
    let app = TestApp::start(binary).await;
    let api = app.admin().await;
    let id = integrate(&api, &registry).await;
    let store = beside(&app).await;
    let finished = async |after: i64| {
        let begun = Instant::now();
        loop {
            let state = store.crawl(id).await.unwrap();
            if let Some(state) =
                state.filter(|s| s.status == CrawlStatus::Finished && s.epoch > after)
            {
                return state.epoch;
            }
            assert!(begun.elapsed() < BOUND, "the registry was not read");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let first = finished(0).await;
    let mut digests = Vec::new();
    for n in 0..REPOSITORIES {
        let repository = format!("r{n:03}/app");
        let digest = storage
            .image(&repository, &repository, "one", "amd64")
            .unwrap();
        storage.tag(&repository, "v1", &digest).unwrap();
        digests.push(digest);
    }
    let hook = Hook::of(&app, &api, &id.to_string()).await;
    let pid = app.pid().expect("runs");
    let (before, cpu) = (rss_bytes(pid), cpu_time(pid));
    let begun = Instant::now();
    let mut posts = Vec::new();
    for connection in 0..CONNECTIONS {
        let mut hook = hook.another().await;
        let digests = digests.clone();
        posts.push(tokio::spawn(async move {
            let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
            for n in 0.. {
                if begun.elapsed() > LASTS {
                    break;
                }
                // A quarter tells what is there, again and again; the rest is made up.
                let event = |e: usize| {
                    let some = (connection * 7_919 + n * EVENTS_EACH + e) % REPOSITORIES;
                    let (repository, tag) = if e.is_multiple_of(4) {
                        (format!("r{some:03}/app"), "v1".to_owned())
                    } else {
                        (format!("made-up/{connection}-{n}-{e}"), format!("v{e}"))
                    };
                    pushed(
                        &format!("{connection}-{n}-{e}"),
                        &repository,
                        &tag,
                        &digests[some],
                    )
                };
                let events: Vec<Value> = (0..EVENTS_EACH).map(event).collect();
                let status = hook.post_events(&events, n % 4 == 3).await;
                *statuses.entry(status).or_default() += 1;
            }
            statuses
        }));
    }
    let mut most = before;
    let mut lists = Vec::new();
    while begun.elapsed() < LASTS {
        let asked = Instant::now();
        let list = api.get("/api/v1/registries").await;
        assert_eq!(list.status, 200, "{}", list.body);
        lists.push(asked.elapsed());
        most = most.max(rss_bytes(pid));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for post in posts {
        for (status, count) in post.await.unwrap() {
            *statuses.entry(status).or_default() += count;
        }
    }
    let took = begun.elapsed();
    assert!(
        statuses.keys().all(|s| [200, 401].contains(s)),
        "{statuses:?}"
    );
    let posted: usize = statuses.values().sum();
    // What did not find room has the registry read.
    finished(first).await;
    let figures = store.registry_figures(&[id]).await.unwrap();
    let figures = &figures[&id];
    assert_eq!(
        (figures.repositories, figures.tags),
        (REPOSITORIES as u64, REPOSITORIES as u64),
        "what is there, and nothing that was made up"
    );
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let rate = (posted * EVENTS_EACH) as f64 / took.as_secs_f64();
    Report::new(
        "storm",
        &format!("{CONNECTIONS} connections, {EVENTS_EACH} events a post, a quarter of them of what is there, every fourth post forged; afterwards the index is what the registry holds"),
        "none",
    )
    .with("requests", posted)
    .with("wall_ms", took.as_secs_f64() * 1e3)
    .with("cpu_ms", (cpu_time(pid) - cpu).as_secs_f64() * 1e3)
    .with("events_per_second", rate)
    .with("taken", statuses.get(&200).copied().unwrap_or(0))
    .with("refused", statuses.get(&401).copied().unwrap_or(0))
    .with("rss_before_bytes", before)
    .with("rss_bytes", most)
    .with("list_p99_ms", crate::report::percentile_ms(&mut lists, 0.99))
    .print();
    assert!(
        most.saturating_sub(before) < 64 << 20,
        "{before} to {most} bytes"
    );
}
