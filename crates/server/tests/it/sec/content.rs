//! What registries hold is written by strangers: their texts are data wherever they arrive, and what
//! they make us read has an end.

use crate::ROADSTEAD;
use crate::cast::id;
use crate::identity::until;
use roadstead_testkit::{Api, OddManifest, Reply, Scripted, TestApp};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// A registry of these repositories, integrated and read to its end. Answers the registry's path.
async fn read(api: &Api, server: &Scripted, names: &[String]) -> String {
    server.on("GET /v2/", Reply::registry());
    let catalogue = json!({ "repositories": names }).to_string();
    server.on("GET /v2/_catalog", Reply::json(&catalogue));
    let body = json!({"kind": "docker", "name": "odd", "address": server.url(),
        "plain_http_consent": true});
    let made = api.post("/api/v1/registries", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/api/v1/registries/{}", id(&made.body));
    until(api, &format!("{path}/crawl"), |crawl| {
        crawl["status"] == "finished"
    })
    .await;
    path
}

/// A token, for requests by hand.
async fn token(api: &Api) -> String {
    let expires_at = crate::people::in_days(1);
    let scope: Vec<Value> = roadstead_core::Permission::ALL
        .iter()
        .filter(|p| roadstead_core::model::TokenCut::may_carry(**p))
        .map(|p| json!(p.as_str()))
        .collect();
    let body = json!({"name": "by-hand", "scope": scope, "expires_at": expires_at});
    let made = api.post("/api/v1/tokens", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body["text"].as_str().expect("text").to_owned()
}

/// Head and body of an answer, byte by byte.
async fn bytes(app: &TestApp, path: &str, token: Option<&str>) -> (String, String) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let url = app.url();
    let host = url.strip_prefix("http://").expect("a host");
    let mut stream = tokio::net::TcpStream::connect(host).await.expect("connect");
    let token = token.map_or_else(String::new, |t| format!("authorization: Bearer {t}\r\n"));
    let head = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{token}\r\n");
    stream.write_all(head.as_bytes()).await.expect("question");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("answer");
    let answer = String::from_utf8(answer).expect("text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("head and body");
    (head.to_owned(), body.to_owned())
}

/// Names and values of a head, which has to be well formed.
fn headers(head: &str) -> Vec<(String, String)> {
    let lines = head.split("\r\n").skip(1);
    lines
        .map(|line| {
            let (name, value) = line.split_once(": ").expect("a header");
            assert!(!value.contains(['\r', '\n', '\0', '\u{1b}']), "{line:?}");
            (name.to_ascii_lowercase(), value.to_owned())
        })
        .collect()
}

/// SEC-26: labels, annotations, steps of a build, types and names come out of the API as they went
/// in or not at all, inside JSON, and change nothing around it.
#[tokio::test]
async fn sec_26_texts_of_images_reach_the_api_as_data_only() {
    texts_are_data_only(TestApp::start(ROADSTEAD).await).await;
}

#[tokio::test]
async fn postgres_sec_26_texts_of_images_reach_the_api_as_data_only() {
    let database = crate::postgres::database();
    let options = roadstead_testkit::TestAppOptions {
        database_url: Some(database.1.url().to_owned()),
        master_key: Some(crate::postgres::MASTER_KEY.to_owned()),
        ..roadstead_testkit::TestAppOptions::default()
    };
    texts_are_data_only(TestApp::start_with(ROADSTEAD, options).await).await;
}

async fn texts_are_data_only(app: TestApp) {
    let api = app.admin().await;
    let server = Scripted::start().await;
    let mut rows = OddManifest::all();
    rows.retain(|odd| odd.id.starts_with("text-") || odd.id.starts_with("type-"));
    let good: BTreeSet<String> = rows.iter().map(|odd| format!("odd/{}", odd.id)).collect();
    for odd in &rows {
        odd.serve(&server, &format!("odd/{}", odd.id));
    }
    let bad = [
        "<script>alert(1)</script>",
        "a\0b",
        "../../etc/passwd",
        "a\r\nSet-Cookie: a=b",
        "\u{202e}gnp",
        "a\u{1b}[2J",
        "A",
        "",
    ];
    let mut names: Vec<String> = good.iter().cloned().collect();
    names.extend(bad.map(str::to_owned));
    let tags = json!({"tags": ["v1", "<b>", "a\nb", "a\0", "\u{202e}v", "-x", "a/b", ""]});
    let first = good.first().expect("a row").clone();
    let list = format!("GET /v2/{first}/tags/list");
    server.on(&list, Reply::json(&tags.to_string()));
    let registry = read(&api, &server, &names).await;

    let token = token(&api).await;
    let spaces = api.get(&format!("{registry}/spaces")).await.body;
    let space = id(&spaces["items"][0]);
    let path = format!("/api/v1/spaces/{space}/repositories?limit=200");
    let repositories = told(&app, &token, &path).await;
    let items = repositories["items"].as_array().expect("items").clone();
    let shown: BTreeSet<String> = items
        .iter()
        .map(|item| item["name"].as_str().expect("name").to_owned())
        .collect();
    assert_eq!(
        shown, good,
        "names that no repository can have are not taken"
    );
    let mut artifacts = 0;
    for item in &items {
        let at = format!("/api/v1/repositories/{}", id(item));
        told(&app, &token, &at).await;
        let tags = told(&app, &token, &format!("{at}/tags")).await;
        let tags = tags["items"].as_array().expect("items");
        assert_eq!(tags.len(), 1, "{tags:?}");
        assert_eq!(tags[0]["name"], "v1");
        let Some(digest) = tags[0]["digest"].as_str() else {
            continue;
        };
        let artifact = told(&app, &token, &format!("{at}/artifacts/{digest}")).await;
        let odd = rows
            .iter()
            .find(|odd| item["name"] == format!("odd/{}", odd.id));
        for (place, value) in &odd.expect("its row").kept {
            // The page writes platforms and lists in its own way; what it says in words is compared.
            if value.is_object() || value.is_string() {
                let there = artifact.pointer(place);
                let empty = place.contains("/history/");
                assert!(empty || there == Some(value), "{place}: {artifact}");
            }
        }
        artifacts += 1;
    }
    assert!(artifacts > 10, "{artifacts}");
    // The log and the terminal get none of it raw.
    assert!(!app.log().contains(['\u{1b}', '\u{202e}', '\0']));
}

/// An answer of the API, whose bytes and head are what they should be.
async fn told(app: &TestApp, token: &str, path: &str) -> Value {
    let (head, body) = bytes(app, path, Some(token)).await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{path}: {head}\n{body}");
    let headers = headers(&head);
    let values = |name: &str| -> Vec<&str> {
        let found = headers.iter().filter(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str()).collect()
    };
    assert_eq!(values("content-type"), ["application/json"], "{path}");
    assert_eq!(values("x-content-type-options"), ["nosniff"], "{path}");
    let policy = "default-src 'none'; frame-ancestors 'none'";
    assert_eq!(values("content-security-policy"), [policy], "{path}");
    assert_eq!(values("set-cookie"), Vec::<&str>::new(), "{path}");
    let control = body.chars().find(|c| c.is_ascii_control());
    assert_eq!(control, None, "{path}: {body}");
    serde_json::from_str(&body).expect("JSON")
}

/// Every address the console has a page for, from its own table of routes.
fn pages() -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../console/src/router.tsx");
    let text = std::fs::read_to_string(file).expect("the console's routes");
    let found = text.split("path: '").skip(1).map(|rest| {
        let path = rest.split('\'').next().unwrap_or_default();
        let path = match path.strip_prefix('/') {
            Some(path) => path.to_owned(),
            None => format!("workspaces/$workspaceId/{path}"),
        };
        let parts = path.split('/').map(|part| match part.strip_prefix('$') {
            Some(_) => "019a0000-0000-7000-8000-000000000000",
            None => part,
        });
        format!("/{}", parts.collect::<Vec<_>>().join("/"))
    });
    found.collect()
}

/// SEC-26: whatever the address, the page comes with its policy and nothing of the address in it.
#[tokio::test]
async fn sec_26_policy_stands_on_every_console_page() {
    let app = TestApp::start(ROADSTEAD).await;
    let mut pages = pages();
    assert!(pages.len() >= 22, "{pages:?}");
    for hostile in [
        "/index.html",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/registries?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "/x%0d%0aSet-Cookie:%20a=b",
        "/registries/%00/%E2%80%AE",
        "/__CSP_NONCE__",
        "/login?return_to=javascript:alert(1)",
    ] {
        pages.push(hostile.to_owned());
    }
    let mut nonces = BTreeSet::new();
    for page in &pages {
        let (head, body) = bytes(&app, page, None).await;
        assert!(head.starts_with("HTTP/1.1 200 "), "{page}: {head}");
        let headers = headers(&head);
        let policy: Vec<&str> = headers
            .iter()
            .filter(|(name, _)| name == "content-security-policy")
            .map(|(_, value)| value.as_str())
            .collect();
        let [policy] = policy[..] else {
            panic!("{page}: {policy:?}")
        };
        let rest = policy.split("'nonce-").nth(1).unwrap_or_default();
        let nonce = rest.split('\'').next().unwrap_or_default();
        assert_eq!(nonce.len(), 22, "{page}: {policy}");
        assert!(nonces.insert(nonce.to_owned()), "{page}: a nonce twice");
        let wanted = format!(
            "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; \
             img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; \
             base-uri 'none'; form-action 'self'"
        );
        assert_eq!(policy, wanted, "{page}");
        assert!(
            !headers.iter().any(|(name, _)| name == "set-cookie"),
            "{page}"
        );
        assert!(!body.contains("alert(1)"), "{page}");
    }
}

/// The most memory the server ever had, in bytes.
fn peak(app: &TestApp) -> u64 {
    let pid = app.pid().expect("it runs");
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kilobytes
        .expect("a peak")
        .trim()
        .parse::<u64>()
        .expect("a number")
        << 10
}

/// SEC-30: manifests that would become a hundred times as large in memory, and lists without an end,
/// cost about what their bytes are, and leave a bounded number of rows.
#[tokio::test]
async fn sec_30_bombs_of_a_registry_cost_bounded_memory_and_rows() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let server = Scripted::start().await;
    let rows = OddManifest::all();
    let mut names = Vec::new();
    for bomb in [
        "tree",
        "tree-of-children",
        "deep-annotations",
        "deep-configuration",
        "children-ten-thousand",
        "layers-ten-thousand",
        "config-four-megabytes",
        "four-megabytes-and-one",
    ] {
        let odd = rows.iter().find(|odd| odd.id == bomb).expect("the row");
        let name = format!("bomb/{bomb}");
        odd.serve(&server, &name);
        names.push(name);
    }
    let before = peak(&app);
    let registry = read(&api, &server, &names).await;
    let grown = peak(&app).saturating_sub(before);
    println!("grown by {grown} bytes from {before}");
    // Eight bodies of four megabytes at once, and as much again to read them.
    assert!(grown < 64 << 20, "{grown} bytes more than before");
    let figures = api.get(&registry).await.body["statistics"].clone();
    let value = |name: &str| figures[name]["value"].as_u64();
    assert_eq!(value("repositories"), Some(8), "{figures}");
    assert_eq!(value("tags"), Some(8), "{figures}");
    // Seven that were read, and a thousand that one of them names.
    assert_eq!(value("artifacts"), Some(1_007), "{figures}");
    let asked = server.requests();
    let children = asked
        .iter()
        .filter(|r| r.contains("bomb/children-ten-thousand/manifests/sha256"));
    assert_eq!(children.count(), 1_000, "each of those that are kept, once");
}
