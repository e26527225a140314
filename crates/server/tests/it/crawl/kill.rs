//! The real program is killed in the middle of a crawl of a real registry.

use super::counts::requests;
use crate::ROADSTEAD;
use roadstead_core::model::CrawlStatus;
use roadstead_core::ports::InventoryStore as _;
use roadstead_store::{Backend, Store, StoreConfig};
use roadstead_testkit::{DockerRegistry, Guise, RegistryOptions, TestApp, storage};
use serde_json::json;
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// Two batches: one that is being read and one that is being written.
const UNWRITTEN: usize = 200;

async fn wait_for(what: &str, enough: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !enough().await {
        assert!(begun.elapsed() < Duration::from_secs(240), "never {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Where the last manifest was asked for that nobody had asked for before. Later ones are of others,
/// who prove from time to time that they may still be pulled.
fn last_new_manifest(log: &str) -> usize {
    let (mut seen, mut at, mut end) = (HashSet::new(), 0, 0);
    for line in log.split_inclusive('\n') {
        let of_manifest = |part: &&str| part.starts_with("GET ") && part.contains("/manifests/");
        let request = line.split('"').find(of_manifest);
        if request.is_some_and(|request| seen.insert(request)) {
            end = at;
        }
        at += line.len();
    }
    end
}

#[tokio::test]
async fn peer_docker_killed_crawl_goes_on_without_asking_for_finished_pages_again() {
    let folder = tempfile::tempdir().expect("folder");
    storage::many(folder.path(), 1_100, 1, true).expect("content");
    let registry =
        DockerRegistry::start_on(folder.path(), Guise::Open, RegistryOptions::default()).await;
    let mut app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let input = json!({"kind": "docker", "name": "dock-open", "address": registry.url(), "plain_http_consent": true});
    let made = api.post("/api/v1/registries", &input).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.body["id"].as_str().expect("id").to_owned();

    let count = |part: &str| {
        let all = requests(&registry);
        all.iter()
            .filter(|(r, _)| r.contains(part))
            .map(|(_, n)| n)
            .sum::<usize>()
    };
    wait_for("reading tags", async || count("/tags/list") > 300).await;
    app.restart().await;
    wait_for("reading manifests", async || count("/manifests/") > 500).await;
    app.restart().await;
    // Beside the server, as the commands on the host do it.
    let backend = Backend::Sqlite {
        path: app.data_dir().join("roadstead.db"),
    };
    let store = Store::open(StoreConfig { backend }).await.expect("store");
    let registry_id = id.parse().expect("an id");
    let finished = async || {
        let state = store
            .crawl(registry_id)
            .await
            .expect("store")
            .expect("a crawl");
        state.status == CrawlStatus::Finished
    };
    wait_for("finished", finished).await;
    let api = app.admin().await;

    let all = requests(&registry);
    let twice = |part: &str| {
        let of = all.iter().filter(|(r, _)| r.contains(part));
        of.map(|(_, n)| n - 1).sum::<usize>()
    };
    // The sweep, which lists names every minute, begins after the last manifest.
    let log = registry.log();
    let end = last_new_manifest(&log);
    let pages = log[..end].matches("GET /v2/_catalog?n=1000").count()
        + log[..end].matches("GET /v2/_catalog?last=").count();
    assert_eq!(pages, 2, "both pages of names were finished");
    assert!(twice("/tags/list") <= UNWRITTEN, "{}", twice("/tags/list"));
    assert!(
        twice("/manifests/") <= UNWRITTEN,
        "{}",
        twice("/manifests/")
    );
    // Whoever proves pulls and looks at what the registry can do asks in other words.
    let of_crawl = |r: &str| r.starts_with("GET") && !r.contains("n=1 ") && !r.ends_with("n=1");
    let distinct = |part: &str| {
        let of = all.keys().filter(|r| r.contains(part) && of_crawl(r));
        of.count()
    };
    assert_eq!(
        (distinct("/tags/list"), distinct("/manifests/")),
        (1_100, 1_100)
    );
    let counted = api.get(&format!("/api/v1/registries/{id}")).await.body;
    assert_eq!(counted["statistics"]["repositories"]["value"], 1_100);
}
