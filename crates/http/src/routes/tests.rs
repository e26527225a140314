//! What the list of routes and the API's description must be.

use super::{declared, openapi_json};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Method, path and permission of every route, as it is committed. Who changes it changes who may
/// do what, and says so in the review.
const PERMISSIONS: &str = include_str!("permissions.txt");

/// Fields that say something of a secret and are none: what a token may carry, and where the token
/// service is.
const HARMLESS: &[(&str, &str)] = &[
    ("MachineAccount", "token_scope"),
    ("Registry", "token_service"),
    // What a manifest is named by.
    ("Artifact", "digest"),
    ("Descriptor", "digest"),
    ("ImageReference", "digest"),
    ("Referrer", "digest"),
    ("SharedLayer", "digest"),
    ("Tag", "digest"),
    ("ImageDeletion", "digest"),
    ("ListingIndex", "digest"),
    // What a chart is found by.
    ("Chart", "keywords"),
    ("ChartLeftOut", "keywords"),
    // The hash of a public key.
    ("ServerIdentity", "key"),
];

/// Words in the names of fields that hold secrets.
const SECRETS: &[&str] = &[
    "password",
    "secret",
    "token",
    "credential",
    "digest",
    "hash",
    "private",
    "cookie",
    "key",
];

/// The answers that show a secret, their field, and the only routes that give them: each once, to
/// who just made it.
const SHOWN_ONCE: &[(&str, &str, &[&str])] = &[
    (
        "CreatedToken",
        "text",
        &[
            "POST /api/v1/tokens",
            "POST /api/v1/workspaces/{id}/machine-accounts/{account_id}/tokens",
        ],
    ),
    (
        "OneTimeLink",
        "url",
        &["POST /api/v1/users", "POST /api/v1/users/{id}/reset-links"],
    ),
    (
        "IssuedHook",
        "secret",
        &["PUT /api/v1/registries/{id}/hook"],
    ),
    // The session's CSRF value is made to be read by its own page, and does not lead to the secret.
    (
        "Session",
        "csrf_token",
        &[
            "GET /api/v1/session",
            "POST /api/v1/passwords",
            "POST /api/v1/session",
            "POST /api/v1/setup",
        ],
    ),
];

fn document() -> Value {
    serde_json::from_str(&openapi_json().expect("document")).expect("json")
}

/// Every operation as `METHOD path`.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    paths
        .iter()
        .flat_map(|(path, item)| {
            let operations = item.as_object().expect("item").iter();
            operations.map(move |(method, o)| (format!("{} {path}", method.to_uppercase()), o))
        })
        .collect()
}

/// The names of the schemas that a part of the document leads to, through others as well.
fn schemas(document: &Value, part: &Value, found: &mut BTreeSet<String>) {
    match part {
        Value::Object(fields) => {
            let name = fields.get("$ref").and_then(Value::as_str);
            if let Some(name) = name.and_then(|r| r.rsplit('/').next())
                && found.insert(name.to_owned())
            {
                schemas(document, &document["components"]["schemas"][name], found);
            }
            for value in fields.values() {
                schemas(document, value, found);
            }
        }
        Value::Array(items) => {
            for value in items {
                schemas(document, value, found);
            }
        }
        _ => {}
    }
}

/// The names of all fields within a schema, also of those written in place.
fn fields(schema: &Value, found: &mut BTreeSet<String>) {
    if let Some(properties) = schema["properties"].as_object() {
        found.extend(properties.keys().cloned());
    }
    let inner: Box<dyn Iterator<Item = &Value>> = match schema {
        Value::Object(parts) => Box::new(parts.values()),
        Value::Array(items) => Box::new(items.iter()),
        _ => return,
    };
    for part in inner {
        fields(part, found);
    }
}

#[test]
fn every_described_operation_is_a_declared_route_and_the_other_way_round() {
    let document = document();
    let described: BTreeSet<(String, String)> = operations(&document)
        .into_iter()
        .map(|(route, operation)| {
            let permission = operation["x-permission"].as_str().expect("permission");
            (route, permission.to_owned())
        })
        .collect();
    let declared: BTreeSet<_> = declared()
        .into_iter()
        .map(|d| {
            let route = format!("{} {}", d.method, d.path);
            (route, d.permission.as_str().to_owned())
        })
        .collect();
    assert_eq!(described, declared);
}

#[test]
fn sec_15_every_route_needs_the_permission_that_is_committed() {
    let mut lines: Vec<String> = declared()
        .into_iter()
        .map(|d| format!("{} {} {}", d.method, d.path, d.permission))
        .collect();
    lines.sort();
    let declared = lines.join("\n") + "\n";
    assert_eq!(
        declared, PERMISSIONS,
        "crates/http/src/routes/permissions.txt must be:\n{declared}"
    );
}

#[test]
fn sec_09_no_answer_has_a_field_for_a_secret() {
    let document = document();
    let mut shown_by: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (route, operation) in operations(&document) {
        let mut answered = BTreeSet::new();
        schemas(&document, &operation["responses"], &mut answered);
        for name in answered {
            shown_by.entry(name).or_default().insert(route.clone());
        }
    }
    assert!(shown_by.len() > 30, "{}", shown_by.len());
    let mut looked_at = 0;
    for name in shown_by.keys() {
        let schema = &document["components"]["schemas"][name];
        assert!(schema.is_object(), "{name} is described");
        let mut names = BTreeSet::new();
        fields(schema, &mut names);
        for field in names {
            looked_at += 1;
            let named = SECRETS.iter().any(|word| field.contains(word));
            let listed = SHOWN_ONCE
                .iter()
                .any(|(schema, once, _)| (schema, once) == (&name.as_str(), &field.as_str()));
            let harmless = HARMLESS.contains(&(name.as_str(), field.as_str()));
            assert!(!named || listed || harmless, "{name}.{field} is answered");
        }
    }
    println!("{} schemas of answers, {looked_at} fields", shown_by.len());
    for (name, field, routes) in SHOWN_ONCE {
        let mut names = BTreeSet::new();
        fields(&document["components"]["schemas"][*name], &mut names);
        assert!(names.contains(*field), "{name}.{field} is shown");
        let expected: BTreeSet<String> = routes.iter().map(|r| (*r).to_owned()).collect();
        assert_eq!(shown_by[*name], expected, "{name}");
    }
}

#[test]
fn sec_27_no_secret_travels_in_an_address() {
    let document = document();
    let mut looked_at = 0;
    for (route, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().expect("name");
            let place = &parameter["in"];
            assert!(
                ["query", "path", "header"].map(Value::from).contains(place),
                "{route}: {name} in {place}"
            );
            looked_at += 1;
            let of_id = *place == json!("path") && (name == "id" || name.ends_with("_id"));
            let secret = SECRETS.iter().any(|word| name.contains(word));
            let of_manifest = *place == json!("path") && ["digest"].contains(&name);
            assert!(!secret || of_id || of_manifest, "{route}: {name}");
        }
    }
    assert!(looked_at > 60, "{looked_at}");
}
