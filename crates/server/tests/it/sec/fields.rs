//! SEC-14: no input sets what is not its to set.

use super::mutations::Mutations;
use super::{description, on_postgres, state};
use crate::cast::{Cast, code};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What somebody would try first, whether a schema knows it or not.
const PRIVILEGED: &[&str] = &[
    "admin",
    "created_at",
    "enabled",
    "generation",
    "id",
    "is_admin",
    "is_machine",
    "keep_admin",
    "machine_of",
    "memberships",
    "owner",
    "owner_id",
    "password",
    "password_hash",
    "permissions",
    "platform_role",
    "role",
    "roles",
    "secret",
    "token",
    "updated_at",
    "user_id",
    "verified",
    "workspace_id",
    "__proto__",
    "constructor",
    "ID",
    "Role",
    "platform_role ",
    "",
];

/// Every field name of every schema, and those above.
fn names(document: &Value) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = PRIVILEGED.iter().map(|n| (*n).to_owned()).collect();
    let schemas = document["components"]["schemas"].as_object();
    for schema in schemas.expect("schemas").values() {
        found.extend(
            schema["properties"]
                .as_object()
                .into_iter()
                .flat_map(|p| p.keys().cloned()),
        );
    }
    found
}

/// The objects within a body that its type reads as such: pointers to them.
fn objects(body: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(fields) = body.as_object() {
        found.push(at.to_owned());
        for (name, value) in fields {
            objects(value, &format!("{at}/{name}"), found);
        }
    }
}

/// The fields a type reads at a place of its body.
fn own_fields(document: &Value, schema: &Value, at: &str) -> BTreeSet<String> {
    let schema = match schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        Some(name) => &document["components"]["schemas"][name],
        None => schema,
    };
    let (first, rest) = match at.trim_start_matches('/').split_once('/') {
        Some((first, rest)) => (first, rest),
        None => (at.trim_start_matches('/'), ""),
    };
    let mut found = BTreeSet::new();
    for part in ["oneOf", "anyOf", "allOf"] {
        for choice in schema[part].as_array().into_iter().flatten() {
            found.extend(own_fields(document, choice, at));
        }
    }
    let properties = schema["properties"].as_object();
    if first.is_empty() {
        found.extend(properties.into_iter().flat_map(|p| p.keys().cloned()));
    } else if let Some(inner) = properties.and_then(|p| p.get(first)) {
        found.extend(own_fields(document, inner, rest));
    }
    found
}

async fn fields_that_are_not_part_of_a_request_are_refused_and_change_nothing(cast: Cast) {
    let mutations = Mutations::on(cast).await;
    let padmin = &mutations.cast.padmin;
    let document = description(padmin).await;
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("item") {
            if !operation["requestBody"].is_null() {
                described.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    let with_body: BTreeSet<String> = mutations
        .all
        .iter()
        .filter(|m| m.body.is_some())
        .map(|m| m.route.to_owned())
        .collect();
    assert_eq!(described, with_body, "every route with a body is here");

    let names = names(&document);
    let before = state(padmin).await;
    let (mut places, mut sent) = (0, 0);
    let mut wrong = Vec::new();
    for mutation in mutations.all.iter().filter(|m| m.body.is_some()) {
        let body = mutation.body.as_ref().expect("body");
        let (method, path) = mutation.route.split_once(' ').expect("route");
        let operation = &document["paths"][path][method.to_lowercase()];
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        let mut at = Vec::new();
        objects(body, "", &mut at);
        for pointer in at {
            places += 1;
            let own = own_fields(&document, schema, &pointer);
            assert!(!own.is_empty(), "{} {pointer}", mutation.route);
            for name in names.iter().filter(|name| !own.contains(*name)) {
                let tried: &[Value] = if PRIVILEGED.contains(&name.as_str()) {
                    &[json!("admin"), json!(null)]
                } else {
                    &[json!("admin")]
                };
                for value in tried.iter().cloned() {
                    let mut hostile = body.clone();
                    hostile.pointer_mut(&pointer).expect("object")[name.as_str()] = value;
                    let method = mutation.method.clone();
                    let headers = [("if-match", "\"1\"")];
                    let answer = mutations
                        .by(mutation)
                        .send(method, &mutation.path, Some(&hostile), &headers)
                        .await;
                    sent += 1;
                    if code(&answer) != (422, "request.unknown_field".to_owned()) {
                        wrong.push(format!(
                            "{} {pointer}/{name}: {} {}",
                            mutation.route, answer.status, answer.body
                        ));
                    }
                }
            }
        }
    }
    // The fields in their order, without the names that could be refused.
    for mutation in mutations.all.iter().filter(|m| m.body.is_some()) {
        let body = mutation.body.as_ref().and_then(Value::as_object);
        let list: Value = body.expect("object").values().cloned().collect();
        for hostile in [
            list,
            json!([]),
            json!([[]]),
            json!("x"),
            json!(1),
            json!(null),
        ] {
            let method = mutation.method.clone();
            let headers = [("if-match", "\"1\"")];
            let answer = mutations
                .by(mutation)
                .send(method, &mutation.path, Some(&hostile), &headers)
                .await;
            sent += 1;
            if code(&answer) != (400, "request.malformed".to_owned()) {
                wrong.push(format!("{} {hostile}: {}", mutation.route, answer.body));
            }
        }
    }
    println!(
        "injected: {} routes, {places} objects, {} names, {sent} requests, {} taken",
        with_body.len(),
        names.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(state(padmin).await, before);

    // What is refused is never saved in part either; and texts no database takes are refused.
    for mutation in mutations.all.iter().filter(|m| m.body.is_some()) {
        let body = mutation.body.as_ref().expect("body");
        let fields = body.as_object().expect("object");
        for (name, value) in fields.iter().filter(|(_, value)| value.is_string()) {
            let text = "a\u{0}b";
            let mut hostile = body.clone();
            hostile[name.as_str()] = json!(text);
            let method = mutation.method.clone();
            let headers = [("if-match", "\"1\"")];
            let answer = mutations
                .by(mutation)
                .send(method, &mutation.path, Some(&hostile), &headers)
                .await;
            assert!(
                (400..500).contains(&answer.status),
                "{} {name}={text:?} instead of {value}: {} {}",
                mutation.route,
                answer.status,
                answer.body
            );
        }
    }
    assert_eq!(state(padmin).await, before);
    // Without what was put in, each is accepted.
    assert_eq!(mutations.make_all().await, mutations.all.len());
}

#[tokio::test]
async fn sec_14_fields_that_are_not_part_of_a_request_are_refused_and_change_nothing() {
    let cast = Cast::start().await;
    fields_that_are_not_part_of_a_request_are_refused_and_change_nothing(cast).await;
}

#[tokio::test]
async fn postgres_sec_14_fields_that_are_not_part_of_a_request_are_refused_and_change_nothing() {
    let (app, _database) = on_postgres().await;
    let cast = Cast::on(app).await;
    fields_that_are_not_part_of_a_request_are_refused_and_change_nothing(cast).await;
}
