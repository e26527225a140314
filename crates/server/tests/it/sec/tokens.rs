//! SEC-13 for programs: a token gives no more than its scope and its workspace of its owner's rights.

use crate::cast::{Cast, code, id};
use crate::people::in_days;
use roadstead_testkit::{Answer, Api, Method};
use serde_json::{Value, json};

const ABSENT: &str = "0192f0c1-2345-7abc-8def-0123456789ab";

async fn get(api: &Api, path: &str) -> (u16, Value) {
    let mut answer = api.get(path).await;
    answer.body["request_id"] = Value::Null;
    (answer.status, answer.body)
}

#[tokio::test]
async fn sec_13_token_of_one_workspace_reaches_nothing_else_whoever_made_it() {
    let cast = Cast::start().await;
    let padmin = &cast.padmin;
    let mut registries = Vec::new();
    for owner in [Some(cast.alpha.as_str()), Some(cast.beta.as_str()), None] {
        let made = padmin
            .post("/api/v1/registries", &cast.registry("one", owner))
            .await;
        registries.push(id(&made.body));
    }
    let scope: Vec<Value> = roadstead_core::Permission::ALL
        .iter()
        .filter(|p| roadstead_core::model::TokenCut::may_carry(**p))
        .map(|p| json!(p.as_str()))
        .collect();
    let body = json!({"name": "cut", "scope": scope, "workspace_id": cast.alpha,
        "expires_at": in_days(1)});
    let made = padmin.post("/api/v1/tokens", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let text = made.body["text"].as_str().expect("text");
    let token = Api::with_token(&cast.app.url(), text);

    let total = |answer: &Answer| answer.body["total"]["value"].clone();
    assert_eq!(total(&token.get("/api/v1/workspaces").await), 1);
    assert_eq!(total(&token.get("/api/v1/registries").await), 1);
    let own = format!("/api/v1/workspaces/{}/members", cast.alpha);
    assert_eq!(token.get(&own).await.status, 200);
    assert_eq!(
        token
            .get(&format!("/api/v1/registries/{}", registries[0]))
            .await
            .status,
        200
    );
    let absent = |noun: &str, suffix: &str| format!("/api/v1/{noun}/{ABSENT}{suffix}");
    let person = padmin.get("/api/v1/session").await.body["user"]["id"].clone();
    let person = person.as_str().expect("id");
    let mut hidden = 0;
    for (noun, id, suffix) in [
        ("workspaces", cast.beta.as_str(), ""),
        ("workspaces", &cast.beta, "/members"),
        ("workspaces", &cast.beta, "/machine-accounts"),
        ("registries", &registries[1], ""),
        ("registries", &registries[2], ""),
        ("users", person, ""),
        ("users", person, "/sessions"),
    ] {
        let there = get(&token, &format!("/api/v1/{noun}/{id}{suffix}")).await;
        assert_eq!(
            there,
            get(&token, &absent(noun, suffix)).await,
            "{noun}{suffix}"
        );
        assert_eq!(there.0, 404, "{noun}{suffix}");
        hidden += 1;
    }
    let users = token.get("/api/v1/users").await;
    assert_eq!(code(&users), (403, "permission.denied".to_owned()));
    let made = token
        .post(
            "/api/v1/registries",
            &cast.registry("two", Some(&cast.beta)),
        )
        .await;
    assert_eq!(code(&made), (404, "object.not_found".to_owned()));
    let made = token
        .post("/api/v1/registries", &cast.registry("two", None))
        .await;
    assert_eq!(made.body["permission"], "registry.integrate");
    let made = token
        .post("/api/v1/workspaces", &json!({"name": "x"}))
        .await;
    assert_eq!(made.body["permission"], "workspace.create");
    // Of the audit log it reads that workspace's part, not even its owner's deeds elsewhere.
    let log = token.get("/api/v1/audit-entries?limit=200").await;
    let entries = log.body["items"].as_array().expect("entries");
    assert!(!entries.is_empty());
    for entry in entries {
        assert_eq!(entry["workspace_id"], json!(cast.alpha), "{entry}");
    }
    // What is a person's own needs the person.
    for (method, path) in [
        ("GET", "/api/v1/sessions"),
        ("GET", "/api/v1/tokens"),
        ("POST", "/api/v1/tokens"),
        ("PUT", "/api/v1/profile/password"),
        ("PATCH", "/api/v1/profile"),
        ("DELETE", "/api/v1/session"),
    ] {
        let name = Method::from_bytes(method.as_bytes()).expect("method");
        let answer = token.send(name, path, Some(&json!({})), &[]).await;
        assert_eq!(
            code(&answer),
            (403, "permission.denied".to_owned()),
            "{method} {path}"
        );
        hidden += 1;
    }
    println!(
        "token: {} permissions in one workspace, {hidden} things out of reach",
        scope.len()
    );
}
