//! Every command of the crash test: what must be there before it, the request that causes it, and
//! how its effect is seen afterwards.

use roadstead_core::model::Timestamp;
use roadstead_testkit::{Answer, Api, Method, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

const PASSWORD: &str = "crash-canary-7d20c4";
const CHANGED: &str = "crash-canary-changed-1b";
const REGISTRIES: &str = "/api/v1/registries";
const USERS: &str = "/api/v1/users";
const WORKSPACES: &str = "/api/v1/workspaces";
const TOKENS: &str = "/api/v1/tokens";

/// What was prepared for one command.
#[derive(Default)]
pub(super) struct Scene {
    /// The path of what the command is about.
    path: String,
    /// A second object it needs: the person who becomes a member.
    other: String,
    /// The secret of a one-time link.
    token: String,
}

impl Scene {
    /// Brings the installation to where the command makes sense.
    pub(super) async fn prepare(app: &TestApp, command: &str, upstream: &str) -> Self {
        if matches!(
            command,
            "offer_setup_link" | "create_first_admin" | "ensure_admin"
        ) {
            return Self::default();
        }
        let api = app.admin().await;
        let mut scene = Self::default();
        match command {
            "edit_registry" | "disconnect_registry" | "set_pull_account" => {
                scene.path = made(&api, REGISTRIES, &registry(upstream)).await;
            }
            "share_registry" => {
                scene.path = made(&api, REGISTRIES, &registry(upstream)).await;
                let path = format!("{}/pull-account", scene.path);
                let seen = [("if-match", "\"1\"")];
                good(api.send(Method::PUT, &path, Some(&puller()), &seen).await);
            }
            "edit_user" | "delete_user" | "offer_link" | "use_link" => {
                let user = good(api.post(USERS, &json!({"name": "crash"})).await);
                scene.path = format!("{USERS}/{}", text(&user["user"]["id"]));
                scene.token = fragment(&user["link"]["url"]);
            }
            "revoke_token" => scene.path = made(&api, TOKENS, &token()).await,
            "edit_workspace" | "delete_workspace" | "create_machine_account" => {
                scene.path = made(&api, WORKSPACES, &json!({"name": "crash"})).await;
            }
            "set_member" => {
                scene.path = made(&api, WORKSPACES, &json!({"name": "crash"})).await;
                let user = good(api.post(USERS, &json!({"name": "crash"})).await);
                scene.other = text(&user["user"]["id"]);
            }
            "delete_machine_account" => {
                let workspace = made(&api, WORKSPACES, &json!({"name": "crash"})).await;
                let accounts = format!("{workspace}/machine-accounts");
                scene.path = made(&api, &accounts, &robot()).await;
            }
            _ => {}
        }
        scene
    }

    /// Causes the command and waits for its acknowledgement.
    pub(super) async fn act(&self, app: &TestApp, command: &str, upstream: &str) {
        let api = app.api();
        match command {
            "create_first_admin" => {
                api.setup_admin().await;
                return;
            }
            "use_link" => {
                let body = json!({"token": self.token, "password": PASSWORD});
                good(api.post("/api/v1/passwords", &body).await);
                return;
            }
            _ => {}
        }
        api.login(TestApp::ADMIN, TestApp::ADMIN_PASSWORD).await;
        let path = self.path.as_str();
        let answer = match command {
            "open_session" => return,
            "close_session" => api.delete("/api/v1/session").await,
            "create_user" => api.post(USERS, &json!({"name": "crash"})).await,
            "edit_user" => api.patch(path, 1, &json!({"display_name": "kept"})).await,
            "offer_link" => api.post(&format!("{path}/reset-links"), &json!(null)).await,
            "change_password" => {
                let body = json!({"current": TestApp::ADMIN_PASSWORD, "new": CHANGED});
                api.send(Method::PUT, "/api/v1/profile/password", Some(&body), &[])
                    .await
            }
            "create_token" => api.post(TOKENS, &token()).await,
            "revoke_token" => api.delete(path).await,
            "create_workspace" => api.post(WORKSPACES, &json!({"name": "crash"})).await,
            "edit_workspace" | "edit_registry" => {
                api.patch(path, 1, &json!({"description": "kept"})).await
            }
            "set_pull_account" => {
                let seen = [("if-match", "\"1\"")];
                let path = format!("{path}/pull-account");
                api.send(Method::PUT, &path, Some(&puller()), &seen).await
            }
            "share_registry" => {
                let seen = [("if-match", "\"2\"")];
                let (path, consent) = (format!("{path}/sharing"), json!({"consent": true}));
                api.send(Method::PUT, &path, Some(&consent), &seen).await
            }
            "set_member" => {
                let member = format!("{path}/members/{}", self.other);
                let role = json!({"role": "editor"});
                api.send(Method::PUT, &member, Some(&role), &[]).await
            }
            "create_machine_account" => {
                api.post(&format!("{path}/machine-accounts"), &robot())
                    .await
            }
            "disconnect_registry" => {
                let path = format!("{path}?confirm=crash");
                let seen = [("if-match", "\"1\"")];
                api.send(Method::DELETE, &path, None, &seen).await
            }
            "delete_user" | "delete_workspace" => {
                let seen = [("if-match", "\"1\"")];
                api.send(Method::DELETE, path, None, &seen).await
            }
            "delete_machine_account" => api.delete(path).await,
            "integrate_registry" => api.post(REGISTRIES, &registry(upstream)).await,
            other => panic!("the crash test does not know {other}"),
        };
        good(answer);
    }

    /// Whether the command's effect is there, seen through the API.
    pub(super) async fn happened(&self, app: &TestApp, command: &str) -> bool {
        let api = app.api();
        match command {
            "create_first_admin" | "ensure_admin" => {
                return api.get("/api/v1/setup").await.body["needed"] == json!(false);
            }
            "use_link" => return signs_in(&api, "crash", PASSWORD).await,
            "change_password" => {
                let changed = signs_in(&api, TestApp::ADMIN, CHANGED).await;
                let old = signs_in(&app.api(), TestApp::ADMIN, TestApp::ADMIN_PASSWORD).await;
                assert_ne!(changed, old, "one of the two passwords is right");
                return changed;
            }
            _ => {}
        }
        api.login(TestApp::ADMIN, TestApp::ADMIN_PASSWORD).await;
        let path = self.path.as_str();
        match command {
            "create_user" => total(&api, &format!("{USERS}?q=crash")).await == 1,
            "create_workspace" => total(&api, WORKSPACES).await == 1,
            "integrate_registry" => total(&api, REGISTRIES).await == 1,
            "create_machine_account" => total(&api, &format!("{path}/machine-accounts")).await == 1,
            "edit_user" => edited(&api, path, "display_name").await,
            "edit_workspace" | "edit_registry" => edited(&api, path, "description").await,
            "delete_user" | "delete_workspace" | "disconnect_registry" => gone(&api, path).await,
            "delete_machine_account" => {
                let (list, _) = path.rsplit_once('/').expect("a path");
                total(&api, list).await == 0
            }
            "set_pull_account" | "share_registry" => {
                let seen = api.get(&format!("{path}/sharing")).await.body;
                match command {
                    "share_registry" => seen["state"] == "InForce",
                    _ => seen["pull_account"]["username"] == "puller",
                }
            }
            "create_token" => tokens(&api).await == 1,
            "revoke_token" => tokens(&api).await == 0,
            "set_member" => total(&api, &format!("{path}/members")).await == 1,
            // A link is shown once; afterwards it is seen by its audit entry, and by the end of
            // the link before it, whose secret must work exactly if the new one was not made.
            "offer_link" => {
                let body = json!({"token": self.token, "password": PASSWORD});
                let before = app.api().post("/api/v1/passwords", &body).await.status < 300;
                let action = "/api/v1/audit-entries?action=user.reset_password";
                let told = total(&api, action).await == 1;
                assert_ne!(before, told, "both links or neither");
                told
            }
            other => panic!("the crash test does not know {other}"),
        }
    }
}

fn puller() -> Value {
    json!({"username": "puller", "password": PASSWORD})
}

fn registry(upstream: &str) -> Value {
    json!({"kind": "docker", "name": "crash", "address": upstream, "plain_http_consent": true,
        "username": "u", "password": "p"})
}

fn robot() -> Value {
    json!({"name": "robot", "role": "viewer"})
}

fn token() -> Value {
    let tomorrow = Timestamp::from_system_clock().plus(Duration::from_secs(86_400));
    json!({"name": "crash", "scope": ["registry.read"], "expires_at": tomorrow})
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The secret of a link stands in its fragment.
fn fragment(url: &Value) -> String {
    let token = text(url);
    let token = token.split_once("#token=").map(|(_, token)| token);
    token.expect("a link").to_owned()
}

fn good(answer: Answer) -> Value {
    assert!(answer.status < 300, "{} {}", answer.status, answer.body);
    answer.body
}

/// Makes an object; answers its path.
async fn made(api: &Api, list: &str, body: &Value) -> String {
    let made = good(api.post(list, body).await);
    let id = ["id", "user_id"].iter().find_map(|key| made[key].as_str());
    format!("{list}/{}", id.expect("an id"))
}

async fn signs_in(api: &Api, name: &str, password: &str) -> bool {
    let body = json!({"name": name, "password": password});
    api.post("/api/v1/session", &body).await.status < 300
}

async fn total(api: &Api, path: &str) -> i64 {
    let seen = good(api.get(path).await);
    seen["total"]["value"].as_i64().expect("a total")
}

async fn tokens(api: &Api) -> usize {
    let seen = good(api.get(TOKENS).await);
    seen["items"].as_array().expect("tokens").len()
}

/// Whether the field was set; it and the generation change together.
async fn edited(api: &Api, path: &str, field: &str) -> bool {
    let seen = good(api.get(path).await);
    let edited = seen[field] == "kept";
    assert_eq!(edited, seen["generation"] == 2, "half an edit: {seen}");
    edited
}

async fn gone(api: &Api, path: &str) -> bool {
    let seen = api.get(path).await;
    assert!(
        matches!(seen.status, 200 | 404),
        "{} {}",
        seen.status,
        seen.body
    );
    seen.status == 404
}
