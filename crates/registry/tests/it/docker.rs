use crate::{CANARY, adapter, connection, connector};
use futures::StreamExt as _;
use roadstead_core::model::{
    ProbeDepth, ProbeReport, ProbeStep, RegistryKind, StepName, StepStatus,
};
use roadstead_core::ports::{CrawlScope, RegistryAdapter, RegistryConnector as _, RegistryError};
use roadstead_registry::{Connector, OutboundPolicy};
use roadstead_testkit::{DockerRegistry, Guise, RegistryOptions, Reply, Scripted};
use std::sync::Mutex;

async fn probe(adapter: &dyn RegistryAdapter, depth: ProbeDepth) -> (ProbeReport, Vec<ProbeStep>) {
    let steps = Mutex::new(Vec::new());
    let report = adapter
        .probe(depth, &|step| steps.lock().expect("steps").push(step))
        .await;
    (report, steps.into_inner().expect("steps"))
}

/// The only failed step and its error.
fn failed(steps: &[ProbeStep]) -> Option<(StepName, RegistryError)> {
    steps.iter().find_map(|step| match &step.status {
        StepStatus::Failed(error) => Some((step.name, error.clone())),
        _ => None,
    })
}

fn fact(steps: &[ProbeStep], name: StepName, fact: &str) -> Option<String> {
    let step = steps.iter().find(|step| step.name == name)?;
    step.facts.get(fact).cloned()
}

#[test]
fn kinds_without_an_adapter_are_unsupported() {
    for kind in [RegistryKind::Harbor, RegistryKind::Jfrog] {
        let mut connection = connection("http://127.0.0.1:1", None);
        connection.kind = kind;
        let error = connector().connect(connection).err();
        assert_eq!(error, Some(RegistryError::Unsupported));
    }
}

#[test]
fn sec_10_forbidden_literal_is_refused_when_connecting() {
    let closed = Connector::new(OutboundPolicy::default());
    for url in [
        "http://127.0.0.1:5000",
        "http://169.254.169.254",
        "http://[::ffff:169.254.169.254]",
        "http://[fe80::1]",
        "http://10.0.0.1",
        "http://0x7f.1",
    ] {
        let error = closed.connect(connection(url, None)).err();
        assert_eq!(error, Some(RegistryError::Refused), "{url}");
    }
}

#[tokio::test]
async fn sec_10_forbidden_name_fails_at_resolve_without_a_packet() {
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::registry());
    let url = format!("http://localhost:{}", server.address().port());
    let closed = Connector::new(OutboundPolicy::default());
    let adapter = closed
        .connect(connection(&url, Some(("alice", CANARY))))
        .expect("a name is judged when it is resolved");
    for depth in [ProbeDepth::Anonymous, ProbeDepth::Full] {
        let (report, steps) = probe(adapter.as_ref(), depth).await;
        assert_eq!(report.outcome, Err(RegistryError::Refused));
        assert_eq!(
            failed(&steps),
            Some((StepName::Resolve, RegistryError::Refused))
        );
        assert_eq!(steps.len(), 5);
    }
    for depth in [ProbeDepth::Liveness, ProbeDepth::Credential] {
        let (report, _) = probe(adapter.as_ref(), depth).await;
        assert_eq!(report.outcome, Err(RegistryError::Refused));
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn each_kind_of_failure_is_told_at_its_step() {
    let unresolved = adapter("http://nowhere.invalid", None);
    let (_, steps) = probe(unresolved.as_ref(), ProbeDepth::Full).await;
    assert_eq!(
        failed(&steps),
        Some((StepName::Resolve, RegistryError::NameUnresolved))
    );

    for (reply, error) in [
        (Reply::html(), RegistryError::NotARegistry),
        (
            Reply::status(503),
            RegistryError::Unavailable { status: 503 },
        ),
        (Reply::Reset, RegistryError::ConnectionReset),
        (Reply::Close, RegistryError::ConnectionReset),
    ] {
        let server = Scripted::start().await;
        server.on("GET /v2/", reply);
        let adapter = adapter(&server.url(), Some(("alice", CANARY)));
        let (report, steps) = probe(adapter.as_ref(), ProbeDepth::Full).await;
        assert_eq!(failed(&steps), Some((StepName::Detect, error.clone())));
        assert_eq!(steps.len(), 5);
        assert_eq!(report.outcome, Err(error));
        // A password is not shown to what is no registry.
        assert_eq!(server.requests(), ["GET /v2/"]);
    }
}

#[tokio::test]
async fn silent_registry_is_given_up_after_three_seconds() {
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::Hang);
    let adapter = adapter(&server.url(), Some(("alice", CANARY)));
    for depth in [ProbeDepth::Liveness, ProbeDepth::Credential] {
        let (report, _) = probe(adapter.as_ref(), depth).await;
        assert_eq!(report.outcome, Err(RegistryError::Timeout));
    }
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn harbor_and_artifactory_entered_as_docker_are_recognised() {
    let harbor = Reply::status(401).header(
        "WWW-Authenticate",
        "Bearer realm=\"https://h.example/service/token\",service=\"harbor-registry\"",
    );
    let artifactory = Reply::registry().header("X-JFrog-Version", "Artifactory/7.77.5 77705900");
    for (reply, kind, version) in [
        (harbor, RegistryKind::Harbor, None),
        (artifactory, RegistryKind::Jfrog, Some("7.77.5")),
    ] {
        let server = Scripted::start().await;
        server.on("GET /v2/", reply);
        let (report, steps) =
            probe(adapter(&server.url(), None).as_ref(), ProbeDepth::Anonymous).await;
        assert_eq!(report.detected_kind, Some(kind));
        assert_eq!(report.version.as_deref(), version);
        assert_eq!(
            fact(&steps, StepName::Detect, "product").as_deref(),
            Some(kind.as_str())
        );
    }
}

#[tokio::test]
async fn token_only_registry_fails_at_authenticate_without_showing_the_password() {
    let server = Scripted::start().await;
    let bearer = "Bearer realm=\"https://auth.example/token\",service=\"x\"";
    server.on(
        "GET /v2/",
        Reply::status(401).header("WWW-Authenticate", bearer),
    );
    let adapter = adapter(&server.url(), Some(("alice", CANARY)));
    let (_, steps) = probe(adapter.as_ref(), ProbeDepth::Full).await;
    assert_eq!(
        failed(&steps),
        Some((StepName::Authenticate, RegistryError::Unsupported))
    );
    assert_eq!(server.requests(), ["GET /v2/"]);
}

#[tokio::test]
async fn catalogue_that_is_missing_or_broken_is_told_and_fails_nothing() {
    for (reply, catalogue, reason) in [
        (Reply::json(r#"{"repositories":[]}"#), "available", None),
        (Reply::status(401), "missing", Some("upstream.unauthorized")),
        (Reply::status(403), "missing", Some("upstream.forbidden")),
        (Reply::status(404), "missing", Some("upstream.unsupported")),
        (Reply::status(405), "missing", Some("upstream.unsupported")),
        (Reply::status(503), "unknown", Some("upstream.unavailable")),
        (Reply::html(), "unknown", Some("upstream.protocol")),
    ] {
        let server = Scripted::start().await;
        server.on("GET /v2/", Reply::registry());
        server.on("GET /v2/_catalog", reply);
        let (report, steps) = probe(adapter(&server.url(), None).as_ref(), ProbeDepth::Full).await;
        assert!(report.outcome.is_ok(), "{report:?}");
        assert_eq!(
            fact(&steps, StepName::Rights, "catalogue").as_deref(),
            Some(catalogue)
        );
        assert_eq!(fact(&steps, StepName::Rights, "reason").as_deref(), reason);
    }
}

#[tokio::test]
async fn wrong_password_is_found_though_everybody_may_look() {
    let server = Scripted::start().await;
    server.on_times(1, "GET /v2/", Reply::basic_challenge());
    server.on_times(1, "GET /v2/", Reply::registry());
    let adapter = adapter(&server.url(), Some(("alice", CANARY)));
    let (_, steps) = probe(adapter.as_ref(), ProbeDepth::Full).await;
    assert_eq!(
        failed(&steps),
        Some((StepName::Authenticate, RegistryError::Unauthorized))
    );
    assert_eq!(server.requests(), ["GET /v2/", "GET /v2/ +auth"]);
}

#[tokio::test]
async fn peer_docker_restarted_registry_is_alive_again_for_the_same_adapter() {
    let mut registry = DockerRegistry::start(Guise::basic(), RegistryOptions::default()).await;
    let adapter = adapter(&registry.url(), registry.credential());
    for _ in 0..2 {
        let (report, _) = probe(adapter.as_ref(), ProbeDepth::Liveness).await;
        assert!(report.outcome.is_ok());
        registry.stop().await;
        let (report, _) = probe(adapter.as_ref(), ProbeDepth::Liveness).await;
        assert!(report.outcome.is_err());
        registry.restart().await;
    }
    let (report, _) = probe(adapter.as_ref(), ProbeDepth::Credential).await;
    assert!(report.outcome.is_ok());
}

#[tokio::test]
async fn crawl_of_a_page_loop_ends_with_an_error() {
    let server = Scripted::start().await;
    let page = Reply::json(r#"{"repositories":["a"]}"#);
    server.on(
        "GET /v2/_catalog",
        page.header("Link", "</v2/_catalog?last=a>; rel=\"next\""),
    );
    let adapter = adapter(&server.url(), None);
    let mut crawl = adapter.crawl(CrawlScope::Registry, None);
    assert!(matches!(crawl.next().await, Some(Ok(_))));
    assert!(matches!(
        crawl.next().await,
        Some(Err(RegistryError::Protocol(_)))
    ));
    assert!(crawl.next().await.is_none());
}
