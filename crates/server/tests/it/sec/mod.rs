//! Security tests by number (`sec_14_..`): each says what somebody hostile tries, and what they get.

mod addresses;
mod canary;
mod content;
mod credentials;
mod csrf;
mod fields;
mod isolation;
mod mutations;
mod paths;
mod queries;
mod registries;
mod revocation;
mod tokens;

use crate::ROADSTEAD;
use crate::postgres::{MASTER_KEY, database};
use roadstead_testkit::postgres::{Database, Server};
use roadstead_testkit::{Api, TestApp, TestAppOptions};
use serde_json::{Value, json};

/// A server on a PostgreSQL of its own, which goes with what is answered beside it.
async fn on_postgres() -> (TestApp, (Server, Database)) {
    let (server, database) = database();
    let options = TestAppOptions {
        database_url: Some(database.url().to_owned()),
        master_key: Some(MASTER_KEY.to_owned()),
        ..TestAppOptions::default()
    };
    let app = TestApp::start_with(ROADSTEAD, crate::cast::unread(options)).await;
    (app, (server, database))
}

/// The API's own description.
async fn description(api: &Api) -> Value {
    api.get("/api/v1/openapi.json").await.body
}

/// How many changes were accepted so far: each leaves an entry in its own transaction.
async fn accepted(padmin: &Api) -> u64 {
    let path = "/api/v1/audit-entries?outcome=done&limit=1";
    let found = padmin.get(path).await;
    found.body["total"]["value"].as_u64().expect("total")
}

/// Everything people keep here, as an administrator sees it, without what is measured.
async fn state(padmin: &Api) -> Value {
    let items = |answer: roadstead_testkit::Answer| answer.body["items"].clone();
    let mut found = json!({
        "users": items(padmin.get("/api/v1/users?limit=200").await),
        "workspaces": items(padmin.get("/api/v1/workspaces?limit=200").await),
        "tokens": items(padmin.get("/api/v1/tokens").await),
        "accepted": accepted(padmin).await,
    });
    let registries = items(padmin.get("/api/v1/registries?sort=name&limit=200").await);
    for registry in registries.as_array().expect("items") {
        let id = registry["id"].as_str().expect("id");
        for field in ["name", "owner", "address", "description", "generation"] {
            found["registries"][id][field] = registry[field].clone();
        }
    }
    let workspaces = found["workspaces"].as_array().expect("items").clone();
    for workspace in workspaces {
        let id = workspace["id"].as_str().expect("id");
        for part in ["members", "machine-accounts"] {
            let path = format!("/api/v1/workspaces/{id}/{part}?limit=200");
            found[id][part] = items(padmin.get(&path).await);
        }
    }
    found
}
