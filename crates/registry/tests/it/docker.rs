use crate::{CANARY, adapter, connection, connector};
use futures::{StreamExt as _, TryStreamExt as _};
use roadstead_core::model::{
    Address, Capability, CapabilityName, CapabilityReason, Connection, Listed, ProbeDepth,
    ProbeReport, ProbeStep, RegistryKind, Scheme, StepName, StepStatus, TlsPolicy,
};
use roadstead_core::ports::{
    CrawlBatch, CrawlScope, Crawled, RegistryAdapter, RegistryConnector as _, RegistryError,
};
use roadstead_registry::{Connector, OutboundPolicy};
use roadstead_testkit::{
    Certificate, Distribution, DockerRegistry, Guise, RegistryOptions, Reply, Scripted,
    TokenIssuer, fill,
};
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

/// An address with the other scheme than the server's is said at the step that connects, and the
/// account stays where it is.
#[tokio::test]
async fn fault_tls_server_under_a_plain_http_address_is_told_by_the_test() {
    let server = Scripted::start_tls(Certificate::Good).await;
    let url = format!("http://{}", server.address());
    for depth in [ProbeDepth::Anonymous, ProbeDepth::Full] {
        let adapter = adapter(&url, Some(("alice", CANARY)));
        other_scheme_is_told(adapter.as_ref(), depth, Scheme::Https).await;
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn peer_docker_fault_tls_other_scheme_is_told_by_the_test_in_both_directions() {
    let options = RegistryOptions {
        tls: Some(Certificate::Good),
        ..RegistryOptions::default()
    };
    let secure = DockerRegistry::start(Guise::Open, options).await;
    let plain = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    for (url, other) in [
        (format!("http://{}", secure.address()), Scheme::Https),
        (format!("https://{}", plain.address()), Scheme::Http),
    ] {
        for depth in [ProbeDepth::Anonymous, ProbeDepth::Full] {
            let adapter = adapter(&url, Some(("alice", CANARY)));
            other_scheme_is_told(adapter.as_ref(), depth, other).await;
        }
    }
}

async fn other_scheme_is_told(adapter: &dyn RegistryAdapter, depth: ProbeDepth, other: Scheme) {
    let (report, steps) = probe(adapter, depth).await;
    let error = RegistryError::OtherScheme(other);
    assert_eq!(failed(&steps), Some((StepName::Connect, error.clone())));
    assert_eq!(steps.len(), 5);
    assert_eq!(report.outcome, Err(error));
    let told = fact(&steps, StepName::Connect, "other_scheme");
    assert_eq!(told.as_deref(), Some(other.as_str()));
}

#[tokio::test]
async fn certificate_is_a_fact_of_the_test_whether_it_is_accepted_or_not() {
    for (certificate, tls, accepted) in [
        (Certificate::Good, TlsPolicy::Skip, true),
        (Certificate::Expired, TlsPolicy::Skip, true),
        (Certificate::Expired, ca(), false),
    ] {
        let server = Scripted::start_tls(certificate).await;
        server.on("GET /v2/", Reply::registry());
        let connection = Connection {
            tls,
            ..connection(&server.url(), None)
        };
        let adapter = connector().connect(connection).expect("adapter");
        let (report, steps) = probe(adapter.as_ref(), ProbeDepth::Anonymous).await;
        assert_eq!(report.outcome.is_ok(), accepted, "{report:?}");
        let seen = adapter.certificate().expect("certificate");
        let told = fact(&steps, StepName::Connect, "certificate_expires_at");
        assert_eq!(told, Some(seen.expires_at.to_string()));
        let issuer = fact(&steps, StepName::Connect, "certificate_issuer");
        assert_eq!(issuer.as_deref(), Some("Roadstead test CA"));
    }
}

fn ca() -> TlsPolicy {
    TlsPolicy::Ca {
        ca_pem: Certificate::CA_PEM.to_owned(),
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

fn token_challenge(realm: &str) -> Reply {
    let challenge = format!("Bearer realm=\"{realm}\",service=\"x\"");
    Reply::status(401).header("WWW-Authenticate", &challenge)
}

/// The registry is trusted with the account by whoever asks for this test, and so is the token
/// service it names; what is saved afterwards is what was found.
#[tokio::test]
async fn token_service_found_by_the_test_is_used_for_it_and_reported() {
    let (server, auth) = (Scripted::start().await, Scripted::start().await);
    let port = auth.address().port();
    server.on(
        "GET /v2/",
        token_challenge(&format!("http://localhost:{port}/t")),
    );
    server.on_with("GET /v2/", "Bearer good", Reply::registry());
    let names = Reply::json(r#"{"repositories":[]}"#);
    server.on_with("GET /v2/_catalog", "Bearer good", names);
    auth.on("GET /t", Reply::json(r#"{"token":"good"}"#));
    let adapter = adapter(&server.url(), Some(("alice", CANARY)));

    let (report, steps) = probe(adapter.as_ref(), ProbeDepth::Anonymous).await;
    let found = Address::parse(&format!("http://localhost:{port}")).map(|a| a.origin());
    assert_eq!(report.token_service, found.clone().ok());
    let shown = format!("localhost:{port}");
    let told = fact(&steps, StepName::Detect, "token_service");
    assert_eq!(told.as_deref(), Some(shown.as_str()));
    assert_eq!(auth.connections(), 0, "no step without credential asks it");

    let (report, steps) = probe(adapter.as_ref(), ProbeDepth::Full).await;
    assert!(report.outcome.is_ok(), "{report:?}");
    assert_eq!(report.token_service, found.ok());
    let mode = fact(&steps, StepName::Authenticate, "mode");
    assert_eq!(mode.as_deref(), Some("token"));
    assert!(server.log().iter().all(|head| {
        head.header("authorization")
            .is_none_or(|header| header == "Bearer good")
    }));

    // Until that is saved, nothing but the test uses it.
    auth.clear_log();
    let (report, _) = probe(adapter.as_ref(), ProbeDepth::Credential).await;
    let unconfirmed = RegistryError::TokenServiceUnconfirmed(format!("http://localhost:{port}"));
    assert_eq!(report.outcome, Err(unconfirmed));
    assert!(auth.requests().is_empty());
}

#[tokio::test]
async fn sec_03_test_does_not_confirm_another_token_service_than_the_saved_one() {
    let (server, evil) = (Scripted::start().await, Scripted::start().await);
    let realm = format!("http://localhost:{}/t", evil.address().port());
    server.on("GET /v2/", token_challenge(&realm));
    let saved = Address::parse("http://auth.example")
        .expect("address")
        .origin();
    let connection = Connection {
        token_service: Some(saved),
        identity: None,
        ..connection(&server.url(), Some(("alice", CANARY)))
    };
    let adapter = connector().connect(connection).expect("adapter");
    let (_, steps) = probe(adapter.as_ref(), ProbeDepth::Full).await;
    assert!(matches!(
        failed(&steps),
        Some((
            StepName::Authenticate,
            RegistryError::TokenServiceUnconfirmed(_)
        ))
    ));
    assert_eq!(evil.connections(), 0);
    assert_eq!(server.requests(), ["GET /v2/"; 2], "no password is shown");
}

#[tokio::test]
async fn peer_docker_account_without_right_to_the_catalogue_is_told_so() {
    let issuer = TokenIssuer::start().await;
    let realm = issuer.realm();
    let registry = DockerRegistry::start(Guise::Token { realm }, RegistryOptions::default()).await;
    let account = Some((Guise::OTHER_USERNAME, Guise::OTHER_PASSWORD));
    let (report, steps) = probe(adapter(&registry.url(), account).as_ref(), ProbeDepth::Full).await;
    assert!(report.outcome.is_ok(), "{report:?}");
    let catalogue = fact(&steps, StepName::Rights, "catalogue");
    assert_eq!(catalogue.as_deref(), Some("missing"));
    let reason = fact(&steps, StepName::Rights, "reason");
    assert_eq!(reason.as_deref(), Some("upstream.forbidden"));
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

fn listing(repositories: &[&str], prefixes: &[&str]) -> Listed {
    let texts = |list: &[&str]| list.iter().map(|&t| t.to_owned()).collect::<Vec<_>>();
    Listed::new(&texts(repositories), &texts(prefixes)).expect("listed")
}

fn listing_adapter(
    url: &str,
    account: Option<(&str, &str)>,
    listed: Listed,
) -> std::sync::Arc<dyn RegistryAdapter> {
    let connection = Connection {
        listed,
        ..connection(url, account)
    };
    connector().connect(connection).expect("adapter")
}

async fn crawled(adapter: &dyn RegistryAdapter) -> Result<Vec<String>, RegistryError> {
    let batches: Vec<CrawlBatch> = adapter
        .crawl(CrawlScope::Registry, None)
        .try_collect()
        .await?;
    let found = batches.into_iter().flat_map(|batch| batch.found);
    Ok(found
        .map(|found| match found {
            Crawled::Repository { name } | Crawled::Tag { name, .. } => name,
        })
        .collect())
}

#[tokio::test]
async fn listed_repositories_stand_in_for_a_catalogue_that_is_missing_each_verified() {
    let tags = Reply::json(r#"{"tags":["v1"]}"#);
    for missing in [401, 403, 404, 405] {
        let server = Scripted::start().await;
        server.on("GET /v2/_catalog", Reply::status(missing));
        server.on("GET /v2/team/app/tags/list", tags.clone());
        server.on("GET /v2/tool/tags/list", tags.clone());
        server.on("GET /v2/secret/tags/list", Reply::status(403));
        let listed = listing(&["tool", "team/app", "gone", "secret"], &["more"]);
        let adapter = listing_adapter(&server.url(), None, listed);
        let found = crawled(adapter.as_ref()).await;
        assert_eq!(found, Ok(vec!["team/app".to_owned(), "tool".to_owned()]));
        assert_eq!(
            server.requests(),
            [
                "GET /v2/_catalog?n=1000",
                "GET /v2/gone/tags/list?n=1",
                "GET /v2/secret/tags/list?n=1",
                "GET /v2/team/app/tags/list?n=1",
                "GET /v2/tool/tags/list?n=1",
            ],
            "{missing}"
        );
    }
}

#[tokio::test]
async fn catalogue_that_fails_is_an_error_and_no_list_stands_in_for_it() {
    let server = Scripted::start().await;
    server.on("GET /v2/_catalog", Reply::status(503));
    server.on("GET /v2/a/tags/list", Reply::json(r#"{"tags":["v1"]}"#));
    let adapter = listing_adapter(&server.url(), None, listing(&["a"], &[]));
    let unavailable = Err(RegistryError::Unavailable { status: 503 });
    assert_eq!(crawled(adapter.as_ref()).await, unavailable);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn prefixes_cut_a_catalogue_and_alone_list_nothing() {
    let server = Scripted::start().await;
    let names = r#"{"repositories":["app","team/a","team-b/x","tool"]}"#;
    server.on("GET /v2/_catalog", Reply::json(names));
    let some = listing_adapter(&server.url(), None, listing(&["tool"], &["team"]));
    let found = crawled(some.as_ref()).await;
    assert_eq!(found, Ok(vec!["team/a".to_owned(), "tool".to_owned()]));
    // A list without prefixes only stands in for a catalogue that is missing.
    let whole = listing_adapter(&server.url(), None, listing(&["tool"], &[]));
    assert_eq!(crawled(whole.as_ref()).await.map(|all| all.len()), Ok(4));

    server.on("GET /v2/_catalog", Reply::status(404));
    let only = listing_adapter(&server.url(), None, listing(&[], &["team"]));
    let unlisted = Err(RegistryError::Unsupported);
    assert_eq!(
        crawled(only.as_ref()).await,
        unlisted,
        "an error, not an empty list"
    );
}

#[tokio::test]
async fn crawl_of_a_list_is_taken_up_where_it_was_left() {
    let server = Scripted::start().await;
    server.on("GET /v2/_catalog", Reply::status(404));
    let names: Vec<String> = (0..70).map(|n| format!("r{n:02}")).collect();
    for name in &names {
        let tags = Reply::json(r#"{"tags":["v1"]}"#);
        server.on(&format!("GET /v2/{name}/tags/list"), tags);
    }
    let listed = Listed::new(&names, &[]).expect("listed");
    let adapter = listing_adapter(&server.url(), None, listed);
    let first = adapter.crawl(CrawlScope::Registry, None).next().await;
    let first = first.expect("a batch").expect("good");
    assert_eq!(first.found.len(), 50);
    server.clear_log();
    let rest: Vec<CrawlBatch> = adapter
        .crawl(CrawlScope::Registry, first.next)
        .try_collect()
        .await
        .expect("crawl");
    assert_eq!(
        rest.iter().map(|batch| batch.found.len()).sum::<usize>(),
        20
    );
    assert_eq!(
        server.requests().len(),
        20,
        "the catalogue is not asked again"
    );
}

#[tokio::test]
async fn rejected_account_is_not_shown_again_by_a_look_or_for_a_list() {
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::basic_challenge());
    let alice = Some(("alice", CANARY));
    for path in ["_catalog", "a/tags/list", "b/tags/list"] {
        server.on(&format!("GET /v2/{path}"), Reply::basic_challenge());
    }
    let adapter = listing_adapter(&server.url(), alice, listing(&["a", "b"], &[]));
    let looked = adapter.observe().await.expect("it answers");
    let asked = server.requests();
    assert_eq!(asked, ["GET /v2/", "GET /v2/_catalog?n=10 +auth"]);
    let seen = looked.capabilities;
    assert_eq!(
        seen.of(CapabilityName::Catalogue),
        Capability::Missing(CapabilityReason::NotAllowed)
    );
    server.clear_log();
    assert_eq!(
        crawled(adapter.as_ref()).await,
        Err(RegistryError::Unauthorized)
    );
    assert_eq!(server.requests().len(), 2, "{:?}", server.requests());
}

/// Every way to answer a deletion of nothing and a question for referrers.
#[tokio::test]
async fn look_says_what_each_answer_means() {
    use CapabilityReason as R;
    let refusal = |status, code: &str| {
        let body = format!(r#"{{"errors":[{{"code":"{code}","message":"x"}}]}}"#);
        Reply::status(status).body(body)
    };
    let index = || {
        Reply::status(200)
            .header("Content-Type", "application/vnd.oci.image.index.v1+json")
            .body(r#"{"schemaVersion":2,"manifests":[]}"#)
    };
    let gone = || refusal(404, "MANIFEST_UNKNOWN");
    let plain = || Reply::status(404).body("404 page not found");
    let off = Capability::Missing(R::SwitchedOff);
    let none = Capability::Missing(R::NotOffered);
    let may_not = Capability::Missing(R::NotAllowed);
    let unclear = Capability::Unknown(R::Unclear);
    let silent = Capability::Unknown(R::NoAnswer);
    let yes = Capability::Available;
    for (reply, deletion, tag_deletion, referrers) in [
        (gone(), yes, yes, none),
        (Reply::status(202), yes, yes, unclear),
        (plain(), unclear, unclear, none),
        (refusal(405, "UNSUPPORTED"), off, off, none),
        (refusal(400, "UNSUPPORTED"), off, none, unclear),
        (refusal(400, "DIGEST_INVALID"), unclear, none, unclear),
        (Reply::status(403), may_not, may_not, may_not),
        (Reply::status(503), silent, silent, silent),
        (Reply::html(), yes, yes, unclear),
        (index(), yes, yes, yes),
    ] {
        let server = Scripted::start().await;
        server.on("GET /v2/", Reply::registry());
        server.on("GET /v2/_catalog", Reply::json(r#"{"repositories":["a"]}"#));
        for request in ["DELETE /v2/a/manifests/*", "GET /v2/a/referrers/*"] {
            server.on(request, reply.clone());
        }
        server.on("GET /v2/a/tags/list", Reply::json(r#"{"tags":[]}"#));
        let adapter = adapter(&server.url(), Some(("alice", CANARY)));
        let seen = adapter.observe().await.expect("look").capabilities;
        let shown = [
            CapabilityName::Deletion,
            CapabilityName::TagDeletion,
            CapabilityName::Referrers,
        ]
        .map(|name| seen.of(name));
        assert_eq!(shown, [deletion, tag_deletion, referrers], "{reply:?}");
        let untagged = Capability::Unknown(R::NoRepository);
        assert_eq!(seen.of(CapabilityName::Pull), untagged);
    }
}

#[tokio::test]
async fn peer_docker_look_finds_deletion_switched_on() {
    look_finds_deletion_switched_on(Distribution::Two).await;
}

#[tokio::test]
async fn peer_distribution3_look_finds_deletion_switched_on() {
    look_finds_deletion_switched_on(Distribution::Three).await;
}

/// The look deletes nothing: what was there is there.
async fn look_finds_deletion_switched_on(version: Distribution) {
    let options = RegistryOptions {
        version,
        delete: true,
        ..RegistryOptions::default()
    };
    let registry = DockerRegistry::start(Guise::basic(), options).await;
    fill::push(
        registry.address(),
        registry.credential(),
        "app",
        &["v1", "v2"],
    )
    .await;
    let adapter = adapter(&registry.url(), registry.credential());
    let seen = adapter.observe().await.expect("look").capabilities;
    assert_eq!(seen.of(CapabilityName::Deletion), Capability::Available);
    let tags = match version {
        Distribution::Two => Capability::Missing(CapabilityReason::NotOffered),
        Distribution::Three => Capability::Available,
    };
    assert_eq!(seen.of(CapabilityName::TagDeletion), tags);
    let scope = CrawlScope::Repository("app".to_owned());
    let batches: Vec<CrawlBatch> = adapter
        .crawl(scope, None)
        .try_collect()
        .await
        .expect("tags");
    assert_eq!(batches[0].found.len(), 2);
}
