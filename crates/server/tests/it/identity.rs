//! Another server answers for a registry: nothing secret reaches it until a person confirms it.

use crate::ROADSTEAD;
use crate::cast::{Cast, code, id};
use roadstead_testkit::{Answer, Api, Certificate, Method, Reply, Scripted, TestApp};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

pub(crate) const SECRET: &str = "identity-canary-first-51ab";
pub(crate) const NEW: &str = "identity-canary-second-92cd";

fn basic(realm: &str) -> Reply {
    Reply::status(401)
        .header("Docker-Distribution-Api-Version", "registry/2.0")
        .header("WWW-Authenticate", &format!("Basic realm=\"{realm}\""))
}

fn authorization(password: &str) -> String {
    use base64::Engine as _;
    let pair = format!("robot:{password}");
    let encoded = base64::engine::general_purpose::STANDARD.encode(pair);
    format!("Basic {encoded}")
}

/// Makes a server take this password, as `realm`, and hold these repositories.
pub(crate) fn serve(server: &Scripted, realm: &str, password: &str, repositories: &[&str]) {
    let names = json!({ "repositories": repositories }).to_string();
    let with = authorization(password);
    server.on("GET /v2/", basic(realm));
    server.on("GET /v2/_catalog", basic(realm));
    server.on("GET /v2/_catalog?n=1", basic(realm));
    server.on_with("GET /v2/", &with, Reply::registry());
    server.on_with("GET /v2/_catalog", &with, Reply::json(&names));
    server.on_with("GET /v2/_catalog?n=1", &with, Reply::json(&names));
    server.on_with("GET /v2/_catalog?n=1000", &with, Reply::json(&names));
    for name in repositories {
        let tags = format!("GET /v2/{name}/tags/list?n=1000");
        server.on_with(&tags, &with, Reply::json(r#"{"tags":[]}"#));
    }
}

/// How often anything secret was sent there.
pub(crate) fn leaks(server: &Scripted) -> usize {
    let log = server.log();
    log.iter()
        .filter(|head| head.header("authorization").is_some())
        .count()
}

pub(crate) async fn integrate(api: &Api, address: &str, workspace: Option<&str>) -> String {
    let owner = match workspace {
        Some(id) => json!({"type": "workspace", "id": id}),
        None => json!({"type": "platform"}),
    };
    let body = json!({"kind": "docker", "name": "one", "address": address, "owner": owner,
        "plain_http_consent": true, "username": "robot", "password": SECRET});
    let made = api.post("/api/v1/registries", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    format!("/api/v1/registries/{}", id(&made.body))
}

/// Waits until the registry is as wanted.
pub(crate) async fn until(api: &Api, path: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..1_200 {
        let seen = api.get(path).await.body;
        if wanted(&seen) {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never so: {}", api.get(path).await.body);
}

/// Waits until a registry was asked nothing for as long: what was begun has ended.
pub(crate) async fn quiet(server: &Scripted, during: Duration) {
    let begun = Instant::now();
    let (mut asked, mut since) = (server.log().len(), begun);
    while since.elapsed() < during {
        let never = || format!("never left alone: {:?}", server.requests());
        assert!(begun.elapsed() < Duration::from_secs(120), "{}", never());
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now = server.log().len();
        if now != asked {
            (asked, since) = (now, Instant::now());
        }
    }
}

/// Waits until a registry was asked more than this often.
async fn asked_more(server: &Scripted, than: usize) {
    for _ in 0..1_200 {
        if server.log().len() > than {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("not asked again: {:?}", server.requests());
}

async fn refresh(api: &Api, path: &str) {
    let answer = api.post(&format!("{path}/refresh"), &json!(null)).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
}

async fn confirm(api: &Api, path: &str, generation: i64, body: &Value) -> Answer {
    let tag = format!("\"{generation}\"");
    let path = format!("{path}/identity");
    api.send(Method::PUT, &path, Some(body), &[("if-match", &tag)])
        .await
}

pub(crate) fn counted(registry: &Value, repositories: i64) -> bool {
    registry["statistics"]["repositories"]["value"] == repositories
}

fn condition<'v>(registry: &'v Value, kind: &str) -> &'v Value {
    let all = registry["conditions"].as_array().expect("conditions");
    let found = all.iter().find(|c| c["type"] == kind);
    found.unwrap_or(&Value::Null)
}

#[tokio::test]
async fn sec_02_server_in_anothers_place_gets_no_credential_until_it_is_confirmed() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let server = Scripted::start().await;
    serve(&server, "home", SECRET, &["team/app"]);
    let path = integrate(&api, &server.url(), None).await;
    let settled = |r: &Value| counted(r, 1) && !r["capabilities_as_of"].is_null();
    let before = until(&api, &path, settled).await;
    // What was begun before another one answers could end after it.
    quiet(&server, Duration::from_secs(1)).await;
    assert_eq!(before["suspension"], json!(null));
    assert_eq!(condition(&before, "IdentityConfirmed")["status"], "true");

    // From here on another one answers, which would take anything.
    serve(&server, "elsewhere", NEW, &[]);
    server.on_with(
        "GET /v2/",
        &authorization(SECRET),
        Reply::status(200).body("thanks"),
    );
    server.clear_log();
    refresh(&api, &path).await;
    let seen = until(&api, &path, |r| {
        r["suspension"].is_object() && r["health"]["reason"] == "IdentityChanged"
    })
    .await;
    assert_eq!(seen["suspension"]["cause"], "answers");
    let (expected, other) = (
        &seen["suspension"]["expected"]["realm"],
        &seen["suspension"]["seen"]["realm"],
    );
    assert!(expected.is_string() && other.is_string() && expected != other);
    assert_eq!(seen["health"]["status"], "unhealthy");
    assert_eq!(condition(&seen, "IdentityConfirmed")["status"], "false");
    // What was known stays, with its age.
    assert!(counted(&seen, 1), "{seen}");
    let stored = path.rsplit('/').next().expect("id");
    let test = api
        .post("/api/v1/registry-tests", &json!({"registry_id": stored}))
        .await;
    assert_eq!(code(&test), (409, "registry.suspended".to_owned()));
    // It is still asked whether it lives, by nobody.
    for _ in 0..3 {
        let asked = server.log().len();
        refresh(&api, &path).await;
        asked_more(&server, asked).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert_eq!(leaks(&server), 0);

    let shown = seen["suspension"]["seen"].clone();
    let generation = seen["generation"].as_i64().expect("generation");
    let without = confirm(&api, &path, generation, &json!({"seen": shown})).await;
    assert_eq!(without.status, 422);
    assert_eq!(without.body["errors"][0]["pointer"], "/password");
    let mut other = shown.clone();
    other["realm"] = json!("third");
    let moved = json!({"seen": other, "password": NEW});
    let moved = confirm(&api, &path, generation, &moved).await;
    assert_eq!(code(&moved), (409, "registry.identity_moved".to_owned()));
    assert_eq!(leaks(&server), 0);
    let right = json!({"seen": shown, "password": NEW});
    let stale = confirm(&api, &path, generation + 1, &right).await;
    assert_eq!(stale.status, 412);
    let confirmed = confirm(&api, &path, generation, &right).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.body);
    assert_eq!(confirmed.body["suspension"], json!(null));
    assert_eq!(confirmed.body["health"]["status"], "healthy");
    refresh(&api, &path).await;
    // One that answers late now and then is degraded for a while.
    until(&api, &path, |r| {
        counted(r, 0) && r["health"]["status"] == "healthy"
    })
    .await;
    let again = confirm(&api, &path, generation + 1, &right).await;
    assert_eq!(code(&again), (409, "registry.not_suspended".to_owned()));
    // Only ever the secret that was given for this server.
    let allowed = authorization(NEW);
    for head in server.log() {
        let sent = head.header("authorization");
        assert!(sent.is_none_or(|sent| sent == allowed), "{sent:?}");
    }
    let entries = api
        .get("/api/v1/audit-entries?action=registry.suspend")
        .await
        .body;
    let entry = &entries["items"][0];
    assert_eq!(entries["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(entry["actor"]["type"], "roadstead");
    assert_eq!(&entry["before"]["identity"]["realm"], expected);
    app.assert_silent_about(&[SECRET, NEW]);
}

#[tokio::test]
async fn sec_02_moved_registry_is_compared_before_the_secret_goes_to_the_new_address() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let home = Scripted::start().await;
    serve(&home, "home", SECRET, &["team/app"]);
    let path = integrate(&api, &home.url(), None).await;
    until(&api, &path, |r| counted(r, 1)).await;
    let elsewhere = Scripted::start().await;
    serve(&elsewhere, "elsewhere", NEW, &["team/app"]);
    let edit = json!({"address": elsewhere.url(), "password": NEW, "plain_http_consent": true});
    let edited = api.patch(&path, 1, &edit).await;
    assert_eq!(edited.status, 200, "{}", edited.body);
    assert_eq!(edited.body["suspension"]["cause"], "answers");
    assert_eq!(edited.body["address"], elsewhere.url());
    assert_eq!(edited.body["verified"], false);
    refresh(&api, &path).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(leaks(&elsewhere), 0);
    // Back where it was it is itself again.
    let back = json!({"address": home.url(), "password": SECRET, "plain_http_consent": true});
    let back = api.patch(&path, 2, &back).await;
    assert_eq!(back.status, 200, "{}", back.body);
    assert_eq!(back.body["suspension"], json!(null));
    assert_eq!(back.body["verified"], true);
    app.assert_silent_about(&[SECRET, NEW]);
}

#[tokio::test]
async fn registry_is_known_again_at_another_address_by_what_it_holds() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let home = Scripted::start().await;
    serve(&home, "home", SECRET, &["team/app", "team/base"]);
    let path = integrate(&api, &home.url(), None).await;
    until(&api, &path, |r| counted(r, 2)).await;
    let moved = Scripted::start().await;
    serve(&moved, "home", NEW, &["other/thing", "team/base"]);
    let edit =
        |to: &Scripted| json!({"address": to.url(), "password": NEW, "plain_http_consent": true});
    let same = api.patch(&path, 1, &edit(&moved)).await;
    assert_eq!(same.status, 200, "{}", same.body);
    assert_eq!(same.body["suspension"], json!(null));
    until(&api, &path, |r| counted(r, 2)).await;
    let stranger = Scripted::start().await;
    serve(&stranger, "home", NEW, &["quite/another"]);
    let other = api.patch(&path, 2, &edit(&stranger)).await;
    assert_eq!(other.status, 200, "{}", other.body);
    assert_eq!(other.body["suspension"]["cause"], "content");
    assert_eq!(other.body["health"]["reason"], "IdentityChanged");
}

#[tokio::test]
async fn sec_02_other_key_where_certificates_are_not_judged_is_another_server() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let home = Scripted::start_tls(Certificate::Good).await;
    serve(&home, "home", SECRET, &[]);
    let body = json!({"kind": "docker", "name": "one", "address": home.url(),
        "owner": {"type": "platform"}, "tls": {"mode": "skip"},
        "username": "robot", "password": SECRET});
    let made = api.post("/api/v1/registries", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/api/v1/registries/{}", id(&made.body));
    let other = Scripted::start_tls(Certificate::OtherHost).await;
    serve(&other, "home", NEW, &[]);
    let edit = json!({"address": other.url(), "password": NEW});
    let edited = api.patch(&path, 1, &edit).await;
    assert_eq!(edited.status, 200, "{}", edited.body);
    let suspension = &edited.body["suspension"];
    assert_ne!(suspension["expected"]["key"], suspension["seen"]["key"]);
    assert!(suspension["seen"]["key"].is_string(), "{suspension}");
    assert_eq!(leaks(&other), 0);
}

#[tokio::test]
async fn member_who_may_not_edit_learns_of_the_suspension_and_nothing_of_the_servers() {
    let cast = Cast::start().await;
    let (viewer, _) = cast.member("a-viewer", &cast.alpha, "viewer").await;
    let (admin, _) = cast.member("a-admin", &cast.alpha, "admin").await;
    let server = Scripted::start().await;
    serve(&server, "home", SECRET, &[]);
    let path = integrate(&cast.padmin, &server.url(), Some(&cast.alpha)).await;
    serve(&server, "elsewhere", NEW, &[]);
    refresh(&cast.padmin, &path).await;
    let told = until(&admin, &path, |r| r["suspension"].is_object()).await;
    let realm = &told["suspension"]["seen"]["realm"];
    let realm = realm.as_str().expect("realm").to_owned();
    let cut = viewer.get(&path).await;
    assert_eq!(cut.status, 200);
    assert_eq!(cut.body["suspension"]["expected"], json!(null));
    assert_eq!(cut.body["suspension"]["seen"], json!(null));
    assert!(!cut.body.to_string().contains(&realm), "{}", cut.body);
    let seen = told["suspension"]["seen"].clone();
    let refused = confirm(&viewer, &path, 1, &json!({"seen": seen, "password": NEW})).await;
    assert_eq!(code(&refused), (403, "permission.denied".to_owned()));
    let refused = viewer.post(&format!("{path}/refresh"), &json!(null)).await;
    assert_eq!(refused.body["permission"], "registry.refresh");
}

#[tokio::test]
async fn server_that_was_not_reached_when_it_was_stored_is_pinned_once_it_answers() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::status(503));
    let body = json!({"kind": "docker", "name": "one", "address": server.url(),
        "owner": {"type": "platform"}, "plain_http_consent": true, "save_anyway": true,
        "username": "robot", "password": SECRET});
    let made = api.post("/api/v1/registries", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/api/v1/registries/{}", id(&made.body));
    assert_eq!(
        condition(&made.body, "IdentityConfirmed")["status"],
        "unknown"
    );
    serve(&server, "home", SECRET, &["team/app"]);
    refresh(&api, &path).await;
    let pinned = until(&api, &path, |r| {
        r["verified"] == true && r["health"]["status"] == "healthy"
    })
    .await;
    assert_eq!(condition(&pinned, "IdentityConfirmed")["status"], "true");
    // Its secret opens for the server that is pinned now.
    refresh(&api, &path).await;
    // What was begun before another one answers may end after it.
    let settled = |r: &Value| counted(r, 1) && !r["capabilities_as_of"].is_null();
    until(&api, &path, settled).await;
    quiet(&server, Duration::from_secs(1)).await;
    serve(&server, "elsewhere", NEW, &[]);
    server.clear_log();
    refresh(&api, &path).await;
    until(&api, &path, |r| r["suspension"].is_object()).await;
    assert_eq!(leaks(&server), 0, "{:?}", server.requests());
}
