//! A real Docker Registry is integrated, watched, edited and disconnected.

use crate::{ROADSTEAD, identity};
use roadstead_testkit::{Api, DockerRegistry, Guise, RegistryOptions, Scripted, TestApp, fill};
use serde_json::{Value, json};
use std::time::Duration;

/// Waits until the registry looks as wanted; the bound is generous, promises are measured elsewhere.
async fn until(api: &Api, id: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        let answer = api.get(&format!("/api/v1/registries/{id}")).await;
        if wanted(&answer.body) {
            return answer.body;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!(
        "never {what}: {}",
        api.get(&format!("/api/v1/registries/{id}")).await.body
    );
}

fn input(name: &str, url: &str) -> Value {
    json!({"kind": "docker", "name": name, "address": url, "plain_http_consent": true})
}

#[tokio::test]
async fn peer_docker_open_registry_is_healthy_with_its_count_then_unhealthy_then_healthy_again() {
    let mut registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    fill::push(registry.address(), None, "team/one", &["v1"]).await;
    fill::push(registry.address(), None, "team/two", &["v1", "v2"]).await;
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;

    let made = api
        .post("/api/v1/registries", &input("dock-open", &registry.url()))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.body["id"].as_str().expect("id").to_owned();
    assert_eq!(
        made.headers["location"].to_str().ok(),
        Some(format!("/api/v1/registries/{id}").as_str())
    );
    assert_eq!(made.headers["etag"].to_str().ok(), Some("\"1\""));
    assert_eq!(
        (&made.body["health"]["status"], &made.body["verified"]),
        (&json!("healthy"), &json!(true))
    );
    assert_eq!(
        made.body["statistics"]["repositories"]["value"],
        Value::Null
    );
    assert_eq!(
        made.body["statistics"]["repositories"]["unavailable"],
        "not_measured_yet"
    );

    let counted = until(&api, &id, "counted", |r| {
        r["statistics"]["repositories"]["value"] == 2
    })
    .await;
    assert!(counted["statistics"]["repositories"]["as_of"].is_string());
    assert_eq!(counted["statistics"]["spaces"]["value"], 1);

    registry.stop().await;
    // A question that was on its way when it ended may have been cut off first.
    let down = until(&api, &id, "unhealthy", |r| {
        r["health"]["status"] == "unhealthy" && r["health"]["reason"] == "ConnectionRefused"
    })
    .await;
    assert_eq!(
        down["statistics"]["repositories"]["value"], 2,
        "last known stays"
    );
    assert_eq!(down["generation"], 1, "observing is not editing");
    let list = api.get("/api/v1/registries?health=unhealthy").await;
    assert_eq!(
        (
            &list.body["total"]["value"],
            &list.body["facets"]["health"]["unhealthy"]
        ),
        (&json!(1), &json!(1))
    );

    registry.restart().await;
    let up = until(&api, &id, "healthy again", |r| {
        r["health"]["status"] == "healthy"
    })
    .await;
    assert_eq!(up["health"]["reason"], "Reachable");
}

#[tokio::test]
async fn peer_docker_basic_registry_needs_its_account_and_never_shows_it() {
    let guise = Guise::basic();
    let (username, password) = (Guise::USERNAME, Guise::PASSWORD);
    let registry = DockerRegistry::start(guise, RegistryOptions::default()).await;
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;

    let mut wrong = input("dock-basic", &registry.url());
    wrong["username"] = json!(username);
    wrong["password"] = json!("canary-wrong-password");
    let refused = api.post("/api/v1/registries", &wrong).await;
    assert_eq!(
        (refused.status, refused.body["code"].as_str()),
        (502, Some("upstream.unauthorized"))
    );
    assert_eq!(refused.body["params"]["step"], "authenticate");
    assert_eq!(
        api.get("/api/v1/registries").await.body["total"]["value"],
        0,
        "nothing is saved"
    );

    let mut right = input("dock-basic", &registry.url());
    right["username"] = json!(username);
    right["password"] = json!(password);
    let made = api.post("/api/v1/registries", &right).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.body["username"], username);
    let text = made.body.to_string();
    assert!(!text.contains(password), "{text}");
    let id = made.body["id"].as_str().expect("id").to_owned();
    until(&api, &id, "valid and healthy", |r| {
        let conditions = r["conditions"].as_array();
        conditions.is_some_and(|c| {
            c.iter()
                .any(|c| c["type"] == "CredentialsValid" && c["status"] == "true")
        }) && r["health"]["status"] == "healthy"
    })
    .await;

    // The stored credential is used by the stored test, and found nowhere on disk.
    let steps = test_lines(&api, &json!({"registry_id": id})).await;
    assert_eq!(steps.last().expect("result")["status"], "ok", "{steps:?}");
    let database = std::fs::read(app.data_dir().join("roadstead.db")).expect("database");
    let journal = std::fs::read(app.data_dir().join("roadstead.db-wal")).unwrap_or_default();
    for bytes in [database, journal] {
        assert!(
            !bytes
                .windows(password.len())
                .any(|w| w == password.as_bytes())
        );
    }
    app.assert_silent_about(&[password, "canary-wrong-password"]);
}

async fn test_lines(api: &Api, body: &Value) -> Vec<Value> {
    use futures::StreamExt as _;
    let lines = api
        .client()
        .lines(
            roadstead_testkit::Method::POST,
            "/api/v1/registry-tests",
            body,
        )
        .await
        .expect("test");
    lines.map(|line| line.expect("line")).collect().await
}

#[tokio::test]
async fn peer_docker_test_streams_every_step_and_tries_the_account_only_when_asked() {
    let registry = DockerRegistry::start(Guise::basic(), RegistryOptions::default()).await;
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let mut typed = json!({"kind": "docker", "address": registry.url(), "plain_http_consent": true,
        "username": Guise::USERNAME, "password": "half-typed"});
    let looks = test_lines(&api, &json!({"registry": typed, "credential": false})).await;
    let steps: Vec<_> = looks
        .iter()
        .map(|l| {
            (
                l["step"].as_str().unwrap_or("result"),
                l["status"].as_str().unwrap_or(""),
            )
        })
        .collect();
    assert_eq!(
        steps,
        [
            ("resolve", "ok"),
            ("connect", "ok"),
            ("detect", "ok"),
            ("authenticate", "skipped"),
            ("rights", "skipped"),
            ("result", "ok")
        ]
    );
    assert_eq!(looks[5]["detected_kind"], "docker");
    assert!(!registry.log().contains("half-typed"));

    let tried = test_lines(&api, &json!({"registry": typed, "credential": true})).await;
    assert_eq!(
        (&tried[3]["status"], &tried[3]["code"]),
        (&json!("failed"), &json!("upstream.unauthorized"))
    );
    assert_eq!(
        (&tried[4]["status"], &tried[5]["status"]),
        (&json!("skipped"), &json!("failed"))
    );

    typed["password"] = json!(Guise::PASSWORD);
    let good = test_lines(&api, &json!({"registry": typed, "credential": true})).await;
    assert!(good.iter().all(|l| l["status"] == "ok"), "{good:?}");
}

#[tokio::test]
async fn peer_docker_edit_needs_the_generation_that_was_read() {
    let registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let made = api
        .post("/api/v1/registries", &input("dock-open", &registry.url()))
        .await;
    let path = format!(
        "/api/v1/registries/{}",
        made.body["id"].as_str().expect("id")
    );

    let blind = api
        .send(
            roadstead_testkit::Method::PATCH,
            &path,
            Some(&json!({"description": "x"})),
            &[],
        )
        .await;
    assert_eq!(
        (blind.status, blind.body["code"].as_str()),
        (428, Some("request.precondition_required"))
    );
    let edited = api
        .patch(&path, 1, &json!({"description": "镜像 \u{1f6a2}"}))
        .await;
    assert_eq!(
        (
            edited.status,
            &edited.body["generation"],
            &edited.body["description"]
        ),
        (200, &json!(2), &json!("镜像 \u{1f6a2}"))
    );
    let stale = api.patch(&path, 1, &json!({"description": "lost"})).await;
    assert_eq!(
        (stale.status, stale.body["code"].as_str()),
        (412, Some("request.stale"))
    );
    assert_eq!(stale.body["params"]["current"], "2");
    assert_eq!(api.get(&path).await.body["description"], "镜像 \u{1f6a2}");

    let stale = api
        .send(
            roadstead_testkit::Method::DELETE,
            &path,
            None,
            &[("if-match", "\"1\"")],
        )
        .await;
    assert_eq!(stale.status, 412);
    let gone = crate::cast::delete_at(&api, &path, 2).await;
    assert_eq!(gone.status, 204);
    assert_eq!(api.get(&path).await.status, 404);
    assert_eq!(api.get("/api/v1/registries").await.body["items"], json!([]));
}

#[tokio::test]
async fn peer_docker_save_anyway_stores_unverified_and_the_health_loop_proves_it_later() {
    let mut registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    registry.stop().await;
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let mut body = input("later", &registry.url());
    body["save_anyway"] = json!(true);
    let made = api.post("/api/v1/registries", &body).await;
    assert_eq!(
        (made.status, &made.body["verified"]),
        (201, &json!(false)),
        "{}",
        made.body
    );
    assert_eq!(
        (
            &made.body["health"]["status"],
            &made.body["health"]["reason"]
        ),
        (&json!("unhealthy"), &json!("ConnectionRefused"))
    );
    registry.restart().await;
    let id = made.body["id"].as_str().expect("id");
    until(&api, id, "verified", |r| {
        r["verified"] == true && r["health"]["status"] == "healthy"
    })
    .await;
}

#[tokio::test]
async fn refresh_counts_repositories_again_at_once_and_not_only_in_a_minute() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let server = Scripted::start().await;
    identity::serve(&server, "home", identity::SECRET, &["team/app"]);
    let path = identity::integrate(&api, &server.url(), None).await;
    let settled = |r: &Value| identity::counted(r, 1) && !r["capabilities_as_of"].is_null();
    identity::until(&api, &path, settled).await;
    let finished = |crawl: &Value| crawl["status"] == "finished";
    identity::until(&api, &format!("{path}/crawl"), finished).await;
    let repositories = ["team/app", "team/new"];
    identity::serve(&server, "home", identity::SECRET, &repositories);
    let refresh = format!("{path}/refresh");
    assert_eq!(api.post(&refresh, &json!(null)).await.status, 202);
    // It waits for half a minute; names are listed every minute without anybody's wish.
    identity::until(&api, &path, |r| identity::counted(r, 2)).await;
}
