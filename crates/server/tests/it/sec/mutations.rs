//! Every mutating route with a body it accepts.

use crate::cast::{Cast, PASSWORD, id};
use crate::inventory::{Filled, beside, digest, fill};
use crate::people::in_days;
use roadstead_testkit::{Answer, Api, Method, Reply};
use serde_json::{Value, json};

/// A request that would be accepted.
pub(super) struct Mutation {
    /// As the API's description names it: `POST /api/v1/users`.
    pub(super) route: &'static str,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Option<Value>,
    /// Who may do it.
    pub(super) by: usize,
    /// What it is answered.
    pub(super) accepted: u16,
}

/// Everything that can be changed, in an order in which each can be done once.
pub(super) struct Mutations {
    pub(super) cast: Cast,
    /// The administrator, somebody for their own, and nobody.
    pub(super) people: [Api; 3],
    pub(super) all: Vec<Mutation>,
    /// What the registry that is changed holds.
    pub(super) filled: Filled,
}

const PADMIN: usize = 0;
const ONE: usize = 1;
const NOBODY: usize = 2;

impl Mutations {
    pub(super) async fn on(cast: Cast) -> Self {
        let (one, one_id) = cast.person("one", None).await;
        let padmin = cast.app.admin().await;
        let nobody = cast.app.api();
        let w = format!("/api/v1/workspaces/{}", cast.alpha);
        let person = |name: &'static str| json!({"name": name});
        let (_, two) = cast.person("two", None).await;
        let made = padmin.post("/api/v1/users", &person("newcomer")).await;
        let link = made.body["link"]["url"].as_str().expect("link").to_owned();
        let link = link.split_once("#token=").expect("token").1.to_owned();
        let newcomer = id(&made.body["user"]);
        let member = format!("{w}/members/{newcomer}");
        cast.put(&member, &json!({"role": "viewer"})).await;
        let registry = cast.registry("one", None);
        let registry = format!(
            "/api/v1/registries/{}",
            id(&padmin.post("/api/v1/registries", &registry).await.body)
        );
        let registry_id = registry.rsplit('/').next().unwrap_or_default();
        let store = beside(&cast.app).await;
        let filled = fill(&store, registry_id, "one").await;
        store.close().await;
        let robot = json!({"name": "robot", "role": "viewer"});
        let machines = format!("{w}/machine-accounts");
        let account = id(&padmin.post(&machines, &robot).await.body);
        let account = format!("{machines}/{account}");
        let token = json!({"name": "t", "scope": ["registry.read"], "expires_at": in_days(1)});
        let tokens = format!("{account}/tokens");
        let machine_token = id(&padmin.post(&tokens, &token).await.body);
        let own_token = id(&one.post("/api/v1/tokens", &token).await.body);
        let second = cast.app.api();
        second.login("one", PASSWORD).await;
        let sessions = one.get("/api/v1/sessions").await;
        let others: Vec<String> = sessions.body["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter(|session| session["current"] == false)
            .map(id)
            .collect();
        let two_sessions = format!("/api/v1/users/{two}/sessions");
        let two_session = id(&padmin.get(&two_sessions).await.body["items"][0]);
        let typed = cast.registry("two", Some(&cast.alpha));
        let mut tested = typed.clone();
        tested.as_object_mut().expect("object").remove("name");
        let mut all = Vec::new();
        let mut add = |by, route: &'static str, path: String, body, accepted| {
            let method = route.split(' ').next().expect("method");
            let method = Method::from_bytes(method.as_bytes()).expect("method");
            all.push(Mutation {
                route,
                method,
                path,
                body,
                by,
                accepted,
            });
        };
        let p = |path: &str| path.to_owned();
        let setup = json!({"token": "x", "name": "second", "password": PASSWORD});
        add(
            NOBODY,
            "POST /api/v1/setup",
            p("/api/v1/setup"),
            Some(setup),
            409,
        );
        let login = json!({"name": "one", "password": PASSWORD});
        add(
            NOBODY,
            "POST /api/v1/session",
            p("/api/v1/session"),
            Some(login),
            201,
        );
        let reset = json!({"token": link, "password": PASSWORD});
        add(
            NOBODY,
            "POST /api/v1/passwords",
            p("/api/v1/passwords"),
            Some(reset),
            201,
        );
        let edit = json!({"display_name": "New"});
        add(
            ONE,
            "PATCH /api/v1/profile",
            p("/api/v1/profile"),
            Some(edit.clone()),
            200,
        );
        let change = json!({"current": PASSWORD, "new": "another long password"});
        let path = p("/api/v1/profile/password");
        add(
            ONE,
            "POST /api/v1/tokens",
            p("/api/v1/tokens"),
            Some(token.clone()),
            201,
        );
        let route = "DELETE /api/v1/tokens/{id}";
        add(ONE, route, format!("/api/v1/tokens/{own_token}"), None, 204);
        let route = "DELETE /api/v1/sessions/{id}";
        add(
            ONE,
            route,
            format!("/api/v1/sessions/{}", others[0]),
            None,
            204,
        );
        add(ONE, "PUT /api/v1/profile/password", path, Some(change), 204);
        let user = json!({"name": "three", "platform_role": null});
        add(
            PADMIN,
            "POST /api/v1/users",
            p("/api/v1/users"),
            Some(user),
            201,
        );
        let route = "PATCH /api/v1/users/{id}";
        add(
            PADMIN,
            route,
            format!("/api/v1/users/{two}"),
            Some(edit),
            200,
        );
        let route = "POST /api/v1/users/{id}/reset-links";
        add(
            PADMIN,
            route,
            format!("/api/v1/users/{two}/reset-links"),
            None,
            201,
        );
        let route = "DELETE /api/v1/users/{id}/sessions/{session_id}";
        add(
            PADMIN,
            route,
            format!("{two_sessions}/{two_session}"),
            None,
            204,
        );
        let workspace = json!({"name": "delta", "description": "x"});
        add(
            PADMIN,
            "POST /api/v1/workspaces",
            p("/api/v1/workspaces"),
            Some(workspace),
            201,
        );
        let described = json!({"description": "New"});
        let route = "PATCH /api/v1/workspaces/{id}";
        add(PADMIN, route, w.clone(), Some(described.clone()), 200);
        let added = json!({"name": "two", "role": "viewer"});
        let route = "POST /api/v1/workspaces/{id}/members";
        add(PADMIN, route, format!("{w}/members"), Some(added), 201);
        let route = "PUT /api/v1/workspaces/{id}/members/{user_id}";
        add(
            PADMIN,
            route,
            format!("{w}/members/{two}"),
            Some(json!({"role": "editor"})),
            200,
        );
        let route = "DELETE /api/v1/workspaces/{id}/members/{user_id}";
        add(PADMIN, route, member, None, 204);
        let another = json!({"name": "other-robot", "role": "viewer"});
        let route = "POST /api/v1/workspaces/{id}/machine-accounts";
        add(PADMIN, route, machines, Some(another), 201);
        let route = "POST /api/v1/workspaces/{id}/machine-accounts/{account_id}/tokens";
        add(PADMIN, route, tokens.clone(), Some(token), 201);
        let route =
            "DELETE /api/v1/workspaces/{id}/machine-accounts/{account_id}/tokens/{token_id}";
        add(
            PADMIN,
            route,
            format!("{tokens}/{machine_token}"),
            None,
            204,
        );
        let route = "DELETE /api/v1/workspaces/{id}/machine-accounts/{account_id}";
        add(PADMIN, route, account, None, 204);
        let test = json!({"registry": tested});
        add(
            PADMIN,
            "POST /api/v1/registry-tests",
            p("/api/v1/registry-tests"),
            Some(test),
            200,
        );
        add(
            PADMIN,
            "POST /api/v1/registries",
            p("/api/v1/registries"),
            Some(typed),
            201,
        );
        let route = "POST /api/v1/registries/{id}/crawl";
        add(PADMIN, route, format!("{registry}/crawl"), None, 202);
        let route = "DELETE /api/v1/registries/{id}/crawl";
        add(PADMIN, route, format!("{registry}/crawl"), None, 200);
        let route = "POST /api/v1/repositories/{id}/refresh";
        let refresh = format!("/api/v1/repositories/{}/refresh", filled.repository);
        add(PADMIN, route, refresh, None, 202);
        let repository = format!("/api/v1/repositories/{}", filled.repository);
        let route = "PUT /api/v1/repositories/{id}/description";
        let text = json!({"text": "words"});
        add(
            PADMIN,
            route,
            format!("{repository}/description"),
            Some(text),
            200,
        );
        // The registry does not have it any more.
        let route = "DELETE /api/v1/repositories/{id}/tags/{tag}";
        add(
            PADMIN,
            route,
            format!("{repository}/tags/unread"),
            None,
            200,
        );
        let index = digest("one", 4);
        let gone = format!("DELETE /v2/team/one/manifests/{index}");
        cast.upstream().on(&gone, Reply::status(202));
        let route = "DELETE /api/v1/repositories/{id}/artifacts/{digest}";
        let artifact = format!("{repository}/artifacts/{index}");
        add(PADMIN, route, artifact, None, 200);
        let route = "PATCH /api/v1/registries/{id}";
        add(PADMIN, route, registry.clone(), Some(described), 200);
        let route = "POST /api/v1/registries/{id}/refresh";
        add(PADMIN, route, format!("{registry}/refresh"), None, 202);
        let seen = json!({"product": "docker", "auth": "open", "service": null,
            "realm": null, "key": null});
        let route = "PUT /api/v1/registries/{id}/identity";
        let identity = format!("{registry}/identity");
        // The server is the one that was pinned.
        add(PADMIN, route, identity, Some(json!({"seen": seen})), 409);
        let account = json!({"username": "puller", "password": PASSWORD});
        let route = "PUT /api/v1/registries/{id}/pull-account";
        let pull_account = format!("{registry}/pull-account");
        add(PADMIN, route, pull_account.clone(), Some(account), 200);
        let consent = json!({"consent": true});
        let sharing = format!("{registry}/sharing");
        let route = "PUT /api/v1/registries/{id}/sharing";
        add(PADMIN, route, sharing.clone(), Some(consent), 200);
        let route = "DELETE /api/v1/registries/{id}/sharing";
        add(PADMIN, route, sharing, None, 204);
        let route = "DELETE /api/v1/registries/{id}/pull-account";
        add(PADMIN, route, pull_account, None, 204);
        let hook = format!("{registry}/hook");
        let route = "PUT /api/v1/registries/{id}/hook";
        add(PADMIN, route, hook.clone(), None, 200);
        let route = "DELETE /api/v1/registries/{id}/hook";
        add(PADMIN, route, hook, None, 204);
        add(
            PADMIN,
            "DELETE /api/v1/registries/{id}",
            format!("{registry}?confirm=one"),
            None,
            204,
        );
        let beta = format!("/api/v1/workspaces/{}", cast.beta);
        add(PADMIN, "DELETE /api/v1/workspaces/{id}", beta, None, 204);
        let gone = format!("/api/v1/users/{one_id}");
        add(
            ONE,
            "DELETE /api/v1/session",
            p("/api/v1/session"),
            None,
            204,
        );
        add(PADMIN, "DELETE /api/v1/users/{id}", gone, None, 204);
        let people = [padmin, one, nobody];
        Self {
            cast,
            people,
            all,
            filled,
        }
    }

    /// Who may make this change.
    pub(super) const fn by(&self, mutation: &Mutation) -> &Api {
        &self.people[mutation.by]
    }

    /// Makes every change, in order, as it is. Answers how many were accepted.
    pub(super) async fn make_all(&self) -> usize {
        for mutation in &self.all {
            // The object may have been changed by one before.
            let mut answer = self.send(mutation, 1).await;
            if answer.body["code"] == "request.stale" {
                let current = answer.body["params"]["current"].to_string();
                let current = current.trim_matches('"').parse().expect("generation");
                answer = self.send(mutation, current).await;
            }
            let route = mutation.route;
            assert_eq!(answer.status, mutation.accepted, "{route}: {}", answer.body);
        }
        self.all.len()
    }

    async fn send(&self, mutation: &Mutation, generation: i64) -> Answer {
        let tag = format!("\"{generation}\"");
        let headers = [("if-match", tag.as_str())];
        let body = mutation.body.as_ref();
        let method = mutation.method.clone();
        self.by(mutation)
            .send(method, &mutation.path, body, &headers)
            .await
    }
}
