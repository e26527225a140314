//! What the matrix asks about: objects of two workspaces, of a deleted one, and of none.

use crate::cast::{Cast, PASSWORD, delete_at, id};
use crate::inventory::{beside, digest, fill};
use roadstead_http::Declared;
use roadstead_store::Store;
use roadstead_testkit::{Api, Method};
use serde_json::json;

/// An id that nothing has.
pub(super) const ABSENT: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

/// Whether these objects are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    There,
    Gone,
}

/// One object of each noun, all of one workspace where they belong to one.
#[derive(Clone)]
pub(super) struct Objects {
    pub(super) name: &'static str,
    pub(super) state: State,
    pub(super) workspace: String,
    pub(super) registry: String,
    /// What the registry holds.
    pub(super) space: String,
    pub(super) repository: String,
    pub(super) digest: String,
    /// A layer of the image with this digest.
    pub(super) blob: String,
    pub(super) member: String,
    pub(super) account: String,
    /// A token of the account.
    pub(super) account_token: String,
    pub(super) user: String,
    /// A session of the user.
    pub(super) session: String,
    /// A token of the user.
    pub(super) token: String,
}

impl Objects {
    fn nothing() -> Self {
        let absent = || ABSENT.to_owned();
        Self {
            name: "absent",
            state: State::Gone,
            workspace: absent(),
            registry: absent(),
            space: absent(),
            repository: absent(),
            digest: digest("absent", 9).to_string(),
            blob: digest("absent", 8).to_string(),
            member: absent(),
            account: absent(),
            account_token: absent(),
            user: absent(),
            session: absent(),
            token: absent(),
        }
    }
}

/// Which objects a route's ids are taken from: the outermost, its child, the child's child.
pub(super) struct Place<'a> {
    pub(super) outer: &'a Objects,
    pub(super) child: &'a Objects,
    pub(super) grandchild: &'a Objects,
}

impl Place<'_> {
    pub(super) fn name(&self) -> String {
        let parts = [self.outer.name, self.child.name, self.grandchild.name];
        parts.join("/")
    }
}

/// How many ids a route's path has.
pub(super) fn depth(route: &Declared) -> usize {
    route.path.matches('{').count()
}

/// Everything there is to ask about.
pub(super) struct World {
    alpha: Objects,
    beta: Objects,
    /// A workspace that was deleted, with what was in it.
    deleted: Objects,
    /// What was deleted from alpha, which is still there.
    from_alpha: Objects,
    absent: Objects,
    /// Whose sessions are opened anew to be ended.
    object_of: [(String, String); 2],
}

impl World {
    pub(super) async fn make(cast: &Cast) -> Self {
        let padmin = &cast.padmin;
        let store = beside(&cast.app).await;
        let alpha = objects(cast, &store, "alpha", &cast.alpha).await;
        let beta = objects(cast, &store, "beta", &cast.beta).await;
        let gamma = padmin
            .post("/api/v1/workspaces", &json!({"name": "gamma"}))
            .await;
        let gamma = id(&gamma.body);
        let mut deleted = objects(cast, &store, "deleted", &gamma).await;
        gone(padmin, &format!("/api/v1/registries/{}", deleted.registry)).await;
        gone(padmin, &format!("/api/v1/workspaces/{gamma}")).await;
        gone(padmin, &format!("/api/v1/users/{}", deleted.user)).await;
        gone(padmin, &format!("/api/v1/users/{}", deleted.member)).await;
        deleted.state = State::Gone;
        let mut from_alpha = objects(cast, &store, "deleted-child", &cast.alpha).await;
        store.close().await;
        let base = format!("/api/v1/workspaces/{}/machine-accounts", cast.alpha);
        let account = format!("{base}/{}", from_alpha.account);
        let sessions = format!("/api/v1/users/{}/sessions", alpha.user);
        let session = format!("{sessions}/{}", second_session(cast, &alpha.user).await);
        for path in [&account, &session] {
            assert_eq!(padmin.delete(path).await.status, 204, "{path}");
        }
        for path in [
            format!("/api/v1/users/{}", from_alpha.user),
            format!("/api/v1/users/{}", from_alpha.member),
            format!("/api/v1/registries/{}", from_alpha.registry),
        ] {
            gone(padmin, &path).await;
        }
        session
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .clone_into(&mut from_alpha.session);
        from_alpha.state = State::Gone;
        let object_of = [&alpha, &beta].map(|o| (o.user.clone(), format!("object-{}", o.name)));
        Self {
            alpha,
            beta,
            deleted,
            from_alpha,
            absent: Objects::nothing(),
            object_of,
        }
    }

    /// The places a route can be asked about.
    pub(super) fn places(&self, depth: usize) -> Vec<Place<'_>> {
        let Self {
            alpha: a,
            beta: b,
            deleted: d,
            from_alpha: gone,
            absent: x,
            ..
        } = self;
        let mut places = vec![(a, a, a), (b, b, b), (d, d, d), (x, x, x)];
        if depth >= 2 {
            places.extend([(a, b, b), (b, a, a), (a, gone, gone), (a, x, x)]);
        }
        if depth >= 3 {
            places.extend([(a, a, b), (b, b, a), (a, a, gone), (a, a, x)]);
        }
        places
            .into_iter()
            .map(|(outer, child, grandchild)| Place {
                outer,
                child,
                grandchild,
            })
            .collect()
    }

    /// The path with the ids of the place. What would be deleted or moved is made for it: the
    /// objects of the place are needed to the end.
    pub(super) async fn path(
        &self,
        cast: &Cast,
        route: &Declared,
        place: &Place<'_>,
        through: bool,
    ) -> String {
        let path = route.path.as_str();
        let outer = match path {
            p if p.starts_with("/api/v1/registries/") => &place.outer.registry,
            p if p.starts_with("/api/v1/spaces/") => &place.outer.space,
            p if p.starts_with("/api/v1/repositories/") => &place.outer.repository,
            p if p.starts_with("/api/v1/users/") => &place.outer.user,
            p if p.starts_with("/api/v1/sessions/") => &place.outer.session,
            p if p.starts_with("/api/v1/tokens/") => &place.outer.token,
            _ => &place.outer.workspace,
        };
        let child = |own: &String, last: &str, fresh: Option<String>| {
            let own = own.clone();
            fresh.filter(|_| path.ends_with(last)).unwrap_or(own)
        };
        let spare = if through {
            self.spare(cast, route, place).await
        } else {
            None
        };
        let fresh = || spare.clone();
        // All of them have one of this name; what is elsewhere is not in this repository.
        let tag = if place.child.name == place.outer.name {
            "latest"
        } else {
            "elsewhere"
        };
        path.replace("{id}", outer)
            .replace("{digest}", &place.child.digest)
            .replace("{blob}", &place.grandchild.blob)
            .replace("{tag}", tag)
            .replace(
                "{user_id}",
                &child(&place.child.member, "{user_id}", fresh()),
            )
            .replace(
                "{account_id}",
                &child(&place.child.account, "{account_id}", fresh()),
            )
            .replace(
                "{token_id}",
                &child(&place.grandchild.account_token, "{token_id}", fresh()),
            )
            .replace(
                "{session_id}",
                &child(&place.child.session, "{session_id}", fresh()),
            )
    }

    /// A new object for a request that will be let through and use it up.
    async fn spare(&self, cast: &Cast, route: &Declared, place: &Place<'_>) -> Option<String> {
        let last = route.path.rsplit('/').next()?;
        let workspace = &place.outer.workspace;
        let base = format!("/api/v1/workspaces/{workspace}");
        match (route.method, last) {
            // Changing the role of who is a member already changes nothing.
            ("PUT", "{user_id}") if place.child.name == place.outer.name => None,
            ("PUT" | "DELETE", "{user_id}") => {
                let user = person(cast).await;
                if route.method == "DELETE" {
                    let path = format!("{base}/members/{user}");
                    assert_eq!(
                        cast.put(&path, &json!({"role": "viewer"})).await.status,
                        200
                    );
                }
                Some(user)
            }
            ("DELETE", "{account_id}") => Some(account(&cast.padmin, workspace).await),
            ("DELETE", "{token_id}") => {
                Some(account_token(&cast.padmin, workspace, &place.child.account).await)
            }
            ("DELETE", "{session_id}") => {
                let mine = self
                    .object_of
                    .iter()
                    .find(|(user, _)| *user == place.outer.user)?;
                Some(second_session(cast, &mine.0).await)
            }
            _ => None,
        }
    }
}

/// Deletes what is at its first generation.
async fn gone(padmin: &Api, path: &str) {
    let answer = delete_at(padmin, path, 1).await;
    assert_eq!(answer.status, 204, "{path}: {}", answer.body);
}

/// Somebody who has never signed in.
async fn person(cast: &Cast) -> String {
    let name = format!("p-{}", fresh_number());
    let made = cast
        .padmin
        .post("/api/v1/users", &json!({"name": name}))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    id(&made.body["user"])
}

async fn account(padmin: &Api, workspace: &str) -> String {
    let path = format!("/api/v1/workspaces/{workspace}/machine-accounts");
    let name = format!("robot-{}", fresh_number());
    let made = padmin
        .post(&path, &json!({"name": name, "role": "viewer"}))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    id(&made.body)
}

async fn account_token(padmin: &Api, workspace: &str, account: &str) -> String {
    let path = format!("/api/v1/workspaces/{workspace}/machine-accounts/{account}/tokens");
    id(&padmin.post(&path, &token()).await.body)
}

fn token() -> serde_json::Value {
    json!({"name": "t", "scope": ["registry.read"], "expires_at": crate::people::in_days(1)})
}

/// Opens one more session of an object's person; answers its id.
async fn second_session(cast: &Cast, user: &str) -> String {
    let found = cast.padmin.get(&format!("/api/v1/users/{user}")).await;
    let name = found.body["name"].as_str().expect("name").to_owned();
    let api = cast.app.api();
    api.login(&name, PASSWORD).await;
    let listed = api.get("/api/v1/sessions").await;
    let items = listed.body["items"].as_array().expect("items");
    id(items.iter().find(|s| s["current"] == true).expect("own"))
}

async fn objects(cast: &Cast, store: &Store, name: &'static str, workspace: &str) -> Objects {
    let padmin = &cast.padmin;
    let input = cast.registry(&format!("one-{name}"), Some(workspace));
    let made = padmin.post("/api/v1/registries", &input).await;
    let filled = fill(store, &id(&made.body), name).await;
    let account = account(padmin, workspace).await;
    let account_token = account_token(padmin, workspace, &account).await;
    let member = person(cast).await;
    let path = format!("/api/v1/workspaces/{workspace}/members/{member}");
    assert_eq!(
        cast.put(&path, &json!({"role": "viewer"})).await.status,
        200
    );
    let (api, user) = cast.person(&format!("object-{name}"), None).await;
    let token = api.post("/api/v1/tokens", &token()).await;
    let sessions = api.get("/api/v1/sessions").await;
    Objects {
        name,
        state: State::There,
        workspace: workspace.to_owned(),
        registry: id(&made.body),
        space: filled.space,
        repository: filled.repository,
        digest: filled.digest,
        blob: digest(name, 3).to_string(),
        member,
        account,
        account_token,
        user,
        session: id(&sessions.body["items"][0]),
        token: id(&token.body),
    }
}

fn fresh_number() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The method as a client sends it.
pub(super) fn method(route: &Declared) -> Method {
    Method::from_bytes(route.method.as_bytes()).expect("method")
}
