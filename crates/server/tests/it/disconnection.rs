//! The end of an integration: its cost, its name, and what we made upstream.

use crate::ROADSTEAD;
use crate::cast::{Cast, PASSWORD, code, delete_at, id};
use roadstead_core::model::{LedgerEntry, LedgerKind, RegistryId, Timestamp};
use roadstead_core::ports::LedgerStore as _;
use roadstead_store::{Backend, Store, StoreConfig};
use roadstead_testkit::{Api, Method, Reply, Scripted, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

const SECRET: &str = "disconnect-canary-7fd3";
const PLACE: &str = "/v2/team/app/blobs/uploads/1?_state=a%2Fb";

async fn upstream() -> Scripted {
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::registry());
    let names = "{\"repositories\":[\"team/app\"]}";
    server.on("GET /v2/_catalog?n=1", Reply::json(names));
    server.on("GET /v2/_catalog?n=1000", Reply::json(names));
    server
}

async fn integrate(api: &Api, address: &str) -> String {
    integrate_for(api, address, &json!({"type": "platform"})).await
}

async fn integrate_for(api: &Api, address: &str, owner: &Value) -> String {
    let body = json!({"kind": "docker", "name": "one", "address": address,
        "owner": owner, "plain_http_consent": true,
        "username": "robot", "password": SECRET});
    let made = api.post("/api/v1/registries", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    id(&made.body)
}

/// Writes into the ledger what a proof would, while the server is down.
async fn make_upload(app: &mut TestApp, registry: &str) {
    assert_eq!(app.stop().await, Some(0));
    let path = app.data_dir().join("roadstead.db");
    let backend = Backend::Sqlite { path };
    let store = Store::open(StoreConfig { backend }).await.expect("store");
    let registry: RegistryId = registry.parse().expect("id");
    let now = Timestamp::from_system_clock();
    let entry = LedgerEntry::new(registry, LedgerKind::Upload, "team/app".to_owned(), now);
    store.record_made(entry.clone()).await.expect("written");
    store.record_place(entry.id, PLACE).await.expect("placed");
    store.close().await;
    app.restart().await;
}

async fn cleanups(api: &Api) -> Vec<Value> {
    let answer = api.get("/api/v1/cleanups").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["items"].as_array().expect("items").clone()
}

async fn until_cleanups(api: &Api, wanted: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    for _ in 0..1_200 {
        let seen = cleanups(api).await;
        if wanted(&seen) {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never so: {:?}", cleanups(api).await);
}

/// Everything but questions.
fn changes(server: &Scripted) -> Vec<String> {
    let log = server.log().into_iter();
    log.map(|head| head.first_line)
        .filter(|line| !line.starts_with("GET ") && !line.starts_with("HEAD "))
        .collect()
}

#[tokio::test]
async fn disconnecting_costs_what_was_said_needs_the_name_and_asks_nothing_of_the_registry() {
    let cast = Cast::start().await;
    cast.member("a-viewer", &cast.alpha, "viewer").await;
    let body = cast.registry("one", Some(&cast.alpha));
    let made = cast.padmin.post("/api/v1/registries", &body).await;
    let path = format!("/api/v1/registries/{}", id(&made.body));
    let ask = |query: &'static str, tag: Option<&'static str>| {
        let (api, path) = (&cast.padmin, format!("{path}{query}"));
        async move {
            let tag: Vec<_> = tag.map(|tag| ("if-match", tag)).into_iter().collect();
            api.send(Method::DELETE, &path, None, &tag).await
        }
    };
    let cost = ask("?dry_run=true", None).await;
    assert_eq!(cost.status, 200, "{}", cost.body);
    assert_eq!(cost.body["name"], "one");
    assert_eq!(cost.body["workspaces"]["value"], 1);
    assert_eq!(cost.body["members"]["value"], 1);
    assert_eq!(cost.body["made"], json!([]));
    // Nobody has counted tags, so they are not 0.
    assert_eq!(cost.body["tags"]["value"], json!(null));
    assert_eq!(cost.body["tags"]["unavailable"], "not_measured_yet");
    let tag = Some("\"1\"");
    for (query, tag, wanted) in [
        ("?confirm=one", None, (428, "request.precondition_required")),
        (
            "?confirm=one",
            Some("1"),
            (428, "request.precondition_required"),
        ),
        ("?confirm=one", Some("\"2\""), (412, "request.stale")),
        ("", tag, (422, "registry.name_unconfirmed")),
        ("?confirm=One", tag, (422, "registry.name_unconfirmed")),
        (
            "?confirm=one&dry_run=perhaps",
            tag,
            (400, "request.query_invalid"),
        ),
    ] {
        let (status, code) = wanted;
        let refused = ask(query, tag).await;
        assert_eq!(self::code(&refused), (status, code.to_owned()), "{query}");
    }
    assert_eq!(cast.padmin.get(&path).await.status, 200);
    assert_eq!(ask("?confirm=one", tag).await.status, 204);
    assert_eq!(cast.padmin.get(&path).await.status, 404);
    assert!(cleanups(&cast.padmin).await.is_empty());
}

#[tokio::test]
async fn disconnecting_removes_what_we_made_upstream_and_nothing_else() {
    let mut app = TestApp::start(ROADSTEAD).await;
    let server = upstream().await;
    let registry = integrate(&app.admin().await, &server.url()).await;
    make_upload(&mut app, &registry).await;
    let api = app.admin().await;
    let path = format!("/api/v1/registries/{registry}");
    let cost = api
        .send(Method::DELETE, &format!("{path}?dry_run=true"), None, &[])
        .await;
    let made = json!([{"kind": "upload", "name": "team/app"}]);
    assert_eq!(cost.body["made"], made);
    server.on("DELETE /v2/team/app/blobs/uploads/1", Reply::status(204));
    server.clear_log();
    assert_eq!(delete_at(&api, &path, 1).await.status, 204);
    until_cleanups(&api, |left| left.is_empty()).await;
    for _ in 0..1_200 {
        if !changes(&server).is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(changes(&server), [format!("DELETE {PLACE} HTTP/1.1")]);
    let log = server.log();
    let deleted = log.iter().find(|h| h.first_line.starts_with("DELETE"));
    assert!(deleted.and_then(|h| h.header("authorization")).is_some());
    app.assert_silent_about(&[SECRET, "_state"]);
}

#[tokio::test]
async fn what_cannot_be_removed_now_stays_listed_for_those_who_may_know() {
    let mut cast = Cast::start().await;
    cast.member("a-viewer", &cast.alpha, "viewer").await;
    cast.member("a-admin", &cast.alpha, "admin").await;
    cast.member("b-admin", &cast.beta, "admin").await;
    let server = upstream().await;
    let owner = json!({"type": "workspace", "id": cast.alpha});
    let registry = integrate_for(&cast.padmin, &server.url(), &owner).await;
    make_upload(&mut cast.app, &registry).await;
    let api = cast.app.admin().await;
    server.on("DELETE /v2/team/app/blobs/uploads/1", Reply::status(503));
    let path = format!("/api/v1/registries/{registry}");
    assert_eq!(delete_at(&api, &path, 1).await.status, 204);
    let left = until_cleanups(&api, |left| {
        left.first()
            .is_some_and(|c| c["items"][0]["attempts"].as_i64() >= Some(1))
    })
    .await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["name"], "one");
    assert_eq!(left[0]["given_up_at"], json!(null));
    assert_eq!(left[0]["items"][0]["last_error"], "upstream.unavailable");
    let text = left[0].to_string();
    assert!(!text.contains(SECRET) && !text.contains("_state"), "{text}");
    let same = |there: &Value| there["id"] == left[0]["id"];
    // It listens elsewhere since its restart.
    let on = async |name: &str| {
        let api = cast.app.api();
        api.login(name, PASSWORD).await;
        let found = api.get("/api/v1/cleanups").await;
        (found.body["items"].clone(), found.body["total"].clone())
    };
    let (own, _) = on("a-admin").await;
    assert!(
        own.as_array().is_some_and(|all| all.iter().all(same)),
        "{own}"
    );
    assert_eq!(own.as_array().map(Vec::len), Some(1));
    for name in ["a-viewer", "b-admin"] {
        let (seen, total) = on(name).await;
        assert_eq!((seen, &total["value"]), (json!([]), &json!(0)), "{name}");
    }
    // It opens after a restart, and is tried until it works.
    assert_eq!(cast.app.stop().await, Some(0));
    server.on("DELETE /v2/team/app/blobs/uploads/1", Reply::status(404));
    cast.app.restart().await;
    until_cleanups(&cast.app.admin().await, |left| left.is_empty()).await;
    cast.app.assert_silent_about(&[SECRET, "_state"]);
}

#[tokio::test]
async fn sec_02_cleanup_sends_nothing_secret_to_another_server() {
    let mut app = TestApp::start(ROADSTEAD).await;
    let server = upstream().await;
    let registry = integrate(&app.admin().await, &server.url()).await;
    make_upload(&mut app, &registry).await;
    let api = app.admin().await;
    server.on("DELETE /v2/team/app/blobs/uploads/1", Reply::status(503));
    let path = format!("/api/v1/registries/{registry}");
    assert_eq!(delete_at(&api, &path, 1).await.status, 204);
    until_cleanups(&api, |left| !left.is_empty()).await;
    assert_eq!(app.stop().await, Some(0));
    server.on("GET /v2/", Reply::basic_challenge());
    server.clear_log();
    app.restart().await;
    let api = app.admin().await;
    let left = until_cleanups(&api, |left| {
        left.first()
            .is_some_and(|c| c["items"][0]["last_error"] == "upstream.identity_changed")
    })
    .await;
    assert_eq!(left.len(), 1);
    let log = server.log();
    assert!(!log.is_empty());
    assert!(log.iter().all(|h| h.header("authorization").is_none()));
    assert!(changes(&server).is_empty());
}
