//! A real registry tells of what a real client pushes.

use crate::ROADSTEAD;
use crate::cast::id;
use futures::StreamExt as _;
use roadstead_testkit::fill::{skopeo_copy, write_layout};
use roadstead_testkit::{DockerRegistry, Guise, Method, RegistryOptions, TestApp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

const BOUND: Duration = Duration::from_secs(60);

#[tokio::test]
async fn peer_docker_pushed_image_is_told_of_through_the_stream_by_skopeo() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let mut upstream = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    let body = json!({"kind": "docker", "name": "one", "address": upstream.url(), "plain_http_consent": true});
    let made = api.post("/api/v1/registries", &body).await;
    let path = format!("/api/v1/registries/{}/hook", id(&made.body));
    let hook = api.send(Method::PUT, &path, None, &[]).await;
    let snippet = hook.body["snippet"].as_str().expect("snippet");
    // What a person does who reads the snippet.
    let snippet = snippet.replace("https://ROADSTEAD-ADDRESS", &app.url());
    upstream.restart_notifying(&snippet).await;
    let mut events = Box::pin(
        api.client()
            .events("/api/v1/changes", None)
            .await
            .expect("stream"),
    );
    let layout = tempfile::tempdir().expect("folder");
    write_layout(layout.path(), "v1", "told");
    let host = upstream.url().replace("http://", "");
    skopeo_copy(layout.path(), "v1", &format!("{host}/team/told:v1"), None);
    let told = tokio::time::timeout(BOUND, async {
        let mut topics = BTreeSet::new();
        while let Some(event) = events.next().await {
            let change: Value = serde_json::from_str(&event.expect("read").data).expect("json");
            topics.insert(change["topic"].as_str().unwrap_or_default().to_owned());
            // The hook's own news, and the repository the registry was not known to have.
            if ["registry_hook", "repository"]
                .iter()
                .all(|t| topics.contains(*t))
            {
                return;
            }
        }
        panic!("the stream ended")
    });
    told.await.expect("in time");
    let state = api.get(&path).await.body;
    assert!(state["last_event_at"].is_string(), "{state}");
    assert_eq!(
        (&state["posts_unauthenticated"], &state["events_dropped"]),
        (&json!(0), &json!(0))
    );
}
