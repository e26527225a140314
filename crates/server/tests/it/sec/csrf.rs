//! SEC-25: what another site makes a browser send changes nothing.

use super::mutations::Mutations;
use super::state;
use crate::cast::Cast;
use crate::raw;
use roadstead_core::permission::Grant;
use roadstead_http::Declared;
use serde_json::Value;

/// Its name, the headers it sends, and whether it is taken.
type Row = (&'static str, &'static [(&'static str, &'static str)], bool);

/// What another site can and cannot put together, and whether it is taken. `$` is the session's
/// own value, `@` our own host.
const ROWS: &[Row] = &[
    (
        "own page",
        &[("origin", "http://@"), ("x-roadstead-csrf", "$")],
        true,
    ),
    ("program", &[("x-roadstead-csrf", "$")], true),
    ("no header", &[("origin", "http://@")], false),
    ("nothing", &[], false),
    (
        "empty header",
        &[("origin", "http://@"), ("x-roadstead-csrf", "")],
        false,
    ),
    (
        "foreign origin",
        &[
            ("origin", "https://evil.example"),
            ("x-roadstead-csrf", "$"),
        ],
        false,
    ),
    (
        "null origin",
        &[("origin", "null"), ("x-roadstead-csrf", "$")],
        false,
    ),
    (
        "other port",
        &[("origin", "http://127.0.0.1:1"), ("x-roadstead-csrf", "$")],
        false,
    ),
    (
        "own host as a part",
        &[
            ("origin", "http://@.evil.example"),
            ("x-roadstead-csrf", "$"),
        ],
        false,
    ),
    (
        "own host as user",
        &[
            ("origin", "http://@@evil.example"),
            ("x-roadstead-csrf", "$"),
        ],
        false,
    ),
    (
        "form",
        &[
            ("content-type", "text/plain"),
            ("origin", "https://evil.example"),
        ],
        false,
    ),
];

/// Those that only a value of the session's own is against; nobody's own value is any.
const OF_SESSION: &[Row] = &[
    (
        "wrong header",
        &[("origin", "http://@"), ("x-roadstead-csrf", "1")],
        false,
    ),
    (
        "other session's",
        &[("origin", "http://@"), ("x-roadstead-csrf", "%")],
        false,
    ),
    (
        "cookie as header",
        &[("origin", "http://@"), ("x-roadstead-csrf", "!")],
        false,
    ),
];

#[tokio::test]
async fn sec_25_no_mutation_is_taken_from_another_site() {
    let mutations = Mutations::on(Cast::start().await).await;
    let padmin = &mutations.cast.padmin;
    let declared: Vec<Declared> = roadstead_http::declared();
    let routes: Vec<&Declared> = declared.iter().filter(|r| r.method != "GET").collect();
    for route in &routes {
        let name = format!("{} {}", route.method, route.path);
        assert!(mutations.all.iter().any(|m| m.route == name), "{name}");
    }
    let url = mutations.cast.app.url();
    let host = url.trim_start_matches("http://");
    let other = padmin.get("/api/v1/session").await.body["csrf_token"].clone();
    let other = other.as_str().expect("value");
    let before = state(padmin).await;
    let (mut refused, mut wrong) = (0, Vec::new());
    for mutation in &mutations.all {
        let route = routes
            .iter()
            .find(|r| format!("{} {}", r.method, r.path) == mutation.route)
            .expect("declared");
        let of_session = route.permission.grant() != Grant::Anyone;
        let api = mutations.by(mutation);
        let cookie = api.client().session_cookie();
        let cookie = cookie.map(|c| c.expose().clone()).unwrap_or_default();
        let own = match api.get("/api/v1/session").await.body["csrf_token"].as_str() {
            Some(own) => own.to_owned(),
            None => "1".to_owned(),
        };
        let other = if other == own { "of nobody" } else { other };
        let more: &[Row] = if of_session { OF_SESSION } else { &[] };
        for (name, headers, taken) in ROWS.iter().chain(more) {
            if *taken {
                // Done at the end, once.
                continue;
            }
            let cookie = format!("roadstead_session={cookie}");
            let mut sent = vec![("if-match", "\"1\"".to_owned())];
            if of_session {
                sent.push(("cookie", cookie.clone()));
            }
            if !headers.iter().any(|(name, _)| *name == "content-type") {
                sent.push(("content-type", "application/json".to_owned()));
            }
            for (name, value) in *headers {
                let value = match *value {
                    "$" => own.clone(),
                    "%" => other.to_owned(),
                    "!" => cookie.trim_start_matches("roadstead_session=").to_owned(),
                    value => value.replacen('@', host, 1),
                };
                sent.push((name, value));
            }
            let sent: Vec<(&str, &str)> = sent.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let body = mutation.body.as_ref().map(Value::to_string);
            let body = body.unwrap_or_default().into_bytes();
            let method = mutation.method.as_str();
            let (status, answer) = raw(method, host, &mutation.path, &sent, body).await;
            let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
            refused += 1;
            if (status, answer["code"].as_str()) != (403, Some("request.csrf_rejected")) {
                wrong.push(format!("{} {name}: {status} {answer}", mutation.route));
            }
        }
    }
    println!(
        "csrf: {} mutating routes, {refused} requests of other sites, {} not refused",
        routes.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(state(padmin).await, before);
    assert_eq!(mutations.make_all().await, routes.len());
}

/// Reading, in every way that a link or an image can make a browser read.
#[tokio::test]
async fn sec_25_reading_changes_nothing() {
    let mutations = Mutations::on(Cast::start().await).await;
    let padmin = &mutations.cast.padmin;
    let cookie = padmin.client().session_cookie().expect("session");
    let cookie = format!("roadstead_session={}", cookie.expose());
    let url = mutations.cast.app.url();
    let host = url.trim_start_matches("http://");
    let before = state(padmin).await;
    let mut asked = 0;
    for mutation in &mutations.all {
        for method in ["GET", "HEAD"] {
            for headers in [
                &[][..],
                &[("x-http-method-override", "DELETE")],
                &[("x-method-override", "POST"), ("x-http-method", "PUT")],
            ] {
                for query in ["", "?_method=DELETE", "?dry_run=false"] {
                    let path = format!("{}{query}", mutation.path);
                    let mut sent = vec![("cookie", cookie.as_str()), ("if-match", "\"1\"")];
                    sent.extend(headers);
                    let body = mutation.body.as_ref().map(Value::to_string);
                    let body = body.unwrap_or_default().into_bytes();
                    let (status, answer) = raw(method, host, &path, &sent, body).await;
                    assert!(status < 500 && status != 0, "{method} {path}: {answer}");
                    asked += 1;
                }
            }
        }
    }
    for route in roadstead_http::declared() {
        let endless = route.path.ends_with("/changes");
        // An export is itself an entry of the log, on purpose.
        if route.method != "GET" || endless || route.path.ends_with("/export") {
            continue;
        }
        // Of what is there: the ids are those of the mutation whose path begins alike.
        let starts = route.path.split("{id}").next().unwrap_or_default();
        let alike = mutations.all.iter().find(|m| {
            let deep = |path: &str| path.contains("{account_id}");
            m.route.ends_with(&route.path)
                || (m.path.starts_with(starts) && deep(m.route) == deep(&route.path))
        });
        let ids: Vec<&str> = alike
            .map(|m| m.path.split('/').filter(|part| part.len() == 36).collect())
            .unwrap_or_default();
        let mut ids = ids.into_iter();
        let filled = &mutations.filled;
        let mut path = route.path.replace("{digest}", &filled.digest);
        path = path.replace("{blob}", &filled.digest);
        if starts == "/api/v1/spaces/" {
            path = path.replace("{id}", &filled.space);
        }
        for name in ["{id}", "{account_id}"] {
            if path.contains(name) {
                path = path.replace(name, ids.next().expect("an id"));
            }
        }
        // Of this artifact the registry has nothing, and the index knows that no blob is its own.
        let expected = match route.path.rsplit('/').next() {
            Some("manifest") => 502,
            Some("{blob}") => 404,
            _ => 200,
        };
        assert_eq!(padmin.get(&path).await.status, expected, "{path}");
        asked += 1;
    }
    println!("csrf: {asked} ways to read, nothing changed");
    assert_eq!(state(padmin).await, before);
}
