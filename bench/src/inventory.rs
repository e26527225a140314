//! The inventory at a million tags, loaded by the commands of the engine: size, rate, how long people
//! wait meanwhile, every list, and the end of it.

use crate::report::{Report, percentile_ms, rss_bytes, tags};
use roadstead_core::model::{
    Address, ArtifactKind, AuditActor, AuditEntry, AuditEntryId, AuditObject, AuditOutcome,
    Certainty, Description, Descriptor, Digest, HealthReport, ImageFilter, Name, OciPlatform,
    Owner, PageRequest, Placed, Registry, RegistryId, RegistryKind, RegistryStatistics,
    RepositoryFilter, RepositoryId, RepositorySort, RequestId, Secret, SpaceClass, SpaceId,
    SpaceSort, TagFilter, TagSort, Timestamp, TlsPolicy,
};
use roadstead_core::ports::{
    ConfigRead, CrawlKey, DisconnectRegistry, IntegrateRegistry, InventoryLists as _,
    InventoryStore as _, ManifestOutcome, ManifestRead, NamesPage, ReadArtifact, ReadConfig,
    Recorded, RegistryStore as _, SearchStore as _, SeenRepository, SeenSpace, SeenTag, Source,
};
use roadstead_core::rules::Visible;
use roadstead_store::{Backend, Store, StoreConfig};
use roadstead_testkit::postgres::{Database, Server};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const TAGS_EACH: u64 = 100;
const ASKED: usize = 200;

/// Measures SQLite, and PostgreSQL when there is one.
pub(crate) async fn run(postgres: bool) {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("roadstead.db");
    let backend = Backend::Sqlite { path: path.clone() };
    measure("SQLite", backend, || {
        let size = |end: &str| {
            let path = home.path().join(format!("roadstead.db{end}"));
            std::fs::metadata(path).map_or(0, |meta| meta.len())
        };
        size("") + size("-wal")
    })
    .await;
    if postgres {
        let server = Server::from_env()
            .unwrap()
            .unwrap_or_else(|| Server::start_temporary().unwrap());
        let database: Database = server.fresh_database().unwrap();
        let backend = Backend::Postgres {
            url: Secret::new(database.url().to_owned()),
        };
        measure("PostgreSQL", backend, || {
            let size = database.psql("SELECT pg_database_size(current_database())");
            size.unwrap().trim().parse().unwrap()
        })
        .await;
    }
}

fn digest(kind: u8, n: u64) -> Digest {
    // Spread as real ones are: an index of neighbours would be kinder than life.
    let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Digest::parse(&format!("sha256:{mixed:016x}{kind:02x}{n:046x}")).unwrap()
}

fn blob(kind: u8, n: u64, size_bytes: u64) -> Descriptor {
    Descriptor {
        digest: digest(kind, n),
        media_type: "application/vnd.oci.image.layer.v1.tar+gzip".to_owned(),
        size_bytes,
        foreign: false,
        title: None,
    }
}

/// One image for two tags: five layers of one of 200 bases, two of its own.
fn image(n: u64, repository: u64) -> ReadArtifact {
    let base = repository % 200;
    let layers = (0..5)
        .map(|l| blob(3, base * 5 + l, 10_000_000 + l))
        .chain((0..2).map(|l| blob(4, n * 2 + l, 1_000 + n)))
        .collect();
    ReadArtifact {
        digest: digest(1, n),
        certainty: Certainty::Verified,
        media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
        artifact_type: None,
        kind: ArtifactKind::Image,
        manifest_bytes: 1_200,
        config: Some(blob(2, n, 4_000)),
        read_config: true,
        layers,
        children: Vec::new(),
        omitted: 0,
        subject: None,
        annotations: BTreeMap::new(),
        platform: None,
        created_at: None,
    }
}

fn config(n: u64) -> ConfigRead {
    let mut read = ReadConfig {
        platform: Some(OciPlatform {
            os: "linux".to_owned(),
            architecture: "amd64".to_owned(),
            ..OciPlatform::default()
        }),
        created_at: Some(Timestamp::from_micros(1_700_000_000_000_000)),
        ..ReadConfig::default()
    };
    read.summary.env = vec!["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin".to_owned()];
    read.summary.cmd = vec!["/server".to_owned()];
    for step in 0..6 {
        read.summary
            .history
            .push(roadstead_core::model::HistoryStep {
                created_by: Some(format!(
                    "RUN /bin/sh -c apt-get install thing-{step} # buildkit"
                )),
                ..roadstead_core::model::HistoryStep::default()
            });
    }
    ConfigRead {
        digest: digest(2, n),
        outcome: Ok(read),
    }
}

struct Loaded {
    registry: RegistryId,
    space: SpaceId,
    repositories: Vec<RepositoryId>,
}

async fn load(store: &Store, total: u64) -> Loaded {
    let now = Timestamp::from_system_clock();
    let registry = integrate(store, "bench").await;
    let source = Source {
        registry_id: registry,
        generation: 1,
    };
    let Recorded::Yes(state) = store.begin_crawl(source, "https://a", now).await.unwrap() else {
        panic!("outdated");
    };
    let key = CrawlKey {
        source,
        epoch: state.epoch,
    };
    let space = SeenSpace {
        upstream_id: String::new(),
        name: "bench".to_owned(),
        class: SpaceClass::Normal,
        visibility: None,
        members: Vec::new(),
        storage_bytes: None,
        quota_bytes: None,
    };
    let Recorded::Yes(ids) = store.record_spaces(source, vec![space], now).await.unwrap() else {
        panic!("outdated");
    };
    let count = total / TAGS_EACH;
    let names: Vec<String> = (0..count)
        .map(|n| format!("team-{}/app-{n:06}", n % 97))
        .collect();
    for page in names.chunks(1_000) {
        let page = NamesPage {
            repositories: page
                .iter()
                .map(|name| SeenRepository {
                    space: String::new(),
                    name: name.clone(),
                    upstream_id: None,
                    pulled_at: None,
                })
                .collect(),
            next: Some("going on".to_owned()),
            now,
        };
        store.record_names(key, page).await.unwrap();
    }
    let mut repositories = Vec::new();
    for (repository, name) in (0_u64..).zip(&names) {
        let id = store
            .repository_named(registry, name)
            .await
            .unwrap()
            .unwrap()
            .id;
        repositories.push(id);
        let tag = |n: u64| SeenTag {
            name: format!("v1.{}.{}", n / 10, n % 10),
            digest: None,
            pushed_at: Some(now.plus(Duration::from_secs(repository * 60 + n))),
            pulled_at: None,
        };
        let all = (0..TAGS_EACH).map(tag).collect();
        store.record_tags(source, id, all, now).await.unwrap();
        let images = repository * TAGS_EACH / 2..(repository + 1) * TAGS_EACH / 2;
        let manifests = images
            .clone()
            .enumerate()
            .map(|(at, n)| ManifestRead {
                repository_id: id,
                tags: (0..2).map(|t| tag(at as u64 * 2 + t)).collect(),
                outcome: ManifestOutcome::Read(Box::new(image(n, repository))),
            })
            .collect();
        store
            .record_manifests(source, manifests, now)
            .await
            .unwrap();
        store
            .record_configs(source, images.map(config).collect(), now)
            .await
            .unwrap();
    }
    Loaded {
        registry,
        space: ids[0],
        repositories,
    }
}

/// Writes as a person does, again and again, and notes how long each took.
fn person(store: &Store, stop: &Arc<AtomicBool>) -> tokio::task::JoinHandle<Vec<Duration>> {
    let (store, stop) = (store.clone(), Arc::clone(stop));
    tokio::spawn(async move {
        let mut times = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let begun = Instant::now();
            integrate(&store, &format!("person-{}", times.len())).await;
            times.push(begun.elapsed());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        times
    })
}

async fn measure(name: &str, backend: Backend, size: impl Fn() -> u64) {
    let store = Store::open(StoreConfig { backend }).await.unwrap();
    let total = tags();
    let stop = Arc::new(AtomicBool::new(false));
    let people = person(&store, &stop);
    let begun = Instant::now();
    let loaded = load(&store, total).await;
    let took = begun.elapsed();
    stop.store(true, Ordering::Relaxed);
    let mut waited = people.await.unwrap();
    let figures = store.registry_figures(&[loaded.registry]).await.unwrap();
    let figures = &figures[&loaded.registry];
    assert_eq!((figures.tags, figures.artifacts), (total, total / 2));
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let rate = total as f64 / took.as_secs_f64();
    report(
        name,
        "loaded by batches, while a person writes every 100 ms",
    )
    .with("bytes", size())
    .with("wall_ms", took.as_secs_f64() * 1e3)
    .with("rss_bytes", rss_bytes(std::process::id()))
    .with("tags_per_second", rate)
    .with("person_p50_ms", percentile_ms(&mut waited, 0.5))
    .with("person_p99_ms", percentile_ms(&mut waited, 0.99))
    .print();
    lists(name, &store, &loaded).await;
    end(name, &store, &loaded).await;
    store.close().await;
}

fn report(database: &str, what: &str) -> Report {
    let workload = format!("{} tags on {database}: {what}", tags());
    Report::new("inventory", &workload, "none")
}

/// Asks one thing often; `ask` takes how often it was asked.
async fn time<F: AsyncFn(usize)>(database: &str, what: &str, store: &Store, ask: F) {
    let mut times = Vec::new();
    let before = store.queries();
    for i in 0..ASKED {
        let begun = Instant::now();
        ask(i).await;
        times.push(begun.elapsed());
    }
    #[expect(clippy::cast_precision_loss, reason = "a small count")]
    let queries = (store.queries() - before) as f64 / ASKED as f64;
    assert!(queries <= 6.0, "{what}: {queries} queries");
    report(database, what)
        .with("requests", ASKED)
        .with("queries", queries)
        .with("p50_ms", percentile_ms(&mut times, 0.5))
        .with("p99_ms", percentile_ms(&mut times, 0.99))
        .print();
}

async fn lists(name: &str, store: &Store, loaded: &Loaded) {
    let some = |i: usize| loaded.repositories[i * 7_919 % loaded.repositories.len()];
    time(name, "figures of a registry", store, async |_| {
        store.registry_figures(&[loaded.registry]).await.unwrap();
    })
    .await;
    time(name, "spaces", store, async |_| {
        let page = PageRequest {
            limit: 50,
            after: None,
        };
        store
            .spaces(loaded.registry, None, SpaceSort::Name, &page)
            .await
            .unwrap();
    })
    .await;
    for (what, sort) in [
        ("repositories by name", RepositorySort::Name),
        ("repositories by push", RepositorySort::PushedDescending),
        ("repositories by size", RepositorySort::SizeDescending),
        ("repositories by tags", RepositorySort::TagsDescending),
    ] {
        // Somewhere in the middle: the place where a page 100 pages on begins.
        let mut after: Option<Placed> = None;
        let far = PageRequest {
            limit: 200,
            after: None,
        };
        let first = store
            .repositories(loaded.space, RepositoryFilter::default(), sort, &far)
            .await
            .unwrap();
        if first.page.next.is_some() {
            after = first.page.next;
        }
        time(name, what, store, async |_| {
            let page = PageRequest {
                limit: 50,
                after: after.clone(),
            };
            store
                .repositories(loaded.space, RepositoryFilter::default(), sort, &page)
                .await
                .unwrap();
        })
        .await;
    }
    time(name, "repositories by text", store, async |i| {
        let page = PageRequest {
            limit: 50,
            after: None,
        };
        let text = format!("app-{:04}", i % 10_000);
        let filter = RepositoryFilter {
            text: Some(&text),
            broken: false,
        };
        let found = store.repositories(loaded.space, filter, RepositorySort::Name, &page);
        found.await.unwrap();
    })
    .await;
    for (what, sort) in [
        ("images by name", RepositorySort::Name),
        ("images by push", RepositorySort::PushedDescending),
    ] {
        time(name, what, store, async |_| {
            let page = PageRequest {
                limit: 50,
                after: None,
            };
            let filter = ImageFilter::default();
            let found = store.images(&Visible::Everything, &filter, sort, &page);
            found.await.unwrap();
        })
        .await;
    }
    time(name, "one repository", store, async |i| {
        store
            .repository(some(i), &Visible::Everything)
            .await
            .unwrap()
            .unwrap();
    })
    .await;
    for (what, sort) in [
        ("tags by name", TagSort::Name),
        ("newest tags", TagSort::Newest),
        ("tags by version", TagSort::VersionDescending),
    ] {
        time(name, what, store, async |i| {
            let page = PageRequest {
                limit: 50,
                after: None,
            };
            store
                .tags(some(i), TagFilter::default(), sort, &page)
                .await
                .unwrap();
        })
        .await;
    }
    time(name, "tags by text", store, async |i| {
        let page = PageRequest {
            limit: 50,
            after: None,
        };
        let part = TagFilter {
            text: Some("v1.3"),
            attached: false,
        };
        store
            .tags(some(i), part, TagSort::Name, &page)
            .await
            .unwrap();
    })
    .await;
    time(name, "an artifact", store, async |i| {
        let repository = i * 7_919 % loaded.repositories.len();
        let digest = digest(1, repository as u64 * TAGS_EACH / 2 + 3);
        store
            .artifact(some(i), &digest, &Visible::Everything)
            .await
            .unwrap()
            .unwrap();
    })
    .await;
    time(name, "largest repositories", store, async |_| {
        store
            .largest_repositories(loaded.registry, 10)
            .await
            .unwrap();
    })
    .await;
}

/// A person disconnects the registry; what it held is removed behind them.
async fn end(name: &str, store: &Store, loaded: &Loaded) {
    let now = Timestamp::from_system_clock();
    let command = DisconnectRegistry {
        id: loaded.registry,
        expected: 1,
        cleanup: roadstead_core::model::Cleanup {
            id: roadstead_core::model::CleanupId::new(),
            registry_id: loaded.registry,
            name: Name::parse("bench").unwrap(),
            kind: RegistryKind::Docker,
            owner: Owner::Platform,
            address: Address::parse("https://registry.example").unwrap(),
            tls: TlsPolicy::Verify,
            username: None,
            token_service: None,
            identity: None,
            disconnected_at: now,
            given_up_at: None,
        },
        credential: None,
    };
    let begun = Instant::now();
    store
        .disconnect_registry(command, audit("registry.disconnect", loaded.registry))
        .await
        .unwrap();
    let answered = begun.elapsed();
    let now = Timestamp::from_system_clock();
    let begun = Instant::now();
    let mut parts = Vec::new();
    loop {
        let part = Instant::now();
        if store.remove_ended(now).await.unwrap() == 0 {
            break;
        }
        parts.push(part.elapsed());
    }
    report(
        name,
        "the registry is disconnected; its inventory is removed in parts",
    )
    .with("wall_ms", begun.elapsed().as_secs_f64() * 1e3)
    .with("person_ms", answered.as_secs_f64() * 1e3)
    .with("parts", parts.len())
    .with("part_p50_ms", percentile_ms(&mut parts, 0.5))
    .with("part_p99_ms", percentile_ms(&mut parts, 0.99))
    .print();
}

async fn integrate(store: &Store, name: &str) -> RegistryId {
    let now = Timestamp::from_system_clock();
    let registry = Registry {
        id: RegistryId::new(),
        name: Name::parse(name).unwrap(),
        kind: RegistryKind::Docker,
        owner: Owner::Platform,
        address: Address::parse("https://registry.example").unwrap(),
        tls: TlsPolicy::Verify,
        username: None,
        token_service: None,
        identity: None,
        suspension: None,
        certificate: None,
        capabilities: roadstead_core::model::Capabilities::default(),
        listed: None,
        description: Description::default(),
        verified: true,
        version: None,
        health: HealthReport::unchecked(),
        conditions: Vec::new(),
        statistics: RegistryStatistics::unmeasured(),
        integrated_by: None,
        created_at: now,
        updated_at: now,
        generation: 1,
    };
    let id = registry.id;
    let command = IntegrateRegistry {
        registry,
        credential: None,
    };
    store
        .integrate_registry(command, audit("registry.integrate", id))
        .await
        .unwrap();
    id
}

fn audit(action: &str, id: RegistryId) -> AuditEntry {
    AuditEntry {
        id: AuditEntryId::new(),
        at: Timestamp::from_system_clock(),
        actor: AuditActor::Roadstead,
        action: action.to_owned(),
        object: AuditObject {
            kind: "registry".to_owned(),
            id: id.to_string(),
            name: "bench".to_owned(),
        },
        workspace_id: None,
        outcome: AuditOutcome::Done,
        code: None,
        repeats: 1,
        before: None,
        after: None,
        request_id: RequestId::make(),
        source_address: None,
    }
}
