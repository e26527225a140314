//! `b3`: from an event posted to its row visible, through a real registry and both databases.

use crate::crawl::{MASTER_KEY, beside, integrate, puller, requests};
use crate::report::{Report, percentile_ms};
use futures::StreamExt as _;
use roadstead_core::model::{CrawlStatus, Timestamp};
use roadstead_core::ports::InventoryStore as _;
use roadstead_oci::{Digest, Pointer, RepositoryName};
use roadstead_testkit::postgres::{Database, Server};
use roadstead_testkit::{
    Api, DockerRegistry, Guise, Method, RegistryOptions, Storage, TestApp, TestAppOptions,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Longer than an event may take; a frame that does not come ends the measurement.
const BOUND: Duration = Duration::from_secs(30);

/// Tags are asked for half a second after they were told of; configurations follow.
const SETTLED: Duration = Duration::from_secs(4);

/// Measures SQLite, and PostgreSQL when there is one.
pub(crate) async fn b3(binary: &str, pushes: usize, postgres: bool) {
    measure("SQLite", binary, pushes, None).await;
    if postgres {
        // One of its own: that of the tests does not write to disk.
        let server = Server::start_temporary().unwrap();
        let database = server.fresh_database().unwrap();
        measure("PostgreSQL", binary, pushes, Some(&database)).await;
    }
}

/// A connection a registry would keep open, and what it proves itself with.
pub(crate) struct Hook {
    stream: TcpStream,
    host: String,
    path: String,
    secret: String,
    posted: usize,
}

impl Hook {
    pub(crate) async fn of(app: &TestApp, api: &Api, registry: &str) -> Self {
        let path = format!("/api/v1/registries/{registry}/hook");
        let made = api.send(Method::PUT, &path, None, &[]).await;
        assert_eq!(made.status, 200, "{}", made.body);
        let text = |field: &str| made.body[field].as_str().unwrap().to_owned();
        let host = app.url().replace("http://", "");
        Self {
            stream: TcpStream::connect(&host).await.unwrap(),
            host,
            path: text("path"),
            secret: text("secret"),
            posted: 0,
        }
    }

    /// Another connection to the same place.
    pub(crate) async fn another(&self) -> Self {
        Self {
            stream: TcpStream::connect(&self.host).await.unwrap(),
            host: self.host.clone(),
            path: self.path.clone(),
            secret: self.secret.clone(),
            posted: 0,
        }
    }

    /// Posts that a tag was pushed, and takes the answer.
    async fn push(&mut self, repository: &str, tag: &str, digest: &str) {
        self.posted += 1;
        let event = pushed(&self.posted.to_string(), repository, tag, digest);
        let secret = self.secret.clone();
        let status = self.post(&json!({ "events": [event] }), &secret).await;
        assert_eq!(status, 200, "refused");
    }

    /// Posts with its own secret, or with one that is wrong; answers the status.
    pub(crate) async fn post_events(&mut self, events: &[Value], forged: bool) -> u16 {
        let secret = if forged { "wrong" } else { &self.secret }.to_owned();
        self.post(&json!({ "events": events }), &secret).await
    }

    async fn post(&mut self, body: &Value, secret: &str) -> u16 {
        let body = body.to_string();
        let post = format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {secret}\r\ncontent-type: application/vnd.docker.distribution.events.v2+json\r\ncontent-length: {}\r\n\r\n{body}",
            self.path,
            self.host,
            body.len()
        );
        self.stream.write_all(post.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        loop {
            let mut bytes = [0; 4_096];
            let read = self.stream.read(&mut bytes).await.unwrap();
            assert!(read > 0, "closed");
            answer.extend_from_slice(&bytes[..read]);
            let text = String::from_utf8_lossy(&answer).to_lowercase();
            let Some((head, rest)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse::<usize>().unwrap());
            if rest.len() >= length {
                return head.split(' ').nth(1).unwrap().parse().unwrap();
            }
        }
    }
}

/// What Distribution tells of a push.
pub(crate) fn pushed(id: &str, repository: &str, tag: &str, digest: &str) -> Value {
    json!({"id": id, "timestamp": Timestamp::from_system_clock().to_string(), "action": "push",
        "target": {"mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": digest, "repository": repository, "tag": tag},
        "request": {"method": "PUT"}, "source": {"instanceID": "bench"}})
}

async fn measure(name: &str, binary: &str, pushes: usize, database: Option<&Database>) {
    let registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    let storage = Storage::at(&registry.storage());
    let options = TestAppOptions {
        database_url: database.map(|database| database.url().to_owned()),
        master_key: database.map(|_| MASTER_KEY.to_owned()),
        ..TestAppOptions::default()
    };
    let mut app = TestApp::start_with(binary, options).await;
    let api = app.admin().await;
    let id = integrate(&api, &registry).await;
    let store = beside(&app).await;
    let begun = Instant::now();
    while !matches!(store.crawl(id).await.unwrap(), Some(s) if s.status == CrawlStatus::Finished) {
        assert!(begun.elapsed() < BOUND, "the empty registry was not read");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let asked_before = requests(&registry.log()).len();
    let mut hook = Hook::of(&app, &api, &id.to_string()).await;
    let stream = api.client().events("/api/v1/changes", None).await.unwrap();
    let mut frames = Box::pin(stream.filter_map(|event| async move {
        let change: Value = serde_json::from_str(&event.unwrap().data).unwrap();
        (change["topic"] == "repository").then(|| change["object_id"].as_str().unwrap().to_owned())
    }));

    // Each to a repository of its own, so that its frame is known from those of tags that settle.
    let name_of = |n: usize| format!("r{n:05}/app");
    let (mut ids, mut seen) = (Vec::new(), HashSet::new());
    let mut digests = Vec::new();
    let mut unknown = Vec::new();
    for n in 0..pushes {
        let repository = name_of(n);
        let digest = storage
            .image(&repository, &repository, "one", "amd64")
            .unwrap();
        storage.tag(&repository, "v1", &digest).unwrap();
        let begun = Instant::now();
        hook.push(&repository, "v1", &digest).await;
        let frame = async {
            loop {
                let id = frames.next().await.expect("the stream ended");
                if seen.insert(id.clone()) {
                    return id;
                }
            }
        };
        ids.push(tokio::time::timeout(BOUND, frame).await.expect("a frame"));
        unknown.push(begun.elapsed());
        digests.push(digest);
    }
    tokio::time::sleep(SETTLED).await;
    let asked_unknown = requests(&registry.log()).len();

    // The same manifests under another tag: they are known.
    let mut known = Vec::new();
    for (n, digest) in digests.iter().enumerate() {
        let repository = name_of(n);
        storage.tag(&repository, "v2", digest).unwrap();
        let begun = Instant::now();
        hook.push(&repository, "v2", digest).await;
        let frame = async { while frames.next().await.expect("the stream ended") != ids[n] {} };
        tokio::time::timeout(BOUND, frame).await.expect("a frame");
        known.push(begun.elapsed());
    }
    tokio::time::sleep(SETTLED).await;
    let made = requests(&registry.log());
    let of = |part: &[String], what: &str| part.iter().filter(|r| r.contains(what)).count();
    let (first, second) = (&made[asked_before..asked_unknown], &made[asked_unknown..]);
    let (reads, reads_known) = (
        of(first, "/manifests/sha256:"),
        of(second, "/manifests/sha256:"),
    );
    let mut heads = BTreeMap::new();
    for head in made[asked_before..]
        .iter()
        .filter(|r| r.starts_with("HEAD "))
    {
        *heads.entry(head.as_str()).or_insert(0_usize) += 1;
    }
    assert_eq!(heads.len(), pushes * 2, "each tag is asked for");
    let again: Vec<_> = heads.iter().filter(|(_, times)| **times > 1).collect();
    // Whether everybody may pull is tried on three of what is there, whenever that is.
    assert!(again.len() <= 3, "asked for again: {again:?}");
    let heads = heads.values().sum::<usize>();
    let configs = of(&made[asked_before..], "/blobs/");
    assert_eq!(
        (reads, reads_known),
        (pushes, 0),
        "requests before a row is shown"
    );

    // What was shown is there after a kill.
    app.kill().await;
    app.restart().await;
    let api = app.admin().await;
    for id in &ids {
        let tags = api.get(&format!("/api/v1/repositories/{id}/tags")).await;
        assert_eq!(tags.body["total"]["value"], 2, "{}", tags.body);
    }

    // The registry's one answer, which the promise adds.
    let client = puller(&registry.url());
    let mut answer = Vec::new();
    for (n, digest) in digests.iter().enumerate() {
        let repository = client.repository(RepositoryName::parse(&name_of(n)).unwrap());
        let pointer = Pointer::Digest(Digest::parse(digest).unwrap());
        let begun = Instant::now();
        repository.manifest(&pointer).await.unwrap();
        answer.push(begun.elapsed());
    }
    let mut report = Report::new(
        "b3",
        &format!("{name}: {pushes} pushes of unknown and {pushes} of known digests, one after the other, from the POST sent to the SSE frame read; all rows there after kill -9"),
        "the registry's one answer: the same manifests by digest, one by one",
    )
    .with("requests", made.len() - asked_before)
    .with("manifest_requests_per_unknown", ratio(reads, pushes))
    .with("manifest_requests_per_known", ratio(reads_known, pushes))
    .with("tag_requests_per_event", ratio(heads, pushes * 2))
    .with("config_requests", configs);
    for (key, times) in [
        ("unknown", &mut unknown),
        ("known", &mut known),
        ("control", &mut answer),
    ] {
        for (share, end) in [(0.5, "p50_ms"), (0.99, "p99_ms")] {
            report = report.with(&format!("{key}_{end}"), percentile_ms(times, share));
        }
    }
    report.print();
}

fn ratio(part: usize, whole: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "few")]
    let ratio = part as f64 / whole as f64;
    ratio
}
