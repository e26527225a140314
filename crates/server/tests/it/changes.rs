//! The change stream.

use crate::ROADSTEAD;
use futures::StreamExt as _;
use roadstead_testkit::{Method, Reply, Scripted, TestApp};
use serde_json::json;
use std::time::Duration;

const BOUND: Duration = Duration::from_secs(60);

#[tokio::test]
async fn stream_tells_of_an_integration_and_resumes_where_it_broke_off() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let upstream = Scripted::start().await;
    upstream.on("GET /v2/", Reply::registry());
    upstream.on(
        "GET /v2/_catalog",
        Reply::json("{\"repositories\":[\"a\"]}"),
    );

    let mut events = Box::pin(
        api.client()
            .events("/api/v1/changes", None)
            .await
            .expect("stream"),
    );
    let body = json!({"kind": "docker", "name": "one", "address": upstream.url(), "plain_http_consent": true});
    let made = api.post("/api/v1/registries", &body).await;
    let id = made.body["id"].as_str().expect("id").to_owned();
    let event = tokio::time::timeout(BOUND, events.next())
        .await
        .expect("in time")
        .expect("event")
        .expect("read");
    let change: serde_json::Value = serde_json::from_str(&event.data).expect("json");
    assert_eq!(
        (
            Some(event.name.as_str()),
            &change["topic"],
            &change["object_id"]
        ),
        (Some("change"), &json!("registry"), &json!(id))
    );
    assert_eq!(
        change.as_object().expect("object").len(),
        4,
        "no content travels: {change}"
    );
    drop(events);

    let path = format!("/api/v1/registries/{id}");
    assert_eq!(
        api.patch(&path, 1, &json!({"description": "while nobody listened"}))
            .await
            .status,
        200
    );
    let mut events = Box::pin(
        api.client()
            .events("/api/v1/changes", event.id.as_deref())
            .await
            .expect("stream"),
    );
    let seen = tokio::time::timeout(BOUND, async {
        while let Some(event) = events.next().await {
            let change: serde_json::Value =
                serde_json::from_str(&event.expect("read").data).expect("json");
            if change["topic"] == "registry" {
                return change;
            }
        }
        panic!("the stream ended")
    })
    .await
    .expect("in time");
    assert_eq!(seen["generation"], 2);
}

#[tokio::test]
async fn stream_from_a_place_that_never_was_is_reset() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    for place in ["999999999", "not a number"] {
        let mut events = Box::pin(
            api.client()
                .events("/api/v1/changes", Some(place))
                .await
                .expect("stream"),
        );
        let event = tokio::time::timeout(BOUND, events.next())
            .await
            .expect("in time")
            .expect("event")
            .expect("read");
        assert_eq!(Some(event.name.as_str()), Some("reset"), "{place}");
    }
}

#[tokio::test]
async fn stream_ends_with_its_session_and_a_person_has_at_most_five() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let mut open = Vec::new();
    for _ in 0..5 {
        open.push(Box::pin(
            api.client()
                .events("/api/v1/changes", None)
                .await
                .expect("stream"),
        ));
    }
    let sixth = api.get("/api/v1/changes").await;
    assert_eq!(
        (sixth.status, sixth.body["code"].as_str()),
        (429, Some("request.limit_streams"))
    );
    assert_eq!(
        api.send(Method::DELETE, "/api/v1/session", None, &[])
            .await
            .status,
        204
    );
    for mut stream in open {
        tokio::time::timeout(BOUND, async { while stream.next().await.is_some() {} })
            .await
            .expect("it ends");
    }
}
