//! Deleting tags and artifacts, in real registries and in scripted ones.

mod command;
mod faults;
mod peer;

use crate::ROADSTEAD;
use crate::cast::{Cast, id};
use roadstead_testkit::{
    Answer, Api, DockerRegistry, Guise, Method, RegistryOptions, Storage, TestApp,
};
use serde_json::{Value, json};
use std::time::Duration;

/// A registry of alpha with content, and alpha's administrator.
pub(super) struct Bed {
    pub(super) cast: Cast,
    pub(super) admin: Api,
    pub(super) upstream: DockerRegistry,
    pub(super) storage: Storage,
    pub(super) registry: String,
}

impl Bed {
    /// Content is made by `fill` before the registry is integrated and read.
    pub(super) async fn with(options: RegistryOptions, fill: impl FnOnce(&Storage)) -> Self {
        let cast = Cast::on(TestApp::start(ROADSTEAD).await).await;
        let (admin, _) = cast.member("a-admin", &cast.alpha, "admin").await;
        let upstream = DockerRegistry::start(Guise::basic(), options).await;
        let storage = Storage::at(&upstream.storage());
        fill(&storage);
        let body = json!({"kind": "docker", "name": "dock", "address": upstream.url(),
            "owner": {"type": "workspace", "id": cast.alpha}, "plain_http_consent": true,
            "username": Guise::USERNAME, "password": Guise::PASSWORD});
        let made = admin.post("/api/v1/registries", &body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let bed = Self {
            registry: id(&made.body),
            cast,
            admin,
            upstream,
            storage,
        };
        bed.read().await;
        bed
    }

    /// Waits until everything was read.
    async fn read(&self) {
        let path = format!("/api/v1/registries/{}/crawl", self.registry);
        for _ in 0..1_200 {
            if self.admin.get(&path).await.body["status"] == "finished" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the registry is not read");
    }

    /// The path of a repository.
    pub(super) async fn repository(&self, name: &str) -> String {
        let path = format!("/api/v1/registries/{}/spaces", self.registry);
        let space = id(&self.admin.get(&path).await.body["items"][0]);
        let listed = self
            .admin
            .get(&format!("/api/v1/spaces/{space}/repositories?q={name}"))
            .await;
        format!("/api/v1/repositories/{}", id(&listed.body["items"][0]))
    }

    pub(super) async fn tags(&self, repository: &str) -> Vec<String> {
        let path = format!("{repository}/tags?sort=name");
        let listed = self.admin.get(&path).await;
        let items = listed.body["items"].as_array().expect("items");
        let name = |tag: &Value| tag["name"].as_str().expect("name").to_owned();
        items.iter().map(name).collect()
    }

    pub(super) async fn entries(&self) -> Vec<Value> {
        let path = "/api/v1/audit-entries?action=image.delete&outcome=done";
        let listed = self.cast.padmin.get(path).await;
        listed.body["items"].as_array().expect("items").clone()
    }
}

pub(super) async fn plan(api: &Api, path: &str) -> Value {
    let answer = api.delete(&format!("{path}?dry_run=true")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body["done"], false, "{}", answer.body);
    answer.body
}

/// Deletes a tag that was seen to point at this.
pub(super) async fn delete_tag(api: &Api, path: &str, digest: &str) -> Answer {
    let tag = format!("\"{digest}\"");
    api.send(Method::DELETE, path, None, &[("if-match", &tag)])
        .await
}
