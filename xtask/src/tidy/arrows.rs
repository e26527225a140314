//! Who may depend on whom: the arrows between our crates, and the one owner of each large
//! third-party crate. A boundary stays true when it forbids a third-party crate.

use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// Our crates and those of ours they may depend on. `testkit` may be a dev-dependency of all.
const ARROWS: &[(&str, &[&str])] = &[
    ("roadstead-core", &[]),
    ("roadstead-oci", &["roadstead-core"]),
    ("roadstead-registry", &["roadstead-core", "roadstead-oci"]),
    ("roadstead-store", &["roadstead-core"]),
    ("roadstead-client", &["roadstead-core"]),
    ("roadstead-app", &["roadstead-core"]),
    ("roadstead-http", &["roadstead-core", "roadstead-app"]),
    ("roadstead", EVERY_PART),
    ("roadstead-testkit", &["roadstead-core", "roadstead-client"]),
    // It measures every part on its own, so it may name them all; nobody may name it.
    (BENCH, EVERY_PART),
    ("xtask", &[]),
];

const EVERY_PART: &[&str] = &[
    "roadstead-core",
    "roadstead-oci",
    "roadstead-registry",
    "roadstead-store",
    "roadstead-client",
    "roadstead-app",
    "roadstead-http",
];

const TESTKIT: &str = "roadstead-testkit";
const BENCH: &str = "roadstead-bench";

/// Third-party crates and the only crates of ours that may name them.
const OWNERS: &[(&str, &[&str])] = &[
    ("sea-orm", &["roadstead-store"]),
    ("sea-orm-migration", &["roadstead-store"]),
    ("sqlx", &["roadstead-store"]),
    ("aes-gcm-siv", &["roadstead-store"]),
    ("hmac", &["roadstead-store"]),
    ("reqwest", &["roadstead-oci", "roadstead-client"]),
    ("axum", &["roadstead-http"]),
    ("tower-http", &["roadstead-http"]),
    ("utoipa", &["roadstead-http"]),
    ("utoipa-axum", &["roadstead-http"]),
    ("argon2", &["roadstead-app"]),
    ("clap", &["roadstead"]),
    ("clap_complete", &["roadstead"]),
    ("tracing-subscriber", &["roadstead"]),
];

/// What must not be anywhere below `core`: it does no I/O.
const NEVER_IN_CORE: &[&str] = &[
    "tokio", "mio", "hyper", "axum", "reqwest", "sqlx", "sea-orm",
];

pub(crate) fn findings(metadata: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let members: BTreeSet<&str> = texts(&metadata["workspace_members"]).collect();
    let packages: Vec<&Value> = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|p| p["id"].as_str().is_some_and(|id| members.contains(id)))
        .collect();
    let ours: BTreeSet<&str> = packages.iter().filter_map(|p| p["name"].as_str()).collect();
    for package in &packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((_, allowed)) = ARROWS.iter().find(|(from, _)| *from == name) else {
            found.push(format!(
                "{name} is not on the map of crates (xtask/src/tidy/arrows.rs)"
            ));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let to = dependency["name"].as_str().unwrap_or_default();
            let dev = dependency["kind"] == "dev" || name == BENCH;
            if ours.contains(to) && !allowed.contains(&to) && !(dev && to == TESTKIT) {
                found.push(format!("{name} may not depend on {to}"));
            }
            if let Some((_, owners)) = OWNERS.iter().find(|(third, _)| *third == to)
                && !owners.contains(&name)
            {
                found.push(format!(
                    "{name} may not name {to}; only {} may",
                    owners.join(", ")
                ));
            }
        }
    }
    found.extend(below_core(metadata));
    found
}

/// Everything `core` is built from, by what cargo resolved.
fn below_core(metadata: &Value) -> Vec<String> {
    let names: HashMap<&str, &str> = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|p| Some((p["id"].as_str()?, p["name"].as_str()?)))
        .collect();
    let nodes: HashMap<&str, &Value> = metadata["resolve"]["nodes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|node| Some((node["id"].as_str()?, node)))
        .collect();
    let mut waiting: Vec<&str> = names
        .iter()
        .filter(|(_, name)| **name == "roadstead-core")
        .map(|(id, _)| *id)
        .collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if !seen.insert(id) {
            continue;
        }
        let dependencies = nodes.get(id).map(|node| &node["deps"]);
        for dependency in dependencies.and_then(Value::as_array).into_iter().flatten() {
            let kinds = dependency["dep_kinds"].as_array();
            let normal = kinds
                .into_iter()
                .flatten()
                .any(|kind| kind["kind"].is_null() && kind["target"].is_null());
            if normal {
                waiting.extend(dependency["pkg"].as_str());
            }
        }
    }
    seen.iter()
        .filter_map(|id| names.get(id))
        .filter(|name| NEVER_IN_CORE.contains(name))
        .map(|name| format!("roadstead-core is built from {name}; it does no I/O"))
        .collect()
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::findings;
    use serde_json::{Value, json};

    fn workspace(name: &str, dependency: &str, kind: Value) -> Value {
        json!({
            "workspace_members": ["a", "b"],
            "packages": [
                {"id": "a", "name": name, "dependencies": [{"name": dependency, "kind": kind}]},
                {"id": "b", "name": "roadstead-testkit", "dependencies": []},
            ],
            "resolve": {"nodes": []},
        })
    }

    #[test]
    fn arrow_that_does_not_exist_is_found() {
        let found = findings(&workspace(
            "roadstead-core",
            "roadstead-testkit",
            Value::Null,
        ));
        assert_eq!(
            found,
            ["roadstead-core may not depend on roadstead-testkit"]
        );
        assert!(
            findings(&workspace(
                "roadstead-core",
                "roadstead-testkit",
                json!("dev")
            ))
            .is_empty()
        );
    }

    #[test]
    fn third_party_crate_of_another_owner_is_found_also_in_tests() {
        let found = findings(&workspace("roadstead-app", "sqlx", json!("dev")));
        assert_eq!(
            found,
            ["roadstead-app may not name sqlx; only roadstead-store may"]
        );
        assert!(findings(&workspace("roadstead-store", "sqlx", Value::Null)).is_empty());
    }

    #[test]
    fn runtime_below_core_is_found() {
        let metadata = json!({
            "workspace_members": [],
            "packages": [{"id": "c", "name": "roadstead-core"}, {"id": "x", "name": "x"}, {"id": "t", "name": "tokio"}],
            "resolve": {"nodes": [
                {"id": "c", "deps": [{"pkg": "x", "dep_kinds": [{"kind": null, "target": null}]}]},
                {"id": "x", "deps": [{"pkg": "t", "dep_kinds": [{"kind": null, "target": null}]}]},
            ]},
        });
        assert_eq!(
            findings(&metadata),
            ["roadstead-core is built from tokio; it does no I/O"]
        );
    }
}
