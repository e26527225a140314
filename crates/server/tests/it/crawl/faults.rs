//! What a crawl bears: broken repositories, registries that go away, say stop, or lie.

use super::engine::{Engine, Setup};
use roadstead_app::driver::Wake;
use roadstead_app::reconcilers::CrawlLimits;
use roadstead_core::ErrorCode;
use roadstead_core::model::{
    Address, AuditActor, AuditEntry, CrawlPhase, CrawlState, CrawlStatus, Observed, Timestamp,
};
use roadstead_core::ports::{EditRegistry, InventoryStore as _, Reconnect, RegistryStore as _};
use roadstead_testkit::fill::{self, TinyImage};
use roadstead_testkit::{Reply, Scripted};
use std::time::Duration;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn catalogue(names: &[&str]) -> Reply {
    let names: Vec<String> = names.iter().map(|n| format!("{n:?}")).collect();
    Reply::json(&format!("{{\"repositories\":[{}]}}", names.join(",")))
}

fn tags(server: &Scripted, repository: &str, tags: &[&str]) {
    let list: Vec<String> = tags.iter().map(|n| format!("{n:?}")).collect();
    let reply = Reply::json(&format!("{{\"tags\":[{}]}}", list.join(",")));
    server.on(&format!("GET /v2/{repository}/tags/list"), reply);
}

fn image(server: &Scripted, repository: &str, tag: &str) -> TinyImage {
    let image = TinyImage::new(&format!("{repository}:{tag}"));
    let reply = Reply::status(200)
        .header("Content-Type", MANIFEST)
        .header("Docker-Content-Digest", &fill::digest(&image.manifest))
        .body(image.manifest.clone());
    let digest = fill::digest(&image.manifest);
    for method in ["GET", "HEAD"] {
        server.on(
            &format!("{method} /v2/{repository}/manifests/{tag}"),
            reply.clone(),
        );
        server.on(
            &format!("{method} /v2/{repository}/manifests/{digest}"),
            reply.clone(),
        );
    }
    let blob = fill::digest(&image.config);
    let config = Reply::status(200).body(image.config.clone());
    server.on(&format!("GET /v2/{repository}/blobs/{blob}"), config);
    image
}

/// A registry with one tag `v1` in each of these repositories.
async fn registry(names: &[&str]) -> Scripted {
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::registry());
    server.on("GET /v2/_catalog", catalogue(names));
    for name in names {
        tags(&server, name, &["v1"]);
        image(&server, name, "v1");
    }
    server
}

#[tokio::test]
async fn broken_repository_is_told_with_its_reason_and_stops_nothing() {
    let server = registry(&["a", "b", "c", "d", "e"]).await;
    server.on("GET /v2/b/tags/list", Reply::status(500));
    server.on("GET /v2/c/tags/list", Reply::html());
    server.on("GET /v2/d/tags/list", Reply::status(403));
    let engine = Engine::on(&server.url()).await;
    let state = engine.crawled().await;
    assert_eq!(state.status, CrawlStatus::Finished);
    assert_eq!(state.counts.repositories_broken, 3);
    assert_eq!(state.counts.repositories_listed, 2);
    let (_, tags) = engine.known().await;
    assert_eq!(tags, ["a:v1", "e:v1"]);
    engine.assert_nothing_due().await;
}

#[tokio::test]
async fn sec_31_manifest_that_is_not_what_it_is_said_to_be_is_not_taken_and_stops_nothing() {
    let server = registry(&["a", "b"]).await;
    let other = TinyImage::new("other");
    let lie = Reply::status(200)
        .header("Content-Type", MANIFEST)
        .header("Docker-Content-Digest", &fill::digest(b"something else"))
        .body(other.manifest);
    server.on("GET /v2/a/manifests/v1", lie);
    let engine = Engine::on(&server.url()).await;
    let state = engine.crawled().await;
    assert_eq!(state.status, CrawlStatus::Finished);
    assert_eq!(engine.known().await.1, ["b:v1"]);
    engine.assert_nothing_due().await;
}

#[tokio::test]
async fn repository_the_list_leaves_out_is_asked_for_and_ends_only_when_the_registry_says_so() {
    let server = registry(&["a", "b", "c"]).await;
    let engine = Engine::on(&server.url()).await;
    engine.crawled().await;
    server.on("GET /v2/_catalog", catalogue(&["a"]));
    server.on("GET /v2/c/tags/list", Reply::status(404));
    server.clear_log();
    request(&engine).await;
    engine.crawled().await;
    assert_eq!(engine.known().await.0, ["a", "b"]);
    let asked = server.requests();
    for name in ["a", "b", "c"] {
        let request = format!("GET /v2/{name}/tags/list?n=1000");
        assert_eq!(
            asked.iter().filter(|r| **r == request).count(),
            1,
            "{asked:?}"
        );
    }
    let again = asked.iter().any(|request| request.contains("/manifests/"));
    assert!(!again, "what is known is not read again: {asked:?}");
}

async fn request(engine: &Engine) {
    let entry = entry(engine).await;
    let now = roadstead_core::ports::Clock::now(engine.clock.as_ref());
    engine
        .store
        .request_crawl(engine.id, now, entry)
        .await
        .expect("a crawl");
}

async fn entry(engine: &Engine) -> AuditEntry {
    AuditEntry {
        actor: AuditActor::Roadstead,
        ..super::engine::audit(&engine.registry().await)
    }
}

#[tokio::test]
async fn fault_registry_that_goes_away_pauses_the_crawl_which_goes_on_without_asking_twice() {
    let names = ["a", "b", "c", "d"];
    let server = registry(&names).await;
    let page = |names: &[&str], last: &str| {
        catalogue(names).header(
            "Link",
            &format!("</v2/_catalog?last={last}&n=2>; rel=\"next\""),
        )
    };
    server.on("GET /v2/_catalog", page(&["a", "b"], "b"));
    // Everything is away after the first page, health too.
    let away = ["GET /v2/_catalog?last=b&n=2", "GET /v2/"];
    for request in away {
        server.on(request, Reply::status(503));
    }
    let engine = Engine::on(&server.url()).await;
    let wait = engine.turned().await;
    let paused = engine.state().await;
    assert_eq!(
        (paused.status, paused.phase),
        (CrawlStatus::Paused, CrawlPhase::Names)
    );
    assert_eq!(paused.trouble, Some(ErrorCode::UpstreamUnavailable));
    assert!(wait >= Duration::from_secs(1), "{wait:?}");
    // The health loop has seen it as well: nothing is asked.
    engine.health(false).await;
    server.clear_log();
    engine.woken(Wake::Signal).await;
    assert_eq!(server.requests(), Vec::<String>::new());
    assert_eq!(engine.state().await.status, CrawlStatus::Paused);

    server.on("GET /v2/_catalog?last=b&n=2", catalogue(&["c", "d"]));
    server.on("GET /v2/", Reply::registry());
    engine.health(true).await;
    engine.woken(Wake::Signal).await;
    let state = engine.crawled_from_here().await;
    assert_eq!((state.status, state.trouble), (CrawlStatus::Finished, None));
    assert_eq!(engine.known().await.0, names);
    let first = "GET /v2/_catalog?n=1000".to_owned();
    assert!(
        !server.requests().contains(&first),
        "the first page is not asked for again"
    );
}

#[tokio::test]
async fn fault_registry_that_goes_away_in_the_middle_of_tags_marks_nothing_as_broken() {
    let names: Vec<String> = (0..40).map(|i| format!("r{i:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let server = registry(&names).await;
    for name in &names[10..] {
        server.on(&format!("GET /v2/{name}/tags/list"), Reply::Reset);
    }
    server.on("GET /v2/", Reply::Reset);
    let engine = Engine::on(&server.url()).await;
    engine.turned().await;
    let paused = engine.state().await;
    assert_eq!(
        (paused.status, paused.counts.repositories_broken),
        (CrawlStatus::Paused, 0)
    );
    let asked = server.requests().len();
    // Retries and questions about health included, a registry that is away is not asked for each.
    assert!(asked < 60, "{asked}");
    for name in &names {
        tags(&server, name, &["v1"]);
    }
    server.on("GET /v2/", Reply::registry());
    let state = engine.crawled_from_here().await;
    assert_eq!(
        (state.status, state.counts.repositories_broken),
        (CrawlStatus::Finished, 0)
    );
    assert_eq!(engine.known().await.1.len(), names.len());
}

#[tokio::test]
async fn fault_429_ends_the_asking_for_as_long_as_the_registry_says() {
    let server = registry(&["a", "b", "c"]).await;
    let stop = Reply::status(429).header("Retry-After", "120");
    server.on("GET /v2/b/tags/list", stop);
    let engine = Engine::on(&server.url()).await;
    let wait = engine.turned().await;
    let paused = engine.state().await;
    assert_eq!(paused.status, CrawlStatus::Paused);
    assert_eq!(paused.trouble, Some(ErrorCode::UpstreamRateLimited));
    assert!(wait >= Duration::from_secs(100), "{wait:?}");
    assert_eq!(paused.counts.repositories_broken, 0);
}

#[tokio::test]
async fn rejected_account_is_tried_by_a_few_questions_and_not_for_every_repository() {
    let names: Vec<String> = (0..60).map(|i| format!("r{i:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let server = registry(&names).await;
    // The password is changed upstream just after the list of names was had.
    for name in &names {
        server.on(
            &format!("GET /v2/{name}/tags/list"),
            Reply::basic_challenge(),
        );
    }
    server.on("GET /v2/", Reply::basic_challenge());
    let engine = Engine::with(Setup {
        account: Some(("robot", "canary-5c1b77")),
        ..Setup::of(&server.url())
    })
    .await;
    engine.turned().await;
    let state = engine.state().await;
    assert_eq!(state.status, CrawlStatus::Paused);
    assert_eq!(state.trouble, Some(ErrorCode::UpstreamUnauthorized));
    let tried = server
        .log()
        .iter()
        .filter(|head| head.is_authorized())
        .count();
    // Two at once at first, and one question whether it is the account.
    assert!(tried <= 4, "{tried} tries would lock the account");
}

#[tokio::test]
async fn list_of_names_without_end_is_cut_at_a_bound() {
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::registry());
    for page in 0..20 {
        let names: Vec<String> = (0..10).map(|i| format!("p{page}/r{i}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let link = format!("</v2/_catalog?page={}>; rel=\"next\"", page + 1);
        let request = match page {
            0 => "GET /v2/_catalog?n=1000".to_owned(),
            _ => format!("GET /v2/_catalog?page={page}"),
        };
        server.on(&request, catalogue(&names).header("Link", &link));
        for name in names {
            tags(&server, name, &[]);
        }
    }
    let engine = Engine::with(Setup {
        limits: CrawlLimits {
            repositories: 25,
            ..CrawlLimits::default()
        },
        ..Setup::of(&server.url())
    })
    .await;
    let state = engine.crawled().await;
    assert_eq!(state.counts.repositories, 25);
    assert_eq!(state.trouble, Some(ErrorCode::UpstreamProtocol));
    assert_eq!(engine.known().await.0.len(), 25);
    let pages = server
        .requests()
        .iter()
        .filter(|r| r.contains("_catalog"))
        .count();
    assert_eq!(pages, 3);
}

#[tokio::test]
async fn sec_names_that_are_none_are_passed_over_and_counted() {
    let server = registry(&["good"]).await;
    let names = ["good", "../../etc/passwd", "UPPER", "<script>", "a b", ""];
    server.on("GET /v2/_catalog", catalogue(&names));
    tags(&server, "good", &["v1", "-x", "a/b", "a:b"]);
    let engine = Engine::on(&server.url()).await;
    let state = engine.crawled().await;
    assert_eq!(state.counts.skipped, 8);
    let known = engine.known().await;
    assert_eq!((known.0.len(), known.1.len()), (1, 1));
    for request in server.requests() {
        assert!(
            request.contains("_catalog") || request.contains("/v2/good/"),
            "{request}"
        );
    }
}

#[tokio::test]
async fn registry_without_a_list_of_names_is_finished_with_its_reason_and_no_figure() {
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::registry());
    let engine = Engine::on(&server.url()).await;
    let state = engine.crawled().await;
    assert_eq!(state.status, CrawlStatus::Finished);
    assert_eq!(state.trouble, Some(ErrorCode::UpstreamUnsupported));
    let figure = engine.registry().await.statistics.repositories;
    assert_eq!(
        figure,
        Observed::unknown(roadstead_core::model::Unavailable::NotOffered)
    );
}

#[tokio::test]
async fn nothing_of_the_old_connection_is_kept_after_an_edit() {
    let old = registry(&["old/a", "old/b"]).await;
    let next = "</v2/_catalog?last=x>; rel=\"next\"";
    old.on(
        "GET /v2/_catalog",
        catalogue(&["old/a"]).header("Link", next),
    );
    // The crawl holds the old connection and waits for its second page.
    old.on("GET /v2/_catalog?last=x", Reply::status(503));
    let engine = Engine::on(&old.url()).await;
    engine.turned().await;
    assert_eq!(engine.state().await.phase, CrawlPhase::Names);

    let new = registry(&["new/a"]).await;
    edit(&engine, &new.url()).await;
    // By its clock the turn is in time to go on with what it holds.
    old.on("GET /v2/_catalog?last=x", catalogue(&["old/b"]));
    old.clear_log();
    engine.turn().await;
    // At once, and not only because the new server is asked for it later.
    assert_eq!(old.requests(), ["GET /v2/_catalog?last=x"]);
    let named = engine.store.repository_named(engine.id, "old/b").await;
    assert_eq!(named.expect("store"), None, "of the old connection");
    let state = engine.crawled_from_here().await;
    let now = engine.registry().await;
    let server = CrawlState::server(&now.address.to_string(), now.identity.as_ref());
    assert_eq!(state.server, server);
    let tags = engine.known().await.1;
    assert_eq!(tags, ["new/a:v1"]);
    let named = engine.store.repository_named(engine.id, "old/b").await;
    assert_eq!(
        named.expect("store"),
        None,
        "learned through a connection that is no more"
    );
}

#[tokio::test]
async fn registry_that_moves_after_its_crawl_is_crawled_anew() {
    let old = registry(&["a", "b"]).await;
    let engine = Engine::on(&old.url()).await;
    let first = engine.crawled().await;
    let new = registry(&["b", "c"]).await;
    edit(&engine, &new.url()).await;
    old.clear_log();
    let second = engine.crawled_from_here().await;
    assert!(second.epoch > first.epoch);
    assert_eq!(
        engine.known().await.0,
        ["b", "c"],
        "`a` answers 404 at the new address"
    );
    assert_eq!(old.requests(), Vec::<String>::new());
}

async fn edit(engine: &Engine, url: &str) {
    let mut registry = engine.registry().await;
    let expected = registry.generation;
    registry.address = Address::parse(url).expect("address");
    registry.generation = expected + 1;
    let command = EditRegistry {
        id: engine.id,
        expected,
        description: registry.description.clone(),
        listed: None,
        connection: Some(Reconnect {
            registry,
            credential: None,
        }),
        now: Timestamp::from_system_clock(),
    };
    let entry = entry(engine).await;
    engine
        .store
        .edit_registry(command, entry)
        .await
        .expect("edited");
}

#[tokio::test]
async fn cancelled_crawl_asks_nothing_more_until_another_is_wanted() {
    let server = registry(&["a", "b"]).await;
    let next = "</v2/_catalog?last=x>; rel=\"next\"";
    server.on("GET /v2/_catalog", catalogue(&["a"]).header("Link", next));
    server.on("GET /v2/_catalog?last=x", Reply::status(503));
    let engine = Engine::on(&server.url()).await;
    engine.turned().await;
    let now = Timestamp::from_system_clock();
    let entry = entry(&engine).await;
    engine
        .store
        .cancel_crawl(engine.id, now, entry)
        .await
        .expect("cancelled");
    server.clear_log();
    engine.woken(Wake::Signal).await;
    engine.turn().await;
    assert_eq!(server.requests(), Vec::<String>::new());
    assert_eq!(engine.state().await.status, CrawlStatus::Cancelled);

    server.on("GET /v2/_catalog", catalogue(&["a", "b"]));
    request(&engine).await;
    let state = engine.crawled_from_here().await;
    assert_eq!(state.status, CrawlStatus::Finished);
    assert_eq!(engine.known().await.1, ["a:v1", "b:v1"]);
}

#[tokio::test]
async fn lists_within_lists_are_read_to_a_bounded_depth() {
    let server = registry(&["a"]).await;
    let index = "application/vnd.oci.image.index.v1+json";
    // Each list names the next one, which is as good as no end.
    let mut child = TinyImage::new("leaf").manifest;
    let mut kind = MANIFEST;
    for depth in 0..12 {
        let digest = fill::digest(&child);
        let reply = Reply::status(200)
            .header("Content-Type", kind)
            .body(child.clone());
        server.on(&format!("GET /v2/a/manifests/{digest}"), reply);
        child = format!(
            "{{\"schemaVersion\":2,\"mediaType\":\"{index}\",\"annotations\":{{\"n\":\"{depth}\"}},\
             \"manifests\":[{{\"mediaType\":\"{kind}\",\"digest\":\"{digest}\",\"size\":{}}}]}}",
            child.len()
        )
        .into_bytes();
        kind = index;
    }
    let top = Reply::status(200).header("Content-Type", kind).body(child);
    server.on("GET /v2/a/manifests/v1", top);
    let engine = Engine::on(&server.url()).await;
    let state = engine.crawled().await;
    assert_eq!(state.status, CrawlStatus::Finished);
    assert_eq!(
        state.counts.manifests, 2,
        "the list the tag names, and the one that lists"
    );
}
