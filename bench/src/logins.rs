//! What a storm of wrong sign-ins does to everybody else: the list of registries while 1,000 of them
//! are under way, beside the same list without them.

use crate::report::{Report, cpu_time, percentile_ms, rss_bytes};
use futures::future::join_all;
use roadstead_testkit::{Api, Method, TestApp, TestAppOptions};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

const AT_ONCE: u32 = 1_000;
/// Lists timed with and without the storm, at least.
const LISTS: usize = 5_000;
/// Waves the lists are timed through, their arrivals included.
const WAVES: u32 = 3;
/// Audit entries a storm may leave: a throttled account or address is told of once in a while,
/// a wrong password of nobody in particular only in a counter.
const AUDIT_BOUND: i64 = 50;

/// Measures both and prints a line.
pub(crate) async fn run(binary: &str) {
    let mut app = TestApp::start_with(
        binary,
        TestAppOptions {
            // Every attempt comes from an address of its own, so that only the hashing slows them.
            environment: vec![(
                "ROADSTEAD_SERVER_TRUSTED_PROXIES".to_owned(),
                "127.0.0.1/32".to_owned(),
            )],
            ..TestAppOptions::default()
        },
    )
    .await;
    let api = app.admin().await;
    for i in 0..200 {
        let body = json!({"name": format!("storm-{i}")});
        assert_eq!(api.post("/api/v1/users", &body).await.status, 201);
    }
    let pid = app.pid().expect("it runs");
    let audit_before = audit_entries(&api).await;
    let mut idle = lists(&api, || true).await;
    let over = Arc::new(AtomicBool::new(false));
    // Answered 401 and 429, and waves that are over.
    let seen = Arc::new([const { AtomicU32::new(0) }; 3]);
    let (cpu, begun) = (cpu_time(pid), Instant::now());
    let storm = beside(storm(app.url(), Arc::clone(&over), Arc::clone(&seen)));
    let mut stormy = lists(&api, || seen[2].load(Ordering::Relaxed) >= WAVES).await;
    let (cpu, wall) = (cpu_time(pid).saturating_sub(cpu), begun.elapsed());
    over.store(true, Ordering::Relaxed);
    let waves = storm.join().unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let entries = audit_entries(&api).await - audit_before;
    let [refused, throttled] = [&seen[0], &seen[1]].map(|n| n.load(Ordering::Relaxed));
    let requests = stormy.len();
    let (quiet, loud) = (
        percentile_ms(&mut idle, 0.99),
        percentile_ms(&mut stormy, 0.99),
    );
    Report::new(
        "logins",
        &format!("lists while waves of {AT_ONCE} wrong sign-ins at once, each of another address, are under way"),
        "the same lists without them, same run",
    )
    .with("requests", requests)
    .with("waves", waves)
    .with("wrong_passwords_refused", refused)
    .with("sign_ins_told_to_wait", throttled)
    .with("audit_entries", entries)
    .with("cpu_ms", cpu.as_secs_f64() * 1e3)
    .with("wall_ms", wall.as_secs_f64() * 1e3)
    .with("rss_bytes", rss_bytes(pid))
    .with("p50_ms", percentile_ms(&mut stormy, 0.5))
    .with("p99_ms", loud)
    .with("control_p50_ms", percentile_ms(&mut idle, 0.5))
    .with("control_p99_ms", quiet)
    .with("ratio", loud / quiet)
    .print();
    assert!(entries <= AUDIT_BOUND, "{entries} audit entries");
    app.stop().await;
}

/// Runs the storm on threads of its own and behind the one that times the lists, so that what is
/// measured is the server and not how the two share this program.
fn beside<T: Send + 'static>(
    storm: impl Future<Output = T> + Send + 'static,
) -> std::thread::JoinHandle<T> {
    std::thread::spawn(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .on_thread_start(|| {
                rustix::process::nice(5).unwrap();
            })
            .enable_all()
            .build()
            .unwrap()
            .block_on(async { tokio::spawn(storm).await.unwrap() })
    })
}

/// Times the list, one request after the other.
async fn lists(api: &Api, enough: impl Fn() -> bool) -> Vec<Duration> {
    let mut times = Vec::new();
    while times.len() < LISTS || !enough() {
        let begun = Instant::now();
        let answer = api.get("/api/v1/registries").await;
        times.push(begun.elapsed());
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    times
}

/// Wave after wave until it is over; counts what was answered 401 and 429. Answers the waves.
async fn storm(url: String, over: Arc<AtomicBool>, seen: Arc<[AtomicU32; 3]>) -> u32 {
    let clients: Vec<Api> = (0..AT_ONCE).map(|_| Api::at(&url)).collect();
    let mut waves = 0;
    while !over.load(Ordering::Relaxed) {
        let attempts = clients.iter().zip(0_u32..).map(|(api, i)| {
            let n = waves * AT_ONCE + i;
            let address = format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255);
            let body =
                json!({"name": format!("storm-{}", n % 200), "password": "wrong but long enough"});
            let seen = &seen;
            async move {
                let headers = [("x-forwarded-for", address.as_str())];
                let answer = api.send(Method::POST, "/api/v1/session", Some(&body), &headers);
                match answer.await.status {
                    401 => seen[0].fetch_add(1, Ordering::Relaxed),
                    429 => seen[1].fetch_add(1, Ordering::Relaxed),
                    other => panic!("{other}"),
                }
            }
        });
        join_all(attempts).await;
        seen[2].fetch_add(1, Ordering::Relaxed);
        waves += 1;
    }
    waves
}

async fn audit_entries(api: &Api) -> i64 {
    let seen = api.get("/api/v1/audit-entries").await;
    seen.body["total"]["value"].as_i64().expect("a total")
}
