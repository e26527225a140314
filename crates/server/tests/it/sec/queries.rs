//! SEC-20: what is filtered and sorted by is a list of ours, and what is searched for is data.

use super::{description, on_postgres};
use crate::cast::{Cast, id};
use crate::inventory::{Filled, beside, fill};
use crate::people::in_days;
use roadstead_testkit::corpus;
use serde_json::{Value, json};

/// Parameters whose value is taken as it stands.
const TEXTS: &[&str] = &["q", "actor", "action", "object_kind", "object_id"];

/// Every route with query parameters, with its ids filled in.
fn lists(
    document: &Value,
    workspace: &str,
    registry: &str,
    filled: &Filled,
) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let parameters = item["get"]["parameters"].as_array();
        let names: Vec<String> = parameters
            .into_iter()
            .flatten()
            .filter(|p| p["in"] == "query")
            .map(|p| p["name"].as_str().expect("name").to_owned())
            .collect();
        if !names.is_empty() {
            let id = match path.split('/').nth(3) {
                Some("registries") => registry,
                Some("spaces") => filled.space.as_str(),
                Some("repositories") => filled.repository.as_str(),
                _ => workspace,
            };
            found.push((path.replace("{id}", id), names));
        }
    }
    found
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

fn separator(path: &str) -> char {
    if path.contains('?') { '&' } else { '?' }
}

async fn queries_are_data_and_sorted_by_what_is_listed(cast: Cast) {
    let padmin = &cast.padmin;
    let document = description(padmin).await;
    let mut registry = String::new();
    for (name, owner) in [("one", Some(cast.alpha.as_str())), ("two", None)] {
        let made = padmin
            .post("/api/v1/registries", &cast.registry(name, owner))
            .await;
        assert_eq!(made.status, 201, "{}", made.body);
        registry = id(&made.body);
    }
    let filled = fill(&beside(&cast.app).await, &registry, "queries").await;
    let rows = corpus("queries");
    let (mut asked, mut wrong) = (0, Vec::new());
    let lists = lists(&document, &cast.alpha, &registry, &filled);
    for (path, parameters) in &lists {
        for parameter in parameters {
            let text = TEXTS.contains(&parameter.as_str());
            let kind = if text { "text=" } else { "typed=" };
            for row in &rows {
                let mut words = row.expected.split(' ');
                let expected = words
                    .find_map(|w| w.strip_prefix(kind))
                    .expect("expectation");
                let mut query = format!("{parameter}={}", encoded(&row.input));
                if path.ends_with("/export") && parameter != "format" {
                    query += "&format=jsonl";
                }
                let answer = padmin.get(&format!("{path}?{query}")).await;
                asked += 1;
                let empty = match answer.body["total"]["value"].as_u64() {
                    Some(total) => total == 0 && answer.body["items"] == json!([]),
                    // A search answers groups.
                    None if path.ends_with("/search") => ["repositories", "tags", "artifacts"]
                        .iter()
                        .all(|group| answer.body[group] == json!([])),
                    // An export is no JSON object; one of nothing is no line at all.
                    None => answer.body.is_null(),
                };
                let fits = match expected {
                    "200" => answer.status == 200 && empty,
                    _ => {
                        let code = answer.body["code"].as_str().unwrap_or_default();
                        answer.status == 400
                            && ["request.query_invalid", "request.cursor_invalid"].contains(&code)
                            && (row.input.len() < 6 || !quoted(&answer.body, &row.input))
                    }
                };
                if !fits {
                    wrong.push(format!(
                        "{path} {parameter} {}: {} {}",
                        row.id, answer.status, answer.body
                    ));
                }
            }
        }
        // A parameter that is none, and one that is given twice.
        for query in [
            "password_hash=x",
            "order=name",
            "filter=x",
            "limit=1&limit=2",
        ] {
            let answer = padmin.get(&format!("{path}?{query}")).await;
            asked += 1;
            if answer.status != 400 {
                wrong.push(format!("{path} {query}: {} {}", answer.status, answer.body));
            }
        }
    }
    println!(
        "queries: {} lists, {} rows, {asked} requests, {} wrong",
        lists.len(),
        rows.len(),
        wrong.len()
    );
    assert!(lists.len() >= 7, "{}", lists.len());
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether a problem says what was sent.
fn quoted(body: &Value, sent: &str) -> bool {
    body.to_string().contains(sent)
}

#[tokio::test]
async fn sec_20_queries_are_data_and_sorted_by_what_is_listed() {
    queries_are_data_and_sorted_by_what_is_listed(Cast::start().await).await;
}

#[tokio::test]
async fn postgres_sec_20_queries_are_data_and_sorted_by_what_is_listed() {
    let (app, _database) = on_postgres().await;
    queries_are_data_and_sorted_by_what_is_listed(Cast::on(app).await).await;
}

#[tokio::test]
async fn sec_20_cursor_is_good_for_its_own_list_and_unchanged_only() {
    let cast = Cast::start().await;
    let padmin = &cast.padmin;
    let machines = format!("/api/v1/workspaces/{}/machine-accounts", cast.alpha);
    for name in ["one", "two"] {
        let (_, user) = cast.member(name, &cast.alpha, "viewer").await;
        assert!(!user.is_empty());
        let robot = json!({"name": format!("robot-{name}"), "role": "viewer"});
        let account = id(&padmin.post(&machines, &robot).await.body);
        let token = json!({"name": "t", "scope": ["registry.read"], "expires_at": in_days(1)});
        padmin
            .post(&format!("{machines}/{account}/tokens"), &token)
            .await;
        padmin
            .post("/api/v1/registries", &cast.registry(name, None))
            .await;
    }
    let lists = [
        "/api/v1/users".to_owned(),
        "/api/v1/users?q=o".to_owned(),
        "/api/v1/workspaces".to_owned(),
        format!("/api/v1/workspaces/{}/members", cast.alpha),
        machines,
        "/api/v1/registries".to_owned(),
        "/api/v1/registries?sort=name".to_owned(),
        "/api/v1/audit-entries".to_owned(),
        "/api/v1/audit-entries?outcome=done".to_owned(),
    ];
    let mut cursors = Vec::new();
    for path in &lists {
        let first = padmin
            .get(&format!("{path}{}limit=1", separator(path)))
            .await;
        let cursor = first.body["next_cursor"].as_str().expect("more").to_owned();
        cursors.push(cursor);
    }
    let mut asked = 0;
    for (path, own) in lists.iter().zip(&cursors) {
        let at = |cursor: &str| format!("{path}{}limit=1&cursor={cursor}", separator(path));
        assert_eq!(padmin.get(&at(own)).await.status, 200, "{path}");
        let mut bad: Vec<String> = cursors.iter().filter(|c| *c != own).cloned().collect();
        for place in 0..own.len() {
            let old = own.as_bytes()[place];
            let new = if old == b'0' { '1' } else { '0' };
            let mut changed = own.clone();
            changed.replace_range(place..=place, &new.to_string());
            bad.push(changed);
        }
        let half = own.len() / 2;
        bad.extend([
            own[..half].to_owned(),
            own[2..].to_owned(),
            own[..32].to_owned(),
            format!("{own}00"),
            format!("{own}{own}"),
            String::new(),
            "00".repeat(16),
            "7b7d".to_owned(),
            encoded("' OR 1=1"),
        ]);
        for cursor in bad {
            let answer = padmin.get(&at(&cursor)).await;
            asked += 1;
            let code = answer.body["code"].as_str().unwrap_or_default();
            assert_eq!(
                (answer.status, code),
                (400, "request.cursor_invalid"),
                "{path} {cursor}"
            );
        }
    }
    println!(
        "cursors: {} lists, {asked} forged cursors refused",
        lists.len()
    );
}
