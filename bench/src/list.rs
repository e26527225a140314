//! The list of registries at 10 and at 10,000 rows: queries per request and time.

use crate::report::{Report, percentile_ms};
use roadstead_app::{App, Ports};
use roadstead_core::model::{
    Address, AuditActor, AuditEntry, AuditEntryId, AuditObject, AuditOutcome, Description, Health,
    HealthReport, Name, Owner, Registry, RegistryId, RegistryKind, RegistryStatistics, RequestId,
    Secret, Timestamp, TlsPolicy,
};
use roadstead_core::ports::{IntegrateRegistry, RegistryStore as _, SystemClock};
use roadstead_http::{HttpConfig, Readiness, router, serve};
use roadstead_oci::OutboundPolicy;
use roadstead_registry::Connector;
use roadstead_store::{Backend, DataDir, MasterKeySource, MasterKeyVault, Store, StoreConfig};
use roadstead_testkit::Api;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const REQUESTS: u32 = 300;

/// Measures both sizes and prints a line for each; the small one is the control.
pub(crate) async fn run() {
    let small = measure(10).await;
    let large = measure(10_000).await;
    for (rows, seen) in [(10, &small), (10_000, &large)] {
        Report::new(
            "list",
            &format!("{rows} registries on SQLite, {REQUESTS} GETs of 50 rows: first page, next page, by name, by text, by health"),
            "the same at 10 rows",
        )
        .with("requests", REQUESTS)
        .with("queries", seen.queries_per_request)
        .with("wall_ms", seen.p99_ms)
        .with("p50_ms", seen.p50_ms)
        .with("p99_ms", seen.p99_ms)
        .with("ratio", seen.p50_ms / small.p50_ms)
        .print();
    }
    assert!(
        small.queries_per_request <= 3.0 && large.queries_per_request <= 3.0,
        "more than 3 queries a request"
    );
    assert!(
        (small.queries_per_request - large.queries_per_request).abs() < f64::EPSILON,
        "queries grow with the rows"
    );
}

struct Seen {
    queries_per_request: f64,
    p50_ms: f64,
    p99_ms: f64,
}

struct Ready;

impl Readiness for Ready {
    fn ready(&self) -> std::pin::Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(std::future::ready(true))
    }
}

async fn measure(rows: usize) -> Seen {
    let home = tempfile::tempdir().unwrap();
    let dir = DataDir::open(&home.path().join("data")).unwrap();
    let store = Store::open(StoreConfig {
        backend: Backend::Sqlite {
            path: dir.database(),
        },
    })
    .await
    .unwrap();
    let vault = MasterKeyVault::open(&store, MasterKeySource::File(&dir))
        .await
        .unwrap();
    for i in 0..rows {
        let registry = registry(i);
        let audit = audit(&registry);
        store
            .integrate_registry(
                IntegrateRegistry {
                    registry,
                    credential: None,
                },
                audit,
            )
            .await
            .unwrap();
    }
    let ports = Ports {
        store: Arc::new(store.clone()),
        vault: Arc::new(vault),
        connector: Arc::new(Connector::new(OutboundPolicy::default())),
        workspace_connector: Arc::new(Connector::new(OutboundPolicy::default())),
        clock: Arc::new(SystemClock),
        wishes: roadstead_app::Wishes::default(),
        events: roadstead_app::EventInbox::default(),
        search: roadstead_app::SearchIndex::default(),
    };
    let app = Arc::new(App::new(&ports));
    let password = Secret::new("bench password one".to_owned());
    app.setup
        .ensure_admin(Name::parse("bench").unwrap(), password)
        .await
        .unwrap();
    let stop = CancellationToken::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let routes = router(app, HttpConfig::default(), Arc::new(Ready), stop.clone());
    let server = tokio::spawn(serve(listener, routes, stop.clone()));

    let api = Api::at(&url);
    api.login("bench", "bench password one").await;
    let first = api.get("/api/v1/registries").await;
    let next = first.body["next_cursor"].as_str().map_or_else(
        || "/api/v1/registries".to_owned(),
        |cursor| format!("/api/v1/registries?cursor={cursor}"),
    );
    let paths = [
        "/api/v1/registries".to_owned(),
        next,
        "/api/v1/registries?sort=-name".to_owned(),
        "/api/v1/registries?q=bench-7".to_owned(),
        "/api/v1/registries?health=unhealthy".to_owned(),
    ];
    let mut times = Vec::new();
    let before = store.queries();
    for i in 0..REQUESTS as usize {
        let begun = Instant::now();
        let answer = api.get(&paths[i % paths.len()]).await;
        times.push(begun.elapsed());
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    #[expect(clippy::cast_precision_loss, reason = "a small count")]
    let queries = (store.queries() - before) as f64;
    stop.cancel();
    let _ = server.await;
    store.close().await;
    Seen {
        queries_per_request: queries / f64::from(REQUESTS),
        p50_ms: percentile_ms(&mut times, 0.5),
        p99_ms: percentile_ms(&mut times, 0.99),
    }
}

fn registry(i: usize) -> Registry {
    let now = Timestamp::from_system_clock().plus(Duration::from_micros(i as u64));
    let status = Health::ALL[i % 4];
    Registry {
        id: RegistryId::new(),
        name: Name::parse(&format!("bench-{i}")).unwrap(),
        kind: RegistryKind::Docker,
        owner: Owner::Platform,
        address: Address::parse(&format!("https://registry-{i}.example")).unwrap(),
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
        health: HealthReport {
            status,
            ..HealthReport::unchecked()
        },
        conditions: Vec::new(),
        statistics: RegistryStatistics::unmeasured(),
        integrated_by: None,
        created_at: now,
        updated_at: now,
        generation: 1,
    }
}

fn audit(registry: &Registry) -> AuditEntry {
    AuditEntry {
        id: AuditEntryId::new(),
        at: registry.created_at,
        actor: AuditActor::Roadstead,
        action: "registry.integrate".to_owned(),
        object: AuditObject {
            kind: "registry".to_owned(),
            id: registry.id.to_string(),
            name: registry.name.to_string(),
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
