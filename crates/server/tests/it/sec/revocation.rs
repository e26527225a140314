//! SEC-16: what is taken is gone at the next request, and open streams end.

use crate::cast::{Cast, PASSWORD, delete_at, id, put};
use crate::people::in_days;
use futures::StreamExt as _;
use roadstead_testkit::{Api, Method};
use serde_json::{Value, json};
use std::pin::Pin;
use std::time::Duration;

const BOUND: Duration = Duration::from_secs(60);

/// Somebody who reads and follows until something is taken from them.
struct Follower {
    what: &'static str,
    api: Api,
    /// What they read, and what they are answered afterwards.
    path: String,
    after: (u16, &'static str),
    frames: Pin<Box<dyn futures::Stream<Item = bool> + Send>>,
}

#[derive(Default)]
struct Counts {
    revoked: usize,
    refused_at_once: usize,
    ended: usize,
    frames: usize,
}

impl Follower {
    async fn new(what: &'static str, api: Api, path: String, after: (u16, &'static str)) -> Self {
        let read = api.get(&path).await;
        assert_eq!(read.status, 200, "{what}: {}", read.body);
        let events = api.client().events("/api/v1/changes", None).await;
        let frames = events.expect("stream").map(|event| event.is_ok());
        Self {
            what,
            api,
            path,
            after,
            frames: Box::pin(frames),
        }
    }

    /// Called when the revocation was answered: the very next request, then the stream.
    async fn gone(mut self, counts: &mut Counts) {
        counts.revoked += 1;
        let next = self.api.get(&self.path).await;
        let code = next.body["code"].as_str().unwrap_or_default();
        assert_eq!(
            (next.status, code),
            self.after,
            "{}: {}",
            self.what,
            next.body
        );
        counts.refused_at_once += 1;
        let frames = async {
            let mut frames = 0;
            while self.frames.next().await.is_some() {
                frames += 1;
            }
            frames
        };
        let frames = tokio::time::timeout(BOUND, frames).await;
        counts.frames += frames.unwrap_or_else(|_| panic!("{}: the stream stays open", self.what));
        counts.ended += 1;
    }
}

const NO_SESSION: (u16, &str) = (401, "session.required");
const NO_TOKEN: (u16, &str) = (401, "token.rejected");
const HIDDEN: (u16, &str) = (404, "object.not_found");
const DENIED: (u16, &str) = (403, "permission.denied");

fn token_body() -> Value {
    let scope = [
        "workspace.read",
        "member.read",
        "change.follow",
        "profile.read",
    ];
    json!({"name": "t", "scope": scope, "expires_at": in_days(1)})
}

struct House {
    cast: Cast,
    alpha: String,
}

impl House {
    /// A new administrator of alpha, and their id.
    async fn member(&self, name: &str) -> (Api, String) {
        self.cast.member(name, &self.cast.alpha, "admin").await
    }

    fn token(&self, made: &Value) -> Api {
        let text = made["text"].as_str().expect("text");
        Api::with_token(&self.cast.app.url(), text)
    }

    async fn again(&self, name: &str) -> Api {
        let api = self.cast.app.api();
        api.login(name, PASSWORD).await;
        api
    }
}

#[tokio::test]
async fn sec_16_what_is_taken_is_gone_at_the_next_request_and_streams_end() {
    let cast = Cast::start().await;
    let alpha = format!("/api/v1/workspaces/{}", cast.alpha);
    let house = House { cast, alpha };
    let counts = &mut Counts::default();
    roles(&house, counts).await;
    sessions(&house, counts).await;
    tokens(&house, counts).await;
    owners(&house, counts).await;
    println!(
        "revocation: {} ways, {} refused at the next request, {} streams ended after {} frames",
        counts.revoked, counts.refused_at_once, counts.ended, counts.frames
    );
    assert_eq!((counts.revoked, counts.ended), (17, 17));
}

async fn roles(house: &House, counts: &mut Counts) {
    let padmin = &house.cast.padmin;
    let (api, user) = house.cast.person("was-auditor", Some("auditor")).await;
    let users = "/api/v1/users".to_owned();
    let follower = Follower::new("platform role", api, users, DENIED).await;
    let path = format!("/api/v1/users/{user}");
    let taken = padmin
        .patch(&path, 1, &json!({"platform_role": null}))
        .await;
    assert_eq!(taken.status, 200);
    follower.gone(counts).await;

    let (api, user) = house.member("was-member").await;
    let member = format!("{}/members/{user}", house.alpha);
    let made = api.post("/api/v1/tokens", &token_body()).await.body;
    let alpha = || house.alpha.clone();
    let token = Follower::new("membership, token", house.token(&made), alpha(), HIDDEN).await;
    let follower = Follower::new("membership", api, alpha(), HIDDEN).await;
    assert_eq!(padmin.delete(&member).await.status, 204);
    follower.gone(counts).await;
    token.gone(counts).await;

    let (api, user) = house.member("was-admin").await;
    let member = format!("{}/members/{user}", house.alpha);
    let members = format!("{}/members", house.alpha);
    let follower = Follower::new("lesser role", api, members, DENIED).await;
    let lowered = house.cast.put(&member, &json!({"role": "editor"})).await;
    assert_eq!(lowered.status, 200);
    follower.gone(counts).await;
}

async fn sessions(house: &House, counts: &mut Counts) {
    let padmin = &house.cast.padmin;
    let alpha = || house.alpha.clone();
    let (one, user) = house.member("of-sessions").await;
    let own = |sessions: Value| {
        let items = sessions["items"].as_array().expect("items").clone();
        let own = items.into_iter().find(|s| s["current"] == true);
        id(&own.expect("own"))
    };
    let api = house.again("of-sessions").await;
    let session = own(api.get("/api/v1/sessions").await.body);
    let follower = Follower::new("session, by its person", api, alpha(), NO_SESSION).await;
    let ended = one.delete(&format!("/api/v1/sessions/{session}")).await;
    assert_eq!(ended.status, 204);
    follower.gone(counts).await;

    let api = house.again("of-sessions").await;
    let session = own(api.get("/api/v1/sessions").await.body);
    let path = format!("/api/v1/users/{user}/sessions/{session}");
    let follower = Follower::new("session, by an admin", api, alpha(), NO_SESSION).await;
    assert_eq!(padmin.delete(&path).await.status, 204);
    follower.gone(counts).await;

    // Signed out, with the cookie kept by somebody who copied it.
    let api = house.again("of-sessions").await;
    let cookie = api.client().session_cookie().expect("cookie");
    let follower = Follower::new("sign-out", api, alpha(), NO_SESSION).await;
    assert_eq!(follower.api.delete("/api/v1/session").await.status, 204);
    let copied = format!("roadstead_session={}", cookie.expose());
    let headers = [("cookie", copied.as_str())];
    let api = house.cast.app.api();
    let stolen = api.send(Method::GET, &house.alpha, None, &headers).await;
    assert_eq!(stolen.status, 401);
    follower.gone(counts).await;

    let api = house.again("of-sessions").await;
    let follower = Follower::new("password changed", api, alpha(), NO_SESSION).await;
    let change = json!({"current": PASSWORD, "new": "another long password"});
    assert_eq!(
        put(&one, "/api/v1/profile/password", &change).await.status,
        204
    );
    follower.gone(counts).await;

    let follower = Follower::new("password reset", one, alpha(), NO_SESSION).await;
    let path = format!("/api/v1/users/{user}/reset-links");
    let link = padmin.post(&path, &json!({})).await;
    let link = link.body["url"].as_str().expect("link").to_owned();
    house.cast.app.api().use_link(&link, PASSWORD).await;
    follower.gone(counts).await;
}

async fn tokens(house: &House, counts: &mut Counts) {
    let padmin = &house.cast.padmin;
    let alpha = || house.alpha.clone();
    let (one, _) = house.member("of-tokens").await;
    let made = one.post("/api/v1/tokens", &token_body()).await.body;
    let follower = Follower::new("token", house.token(&made), alpha(), NO_TOKEN).await;
    let path = format!("/api/v1/tokens/{}", id(&made));
    assert_eq!(one.delete(&path).await.status, 204);
    follower.gone(counts).await;

    let machines = format!("{}/machine-accounts", house.alpha);
    let robot = json!({"name": "robot", "role": "viewer"});
    let account = id(&padmin.post(&machines, &robot).await.body);
    let account = format!("{machines}/{account}");
    let tokens = format!("{account}/tokens");
    let made = padmin.post(&tokens, &token_body()).await.body;
    let follower = Follower::new("machine token", house.token(&made), alpha(), NO_TOKEN).await;
    let path = format!("{tokens}/{}", id(&made));
    assert_eq!(padmin.delete(&path).await.status, 204);
    follower.gone(counts).await;

    let made = padmin.post(&tokens, &token_body()).await.body;
    let follower = Follower::new("machine account", house.token(&made), alpha(), NO_TOKEN).await;
    assert_eq!(padmin.delete(&account).await.status, 204);
    follower.gone(counts).await;
}

/// Persons and workspaces that are deleted, with what hangs on them.
async fn owners(house: &House, counts: &mut Counts) {
    let padmin = &house.cast.padmin;
    let alpha = || house.alpha.clone();
    let (one, user) = house.member("deleted").await;
    let made = one.post("/api/v1/tokens", &token_body()).await.body;
    let token = Follower::new("person, token", house.token(&made), alpha(), NO_TOKEN).await;
    let follower = Follower::new("person", one, alpha(), NO_SESSION).await;
    let path = format!("/api/v1/users/{user}");
    assert_eq!(delete_at(padmin, &path, 1).await.status, 204);
    follower.gone(counts).await;
    token.gone(counts).await;

    let beta = format!("/api/v1/workspaces/{}", house.cast.beta);
    let (one, _) = house
        .cast
        .member("of-beta", &house.cast.beta, "admin")
        .await;
    let machines = format!("{beta}/machine-accounts");
    let robot = json!({"name": "robot-of-beta", "role": "viewer"});
    let account = id(&padmin.post(&machines, &robot).await.body);
    let tokens = format!("{machines}/{account}/tokens");
    let made = padmin.post(&tokens, &token_body()).await.body;
    let machine = Follower::new(
        "workspace, machine",
        house.token(&made),
        beta.clone(),
        NO_TOKEN,
    );
    let machine = machine.await;
    // A token of somebody who is no member, cut to the workspace: it goes with what it reaches.
    let mut cut = token_body();
    cut["workspace_id"] = json!(house.cast.beta);
    let made = padmin.post("/api/v1/tokens", &cut).await.body;
    let cut = Follower::new(
        "workspace, cut token",
        house.token(&made),
        beta.clone(),
        NO_TOKEN,
    );
    let cut = cut.await;
    let follower = Follower::new("workspace", one, beta.clone(), HIDDEN).await;
    assert_eq!(delete_at(padmin, &beta, 1).await.status, 204);
    follower.gone(counts).await;
    machine.gone(counts).await;
    cut.gone(counts).await;
}
