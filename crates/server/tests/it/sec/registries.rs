//! What a hostile registry, a careless administrator and a curious tenant cannot do with a
//! registry's account, certificate check and texts.

use crate::ROADSTEAD;
use crate::cast::{Cast, code, id};
use roadstead_testkit::{Api, Reply, Scripted, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

const SECRET: &str = "sec-registries-canary-6b21";

/// Requests that carried a credential.
fn shown(of: &Scripted) -> usize {
    of.log().iter().filter(|head| head.is_authorized()).count()
}

async fn made(api: &Api, body: &Value) -> String {
    let made = api.post("/api/v1/registries", body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    id(&made.body)
}

/// Waits until this holds, a minute at most.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..1_200 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never: {what}");
}

/// SEC-07: a stored account works for those who may use it. Who may not cannot have it shown to
/// anybody, not even to the registry it belongs to.
#[tokio::test]
async fn sec_07_stored_account_is_used_for_nobody_who_may_not_use_it() {
    let cast = Cast::start().await;
    let upstream = Scripted::start().await;
    upstream.on("GET /v2/", Reply::registry());
    upstream.on("GET /v2/_catalog", Reply::json(r#"{"repositories":[]}"#));
    let mut body = cast.registry("kept", Some(&cast.alpha));
    body["address"] = json!(upstream.url());
    body["username"] = json!("robot");
    body["password"] = json!(SECRET);
    let of_alpha = made(&cast.padmin, &body).await;
    body["owner"] = json!({"type": "platform"});
    body["name"] = json!("platforms");
    let of_platform = made(&cast.padmin, &body).await;

    let (viewer, _) = cast.member("a-viewer", &cast.alpha, "viewer").await;
    let (editor, _) = cast.member("a-editor", &cast.alpha, "editor").await;
    let (stranger, _) = cast.member("b-admin", &cast.beta, "admin").await;
    let (auditor, _) = cast.person("auditor", Some("auditor")).await;
    let (nobody, _) = cast.person("nobody", None).await;
    // The loops show the account as well; what a refused person causes must not be hidden among
    // that, so it is taken for what it is when it comes to another registry than the stored one.
    let attacker = Scripted::start().await;
    attacker.on("GET /v2/", Reply::registry());
    for (who, api) in [
        ("viewer", &viewer),
        ("editor", &editor),
        ("stranger", &stranger),
        ("auditor", &auditor),
        ("nobody", &nobody),
    ] {
        for registry in [&of_alpha, &of_platform] {
            let stored = json!({"registry_id": registry});
            let mixed = json!({"registry_id": registry, "credential": true, "registry":
                {"kind": "docker", "address": attacker.url(), "plain_http_consent": true}});
            for test in [stored, mixed] {
                let answer = api.post("/api/v1/registry-tests", &test).await;
                let refused = [403, 404, 422].contains(&answer.status);
                let with = test.to_string();
                assert!(refused, "{who} {with}: {} {}", answer.status, answer.body);
            }
            let path = format!("/api/v1/registries/{registry}");
            let edit = json!({"address": attacker.url(), "plain_http_consent": true});
            let answer = api.patch(&path, 1, &edit).await;
            assert!(
                [403, 404].contains(&answer.status),
                "{who}: {}",
                answer.body
            );
        }
    }
    assert_eq!(attacker.connections(), 0, "{:?}", attacker.requests());
    let reads = viewer.get(&format!("/api/v1/registries/{of_alpha}")).await;
    assert_eq!(reads.status, 200, "a member reads it all the same");
    assert!(!reads.body.to_string().contains(SECRET));
    cast.app.assert_silent_about(&[SECRET]);
}

/// SEC-32: not to judge a certificate is said of one registry, by the platform, and is kept in the
/// audit log and shown; a workspace's registry must prove itself, whoever asks.
#[tokio::test]
async fn sec_32_certificate_check_is_skipped_per_registry_by_the_platform_only_and_audited() {
    let cast = Cast::start().await;
    let bad = Scripted::start_tls(roadstead_testkit::Certificate::Expired).await;
    bad.on("GET /v2/", Reply::registry());
    bad.on("GET /v2/_catalog", Reply::json(r#"{"repositories":[]}"#));
    let (admin, _) = cast.member("a-admin", &cast.alpha, "admin").await;
    let body = |name: &str, workspace: bool, skip: bool| {
        let mut body = cast.registry(name, workspace.then_some(cast.alpha.as_str()));
        body["address"] = json!(bad.url());
        if skip {
            body["tls"] = json!({"mode": "skip"});
        }
        body
    };
    // Never without a word about it.
    let verified = cast
        .padmin
        .post("/api/v1/registries", &body("a", false, false))
        .await;
    assert_eq!(
        code(&verified),
        (502, "upstream.certificate_expired".to_owned())
    );
    for api in [&admin, &cast.padmin] {
        let mine = body("b", true, true);
        let refused = api.post("/api/v1/registries", &mine).await;
        let field = &refused.body["errors"][0];
        assert_eq!(
            (refused.status, &field["code"]),
            (422, &json!("tls.skip_refused"))
        );
        let test = json!({"registry": {"kind": "docker", "address": bad.url(),
            "owner": mine["owner"], "tls": {"mode": "skip"}}, "credential": false});
        let refused = api.post("/api/v1/registry-tests", &test).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
    }
    let before = bad.requests().len();
    assert_eq!(before, 0, "nothing was said over an unproved connection");
    let skipped = made(&cast.padmin, &body("skipped", false, true)).await;
    let shown = cast
        .padmin
        .get(&format!("/api/v1/registries/{skipped}"))
        .await;
    assert_eq!(shown.body["tls"], json!({"mode": "skip"}));
    let log = cast
        .padmin
        .get("/api/v1/audit-entries?action=registry.integrate")
        .await;
    let entry = &log.body["items"][0];
    assert_eq!(entry["after"]["tls"], json!({"mode": "skip"}), "{entry}");
    assert_eq!(entry["actor"]["name"], TestApp::ADMIN, "{entry}");
    // The next registry is judged again.
    let next = cast
        .padmin
        .post("/api/v1/registries", &body("next", false, false))
        .await;
    assert_eq!(
        code(&next),
        (502, "upstream.certificate_expired".to_owned())
    );
    // And an edit cannot bring it in by the back door.
    let own = made(&admin, &cast.registry("own", Some(&cast.alpha))).await;
    let edit = json!({"tls": {"mode": "skip"}, "save_anyway": true});
    let refused = admin
        .patch(&format!("/api/v1/registries/{own}"), 1, &edit)
        .await;
    assert_eq!(refused.status, 422, "{}", refused.body);
}

/// SEC-01: neither the loops that watch a registry nor what waited to be done when it was edited
/// show the old account at the new place.
#[tokio::test]
async fn sec_01_health_loop_and_queued_work_show_no_account_at_an_edited_place() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let (home, attacker) = (Scripted::start().await, Scripted::start().await);
    // The old place answers nobody at first, so that everything that watches it is waiting.
    home.on("GET /v2/", Reply::registry());
    home.on(
        "GET /v2/_catalog?n=1",
        Reply::json(r#"{"repositories":[]}"#),
    );
    for queued in ["GET /v2/_catalog?n=1000", "GET /v2/_catalog?n=10"] {
        home.on(queued, Reply::Hang);
    }
    attacker.on("GET /v2/", Reply::basic_challenge());
    attacker.on("GET /v2/_catalog", Reply::basic_challenge());
    let body = json!({"kind": "docker", "name": "one", "address": home.url(),
        "plain_http_consent": true, "username": "robot", "password": SECRET});
    let id = made(&api, &body).await;
    let path = format!("/api/v1/registries/{id}");
    until("work is under way at the old place", async || {
        home.requests()
            .iter()
            .filter(|r| r.contains("n=10"))
            .count()
            >= 2
    })
    .await;
    // The account is taken away with the address: then nothing may be shown there at all.
    let edit = json!({"address": attacker.url(), "plain_http_consent": true, "username": null,
        "save_anyway": true});
    let edited = api.patch(&path, 1, &edit).await;
    assert_eq!(edited.status, 200, "{}", edited.body);
    // Let what waited go on, and be heard of.
    home.on("GET /v2/_catalog", Reply::json(r#"{"repositories":["a"]}"#));
    attacker.clear_log();
    for _ in 0..2 {
        let test = json!({"registry_id": id});
        api.post("/api/v1/registry-tests", &test).await;
        let asked = attacker.requests().len();
        until("the new place is watched", async || {
            attacker.requests().len() > asked
        })
        .await;
    }
    until("health is asked of the new place", async || {
        let now = api.get(&path).await;
        let checked = now.body["health"]["checked_at"].as_str();
        checked > edited.body["updated_at"].as_str()
    })
    .await;
    assert_eq!(shown(&attacker), 0, "{:?}", attacker.requests());
    // Nothing of what waited wrote what it had seen at the old place.
    let now = api.get(&path).await;
    assert_eq!(now.body["statistics"]["repositories"]["value"], Value::Null);
    app.assert_silent_about(&[SECRET]);
}

/// SEC-26: what a registry says is text to whoever reads it. Its headers carry markup in every
/// place that is looked at; what is shown of them is a version and an origin by their grammar, and
/// answers are JSON that no browser takes for anything else.
#[tokio::test]
async fn sec_26_hostile_texts_of_a_registry_are_data_and_never_markup() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let script = "<script>alert(1)</script>";
    let image = "<img src=x onerror=alert(1)>";
    let version = format!("Artifactory/{script} {image}");
    let realm = format!("Bearer realm=\"https://a.example/{script}\",service=\"{image}\"");
    let html = "\"><svg onload=alert(1)>";
    let hostile = [
        Reply::registry().header("X-JFrog-Version", &version),
        Reply::status(401).header("WWW-Authenticate", &realm),
        Reply::status(401).header("WWW-Authenticate", &format!("Basic realm=\"{html}\"")),
        Reply::status(500).body(script),
        Reply::html(),
        Reply::registry().header(
            "Docker-Distribution-Api-Version",
            &format!("registry/2.0 {script}"),
        ),
    ];
    for (at, reply) in hostile.into_iter().enumerate() {
        let upstream = Scripted::start().await;
        upstream.on("GET /v2/", reply);
        let names = format!("{{\"repositories\":[\"{script}\",\"{image}\"]}}");
        upstream.on("GET /v2/_catalog", Reply::json(&names));
        let registry = json!({"kind": "docker", "name": format!("r{at}"),
            "address": upstream.url(), "plain_http_consent": true, "save_anyway": true});
        let id = made(&api, &registry).await;
        let test = api
            .post("/api/v1/registry-tests", &json!({"registry_id": id}))
            .await;
        let shown = api.get(&format!("/api/v1/registries/{id}")).await;
        for answer in [&test, &shown] {
            // The lines of a test are no one document; what a step can say is in the other.
            let text = answer.body.to_string();
            assert!(
                !text.contains("script>") && !text.contains("onerror"),
                "{at}: {text}"
            );
            assert!(!text.contains("<svg"), "{at}: {text}");
            let header = |name: &str| {
                let value = answer.headers.get(name).and_then(|v| v.to_str().ok());
                value.unwrap_or_default().to_owned()
            };
            assert!(!header("content-type").contains("html"));
            assert_eq!(header("x-content-type-options"), "nosniff");
            let policy = header("content-security-policy");
            assert!(policy.contains("default-src 'none'"), "{policy}");
        }
    }
    // What people say is kept as they said it, and is text there as well.
    let upstream = Scripted::start().await;
    upstream.on("GET /v2/", Reply::registry());
    let said = json!({"kind": "docker", "name": "said", "address": upstream.url(),
        "plain_http_consent": true, "save_anyway": true, "description": script});
    let id = made(&api, &said).await;
    let shown = api.get(&format!("/api/v1/registries/{id}")).await;
    assert_eq!(shown.body["description"], script);
}

/// SEC-22: the warning is there where the registry says a version with a known hole, and nowhere
/// else.
#[tokio::test]
async fn sec_22_known_hole_is_told_where_the_registry_says_its_version() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    for (name, version, holes) in [
        (
            "old",
            Some("7.77.5"),
            json!([{"id": "CVE-2026-82329", "fixed_in": "7.161.20"}]),
        ),
        ("mended", Some("7.161.20"), json!([])),
        ("silent", None, json!([])),
    ] {
        let upstream = Scripted::start().await;
        let mut reply = Reply::registry();
        if let Some(version) = version {
            reply = reply.header("X-JFrog-Version", &format!("Artifactory/{version} 1"));
        }
        upstream.on("GET /v2/", reply);
        let registry = json!({"kind": "docker", "name": name, "address": upstream.url(),
            "plain_http_consent": true});
        let id = made(&api, &registry).await;
        let shown = api.get(&format!("/api/v1/registries/{id}")).await;
        assert_eq!(shown.body["advisories"], holes, "{name}");
        let product = if version.is_some() { "jfrog" } else { "docker" };
        assert_eq!(shown.body["product"], product);
    }
}
