//! What artifacts are made of, given out byte by byte: from registries that answer well, and from
//! those that lie.

mod command;
mod given;
mod refused;

use crate::ROADSTEAD;
use crate::cast::{Cast, id};
use crate::identity::{SECRET, quiet, serve, until};
use roadstead_testkit::{Answer, Api, Reply, Scripted, TestApp, fill};
use serde_json::{Value, json};
use std::time::Duration;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
const SPDX: &str = "application/spdx+json";

/// The only repository.
const NAME: &str = "team/a";

/// Something with a manifest, served by a scripted registry.
#[derive(Clone)]
struct Made {
    digest: String,
    bytes: Vec<u8>,
}

/// A blob of a manifest: what is said of it, and its bytes.
struct Part {
    said: Value,
    digest: String,
    bytes: Vec<u8>,
}

impl Part {
    fn new(media_type: &str, text: &str) -> Self {
        let digest = fill::digest(text.as_bytes());
        let said = json!({"mediaType": media_type, "digest": digest, "size": text.len()});
        Self {
            said,
            digest,
            bytes: text.as_bytes().to_vec(),
        }
    }

    /// The same, of which more is said.
    fn with(mut self, field: &str, value: Value) -> Self {
        self.said[field] = value;
        self
    }

    fn titled(self, title: &str) -> Self {
        self.with(
            "annotations",
            json!({"org.opencontainers.image.title": title}),
        )
    }
}

/// A manifest of these parts, the configuration first.
fn manifest(artifact_type: Option<&str>, parts: &[&Part]) -> Made {
    let layers: Vec<&Value> = parts[1..].iter().map(|part| &part.said).collect();
    let body = json!({"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": artifact_type,
        "config": parts[0].said, "layers": layers});
    // As nobody would write it anew: the bytes count, not what they mean.
    made(format!("{body:#}\n\n "))
}

fn made(text: String) -> Made {
    Made {
        digest: fill::digest(text.as_bytes()),
        bytes: text.into_bytes(),
    }
}

/// A registry of alpha that was read, and whose answers can be changed since.
struct Stage {
    cast: Cast,
    server: Scripted,
    /// The administrator of alpha.
    admin: Api,
    /// The path of the repository.
    path: String,
}

impl Stage {
    /// A repository of these, each under a tag.
    async fn set(tagged: &[(&str, &Made)], parts: &[&Part]) -> Self {
        let server = Scripted::start().await;
        serve(&server, "home", SECRET, &[NAME]);
        let names: Vec<&str> = tagged.iter().map(|(tag, _)| *tag).collect();
        let list = json!({"name": NAME, "tags": names}).to_string();
        server.on(&format!("GET /v2/{NAME}/tags/list"), Reply::json(&list));
        for (tag, made) in tagged {
            for pointer in [*tag, &made.digest] {
                answer(&server, pointer, &made.bytes);
            }
        }
        for part in parts {
            blob(&server, &part.digest, &part.bytes);
        }
        Self::of(server).await
    }

    /// Reads what the server has.
    async fn of(server: Scripted) -> Self {
        let cast = Cast::on(TestApp::start(ROADSTEAD).await).await;
        let (admin, _) = cast.member("a-admin", &cast.alpha, "admin").await;
        let body = json!({"kind": "docker", "name": "dock", "address": server.url(),
            "owner": {"type": "workspace", "id": cast.alpha}, "plain_http_consent": true,
            "username": "robot", "password": SECRET});
        let made = admin.post("/api/v1/registries", &body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let registry = format!("/api/v1/registries/{}", id(&made.body));
        until(&admin, &format!("{registry}/crawl"), |crawl| {
            crawl["status"] == "finished"
        })
        .await;
        let listed = admin.get("/api/v1/repositories").await;
        let repository = id(&listed.body["items"][0]["repository"]);
        // Others look at it as well: who may pull from it, and what it can do.
        quiet(&server, Duration::from_secs(1)).await;
        server.clear_log();
        Self {
            path: format!("/api/v1/repositories/{repository}"),
            cast,
            server,
            admin,
        }
    }

    fn manifest(&self, made: &Made) -> String {
        format!("{}/artifacts/{}/manifest", self.path, made.digest)
    }

    fn blob(&self, made: &Made, blob: &str) -> String {
        format!("{}/artifacts/{}/blobs/{blob}", self.path, made.digest)
    }

    /// Asks as the administrator; answers status, code and the whole.
    async fn ask(&self, path: &str) -> Answer {
        self.admin.get(path).await
    }

    async fn bytes(&self, path: &str) -> Vec<u8> {
        let bytes = self.admin.client().bytes(path, 64 << 20).await;
        bytes.expect("a file")
    }

    /// Requests since the log was cleared, but for those of the duties that ask time and again:
    /// whether it lives, and for its names.
    fn asked_at_all(&self) -> Vec<String> {
        let mut asked = self.server.requests();
        asked.retain(|one| {
            let ends = one.strip_prefix("GET /v2/");
            !ends.is_some_and(|ends| ["", " +auth"].contains(&ends) || ends.starts_with("_catalog"))
        });
        asked
    }

    /// Requests for blobs and manifests since the registry was read.
    fn asked(&self, what: &str) -> usize {
        let asked = self.server.requests();
        let begins = format!("GET /v2/{NAME}/{what}/");
        asked.iter().filter(|one| one.starts_with(&begins)).count()
    }
}

fn answer(server: &Scripted, pointer: &str, bytes: &[u8]) {
    let media_type = if String::from_utf8_lossy(bytes).contains(INDEX) {
        INDEX
    } else {
        MANIFEST
    };
    let reply = Reply::status(200).header("Content-Type", media_type);
    let path = format!("GET /v2/{NAME}/manifests/{pointer}");
    server.on(&path, reply.body(bytes));
}

fn blob(server: &Scripted, digest: &str, bytes: &[u8]) {
    let path = format!("GET /v2/{NAME}/blobs/{digest}");
    server.on(&path, Reply::status(200).body(bytes));
}

fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let value = answer.headers.get(name).and_then(|v| v.to_str().ok());
    value.unwrap_or_default()
}
