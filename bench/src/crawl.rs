//! `b1`: the first crawl of a registry against the least requests the protocol allows, and against
//! `curl` replaying our own requests. `b12`: what somebody else who pulls notices of it.

use crate::report::{Report, cpu_time, percentile_ms, rss_bytes};
use roadstead_core::model::{
    Address, CrawlCounts, CrawlPhase, CrawlStatus, RegistryId, Secret, TlsPolicy,
};
use roadstead_core::ports::InventoryStore as _;
use roadstead_oci::{
    Deadlines, OciClient, OciSettings, OutboundPolicy, Pointer, RepositoryName, Tag,
};
use roadstead_store::{Backend, Store, StoreConfig};
use roadstead_testkit::{Api, DockerRegistry, Guise, RegistryOptions, TestApp, storage};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Requests at once of the control: what our own permits settle at on a registry like this.
const PARALLEL: usize = 4;

/// How often other duties come round: pulls are tried every minute.
const ROUND_MS: f64 = 60_000.0;

const ACCEPT: &str = "Accept: application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

/// Both sizes.
pub(crate) async fn b1(binary: &str) {
    measure(binary, 500, 10).await;
    measure(binary, 10_000, 2).await;
}

/// Content is made once and kept beside the build.
fn content(repositories: usize, tags: usize) -> PathBuf {
    let folder = PathBuf::from(format!("target/bench-content/{repositories}x{tags}"));
    let done = folder.join("done");
    if !done.is_file() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        storage::many(&folder, repositories, tags, true).unwrap();
        std::fs::write(&done, "").unwrap();
    }
    folder.canonicalize().unwrap()
}

struct Crawled {
    names_ms: f64,
    wall_ms: f64,
    cpu_ms: f64,
    rss: u64,
    counts: CrawlCounts,
}

/// PostgreSQL has to be given one.
pub(crate) const MASTER_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// The database of a running server, to look at.
pub(crate) async fn beside(app: &TestApp) -> Store {
    let backend = match app.database_url() {
        Some(url) => Backend::Postgres {
            url: Secret::new(url.to_owned()),
        },
        None => Backend::Sqlite {
            path: app.data_dir().join("roadstead.db"),
        },
    };
    Store::open(StoreConfig { backend }).await.unwrap()
}

pub(crate) async fn integrate(api: &Api, registry: &DockerRegistry) -> RegistryId {
    let input = json!({"kind": "docker", "name": "bench", "address": registry.url(), "plain_http_consent": true});
    let made = api.post("/api/v1/registries", &input).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body["id"].as_str().unwrap().parse().unwrap()
}

async fn crawl(app: &TestApp, api: &Api, registry: &DockerRegistry) -> Crawled {
    let pid = app.pid().expect("runs");
    let cpu = cpu_time(pid);
    let id = integrate(api, registry).await;
    let begun = Instant::now();
    let store = beside(app).await;
    let mut names = None;
    let counts = loop {
        let state = store.crawl(id).await.unwrap();
        if names.is_none() && state.as_ref().is_some_and(|s| s.phase != CrawlPhase::Names) {
            names = Some(begun.elapsed());
        }
        if let Some(state) = state.filter(|s| s.status == CrawlStatus::Finished) {
            break state.counts;
        }
        assert!(begun.elapsed() < Duration::from_secs(600), "no end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let wall = begun.elapsed();
    Crawled {
        names_ms: names.unwrap_or(wall).as_secs_f64() * 1e3,
        wall_ms: wall.as_secs_f64() * 1e3,
        cpu_ms: (cpu_time(pid) - cpu).as_secs_f64() * 1e3,
        rss: rss_bytes(pid),
        counts,
    }
}

/// The reading requests of an access log, in order. Health and the connection test are not the
/// crawl's.
pub(crate) fn requests(log: &str) -> Vec<String> {
    log.lines()
        .filter_map(|line| line.split('"').find(|part| part.ends_with(" HTTP/1.1")))
        .map(|request| request.trim_end_matches(" HTTP/1.1").to_owned())
        .filter(|request| !matches!(request.as_str(), "GET /v2/" | "GET /v2/_catalog?n=1"))
        .collect()
}

/// Checks that a crawl asked for nothing twice and for nothing outside of the formula; answers how
/// many questions were of other duties. Those are counted too: what a registry can do is looked at
/// on one repository, and whether everybody may pull by one manifest and one blob of three, both
/// once in a `round`.
///
/// # Panics
/// At the first request that nothing explains.
fn beyond_the_formula(made: &[String], needed: usize, rounds: usize) -> usize {
    let mut crawl: BTreeMap<&str, usize> = BTreeMap::new();
    let mut others: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for request in made {
        let (method, path) = request.split_once(' ').unwrap();
        let duty = if path.ends_with("/tags/list?n=1") {
            "tag of a repository"
        } else if path.contains("/referrers/") {
            "referrers"
        } else if method == "HEAD" && path.contains("/manifests/") {
            "manifest is there"
        } else if path.starts_with("/v2/_catalog?") && !path.contains("n=1000") {
            "a few names"
        } else {
            let is_of_crawl = method == "GET"
                && (path.starts_with("/v2/_catalog?")
                    || path.ends_with("/tags/list?n=1000")
                    || path.contains("/app/manifests/v")
                    || path.contains("/app/blobs/sha256:"));
            assert!(is_of_crawl, "outside of the formula: {request}");
            *crawl.entry(request).or_default() += 1;
            continue;
        };
        others.entry(duty).or_default().push(request);
    }
    assert_eq!(crawl.len(), needed, "the crawl's own requests");
    let tried = others.get("tag of a repository").into_iter().flatten();
    let tried: Vec<&str> = tried
        .filter_map(|request| request.strip_suffix("tags/list?n=1"))
        .collect();
    for (request, times) in crawl {
        let is_tried = tried.iter().any(|name| request.starts_with(name));
        let duty = match times {
            1 => continue,
            _ if is_tried && request.contains("/manifests/") => "pull of a manifest",
            _ if is_tried && request.contains("/blobs/") => "pull of a blob",
            _ => panic!("asked for {times} times: {request}"),
        };
        let again = std::iter::repeat_n(request, times - 1);
        others.entry(duty).or_default().extend(again);
    }
    for (duty, most) in [
        ("a few names", 2),
        ("tag of a repository", 4),
        ("manifest is there", 3),
        ("pull of a manifest", 3),
        ("pull of a blob", 3),
        ("referrers", 1),
    ] {
        let asked = others.get(duty).map(Vec::as_slice).unwrap_or_default();
        assert!(
            asked.len() <= most * rounds,
            "{duty}, {most} in each of {rounds} rounds at most: {asked:?}"
        );
    }
    others.values().map(Vec::len).sum()
}

async fn measure(binary: &str, repositories: usize, tags: usize) {
    let content = content(repositories, tags);
    let registry =
        DockerRegistry::start_on(&content, Guise::Open, RegistryOptions::default()).await;
    let app = TestApp::start(binary).await;
    let api = app.admin().await;
    let ours = crawl(&app, &api, &registry).await;
    let made = requests(&registry.log());
    drop(app);

    // Every image of a repository has the repository's one configuration.
    let needed = repositories.div_ceil(1_000) + repositories + repositories * tags + repositories;
    let ratio = made.len() as f64 / needed as f64;
    let rounds = 1 + (ours.wall_ms / ROUND_MS) as usize;
    let others = beyond_the_formula(&made, needed, rounds);
    assert!(
        ratio <= 1.02,
        "{} requests made, {needed} needed",
        made.len()
    );

    let control = replay(&registry, &made);
    Report::new(
        "b1",
        &format!("first crawl of {repositories} repositories with {tags} tags each, Debian's docker-registry on loopback"),
        &format!("curl -Z --parallel-max {PARALLEL} replaying the same requests"),
    )
    .with("requests", made.len())
    .with("needed", needed)
    .with("made_by_needed", ratio)
    .with("of_other_duties", others)
    .with("names_ms", ours.names_ms)
    .with("wall_ms", ours.wall_ms)
    .with("cpu_ms", ours.cpu_ms)
    .with("rss_bytes", ours.rss)
    .with("control_wall_ms", control)
    .with("ratio", ours.wall_ms / control)
    .with("counts", serde_json::to_value(ours.counts).unwrap())
    .print();
}

/// Replays requests with `curl`; answers how long it took, in milliseconds.
fn replay(registry: &DockerRegistry, requests: &[String]) -> f64 {
    let base = registry.url();
    let lines: Vec<String> = requests
        .iter()
        .filter_map(|request| request.strip_prefix("GET "))
        .map(|path| format!("url = \"{base}{path}\"\noutput = \"/dev/null\""))
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("curl.cfg");
    std::fs::write(&config, lines.join("\n")).unwrap();
    let begun = Instant::now();
    let ended = Command::new("curl")
        .args([
            "-s",
            "-Z",
            "--parallel-max",
            &PARALLEL.to_string(),
            "-H",
            ACCEPT,
            "--config",
        ])
        .arg(&config)
        .stdout(Stdio::null())
        // Its progress.
        .stderr(Stdio::null())
        .status()
        .expect("curl");
    assert!(ended.success(), "{ended}");
    begun.elapsed().as_secs_f64() * 1e3
}

/// A puller beside our crawl.
pub(crate) async fn b12(binary: &str) {
    const PULLS: usize = 2_000;
    let content = content(500, 10);
    let registry =
        DockerRegistry::start_on(&content, Guise::Open, RegistryOptions::default()).await;
    let app = TestApp::start(binary).await;
    let api = app.admin().await;
    let puller = puller(&registry.url());
    let mut idle = pulls(&puller, PULLS, || false).await;
    let id = integrate(&api, &registry).await;
    let store = beside(&app).await;
    let ended = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let watch = {
        let ended = Arc::clone(&ended);
        async move {
            loop {
                let state = store.crawl(id).await.unwrap();
                if let Some(state) = state.filter(|s| s.status == CrawlStatus::Finished) {
                    ended.store(true, std::sync::atomic::Ordering::SeqCst);
                    return state.counts;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    };
    let during = pulls(&puller, usize::MAX, || {
        ended.load(std::sync::atomic::Ordering::SeqCst)
    });
    let (counts, mut during) = futures::future::join(watch, during).await;
    let (idle_p50, idle_p99) = (
        percentile_ms(&mut idle, 0.5),
        percentile_ms(&mut idle, 0.99),
    );
    let (p50, p99) = (
        percentile_ms(&mut during, 0.5),
        percentile_ms(&mut during, 0.99),
    );
    Report::new(
        "b12",
        "another client pulls manifests one by one while 500 repositories with 10 tags are crawled",
        "the same client on the same registry, idle",
    )
    .with("requests", counts.requests)
    .with("pulls", during.len())
    .with("p50_ms", p50)
    .with("p99_ms", p99)
    .with("control_p50_ms", idle_p50)
    .with("control_p99_ms", idle_p99)
    .with("ratio", p99 / idle_p99)
    .print();
}

pub(crate) fn puller(url: &str) -> OciClient {
    OciClient::new(OciSettings {
        address: Address::parse(url).unwrap(),
        tls: TlsPolicy::Verify,
        account: None,
        token_service: None,
        pinned_key: None,
        names: Arc::new(roadstead_oci::SystemNames),
        policy: Arc::new(OutboundPolicy {
            allow: vec!["127.0.0.0/8".parse().unwrap()],
            ..OutboundPolicy::default()
        }),
        deadlines: Deadlines::default(),
        user_agent: "puller".to_owned(),
    })
    .unwrap()
}

/// Pulls manifests one after the other, `most` at most; answers how long each took.
async fn pulls(client: &OciClient, most: usize, enough: impl Fn() -> bool) -> Vec<Duration> {
    let mut times = Vec::new();
    while times.len() < most && !enough() {
        let at = times.len();
        let name = RepositoryName::parse(&format!("r{:05}/app", at % 500)).unwrap();
        let tag = Pointer::Tag(Tag::parse(&format!("v{}", at % 10)).unwrap());
        let begun = Instant::now();
        client.repository(name).manifest(&tag).await.unwrap();
        times.push(begun.elapsed());
    }
    times
}
