//! Who may pull from a registry of the platform: proved, supplied, shared; and what members see of it.

use crate::ROADSTEAD;
use crate::cast::{Cast, code, delete_at, id};
use crate::identity;
use futures::StreamExt as _;
use roadstead_testkit::{
    Answer, Api, DockerRegistry, Guise, Method, RegistryOptions, Reply, Scripted, TestApp, fill,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const BOUND: Duration = Duration::from_secs(60);
const PASSWORD: &str = "puller-canary-90ab12";
/// `robot` with [`PASSWORD`].
const ROBOT: &str = "Basic cm9ib3Q6cHVsbGVyLWNhbmFyeS05MGFiMTI=";

/// A registry with one image that gives it to one account only.
struct Guarded {
    server: Scripted,
    image: fill::TinyImage,
}

impl Guarded {
    async fn start() -> Self {
        let server = Scripted::start().await;
        let image = fill::TinyImage::new("guarded");
        let it = Self { server, image };
        it.only("GET /v2/", Reply::registry());
        it.only(
            "GET /v2/_catalog",
            Reply::json("{\"repositories\":[\"team/app\"]}"),
        );
        it.only(
            "GET /v2/team/app/tags/list",
            Reply::json("{\"name\":\"team/app\",\"tags\":[\"v1\"]}"),
        );
        for (request, reply) in it.pull() {
            it.only(&request, reply);
        }
        it
    }

    fn pull(&self) -> Vec<(String, Reply)> {
        let manifest = || {
            Reply::status(200)
                .header("Content-Type", "application/vnd.oci.image.manifest.v1+json")
                .header("Docker-Content-Digest", &fill::digest(&self.image.manifest))
                .body(self.image.manifest.clone())
        };
        let blob = Reply::status(200).body(self.image.config.clone());
        vec![
            ("GET /v2/team/app/manifests/v1".to_owned(), manifest()),
            ("HEAD /v2/team/app/manifests/v1".to_owned(), manifest()),
            (
                format!(
                    "GET /v2/team/app/blobs/{}",
                    fill::digest(&self.image.config)
                ),
                blob,
            ),
        ]
    }

    /// Only the account gets this.
    fn only(&self, request: &str, reply: Reply) {
        self.server.on(request, Reply::basic_challenge());
        self.server.on_with(request, ROBOT, reply);
    }

    /// What becomes of an upload of the account.
    fn uploads(&self, reply: Reply) -> &Self {
        self.only("POST /v2/team/app/blobs/uploads/", reply);
        self
    }

    /// From now on everybody may pull.
    fn open_to_everybody(&self) {
        for (request, reply) in self.pull() {
            self.server.on(&request, reply);
        }
    }

    fn asked(&self, start: &str) -> usize {
        let all = self.server.requests();
        all.iter()
            .filter(|request| request.starts_with(start))
            .count()
    }
}

async fn integrated(cast: &Cast, url: &str, account: Option<(&str, &str)>) -> String {
    let mut body = json!({"kind": "docker", "name": "dock", "address": url,
        "plain_http_consent": true, "description": "internals-canary"});
    if let Some((username, password)) = account {
        body["username"] = json!(username);
        body["password"] = json!(password);
    }
    let made = cast.padmin.post("/api/v1/registries", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    format!("/api/v1/registries/{}", id(&made.body))
}

async fn sharing(api: &Api, registry: &str) -> Answer {
    api.get(&format!("{registry}/sharing")).await
}

/// Puts with the generation of now.
async fn put(api: &Api, registry: &str, path: &str, body: &Value) -> Answer {
    let seen = sharing(api, registry).await;
    let tag = format!("\"{}\"", seen.body["generation"]);
    let path = format!("{registry}/{path}");
    api.send(Method::PUT, &path, Some(body), &[("if-match", &tag)])
        .await
}

async fn unshare(api: &Api, registry: &str) -> Answer {
    let seen = sharing(api, registry).await;
    let generation = seen.body["generation"].as_i64().expect("generation");
    delete_at(api, &format!("{registry}/sharing"), generation).await
}

/// Waits until the sharing looks as wanted.
async fn until(api: &Api, registry: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let begun = std::time::Instant::now();
    loop {
        let seen = sharing(api, registry).await.body;
        if wanted(&seen) {
            return seen;
        }
        assert!(begun.elapsed() < BOUND, "never {what}: {seen}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn condition(seen: &Value, kind: &str) -> (String, String) {
    let all = seen["conditions"].as_array().expect("conditions");
    let found = all.iter().find(|c| c["type"] == kind);
    let text = |key: &str| {
        found.map_or_else(String::new, |c| {
            c[key].as_str().unwrap_or_default().to_owned()
        })
    };
    (text("status"), text("reason"))
}

fn is(condition: &(String, String), status: &str, reason: &str) -> bool {
    (condition.0.as_str(), condition.1.as_str()) == (status, reason)
}

async fn total(api: &Api) -> Value {
    let list = api.get("/api/v1/registries").await;
    assert_eq!(list.status, 200);
    list.body["total"]["value"].clone()
}

#[tokio::test]
async fn sec_13_peer_docker_members_see_the_outside_of_what_everybody_may_pull_and_nobody_else_does()
 {
    let registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    fill::push(registry.address(), None, "team/one", &["v1"]).await;
    fill::push(registry.address(), None, "team/two", &["v1"]).await;
    let cast = Cast::start().await;
    let (viewer, _) = cast.member("a-viewer", &cast.alpha, "viewer").await;
    let (nobody, _) = cast.person("nobody", None).await;
    let path = integrated(&cast, &registry.url(), None).await;
    let seen = until(&cast.padmin, &path, "proved", |s| s["mode"] == "anonymous").await;
    assert!(
        is(&condition(&seen, "AnonymousPull"), "true", "Proved"),
        "{seen}"
    );
    assert_eq!(seen["repositories"], json!([2]), "on real repositories");
    assert_eq!(seen["refusal"], "sharing.not_needed");

    let outline = viewer.get(&path).await;
    assert_eq!(outline.status, 200, "{}", outline.body);
    let keys: BTreeSet<&str> = outline
        .body
        .as_object()
        .expect("object")
        .keys()
        .map(String::as_str)
        .collect();
    let told = [
        "address",
        "allowed_actions",
        "detail",
        "health",
        "id",
        "kind",
        "name",
        "owner",
    ];
    assert_eq!(keys, BTreeSet::from(told), "{}", outline.body);
    assert!(!outline.headers.contains_key("etag"));
    let health = outline.body["health"].as_object().expect("health");
    assert_eq!(health.len(), 4, "{health:?}");
    // Its health is watched meanwhile: both are asked until they agree.
    let begun = std::time::Instant::now();
    let (list, outline) = loop {
        let outline = viewer.get(&path).await;
        let list = viewer.get("/api/v1/registries").await;
        let agree = list.body["items"] == json!([outline.body])
            && list.body["facets"]["health"]["healthy"] == 1;
        if agree || begun.elapsed() > BOUND {
            break (list, outline);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    assert_eq!(list.body["items"], json!([outline.body]));
    assert_eq!(list.body["total"]["value"], 1);
    assert_eq!(list.body["facets"]["health"]["healthy"], 1);
    for hidden in ["q=internals", "q=padmin"] {
        let found = viewer.get(&format!("/api/v1/registries?{hidden}")).await;
        assert_eq!(found.body["total"]["value"], 0, "{hidden}");
    }
    // Known, but not theirs.
    for (method, path, body) in [
        (Method::GET, format!("{path}/sharing"), None),
        (Method::GET, format!("{path}/spaces"), None),
        (Method::GET, format!("{path}/crawl"), None),
        (Method::GET, format!("{path}/statistics-history"), None),
        (Method::GET, format!("{path}/health-history"), None),
        (
            Method::PATCH,
            path.clone(),
            Some(json!({"description": "x"})),
        ),
        (Method::DELETE, path.clone(), None),
        (
            Method::PUT,
            format!("{path}/sharing"),
            Some(json!({"consent": true})),
        ),
    ] {
        let tag = [("if-match", "\"1\"")];
        let answer = viewer.send(method, &path, body.as_ref(), &tag).await;
        assert_eq!(
            code(&answer),
            (403, "permission.denied".to_owned()),
            "{path}"
        );
    }
    assert_eq!(total(&nobody).await, 0);
    for path in [&path, &format!("{path}/sharing")] {
        let answer = nobody.get(path).await;
        assert_eq!(code(&answer), (404, "object.not_found".to_owned()));
    }
}

#[tokio::test]
async fn sec_13_registry_leaves_members_lists_at_the_first_refusal_and_streams_are_told_nothing_more()
 {
    let guarded = Guarded::start().await;
    guarded.open_to_everybody();
    let cast = Cast::start().await;
    let (viewer, _) = cast.member("a-viewer", &cast.alpha, "viewer").await;
    let account = Some(("robot", PASSWORD));
    let path = integrated(&cast, &guarded.server.url(), account).await;
    until(&cast.padmin, &path, "open", |s| s["mode"] == "anonymous").await;
    assert_eq!(viewer.get(&path).await.status, 200);
    // Members are told of its health as well: what there is to be found out is known from here on.
    identity::until(&cast.padmin, &path, |registry| {
        let conditions = registry["conditions"].as_array();
        conditions.is_some_and(|all| {
            let accepted = |c: &&Value| c["type"] == "CredentialsValid" && c["status"] == "true";
            registry["health"]["status"] == "healthy" && all.iter().any(|c| accepted(&c))
        })
    })
    .await;
    let mut events = Box::pin(
        viewer
            .client()
            .events("/api/v1/changes", None)
            .await
            .expect("stream"),
    );

    // Trouble is no refusal: what was proved is kept.
    let manifest = "GET /v2/team/app/manifests/v1";
    guarded.server.on(manifest, Reply::status(500));
    let before = guarded.asked(manifest);
    let edit = json!({"description": "other internals"});
    assert_eq!(cast.padmin.patch(&path, 1, &edit).await.status, 200);
    let begun = std::time::Instant::now();
    while guarded.asked(manifest) == before {
        assert!(begun.elapsed() < BOUND, "never tried again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(sharing(&cast.padmin, &path).await.body["mode"], "anonymous");

    guarded.only(manifest, guarded.pull().remove(0).1);
    let edit = json!({"description": "more"});
    assert_eq!(cast.padmin.patch(&path, 2, &edit).await.status, 200);
    let seen = until(&cast.padmin, &path, "closed", |s| s["mode"] == "none").await;
    assert!(
        is(&condition(&seen, "AnonymousPull"), "false", "Refused"),
        "{seen}"
    );
    assert_eq!(viewer.get(&path).await.status, 404);
    assert_eq!(total(&viewer).await, 0);
    let told = tokio::time::timeout(BOUND, events.next()).await;
    let told = told.expect("in time").expect("event").expect("read");
    let told: Value = serde_json::from_str(&told.data).expect("json");
    assert_eq!(
        (&told["topic"], &told["generation"]),
        (&json!("open_registry"), &json!(0)),
        "edits of what is hidden are not told: {told}"
    );
}

#[tokio::test]
async fn peer_docker_account_that_can_push_is_not_shared_and_its_upload_is_cancelled() {
    let registry = DockerRegistry::start(Guise::basic(), RegistryOptions::default()).await;
    fill::push(
        registry.address(),
        registry.credential(),
        "team/one",
        &["v1"],
    )
    .await;
    let said = |method: &str| {
        let line = format!("\"{method} /v2/team/one/blobs/uploads/");
        registry.log().matches(&line).count()
    };
    let pushed = said("POST");
    let cast = Cast::start().await;
    let path = integrated(&cast, &registry.url(), registry.credential()).await;
    let preview = put(&cast.padmin, &path, "sharing?dry_run=true", &json!({})).await;
    assert_eq!(preview.status, 200, "{}", preview.body);
    assert_eq!(preview.body["refusal"], "sharing.account_can_write");
    assert_eq!(preview.body["delivered"]["mode"], "shared");
    assert_eq!(preview.body["reach"]["unavailable"], "no_clusters");
    assert_eq!(preview.body["reach"]["workspaces"], 2);
    assert_eq!(preview.body["generation"], 1, "nothing was changed");

    let wrong = json!({"username": Guise::OTHER_USERNAME, "password": "wrong-canary"});
    let refused = put(&cast.padmin, &path, "pull-account", &wrong).await;
    assert_eq!(code(&refused), (502, "upstream.unauthorized".to_owned()));
    let other = json!({"username": Guise::OTHER_USERNAME, "password": Guise::OTHER_PASSWORD});
    let kept = put(&cast.padmin, &path, "pull-account", &other).await;
    assert_eq!(kept.status, 200, "{}", kept.body);
    assert!(
        is(
            &condition(&kept.body, "PullOnly"),
            "false",
            "UploadAccepted"
        ),
        "{}",
        kept.body
    );
    let shared = put(&cast.padmin, &path, "sharing", &json!({"consent": true})).await;
    assert_eq!(code(&shared), (422, "sharing.account_can_write".to_owned()));
    assert_eq!(shared.body["params"]["username"], Guise::OTHER_USERNAME);
    // The registry's own log may come a moment behind its answers.
    let opened = || said("POST") - pushed;
    let begun = std::time::Instant::now();
    while (opened() == 0 || said("DELETE") != opened()) && begun.elapsed() < BOUND {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(opened() > 0, "{}", registry.log());
    assert_eq!(said("DELETE"), opened(), "each is cancelled");
    cast.app
        .assert_silent_about(&[Guise::OTHER_PASSWORD, "wrong-canary"]);
}

#[tokio::test]
async fn sec_26_upload_that_is_sent_elsewhere_counts_as_writing_and_nothing_is_asked_there() {
    let elsewhere = Scripted::start().await;
    let guarded = Guarded::start().await;
    let place = format!(
        "{}/v2/team/app/blobs/uploads/1",
        elsewhere.url().replace("127.0.0.1", "localhost")
    );
    guarded.uploads(Reply::status(202).header("Location", &place));
    let cast = Cast::start().await;
    let path = integrated(&cast, &guarded.server.url(), Some(("robot", PASSWORD))).await;
    let shared = put(&cast.padmin, &path, "sharing", &json!({"consent": true})).await;
    assert_eq!(code(&shared), (422, "sharing.account_can_write".to_owned()));
    assert_eq!(elsewhere.connections(), 0);
    // The look at what the registry can do asks about a manifest that is not there.
    let uploads = guarded.asked("DELETE") - guarded.asked("DELETE /v2/team/app/manifests/");
    assert_eq!(uploads, 0);
}

#[tokio::test]
async fn sec_26_refused_upload_of_an_account_that_reads_nothing_proves_nothing() {
    let guarded = Guarded::start().await;
    guarded.uploads(Reply::status(403));
    for request in ["GET", "HEAD"] {
        let manifest = format!("{request} /v2/team/app/manifests/v1");
        guarded.only(&manifest, Reply::status(403));
    }
    let cast = Cast::start().await;
    let path = integrated(&cast, &guarded.server.url(), Some(("robot", PASSWORD))).await;
    let shared = put(&cast.padmin, &path, "sharing", &json!({"consent": true})).await;
    assert_eq!(code(&shared), (422, "sharing.write_unproved".to_owned()));
    assert_eq!(guarded.asked("POST"), 0);
}

#[tokio::test]
async fn registry_is_shared_with_consent_and_asked_again_when_another_account_would_be_delivered() {
    let guarded = Guarded::start().await;
    guarded.uploads(Reply::status(403));
    let cast = Cast::start().await;
    let (viewer, _) = cast.member("a-viewer", &cast.alpha, "viewer").await;
    let path = integrated(&cast, &guarded.server.url(), Some(("robot", PASSWORD))).await;
    let preview = put(&cast.padmin, &path, "sharing?dry_run=true", &json!({})).await;
    assert_eq!(
        (&preview.body["may_share"], &preview.body["state"]),
        (&json!(true), &json!("NotShared"))
    );
    assert!(
        is(
            &condition(&preview.body, "PullOnly"),
            "true",
            "UploadRefused"
        ),
        "{}",
        preview.body
    );
    assert_eq!(
        viewer.get(&path).await.status,
        404,
        "looking decides nothing"
    );
    let unasked = put(&cast.padmin, &path, "sharing", &json!({})).await;
    assert_eq!(
        unasked.body["errors"][0]["code"], "sharing.consent_required",
        "{}",
        unasked.body
    );

    let shared = put(&cast.padmin, &path, "sharing", &json!({"consent": true})).await;
    assert_eq!(shared.status, 200, "{}", shared.body);
    assert_eq!(
        (&shared.body["state"], &shared.body["mode"]),
        (&json!("InForce"), &json!("shared"))
    );
    assert_eq!(shared.body["consent"]["account"]["username"], "robot");
    assert!(shared.body["consent"]["by"]["name"].is_string());
    assert_eq!(viewer.get(&path).await.body["detail"], "outline");
    let entries = cast
        .padmin
        .get("/api/v1/audit-entries?action=registry.share")
        .await;
    let after = &entries.body["items"][0]["after"];
    assert_eq!(
        (&after["account"], &after["namespaces"]),
        (&json!("robot"), &json!("all"))
    );

    // Another account: nothing is delivered before somebody has consented to it.
    let given = json!({"username": "robot", "password": PASSWORD});
    let supplied = put(&cast.padmin, &path, "pull-account", &given).await;
    assert_eq!(supplied.status, 200, "{}", supplied.body);
    assert_eq!(
        (
            &supplied.body["state"],
            &supplied.body["consent_reason"],
            &supplied.body["mode"]
        ),
        (
            &json!("ConsentNeeded"),
            &json!("OtherAccount"),
            &json!("none")
        )
    );
    assert_eq!(viewer.get(&path).await.status, 404);
    let again = put(&cast.padmin, &path, "sharing", &json!({"consent": true})).await;
    assert_eq!(
        (&again.body["state"], &again.body["mode"]),
        (&json!("InForce"), &json!("supplied"))
    );
    assert_eq!(viewer.get(&path).await.status, 200);

    assert_eq!(unshare(&cast.padmin, &path).await.status, 204);
    assert_eq!(viewer.get(&path).await.status, 404);
    assert_eq!(unshare(&cast.padmin, &path).await.status, 404, "it is over");
    cast.app.assert_silent_about(&[PASSWORD]);
}

#[tokio::test]
async fn sec_01_pull_account_ends_with_the_address_it_was_given_for() {
    let guarded = Guarded::start().await;
    guarded.uploads(Reply::status(403));
    let attacker = Scripted::start().await;
    attacker.on("GET /v2/", Reply::registry());
    attacker.on(
        "GET /v2/_catalog",
        Reply::json("{\"repositories\":[\"team/app\"]}"),
    );
    let cast = Cast::start().await;
    let path = integrated(&cast, &guarded.server.url(), Some(("robot", PASSWORD))).await;
    let given = json!({"username": "robot", "password": PASSWORD});
    assert_eq!(
        put(&cast.padmin, &path, "pull-account", &given)
            .await
            .status,
        200
    );
    let shared = put(&cast.padmin, &path, "sharing", &json!({"consent": true})).await;
    assert_eq!(shared.body["mode"], "supplied", "{}", shared.body);
    let generation = shared.body["generation"].as_i64().expect("generation");
    let moved = json!({"address": attacker.url(), "username": "other", "password": "new-password",
        "plain_http_consent": true});
    let edited = cast.padmin.patch(&path, generation, &moved).await;
    assert_eq!(edited.status, 200, "{}", edited.body);
    let seen = sharing(&cast.padmin, &path).await.body;
    assert_eq!(
        (&seen["pull_account"], &seen["mode"]),
        (&Value::Null, &json!("none"))
    );
    assert_eq!(seen["consent_reason"], "AddressChanged");
    let preview = put(&cast.padmin, &path, "sharing?dry_run=true", &json!({})).await;
    assert_eq!(preview.status, 200, "{}", preview.body);
    let received = attacker
        .log()
        .iter()
        .filter(|head| format!("{head:?}").contains(ROBOT))
        .count();
    assert_eq!(received, 0);
}

#[tokio::test]
async fn peer_docker_disconnecting_an_open_registry_costs_what_its_page_counts_and_who_sees_it() {
    let registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    fill::push(registry.address(), None, "team/one", &["v1", "v2"]).await;
    fill::push(registry.address(), None, "team/two", &["v1"]).await;
    let cast = Cast::on(TestApp::start(ROADSTEAD).await).await;
    cast.member("a-viewer", &cast.alpha, "viewer").await;
    cast.member("b-admin", &cast.beta, "admin").await;
    let path = integrated(&cast, &registry.url(), None).await;
    until(&cast.padmin, &path, "proved", |s| s["mode"] == "anonymous").await;
    let begun = std::time::Instant::now();
    while cast.padmin.get(&path).await.body["statistics"]["tags"]["value"] != 3 {
        assert!(
            begun.elapsed() < BOUND,
            "never read: {}",
            cast.padmin.get(&path).await.body
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let look = format!("{path}?dry_run=true");
    let cost = cast.padmin.send(Method::DELETE, &look, None, &[]).await;
    assert_eq!(cost.status, 200, "{}", cost.body);
    let figure = |name: &str| cost.body[name]["value"].clone();
    let told = ["spaces", "repositories", "tags", "workspaces", "members"].map(figure);
    assert_eq!(told, [1, 2, 3, 2, 2].map(|n| json!(n)), "{}", cost.body);
}

#[tokio::test]
async fn platform_registry_that_is_not_open_costs_no_workspace_and_no_member_its_sight() {
    let cast = Cast::start().await;
    cast.member("a-viewer", &cast.alpha, "viewer").await;
    let guarded = Guarded::start().await;
    let account = Some(("robot", PASSWORD));
    let path = integrated(&cast, &guarded.server.url(), account).await;
    let look = format!("{path}?dry_run=true");
    let cost = cast.padmin.send(Method::DELETE, &look, None, &[]).await;
    let figure = |name: &str| cost.body[name]["value"].clone();
    assert_eq!(
        ["workspaces", "members"].map(figure),
        [0, 0].map(|n| json!(n))
    );
}
