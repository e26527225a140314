//! The contract itself. It knows no product.

use crate::CANARY;
use futures::{StreamExt as _, TryStreamExt as _};
use roadstead_core::model::{
    Address, ArtifactKind, Capability, CapabilityName, Certainty, Descriptor, Digest, Origin,
    ProbeDepth, ProbeReport, ProbeStep, RegistryKind, StepName, StepStatus,
};
use roadstead_core::ports::{
    ArtifactPointer, CrawlBatch, CrawlCursor, CrawlScope, Crawled, RegistryAdapter, RegistryError,
};
use roadstead_testkit::fill::{self, TinyImage};
use std::sync::{Arc, Mutex};

/// A server to keep the contract on, and what is true of it.
pub(super) trait Server {
    /// An adapter for it, with this account.
    fn adapter(&self, account: Option<(&str, &str)>) -> Arc<dyn RegistryAdapter>;
    /// Every request since this was last asked, as `GET /path?query`, ` +auth` with a credential.
    fn requests(&self) -> Vec<String>;
    /// What must be true.
    fn expected(&self) -> Expected;
    /// Takes it away.
    async fn stop(&mut self);
}

/// What must be true of a server.
pub(super) struct Expected {
    pub(super) kind: RegistryKind,
    pub(super) address: Address,
    /// A good account; `None` when it has none.
    pub(super) account: Option<(&'static str, &'static str)>,
    /// `anonymous`, `basic` or `token`.
    pub(super) mode: &'static str,
    /// Where the registry sends whoever wants a token.
    pub(super) token_service: Option<Origin>,
    /// `plain` or `verified`.
    pub(super) tls: &'static str,
    pub(super) repositories: Vec<String>,
    /// One of them with its tags.
    pub(super) tags: (String, Vec<String>),
    /// Begins the crawl of the registry with pages of two.
    pub(super) small_pages: CrawlCursor,
    pub(super) liveness: Vec<&'static str>,
    pub(super) credential: Vec<&'static str>,
    pub(super) anonymous: Vec<&'static str>,
    pub(super) full: Vec<&'static str>,
    pub(super) crawl: Vec<&'static str>,
    pub(super) crawl_tags: Vec<String>,
    pub(super) crawl_unknown: Vec<&'static str>,
    /// Of an adapter with a wrong password: alive, the credential, the whole test, the crawl.
    pub(super) rejected: [Vec<&'static str>; 4],
    /// Of the whole test without an account, where one is needed.
    pub(super) nobody: Vec<&'static str>,
    /// Of the look at what it can do; `*` stands for what nobody has.
    pub(super) observe: Vec<&'static str>,
    /// What that shows.
    pub(super) seen: Vec<(CapabilityName, Capability)>,
    /// Of the crawl of the registry with pages of two.
    pub(super) small: Vec<&'static str>,
    /// One image of [`Self::tags`]' repository, which every tag points at.
    pub(super) image: TinyImage,
    /// What stands behind a request that carries a credential.
    pub(super) mark: &'static str,
}

pub(super) async fn run(mut server: impl Server) {
    let expected = server.expected();
    let adapter = server.adapter(expected.account);
    assert!(server.requests().is_empty(), "a constructor does no I/O");
    assert_eq!(adapter.kind(), expected.kind);
    probes(&server, &expected, adapter.as_ref()).await;
    wrong_password(&server, &expected).await;
    observation(&server, &expected, adapter.as_ref()).await;
    crawls(&server, &expected, adapter.as_ref()).await;
    reads(&server, &expected, adapter.as_ref()).await;
    contents(&server, &expected, adapter.as_ref()).await;
    reads_what_is_not_there(&server, &expected, adapter.as_ref()).await;
    resumed_crawls(&server, &expected, adapter.as_ref()).await;
    server.stop().await;
    gone(&expected, adapter.as_ref()).await;
}

async fn probe(adapter: &dyn RegistryAdapter, depth: ProbeDepth) -> (ProbeReport, Vec<ProbeStep>) {
    let steps = Mutex::new(Vec::new());
    let report = adapter
        .probe(depth, &|step| steps.lock().expect("steps").push(step))
        .await;
    (report, steps.into_inner().expect("steps"))
}

/// Each step's status in one word.
fn words(steps: &[ProbeStep]) -> Vec<(StepName, &'static str)> {
    steps
        .iter()
        .map(|step| {
            let word = match step.status {
                StepStatus::Ok => "ok",
                StepStatus::Failed(_) => "failed",
                StepStatus::Skipped => "skipped",
            };
            (step.name, word)
        })
        .collect()
}

fn every_step(words: [&'static str; 5]) -> Vec<(StepName, &'static str)> {
    StepName::ALL.into_iter().zip(words).collect()
}

fn fact<'a>(steps: &'a [ProbeStep], name: StepName, fact: &str) -> Option<&'a str> {
    let step = steps.iter().find(|step| step.name == name)?;
    step.facts.get(fact).map(String::as_str)
}

async fn probes(server: &impl Server, expected: &Expected, adapter: &dyn RegistryAdapter) {
    let (report, steps) = probe(adapter, ProbeDepth::Liveness).await;
    assert!(report.outcome.is_ok(), "{report:?}");
    assert!(steps.is_empty());
    assert_eq!(server.requests(), expected.liveness);

    let (report, steps) = probe(adapter, ProbeDepth::Credential).await;
    assert!(report.outcome.is_ok(), "{report:?}");
    assert!(steps.is_empty());
    assert_eq!(server.requests(), expected.credential);

    let (report, steps) = probe(adapter, ProbeDepth::Anonymous).await;
    assert!(report.outcome.is_ok(), "{report:?}");
    assert_eq!(report.detected_kind, Some(expected.kind));
    assert_eq!(
        words(&steps),
        every_step(["ok", "ok", "ok", "skipped", "skipped"])
    );
    assert_eq!(server.requests(), expected.anonymous);

    let (report, steps) = probe(adapter, ProbeDepth::Full).await;
    assert!(report.outcome.is_ok(), "{report:?} {steps:?}");
    assert_eq!(report.detected_kind, Some(expected.kind));
    assert_eq!(words(&steps), every_step(["ok"; 5]));
    assert_eq!(report.token_service, expected.token_service);
    let address = format!("127.0.0.1:{}", expected.address.origin().port);
    assert_eq!(
        fact(&steps, StepName::Connect, "address"),
        Some(address.as_str())
    );
    assert_eq!(fact(&steps, StepName::Connect, "tls"), Some(expected.tls));
    assert_eq!(
        fact(&steps, StepName::Detect, "product"),
        Some(expected.kind.as_str())
    );
    assert_eq!(
        fact(&steps, StepName::Authenticate, "mode"),
        Some(expected.mode)
    );
    assert_eq!(
        fact(&steps, StepName::Authenticate, "account"),
        expected.account.map(|(username, _)| username)
    );
    let service = expected.token_service.as_ref();
    let service = service.map(|origin| format!("{}:{}", origin.host, origin.port));
    for step in [StepName::Detect, StepName::Authenticate] {
        assert_eq!(fact(&steps, step, "token_service"), service.as_deref());
    }
    assert_eq!(
        fact(&steps, StepName::Rights, "catalogue"),
        Some("available")
    );
    assert_eq!(server.requests(), expected.full);
    if let Some((_, password)) = expected.account {
        assert_silent(password, &format!("{report:?} {steps:?}"));
    }
}

async fn wrong_password(server: &impl Server, expected: &Expected) {
    let Some((username, _)) = expected.account else {
        return;
    };
    let adapter = server.adapter(Some((username, CANARY)));
    let (alive, _) = probe(adapter.as_ref(), ProbeDepth::Liveness).await;
    assert!(alive.outcome.is_ok(), "alive all the same: {alive:?}");
    let [liveness, credential, full, crawled] = &expected.rejected;
    assert_eq!(server.requests(), *liveness);
    let (report, _) = probe(adapter.as_ref(), ProbeDepth::Credential).await;
    assert_eq!(report.outcome, Err(RegistryError::Unauthorized));
    assert_eq!(server.requests(), *credential);

    let (report, steps) = probe(adapter.as_ref(), ProbeDepth::Full).await;
    assert_eq!(report.outcome, Err(RegistryError::Unauthorized));
    assert_eq!(report.detected_kind, Some(expected.kind));
    assert_eq!(
        words(&steps),
        every_step(["ok", "ok", "ok", "failed", "skipped"])
    );
    assert_silent(CANARY, &format!("{report:?} {steps:?}"));
    assert_eq!(server.requests(), *full);

    let crawl = adapter.crawl(CrawlScope::Registry, None);
    let crawl: Result<Vec<CrawlBatch>, _> = crawl.try_collect().await;
    assert_eq!(crawl, Err(RegistryError::Unauthorized));
    assert_eq!(server.requests(), *crawled);

    // Without any account the registry asks for one.
    let (report, steps) = probe(server.adapter(None).as_ref(), ProbeDepth::Full).await;
    assert_eq!(report.outcome, Err(RegistryError::Unauthorized));
    assert_eq!(
        words(&steps),
        every_step(["ok", "ok", "ok", "failed", "skipped"])
    );
    assert_eq!(server.requests(), expected.nobody);
}

/// What was made up for one question, so that nobody can have it, as a star.
fn starred(request: &str) -> String {
    let digest = request.find("sha256:").map(|at| (at + 7, 64));
    let tag = request.find("/manifests/rs-").map(|at| (at + 14, 32));
    match digest.or(tag) {
        Some((at, length)) if request.len() >= at + length => {
            format!("{}*{}", &request[..at], &request[at + length..])
        }
        _ => request.to_owned(),
    }
}

async fn observation(server: &impl Server, expected: &Expected, adapter: &dyn RegistryAdapter) {
    let looked = adapter.observe().await.expect("look");
    let seen = looked.capabilities;
    assert_eq!(seen.product, Some(expected.kind));
    let asked: Vec<String> = server.requests().iter().map(|r| starred(r)).collect();
    assert_eq!(asked, expected.observe);
    for (name, wanted) in &expected.seen {
        assert_eq!(seen.of(*name), *wanted, "{}", name.as_str());
    }
    // Nothing is pushed to find out, and nobody waits for events here.
    for name in [
        CapabilityName::Push,
        CapabilityName::Events,
        CapabilityName::AnonymousPull,
    ] {
        assert_eq!(seen.of(name).status(), "unknown", "{}", name.as_str());
    }
}

/// Secrets appear nowhere, neither plain nor as they go over the wire.
fn assert_silent(secret: &str, text: &str) {
    assert!(!text.contains(secret), "{text}");
    assert!(!text.contains("Basic "), "{text}");
    assert!(!text.contains("Bearer "), "{text}");
}

fn names(batches: &[CrawlBatch]) -> Vec<String> {
    let mut names: Vec<String> = batches
        .iter()
        .flat_map(|batch| &batch.found)
        .map(|found| match found {
            Crawled::Repository { name } | Crawled::Tag { name, .. } => name.clone(),
        })
        .collect();
    names.sort();
    names
}

fn sorted(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.sort();
    names
}

async fn crawls(server: &impl Server, expected: &Expected, adapter: &dyn RegistryAdapter) {
    let crawl = adapter.crawl(CrawlScope::Registry, None);
    let batches: Vec<CrawlBatch> = crawl.try_collect().await.expect("crawl");
    assert_eq!(names(&batches), sorted(&expected.repositories));
    assert!(batches.last().is_some_and(|batch| batch.next.is_none()));
    assert_eq!(server.requests(), expected.crawl);

    let (repository, tags) = &expected.tags;
    let crawl = adapter.crawl(CrawlScope::Repository(repository.clone()), None);
    let batches: Vec<CrawlBatch> = crawl.try_collect().await.expect("crawl");
    assert_eq!(names(&batches), sorted(tags));
    assert_eq!(server.requests(), expected.crawl_tags);

    let unknown = CrawlScope::Repository("no/such/repository".to_owned());
    let mut crawl = adapter.crawl(unknown, None);
    assert_eq!(crawl.next().await, Some(Err(RegistryError::NotFound)));
    assert_eq!(crawl.next().await, None, "ends after the first error");
    assert_eq!(server.requests(), expected.crawl_unknown);

    let impossible = CrawlScope::Repository("../v2/_catalog?n=1".to_owned());
    let mut crawl = adapter.crawl(impossible, None);
    assert_eq!(crawl.next().await, Some(Err(RegistryError::NotFound)));
    assert!(server.requests().is_empty());
}

fn digest_of(bytes: &[u8]) -> Digest {
    Digest::parse(&fill::digest(bytes)).expect("digest")
}

/// Every reading costs one request, and what it gives was verified.
async fn reads(server: &impl Server, expected: &Expected, adapter: &dyn RegistryAdapter) {
    let (repository, tags) = &expected.tags;
    let (image, mark) = (&expected.image, expected.mark);
    let digest = digest_of(&image.manifest);
    let request =
        |method: &str, rest: &str| vec![format!("{method} /v2/{repository}/{rest}{mark}")];
    let before = adapter.requests();
    let mut asked = 0;
    let mut check = |wanted: Vec<String>| {
        asked += wanted.len() as u64;
        assert_eq!(server.requests(), wanted);
    };

    let list = adapter.repository(repository).await.expect("tags");
    let names: Vec<String> = list.tags.iter().map(|tag| tag.name.clone()).collect();
    assert_eq!(sorted(&names), sorted(tags));
    assert!(
        list.tags.iter().all(|tag| tag.digest.is_none()),
        "it does not tell"
    );
    assert_eq!(list.skipped, 0);
    check(expected.crawl_tags.clone());

    for (pointer, path) in [
        (
            ArtifactPointer::Tag("latest".to_owned()),
            "latest".to_owned(),
        ),
        (ArtifactPointer::Digest(digest.clone()), digest.to_string()),
    ] {
        let read = adapter
            .artifact(repository, &pointer)
            .await
            .expect("manifest");
        assert_eq!(read.digest, digest);
        assert_eq!(
            (read.certainty, read.kind),
            (Certainty::Verified, ArtifactKind::Image)
        );
        assert_eq!(read.manifest_bytes, image.manifest.len() as u64);
        assert!(read.read_config);
        let config = read.config.expect("config");
        assert_eq!(config.digest, digest_of(&image.config));
        let layers: Vec<_> = read
            .layers
            .iter()
            .map(|l| (l.digest.clone(), l.size_bytes))
            .collect();
        assert_eq!(
            layers,
            [(digest_of(&image.layer), image.layer.len() as u64)]
        );
        check(request("GET", &format!("manifests/{path}")));
    }

    for (known, moved) in [
        (Some(digest.clone()), None),
        (Some(digest_of(b"another")), Some(digest.clone())),
        (None, Some(digest.clone())),
    ] {
        let found = adapter.moved(repository, "latest", known.as_ref()).await;
        assert_eq!(found, Ok(moved), "known {known:?}");
        check(request("HEAD", "manifests/latest"));
    }

    let config = Descriptor {
        digest: digest_of(&image.config),
        media_type: "application/vnd.oci.image.config.v1+json".to_owned(),
        size_bytes: image.config.len() as u64,
        foreign: false,
        title: None,
    };
    let read = adapter.config(repository, &config).await.expect("config");
    let platform = read.platform.map(|platform| platform.to_string());
    assert_eq!(platform.as_deref(), Some("linux/amd64"));
    assert!(read.summary.labels.contains_key("seed"));
    check(request("GET", &format!("blobs/{}", config.digest)));

    // Tokens are requests, too.
    assert!(adapter.requests() - before >= asked);
}

async fn contents(server: &impl Server, expected: &Expected, adapter: &dyn RegistryAdapter) {
    let repository = expected.tags.0.as_str();
    let (image, mark) = (&expected.image, expected.mark);
    let digest = digest_of(&image.manifest);
    let request = |rest: &str| vec![format!("GET /v2/{repository}/{rest}{mark}")];
    let contents = adapter.contents().expect("it gives contents");

    let bytes = contents.manifest(repository, &digest).await;
    assert_eq!(bytes.as_deref(), Ok(image.manifest.as_slice()));
    assert_eq!(server.requests(), request(&format!("manifests/{digest}")));

    let found = contents.documents(repository, &digest).await;
    let found = found.expect("documents");
    assert_eq!(found.kind, ArtifactKind::Image);
    let named: Vec<&Digest> = found.named.iter().map(|d| &d.descriptor.digest).collect();
    assert_eq!(named, [&digest_of(&image.layer), &digest_of(&image.config)]);
    assert_eq!(server.requests(), request(&format!("manifests/{digest}")));

    for (document, wanted) in found.named.iter().zip([&image.layer, &image.config]) {
        let bytes = contents.blob(repository, &document.descriptor).await;
        assert_eq!(bytes.as_ref(), Ok(wanted));
        let path = format!("blobs/{}", document.descriptor.digest);
        assert_eq!(server.requests(), request(&path));
    }
    let nothing = digest_of(b"nothing");
    let manifest = contents.manifest(repository, &nothing).await;
    assert_eq!(manifest, Err(RegistryError::NotFound));
    assert_eq!(server.requests().len(), 1);
}

async fn reads_what_is_not_there(
    server: &impl Server,
    expected: &Expected,
    adapter: &dyn RegistryAdapter,
) {
    let repository = &expected.tags.0;
    let tag = ArtifactPointer::Tag("no-such-tag".to_owned());
    let nothing = digest_of(b"nothing");
    let not_found = Some(RegistryError::NotFound);
    assert_eq!(adapter.artifact(repository, &tag).await.err(), not_found);
    let moved = adapter
        .moved(repository, "no-such-tag", Some(&nothing))
        .await;
    assert_eq!(moved.err(), not_found);
    let by_digest = ArtifactPointer::Digest(nothing);
    assert_eq!(
        adapter.artifact(repository, &by_digest).await.err(),
        not_found
    );
    assert_eq!(
        adapter.repository("no/such/repository").await.err(),
        not_found
    );
    assert_eq!(server.requests().len(), 4);
    // What no registry can have is asked of none.
    for (repository, tag) in [("../v2", "latest"), (repository.as_str(), "../../x")] {
        let tag = ArtifactPointer::Tag(tag.to_owned());
        assert_eq!(adapter.artifact(repository, &tag).await.err(), not_found);
    }
    assert!(server.requests().is_empty());
}

async fn resumed_crawls(server: &impl Server, expected: &Expected, adapter: &dyn RegistryAdapter) {
    let start = Some(expected.small_pages.clone());
    let crawl = adapter.crawl(CrawlScope::Registry, start);
    let batches: Vec<CrawlBatch> = crawl.try_collect().await.expect("crawl");
    assert!(batches.len() > 1, "several batches: {batches:?}");
    assert_eq!(names(&batches), sorted(&expected.repositories));
    assert_eq!(server.requests(), expected.small);
    for (at, batch) in batches.iter().enumerate() {
        let Some(cursor) = batch.next.clone() else {
            continue;
        };
        let crawl = adapter.crawl(CrawlScope::Registry, Some(cursor));
        let rest: Vec<CrawlBatch> = crawl.try_collect().await.expect("crawl");
        assert_eq!(
            names(&rest),
            names(&batches[at + 1..]),
            "taken up after {at}"
        );
        // From there on, and nothing before it.
        assert_eq!(server.requests(), expected.small[at + 1..]);
    }

    // Nobody asks for the second batch, so nobody fetches it.
    let mut crawl = adapter.crawl(CrawlScope::Registry, Some(expected.small_pages.clone()));
    assert!(crawl.next().await.is_some());
    drop(crawl);
    assert_eq!(server.requests(), expected.small[..1]);
}

async fn gone(expected: &Expected, adapter: &dyn RegistryAdapter) {
    let is_gone = |error: &RegistryError| {
        matches!(
            error,
            RegistryError::ConnectionRefused | RegistryError::ConnectionReset
        )
    };
    let (report, _) = probe(adapter, ProbeDepth::Liveness).await;
    assert!(report.outcome.as_ref().is_err_and(is_gone), "{report:?}");
    let looked = adapter.observe().await;
    assert!(looked.as_ref().is_err_and(is_gone), "{looked:?}");
    let (report, steps) = probe(adapter, ProbeDepth::Full).await;
    assert!(report.outcome.as_ref().is_err_and(is_gone), "{report:?}");
    assert_eq!(steps.len(), StepName::ALL.len());
    assert_eq!(report.detected_kind, None);
    let crawl = adapter.crawl(CrawlScope::Registry, None);
    let crawl: Result<Vec<CrawlBatch>, _> = crawl.try_collect().await;
    assert!(
        crawl.as_ref().is_err_and(is_gone),
        "an error, not an empty list, from {}: {crawl:?}",
        expected.kind.as_str()
    );
}
