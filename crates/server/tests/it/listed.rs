//! Registries without a catalogue, and what registries can do, through everything.

use crate::ROADSTEAD;
use roadstead_testkit::{
    Api, DockerRegistry, Guise, RegistryOptions, Reply, Scripted, TestApp, fill,
};
use serde_json::{Value, json};
use std::time::Duration;

/// The registry once this holds of it, a minute at most.
async fn once(api: &Api, path: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let mut body = Value::Null;
    for _ in 0..1_200 {
        body = api.get(path).await.body;
        if holds(&body) {
            return body;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never came to be: {body}");
}

fn capability(registry: &Value, name: &str) -> (String, String) {
    let all = registry["capabilities"].as_array().expect("capabilities");
    let one = all.iter().find(|c| c["name"] == name).expect("capability");
    let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
    (text("status"), text("reason"))
}

fn pair(status: &str, reason: &str) -> (String, String) {
    (status.to_owned(), reason.to_owned())
}

#[tokio::test]
async fn listed_repositories_are_counted_and_edited_without_the_password() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let upstream = Scripted::start().await;
    upstream.on("GET /v2/", Reply::registry());
    for name in ["team/app", "team/web", "tool"] {
        let tags = Reply::json(r#"{"tags":["v1"]}"#);
        upstream.on(&format!("GET /v2/{name}/tags/list"), tags.clone());
        upstream.on(&format!("GET /v2/{name}/tags/list?n=1000"), tags);
    }
    let body = json!({"kind": "docker", "name": "saas", "address": upstream.url(),
        "plain_http_consent": true, "username": "robot", "password": "listed-canary-88",
        "listed": {"repositories": ["team/app", "gone"], "prefixes": ["team/*"]}});
    let made = api.post("/api/v1/registries", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let listed = json!({"repositories": ["gone", "team/app"], "prefixes": ["team"]});
    assert_eq!(made.body["listed"], listed);
    let path = format!(
        "/api/v1/registries/{}",
        made.body["id"].as_str().expect("id")
    );
    let value = |registry: &Value| registry["statistics"]["repositories"]["value"].clone();
    let counted = once(&api, &path, |r| value(r) == 1).await;
    assert_eq!(counted["listed"], listed);
    let seen = once(&api, &path, |r| !r["capabilities_as_of"].is_null()).await;
    assert_eq!(
        capability(&seen, "catalogue"),
        pair("missing", "NotOffered")
    );
    assert_eq!(capability(&seen, "push"), pair("unknown", "NeverTried"));
    let page = api.get("/api/v1/registries").await;
    assert_eq!(page.body["items"][0]["listed"], Value::Null, "not in lists");

    // No secret is asked for: the list is no part of the connection.
    let edit = json!({"listed": {"repositories": ["team/app", "team/web", "tool"]}});
    let edited = api.patch(&path, 1, &edit).await;
    assert_eq!(edited.status, 200, "{}", edited.body);
    assert_eq!(edited.body["generation"], 2);
    assert_eq!(edited.body["verified"], true);
    once(&api, &path, |r| value(r) == 3).await;
    let same = api.patch(&path, 2, &edit).await;
    assert_eq!(same.body["generation"], 2, "nothing changed");
    let log = api.get("/api/v1/audit-entries?action=registry.edit").await;
    let entry = &log.body["items"][0];
    assert_eq!(entry["before"]["listed"]["prefixes"], json!(["team"]));
    assert_eq!(entry["after"]["listed"]["repositories_total"], 3);
    assert_eq!(log.body["total"]["value"], 1);

    let wrong = json!({"listed": {"repositories": ["ok", "NOT/ok"], "prefixes": ["a b"]}});
    let refused = api.patch(&path, 2, &wrong).await;
    let told = |at: usize| &refused.body["errors"][at];
    assert_eq!(refused.status, 422);
    assert_eq!(told(0)["pointer"], "/listed/repositories/1");
    assert_eq!(told(0)["code"], "repository.name_malformed");
    assert_eq!(told(1)["pointer"], "/listed/prefixes/0");
    let many = json!({"listed": {"repositories": vec!["a"; 1_001]}});
    let refused = api.patch(&path, 2, &many).await;
    assert_eq!(refused.body["errors"][0]["code"], "repository.too_many");
    assert_eq!(refused.body["errors"][0]["params"]["max"], "1000");
}

#[tokio::test]
async fn peer_docker_capabilities_of_a_real_registry_are_seen_after_it_is_integrated() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let options = RegistryOptions {
        delete: true,
        ..RegistryOptions::default()
    };
    let registry = DockerRegistry::start(Guise::basic(), options).await;
    fill::push(registry.address(), registry.credential(), "app", &["v1"]).await;
    let (username, password) = registry.credential().expect("account");
    let body = json!({"kind": "docker", "name": "dock-basic", "address": registry.url(),
        "plain_http_consent": true, "username": username, "password": password});
    let made = api.post("/api/v1/registries", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!(
        "/api/v1/registries/{}",
        made.body["id"].as_str().expect("id")
    );
    let seen = once(&api, &path, |r| !r["capabilities_as_of"].is_null()).await;
    for (name, status, reason) in [
        ("catalogue", "available", ""),
        ("pull", "available", ""),
        ("anonymous_pull", "unknown", "NotObservedYet"),
        ("push", "unknown", "NeverTried"),
        ("deletion", "available", ""),
        ("tag_deletion", "missing", "NotOffered"),
        ("referrers", "missing", "NotOffered"),
        ("events", "unknown", "NoneSeen"),
    ] {
        assert_eq!(capability(&seen, name), pair(status, reason), "{name}");
    }
    assert_eq!(seen["generation"], 1, "an observation is no edit");
}

/// A catalogue that breaks off in the middle is no smaller catalogue.
#[tokio::test]
async fn fault_hostile_json_in_a_later_page_commits_nothing_of_the_first() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let upstream = Scripted::start().await;
    upstream.on("GET /v2/", Reply::registry());
    let names = Reply::json(r#"{"repositories":["a","b"]}"#);
    upstream.on("GET /v2/_catalog", names.clone());
    let next = names.header("Link", "<?last=b>; rel=next");
    upstream.on("GET /v2/_catalog?n=1000", next);
    upstream.on("GET /v2/_catalog?last=b", Reply::html());
    let body = json!({"kind": "docker", "name": "half", "address": upstream.url(),
        "plain_http_consent": true});
    let made = api.post("/api/v1/registries", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!(
        "/api/v1/registries/{}",
        made.body["id"].as_str().expect("id")
    );
    let figure = |r: &Value| r["statistics"]["repositories"].clone();
    let seen = once(&api, &path, |r| {
        figure(r)["unavailable"] != "not_measured_yet"
    })
    .await;
    assert_eq!(figure(&seen)["value"], Value::Null, "{seen}");
    assert_eq!(figure(&seen)["unavailable"], "unreachable");
    assert!(upstream.requests().iter().any(|r| r.contains("last=b")));
}
