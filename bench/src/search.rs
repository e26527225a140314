//! `b4`: the search as people type, over a million tags in five registries of a server with a
//! hundred workspaces, through the API, by an administrator and by a member of one workspace.

use crate::crawl::{MASTER_KEY, beside};
use crate::report::{Report, percentile_ms, rss_bytes, tags};
use roadstead_core::model::{CrawlState, Digest, RegistryId, SpaceClass, Timestamp};
use roadstead_core::ports::{
    CrawlKey, InventoryStore as _, NamesPage, Recorded, RegistryStore as _, SeenRepository,
    SeenSpace, SeenTag, Source,
};
use roadstead_store::Store;
use roadstead_testkit::postgres::{Database, Server};
use roadstead_testkit::{Api, DockerRegistry, Guise, RegistryOptions, TestApp, TestAppOptions};
use serde_json::json;
use std::time::{Duration, Instant};

const PASSWORD: &str = "a long bench password";
const REGISTRIES: u64 = 5;
const TAGS_EACH: u64 = 100;
const WORKSPACES: usize = 100;
const ASKED: usize = 200;
/// The longest part that is looked for.
const LONGEST: usize = 12;
/// Longer than an index may take to be filled.
const BOUND: Duration = Duration::from_secs(120);

/// Measures SQLite, and PostgreSQL when there is one.
pub(crate) async fn b4(binary: &str, postgres: bool) {
    measure("SQLite", binary, None).await;
    if postgres {
        let server = Server::from_env()
            .unwrap()
            .unwrap_or_else(|| Server::start_temporary().unwrap());
        let database = server.fresh_database().unwrap();
        measure("PostgreSQL", binary, Some(&database)).await;
    }
}

/// Numbers that look like none in particular, the same every time.
fn mixed(n: u64) -> u64 {
    let n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

/// Tags as projects have them, one way a repository.
fn tag_name(repository: u64, n: u64) -> String {
    let some = mixed((repository << 20) | n);
    match (n, repository % 6) {
        (0, _) => "latest".to_owned(),
        (_, 0) => format!("v{}.{}.{}", 1 + n / 40, n / 7 % 12, n % 7),
        (_, 1) => {
            let os = ["alpine", "slim", "bookworm", "debian-12"][(some % 4) as usize];
            format!("{}.{}.{}-{os}", 1 + n / 40, n / 6 % 9, n % 6)
        }
        (_, 2) => format!(
            "20{:02}-{:02}-{:02}",
            20 + n % 7,
            1 + n % 12,
            1 + n * 7 % 28
        ),
        (_, 3) => format!("main-{:08x}", some >> 32),
        (_, 4) => format!("pr-{}", some % 9_999),
        _ => format!(
            "build-2026{:02}{:02}.{}",
            1 + n % 12,
            1 + n % 28,
            some % 400
        ),
    }
}

fn repository_name(registry: u64, n: u64) -> String {
    let word = [
        "web", "api", "worker", "proxy", "cache", "billing", "search", "mail",
    ];
    let some = mixed((registry << 40) | n);
    format!(
        "team-{}/{}-{:04x}",
        some % 97,
        word[(some >> 8) as usize % word.len()],
        n
    )
}

async fn load(store: &Store, registry: RegistryId, number: u64) {
    let now = Timestamp::from_system_clock();
    let there = store
        .registry_target(registry)
        .await
        .unwrap()
        .unwrap()
        .registry;
    let source = Source {
        registry_id: registry,
        generation: there.generation,
    };
    let server = CrawlState::server(&there.address.to_string(), there.identity.as_ref());
    let Recorded::Yes(state) = store.begin_crawl(source, &server, now).await.unwrap() else {
        panic!("outdated");
    };
    let space = SeenSpace {
        upstream_id: String::new(),
        name: "whole".to_owned(),
        class: SpaceClass::Normal,
        visibility: None,
        members: Vec::new(),
        storage_bytes: None,
        quota_bytes: None,
    };
    store.record_spaces(source, vec![space], now).await.unwrap();
    let names: Vec<String> = (0..tags() / TAGS_EACH / REGISTRIES)
        .map(|n| repository_name(number, n))
        .collect();
    for page in names.chunks(1_000) {
        let seen = |name: &String| SeenRepository {
            space: String::new(),
            name: name.clone(),
            upstream_id: None,
            pulled_at: None,
        };
        let page = NamesPage {
            repositories: page.iter().map(seen).collect(),
            next: Some("going on".to_owned()),
            now,
        };
        let key = CrawlKey {
            source,
            epoch: state.epoch,
        };
        store.record_names(key, page).await.unwrap();
    }
    for (n, name) in (0_u64..).zip(&names) {
        let id = store
            .repository_named(registry, name)
            .await
            .unwrap()
            .unwrap()
            .id;
        let seen = |t: u64| {
            let some = mixed((number << 50) | (n << 20) | (t / 2));
            SeenTag {
                name: tag_name(n, t),
                digest: Digest::parse(&format!("sha256:{some:016x}{n:024x}{t:024x}")),
                pushed_at: Some(now.minus(Duration::from_secs(mixed(n ^ t) % 90_000_000))),
                pulled_at: None,
            }
        };
        let all = (0..TAGS_EACH).map(seen).collect();
        store.record_tags(source, id, all, now).await.unwrap();
    }
}

async fn measure(name: &str, binary: &str, database: Option<&Database>) {
    let upstream = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    let mut options = TestAppOptions {
        database_url: database.map(|database| database.url().to_owned()),
        master_key: database.map(|_| MASTER_KEY.to_owned()),
        ..TestAppOptions::default()
    };
    // What is there is what is loaded here.
    options
        .environment
        .push(("ROADSTEAD_CRAWL_ENABLED".to_owned(), "false".to_owned()));
    let mut app = TestApp::start_with(binary, options).await;
    let admin = app.admin().await;
    let mut workspaces = Vec::new();
    for n in 0..WORKSPACES {
        let made = admin
            .post("/api/v1/workspaces", &json!({"name": format!("w{n}")}))
            .await;
        workspaces.push(made.body["id"].as_str().unwrap().to_owned());
    }
    person(&app, &admin, &workspaces[0]).await;
    let store = beside(&app).await;
    // Two of the platform, which everybody may pull from, and one of each of three workspaces.
    for number in 0..REGISTRIES {
        let owner = match number {
            0 | 1 => json!({"type": "platform"}),
            _ => json!({"type": "workspace", "id": workspaces[number as usize - 2]}),
        };
        let body = json!({"kind": "docker", "name": format!("r{number}"), "owner": owner,
            "address": upstream.url(), "plain_http_consent": true});
        let made = admin.post("/api/v1/registries", &body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        load(
            &store,
            made.body["id"].as_str().unwrap().parse().unwrap(),
            number,
        )
        .await;
    }
    store.close().await;
    app.stop().await;
    let begun = Instant::now();
    app.restart().await;
    let started = begun.elapsed();
    // It listens elsewhere now.
    let (admin, member) = (app.admin().await, app.api());
    member.login("member", PASSWORD).await;
    let cold = rss_bytes(app.pid().expect("runs"));
    let warm = loop {
        let found = admin.get("/api/v1/search?q=latest").await;
        if found.body["partial"] == false {
            assert_eq!(found.body["tags"].as_array().map(Vec::len), Some(20));
            break begun.elapsed();
        }
        assert!(begun.elapsed() < BOUND, "never warm: {}", found.body);
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    report(
        name,
        "from the start of the process to the first whole answer",
    )
    .with("wall_ms", warm.as_secs_f64() * 1e3)
    .with("ready_ms", started.as_secs_f64() * 1e3)
    .with("rss_before_bytes", cold)
    .with("rss_bytes", rss_bytes(app.pid().expect("runs")))
    .print();
    for (who, api) in [("administrator", &admin), ("member", &member)] {
        let seen = api.get("/api/v1/repositories").await.body["total"]["value"].clone();
        let mut none = ask(api, |_| String::new()).await;
        let (floor, floor_p99) = (
            percentile_ms(&mut none, 0.5),
            percentile_ms(&mut none, 0.99),
        );
        let mut all = Vec::new();
        for length in 1..=LONGEST {
            let mut times = ask(api, |n| part(n, length)).await;
            report(name, &format!("{who}: parts of {length} characters"))
                .with("requests", ASKED)
                .with("repositories_seen", seen.clone())
                .with("p50_ms", percentile_ms(&mut times, 0.5))
                .with("p99_ms", percentile_ms(&mut times, 0.99))
                .with("control_p50_ms", floor)
                .with("control_p99_ms", floor_p99)
                .print();
            all.extend(times);
        }
        report(name, &format!("{who}: all of them"))
            .with("requests", all.len())
            .with("p50_ms", percentile_ms(&mut all, 0.5))
            .with("p99_ms", percentile_ms(&mut all, 0.99))
            .with("rss_bytes", rss_bytes(app.pid().expect("runs")))
            .print();
    }
}

fn report(database: &str, what: &str) -> Report {
    let workload = format!("{} tags on {database}: {what}", tags());
    Report::new("b4", &workload, "the same request with nothing to look for")
}

/// A part of a tag or, each fifth time, of a repository's name.
fn part(n: usize, length: usize) -> String {
    for some in (0..).map(|more| mixed(((n as u64) << 32) | (more << 16) | length as u64)) {
        let repositories = tags() / TAGS_EACH / REGISTRIES;
        let repository = some % repositories;
        let whole = if n.is_multiple_of(5) {
            repository_name(some % REGISTRIES, repository)
        } else {
            tag_name(repository, (some >> 20) % TAGS_EACH)
        };
        if whole.len() >= length {
            let from = (some >> 40) as usize % (whole.len() - length + 1);
            return whole[from..from + length].to_owned();
        }
    }
    String::new()
}

async fn ask(api: &Api, text: impl Fn(usize) -> String) -> Vec<Duration> {
    let mut times = Vec::new();
    for n in 0..ASKED {
        let path = format!("/api/v1/search?q={}", text(n).replace('+', "%2B"));
        let begun = Instant::now();
        let found = api.get(&path).await;
        times.push(begun.elapsed());
        assert_eq!(found.status, 200, "{path}: {}", found.body);
    }
    times
}

/// Makes a member of a workspace.
async fn person(app: &TestApp, admin: &Api, workspace: &str) {
    let body = json!({"name": "member", "platform_role": null});
    let made = admin.post("/api/v1/users", &body).await;
    let api = app.api();
    api.use_link(made.body["link"]["url"].as_str().unwrap(), PASSWORD)
        .await;
    let id = made.body["user"]["id"].as_str().unwrap();
    let path = format!("/api/v1/workspaces/{workspace}/members/{id}");
    let body = json!({"role": "viewer"});
    let put = admin
        .send(roadstead_testkit::Method::PUT, &path, Some(&body), &[])
        .await;
    assert_eq!(put.status, 200, "{}", put.body);
}
