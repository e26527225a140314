//! Who is let in, and what is answered.

use crate::ROADSTEAD;
use crate::cast::{Cast, delete_at, id, put};
use crate::log::{self, statements};
use roadstead_testkit::{Answer, Api, TestApp, TestAppOptions, corpus};
use serde_json::json;
use std::time::Duration;

/// A hook of a registry of the platform.
pub(super) struct Made {
    pub(super) registry: String,
    pub(super) path: String,
    pub(super) secret: String,
}

async fn registry(cast: &Cast, name: &str) -> String {
    let made = cast
        .padmin
        .post("/api/v1/registries", &cast.registry(name, None))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    format!("/api/v1/registries/{}", id(&made.body))
}

async fn set(api: &Api, registry: &str) -> Answer {
    let method = roadstead_testkit::Method::PUT;
    api.send(method, &format!("{registry}/hook"), None, &[])
        .await
}

async fn hook(cast: &Cast, name: &str) -> Made {
    let registry = registry(cast, name).await;
    hook_of(&cast.padmin, registry).await
}

/// Has a registry send its events here.
pub(super) async fn hook_of(api: &Api, registry: String) -> Made {
    let made = set(api, &registry).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let text = |field: &str| made.body[field].as_str().expect(field).to_owned();
    let snippet = text("snippet");
    assert!(snippet.contains(&format!("url: https://ROADSTEAD-ADDRESS{}\n", text("path"))));
    assert!(snippet.contains(&format!("Authorization: [Bearer {}]\n", text("secret"))));
    Made {
        registry,
        path: text("path"),
        secret: text("secret"),
    }
}

/// Posts as a registry does; answers the whole answer without what differs between any two.
async fn post(app: &TestApp, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let host = app.url().replace("http://", "");
    let mut stream = tokio::net::TcpStream::connect(&host)
        .await
        .expect("connect");
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/vnd.docker.distribution.events.v2+json\r\n"
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    stream.write_all(head.as_bytes()).await.expect("head");
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    // What is not read of a body may cut the connection behind the answer.
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let kept: Vec<&str> = answer
        .lines()
        .filter(|line| !line.starts_with("x-request-id:") && !line.starts_with("date:"))
        .collect();
    let status = answer.split(' ').nth(1).and_then(|s| s.parse().ok());
    (status.unwrap_or(0), kept.join("\n"))
}

/// Posts with the secret; answers the status.
pub(super) async fn events(app: &TestApp, made: &Made, body: &[u8]) -> u16 {
    let secret = format!("Bearer {}", made.secret);
    post(app, &made.path, &[("authorization", &secret)], body)
        .await
        .0
}

async fn state(cast: &Cast, registry: &str) -> serde_json::Value {
    let got = cast.padmin.get(&format!("{registry}/hook")).await;
    assert_eq!(got.status, 200, "{}", got.body);
    got.body
}

#[tokio::test]
async fn hook_takes_posts_until_it_is_removed_and_its_tombstone_takes_them_still() {
    let cast = Cast::start().await;
    let made = hook(&cast, "one").await;
    let app = &cast.app;
    let before = state(&cast, &made.registry).await;
    assert_eq!(
        (&before["configured"], &before["last_event_at"]),
        (&json!(true), &json!(null))
    );
    assert!(before.get("secret").is_none() && before.get("path").is_none());
    assert_eq!(
        events(
            app,
            &made,
            b"{\"events\":[{\"id\":\"1\",\"action\":\"pull\"}]}"
        )
        .await,
        200
    );
    assert_eq!(events(app, &made, b"no envelope").await, 200);
    let wrong = [("authorization", "Bearer rsh_wrong")];
    assert_eq!(post(app, &made.path, &wrong, b"{}").await.0, 401);
    // Counted behind the answers, and written together or one after the other.
    let counts = |seen: &serde_json::Value| {
        let told = ["accepted", "dropped"].map(|what| seen[format!("events_{what}")].clone());
        [
            told[0].clone(),
            told[1].clone(),
            seen["posts_unauthenticated"].clone(),
        ]
    };
    let mut seen = state(&cast, &made.registry).await;
    for _ in 0..600 {
        if counts(&seen) == [1, 1, 1] {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        seen = state(&cast, &made.registry).await;
    }
    assert_eq!(counts(&seen), [1, 1, 1]);
    assert!(seen["last_event_at"].is_string());

    let again = set(&cast.padmin, &made.registry).await;
    assert_eq!(again.body["path"], made.path, "the address stays");
    assert_eq!(events(app, &made, b"{}").await, 401, "the secret before");
    let rotated = Made {
        secret: again.body["secret"].as_str().expect("secret").to_owned(),
        ..made
    };
    assert_eq!(events(app, &rotated, b"{}").await, 200);
    for _ in 0..2 {
        let path = format!("{}/hook", rotated.registry);
        assert_eq!(cast.padmin.delete(&path).await.status, 204);
    }
    assert_eq!(state(&cast, &rotated.registry).await["configured"], false);
    assert_eq!(events(app, &rotated, b"{}").await, 200, "a tombstone");

    let other = hook(&cast, "two").await;
    assert_eq!(
        delete_at(&cast.padmin, &other.registry, 1).await.status,
        204
    );
    assert_eq!(
        events(app, &other, b"{}").await,
        200,
        "of a disconnected registry"
    );
    assert_eq!(post(app, &other.path, &wrong, b"{}").await.0, 401);
    app.assert_silent_about(&[&other.secret, &rotated.secret]);
}

#[tokio::test]
async fn sec_33_whoever_lacks_the_secret_is_answered_alike_and_costs_alike() {
    let options = log::told(TestAppOptions::default());
    let cast = Cast::on(TestApp::start_with(ROADSTEAD, options).await).await;
    let made = hook(&cast, "one").await;
    let ended = hook(&cast, "two").await;
    assert_eq!(
        cast.padmin
            .delete(&format!("{}/hook", ended.registry))
            .await
            .status,
        204
    );
    let right = format!("Bearer {}", made.secret);
    let basic = format!("Basic {}", made.secret);
    let absent = format!("/hooks/v1/docker/{}", "0".repeat(32));
    let in_address = format!("{}?secret={}", made.path, made.secret);
    let upper = made
        .path
        .to_uppercase()
        .replace("/HOOKS/V1/DOCKER/", "/hooks/v1/docker/");
    let cases: [(&str, &str); 9] = [
        (&absent, &right),
        (&absent, "Bearer "),
        ("/hooks/v1/docker/x", &right),
        (&upper, &right),
        (&made.path, "Bearer rsh_wrong"),
        (&made.path, &right[..right.len() - 1]),
        (&made.path, &basic),
        (&in_address, "Bearer x"),
        (&ended.path, &right),
    ];
    let mut first: Option<String> = None;
    for (n, (path, authorization)) in cases.iter().enumerate() {
        let request_id = format!("hook-{n}");
        let headers = [
            ("authorization", *authorization),
            ("x-request-id", &*request_id),
        ];
        let (status, answer) = post(&cast.app, path, &headers, b"{}").await;
        assert_eq!(status, 401, "{path}");
        let first = first.get_or_insert_with(|| answer.clone());
        assert_eq!(*first, answer, "{path}");
    }
    let last = "hook-last";
    let headers = [("authorization", &*right), ("x-request-id", last)];
    assert_eq!(post(&cast.app, &made.path, &headers, b"{}").await.0, 200);
    let told = log::by_request(&cast.app, last).await;
    let of = |id: &str| statements(&told, id).to_vec();
    let first = of("hook-0");
    assert_eq!(first.len(), 1, "{first:?}");
    for (n, case) in cases.iter().enumerate().skip(1) {
        assert_eq!(of(&format!("hook-{n}")), first, "{case:?}");
    }
}

#[tokio::test]
async fn sec_30_hostile_bodies_are_taken_and_nothing_comes_of_them() {
    let cast = Cast::start().await;
    let made = hook(&cast, "one").await;
    for row in corpus("hook_events") {
        let body = row.input.replace("{deep}", &"[".repeat(200_000));
        let body = body.replace("{long}", &"x".repeat(70_000));
        let status = events(&cast.app, &made, body.as_bytes()).await;
        assert_eq!(status.to_string(), row.expected, "{}", row.id);
    }
    let large = vec![b' '; 3 * 1024 * 1024];
    assert_eq!(
        events(&cast.app, &made, &large).await,
        200,
        "too large to be kept"
    );
    assert_eq!(cast.padmin.get("/api/v1/registries").await.status, 200);
    let nothing = put(&cast.padmin, &format!("{}/hook", made.registry), &json!({})).await;
    assert!(nothing.status < 500);
}
