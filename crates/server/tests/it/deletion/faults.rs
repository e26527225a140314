//! Registries that answer as no test of a real one could have them answer.

use super::{delete_tag, plan};
use crate::ROADSTEAD;
use crate::cast::{Cast, code, id, unread};
use crate::identity::{SECRET, integrate, leaks, quiet, serve, until};
use crate::inventory::{beside, digest, fill};
use roadstead_core::model::{RegistryId, Timestamp};
use roadstead_core::ports::DeletionStore as _;
use roadstead_testkit::{Api, Reply, Scripted, TestApp, TestAppOptions};
use serde_json::{Value, json};

const REFUSED: &str = r#"{"errors":[{"code":"UNSUPPORTED","message":"no"}]}"#;
const UNKNOWN: &str = r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"none"}]}"#;
const LATEST: &str = "/v2/team/s/manifests/latest";

/// A scripted registry with one repository `team/s`, whose tag `latest` is alone on its digest.
struct Stage {
    cast: Cast,
    server: Scripted,
    registry: String,
    repository: String,
    digest: String,
}

impl Stage {
    async fn set() -> Self {
        let options = unread(TestAppOptions::default());
        let cast = Cast::on(TestApp::start_with(ROADSTEAD, options).await).await;
        let server = Scripted::start().await;
        server.on("GET /v2/", Reply::registry());
        server.on(
            "GET /v2/_catalog",
            Reply::json(r#"{"repositories":["team/s"]}"#),
        );
        let body = json!({"kind": "docker", "name": "s", "address": server.url(),
            "plain_http_consent": true});
        let made = cast.padmin.post("/api/v1/registries", &body).await;
        let registry = id(&made.body);
        // What it can do is looked at once by itself, and then said by its own refusals.
        let path = format!("/api/v1/registries/{registry}");
        until(&cast.padmin, &path, |seen| {
            !seen["capabilities_as_of"].is_null()
        })
        .await;
        let store = beside(&cast.app).await;
        let filled = fill(&store, &registry, "s").await;
        store.close().await;
        let digest = digest("s", 4).to_string();
        server.on(
            "GET /v2/team/s/tags/list",
            Reply::json(r#"{"name":"team/s","tags":["latest"]}"#),
        );
        let head = Reply::json("").header("Docker-Content-Digest", &digest);
        server.on(&format!("HEAD {LATEST}"), head);
        // It has never heard of deleting tags.
        server.on(
            &format!("DELETE {LATEST}"),
            Reply::status(400).body(REFUSED),
        );
        Self {
            repository: format!("/api/v1/repositories/{}", filled.repository),
            cast,
            server,
            registry,
            digest,
        }
    }

    const fn api(&self) -> &Api {
        &self.cast.padmin
    }

    fn path(&self) -> String {
        format!("{}/tags/latest", self.repository)
    }

    /// How the registry answers when the artifact is to be deleted.
    fn deletes(&self, reply: Reply) {
        let request = format!("DELETE /v2/team/s/manifests/{}", self.digest);
        self.server.on(&request, reply);
    }

    /// What it answers to who looks whether the artifact is there.
    fn has(&self, reply: Reply) {
        let request = format!("GET /v2/team/s/manifests/{}", self.digest);
        self.server.on(&request, reply);
    }

    async fn tags(&self) -> u64 {
        let body = self.api().get(&self.repository).await.body;
        body["repository"]["tags"].as_u64().expect("count")
    }

    async fn entries(&self) -> Vec<Value> {
        let path = "/api/v1/audit-entries?action=image.delete";
        let listed = self.api().get(path).await;
        listed.body["items"].as_array().expect("items").clone()
    }

    /// Deletions whose end is not known.
    async fn open(&self) -> usize {
        let store = beside(&self.cast.app).await;
        let id: RegistryId = self.registry.parse().expect("id");
        let soon = Timestamp::from_micros(Timestamp::from_system_clock().as_micros() + 1_000_000);
        let open = store.open_deletions(id, soon).await.expect("open");
        store.close().await;
        open.len()
    }

    /// Requests to delete something that is there.
    fn deletions(&self) -> usize {
        let there = [
            LATEST.to_owned(),
            format!("/v2/team/s/manifests/{}", self.digest),
        ];
        let asked = self.server.requests();
        let real = asked.iter().filter(|request| {
            let path = request.strip_prefix("DELETE ");
            path.is_some_and(|path| there.iter().any(|there| path.starts_with(there.as_str())))
        });
        real.count()
    }
}

#[tokio::test]
async fn tag_that_moved_since_it_was_confirmed_is_not_deleted() {
    let stage = Stage::set().await;
    stage.deletes(Reply::status(202));
    let told = plan(stage.api(), &stage.path()).await;
    assert_eq!(told["digest"], stage.digest);
    // Somebody pushes meanwhile.
    let other = digest("s", 1).to_string();
    let head = Reply::json("").header("Docker-Content-Digest", &other);
    stage.server.on(&format!("HEAD {LATEST}"), head);
    let refused = delete_tag(stage.api(), &stage.path(), &stage.digest).await;
    assert_eq!(code(&refused), (412, "tag.moved".to_owned()));
    assert_eq!(refused.body["params"]["digest"], other);
    for nonsense in ["1", "sha256:x", ""] {
        let refused = delete_tag(stage.api(), &stage.path(), nonsense).await;
        assert_eq!(code(&refused), (412, "tag.moved".to_owned()), "{nonsense}");
    }
    assert_eq!((stage.deletions(), stage.open().await), (0, 0));
    assert_eq!(stage.entries().await.len(), 0);
}

#[tokio::test]
async fn what_the_registry_does_not_have_any_more_leaves_the_index_with_an_entry() {
    let stage = Stage::set().await;
    stage.deletes(Reply::status(404).body(UNKNOWN));
    let done = delete_tag(stage.api(), &stage.path(), &stage.digest).await;
    assert_eq!(
        (done.status, &done.body["done"], &done.body["already_gone"]),
        (200, &json!(true), &json!(true)),
        "{}",
        done.body
    );
    // The other tag was nowhere either.
    assert_eq!(stage.tags().await, 0);
    let entries = stage.entries().await;
    assert_eq!(
        entries[0]["after"],
        json!({"deleted": "artifact", "already_gone": true})
    );
    assert_eq!(stage.open().await, 0);
}

#[tokio::test]
async fn page_that_is_not_found_is_no_word_of_a_registry() {
    let stage = Stage::set().await;
    stage.deletes(Reply::status(404).body("404 page not found"));
    stage.has(Reply::status(503));
    let refused = delete_tag(stage.api(), &stage.path(), &stage.digest).await;
    assert_eq!(code(&refused), (502, "upstream.protocol".to_owned()));
    assert_eq!(stage.tags().await, 1);
    assert_eq!(stage.open().await, 1, "it is looked into later");
}

#[tokio::test]
async fn refusal_by_the_registry_becomes_what_is_known_of_it() {
    let stage = Stage::set().await;
    for refusal in [Reply::status(405), Reply::status(400).body(REFUSED)] {
        stage.deletes(refusal);
        let refused = delete_tag(stage.api(), &stage.path(), &stage.digest).await;
        assert_eq!(code(&refused), (409, "deletion.unavailable".to_owned()));
        assert_eq!(refused.body["params"]["reason"], "SwitchedOff");
    }
    let registry = format!("/api/v1/registries/{}", stage.registry);
    let registry = stage.api().get(&registry).await.body;
    let all = registry["capabilities"].as_array().expect("list");
    let deletion = all.iter().find(|c| c["name"] == "deletion").expect("one");
    assert_eq!(
        (&deletion["status"], &deletion["reason"]),
        (&json!("missing"), &json!("SwitchedOff"))
    );
    assert_eq!((stage.tags().await, stage.open().await), (1, 0));
    assert_eq!(stage.entries().await.len(), 0);
}

#[tokio::test]
async fn trouble_of_the_registry_is_told_and_asking_again_is_safe() {
    let stage = Stage::set().await;
    stage.has(Reply::json("{}"));
    for (reply, expected) in [
        (Reply::status(401), "upstream.unauthorized"),
        (Reply::status(403), "upstream.forbidden"),
        (
            Reply::status(429).header("Retry-After", "3"),
            "upstream.rate_limited",
        ),
        (Reply::status(503), "upstream.unavailable"),
        (Reply::Reset, "upstream.connection_reset"),
        (Reply::Close, "upstream.connection_reset"),
    ] {
        stage.deletes(reply);
        let refused = delete_tag(stage.api(), &stage.path(), &stage.digest).await;
        assert_eq!(code(&refused), (502, expected.to_owned()));
        assert_eq!(
            (stage.tags().await, stage.open().await),
            (1, 0),
            "{expected}"
        );
    }
    assert_eq!(stage.entries().await.len(), 0);
    stage.deletes(Reply::status(202));
    let done = delete_tag(stage.api(), &stage.path(), &stage.digest).await;
    assert_eq!(
        (done.status, &done.body["done"]),
        (200, &json!(true)),
        "{}",
        done.body
    );
    assert_eq!(stage.entries().await.len(), 1);
}

#[tokio::test]
async fn answer_that_got_lost_is_looked_into_at_once() {
    let stage = Stage::set().await;
    stage.deletes(Reply::Reset);
    stage.has(Reply::status(404).body(UNKNOWN));
    let done = delete_tag(stage.api(), &stage.path(), &stage.digest).await;
    assert_eq!(
        (done.status, &done.body["done"], &done.body["already_gone"]),
        (200, &json!(true), &json!(false)),
        "{}",
        done.body
    );
    assert_eq!((stage.tags().await, stage.open().await), (0, 0));
    assert_eq!(stage.entries().await.len(), 1);
}

#[tokio::test]
async fn registry_that_is_away_or_unproved_is_not_asked_and_says_so_before() {
    let stage = Stage::set().await;
    stage.server.on("GET /v2/", Reply::status(503));
    // Looked at by itself within seconds; until then the deletion itself finds out.
    let mut told = Value::Null;
    for _ in 0..1_200 {
        told = plan(stage.api(), &stage.path()).await;
        if told["refusal"]["code"] == "upstream.unavailable" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(told["refusal"]["code"], "upstream.unavailable", "{told}");
    assert_eq!(told["tags"]["items"], json!(["latest"]), "as last known");
    let refused = delete_tag(stage.api(), &stage.path(), &stage.digest).await;
    assert_eq!(code(&refused), (502, "upstream.unavailable".to_owned()));
    assert_eq!(stage.deletions(), 0);
}

#[tokio::test]
async fn sec_02_deletion_shows_the_account_to_no_server_in_anothers_place() {
    let options = unread(TestAppOptions::default());
    let cast = Cast::on(TestApp::start_with(ROADSTEAD, options).await).await;
    let server = Scripted::start().await;
    serve(&server, "home", SECRET, &["team/s"]);
    let registry = integrate(&cast.padmin, &server.url(), None).await;
    let store = beside(&cast.app).await;
    let of = registry.rsplit('/').next().unwrap_or_default();
    let filled = fill(&store, of, "s").await;
    store.close().await;
    quiet(&server, std::time::Duration::from_secs(1)).await;
    let tag = format!("/api/v1/repositories/{}/tags/latest", filled.repository);
    let other = Reply::status(401).header("WWW-Authenticate", "Basic realm=\"elsewhere\"");
    server.on(&format!("HEAD {LATEST}"), other);
    serve(&server, "elsewhere", "nobody's", &[]);
    server.clear_log();
    let refused = delete_tag(&cast.padmin, &tag, &digest("s", 4).to_string()).await;
    let (status, code) = code(&refused);
    assert!(
        ["upstream.identity_changed", "registry.suspended"].contains(&code.as_str()),
        "{status} {code}"
    );
    assert_eq!(leaks(&server), 0);
    cast.app.assert_silent_about(&[SECRET]);
}
