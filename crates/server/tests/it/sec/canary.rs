//! SEC-28: one unique secret of each kind, a run over everything, and then a look at every place
//! where something could have been left.

use crate::ROADSTEAD;
use crate::people::in_days;
use crate::raw;
use crate::tool::{run, said};
use futures::StreamExt as _;
use roadstead_core::model::SessionToken;
use roadstead_testkit::{Api, Method, Reply, Scripted, TestApp, TestAppOptions};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A secret and all the forms it could be found in.
struct Canary {
    kind: &'static str,
    text: String,
    forms: Vec<Vec<u8>>,
}

impl Canary {
    fn new(kind: &'static str, text: &str) -> Self {
        let mut forms = vec![text.as_bytes().to_vec()];
        forms.push(hex(text.as_bytes()).into_bytes());
        // Base64 of it alone, and behind a name as in basic authentication: whatever stands before
        // it, one of three shifts is in the text.
        for shift in 0..3 {
            let mut shifted = vec![b' '; shift];
            shifted.extend(text.as_bytes());
            let whole = base64(&shifted);
            let inner = &whole[if shift == 0 { 0 } else { 4 }..whole.len() - 4];
            forms.push(inner.as_bytes().to_vec());
        }
        Self {
            kind,
            text: text.to_owned(),
            forms,
        }
    }

    /// A secret whose bytes are told in base64.
    fn of_bytes(kind: &'static str, text: &str) -> Self {
        let mut canary = Self::new(kind, text);
        let bytes = from_base64(text);
        assert_eq!(bytes.len(), 32, "{kind}");
        canary.forms.push(hex(&bytes).into_bytes());
        canary.forms.push(bytes);
        canary
    }

    /// How many of its forms are in a place, which was read by [`letters`].
    fn is_in(&self, place: &str) -> usize {
        let found = |form: &&Vec<u8>| place.contains(&letters(form));
        self.forms.iter().filter(found).count()
    }
}

/// Bytes as text, one letter each: texts are searched fast, whatever the bytes mean.
fn letters(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |i: usize| u32::from(chunk.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * i)) as usize & 63];
            let there = i <= chunk.len();
            out.push(if there { char::from(letter) } else { '=' });
        }
    }
    out
}

fn from_base64(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for letter in text.bytes().filter(|b| *b != b'=') {
        let plain = match letter {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        };
        let value = LETTERS.iter().position(|l| *l == plain).expect("base64");
        bits = bits << 6 | u32::try_from(value).expect("small");
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 255).expect("a byte"));
        }
    }
    out
}

/// Something nobody else has; neither a name nor an id, so that it is refused where it is neither.
fn fresh(kind: &str) -> String {
    let random = SessionToken::make().expect("randomness");
    format!("Canary_{kind}_{}", random.expose())
}

/// Everything the server answered, apart from what legitimately shows a secret once.
#[derive(Default)]
struct Seen {
    answers: String,
    problems: String,
    headers: String,
    shown_once: String,
    events: Arc<Mutex<String>>,
    printed: String,
    count: usize,
}

struct House {
    app: TestApp,
    seen: Seen,
    canaries: Vec<Canary>,
}

impl House {
    fn learn(&mut self, kind: &'static str, text: &str) {
        self.canaries.push(Canary::new(kind, text));
    }

    async fn ask(&mut self, api: &Api, what: &str, body: Option<&Value>) -> Value {
        self.ask_with(api, what, body, &[("if-match", "\"1\"")])
            .await
    }

    async fn ask_with(
        &mut self,
        api: &Api,
        what: &str,
        body: Option<&Value>,
        headers: &[(&'static str, &str)],
    ) -> Value {
        let (method, path) = what.split_once(' ').expect("method and path");
        let method = Method::from_bytes(method.as_bytes()).expect("method");
        let answer = api.send(method, path, body, headers).await;
        self.seen.count += 1;
        // The session's cookie is how it is given; everything else is looked at.
        let headers = answer.headers.iter().filter(|(n, _)| *n != "set-cookie");
        for (name, value) in headers {
            self.seen.headers += &format!("{name}: {value:?}\n");
        }
        let text = answer.body.to_string() + "\n";
        let shows = answer.status == 201
            && (path.ends_with("/tokens") || path.ends_with("/users") || path.ends_with("-links"));
        if shows {
            self.seen.shown_once += &text;
        } else if answer.status >= 400 {
            self.seen.problems += &text;
        } else {
            self.seen.answers += &text;
        }
        answer.body
    }

    /// As a browser that keeps its cookie and value: answers a client signed in.
    async fn enter(&mut self, what: &str, body: &Value) -> Api {
        let api = self.app.api();
        let opened = self.ask(&api, what, Some(body)).await;
        let csrf = opened["csrf_token"].as_str();
        let csrf = csrf.unwrap_or_else(|| panic!("{what}: {opened}"));
        api.client().set_csrf_token(csrf.to_owned());
        let cookie = api.client().session_cookie().expect("session");
        self.learn("session", cookie.expose());
        api
    }

    /// Follows changes to its end, keeping every frame.
    async fn follow(&self, api: &Api) {
        let events = api.client().events("/api/v1/changes", Some("0")).await;
        let mut events = Box::pin(events.expect("stream"));
        let kept = Arc::clone(&self.seen.events);
        tokio::spawn(async move {
            while let Some(Ok(event)) = events.next().await {
                let line = format!("{} {:?} {}\n", event.name, event.id, event.data);
                kept.lock().expect("events").push_str(&line);
            }
        });
    }

    async fn tool(&mut self, arguments: &[&str]) {
        let output = run(
            &self.app.data_dir(),
            arguments,
            &[("ROADSTEAD_LOG_LEVEL", "debug")],
        )
        .await;
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        self.seen.printed += &said(&output);
    }

    async fn raw(&self, url: &str, path: &str, api: &Api) -> String {
        let host = url
            .trim_start_matches("http://")
            .trim_end_matches("/metrics");
        let cookie = api.client().session_cookie().expect("session");
        let cookie = format!("roadstead_session={}", cookie.expose());
        let (status, body) = raw("GET", host, path, &[("cookie", &cookie)], Vec::new()).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }
}

fn text<'v>(body: &'v Value, pointer: &str) -> &'v str {
    let found = body.pointer(pointer).and_then(Value::as_str);
    found.unwrap_or_else(|| panic!("no {pointer} in {body}"))
}

fn link_token(url: &str) -> String {
    url.split_once("#token=")
        .expect("token")
        .1
        .trim()
        .to_owned()
}

fn options(format: &str) -> Vec<(String, String)> {
    [("LEVEL", "debug"), ("FORMAT", format)]
        .map(|(name, value)| (format!("ROADSTEAD_LOG_{name}"), value.to_owned()))
        .to_vec()
}

/// A registry that answers, one that sends back what it was sent, and one that is no registry.
async fn upstreams(secret: &str) -> [Scripted; 3] {
    let good = crate::tool::upstream().await;
    let echo = Scripted::start().await;
    let told = format!(
        "bad credentials robot:{secret} {}",
        base64(format!("robot:{secret}").as_bytes())
    );
    let challenge = format!("Basic realm=\"{secret}\"");
    echo.on(
        "GET /v2/",
        Reply::status(401)
            .header("Docker-Distribution-Api-Version", "registry/2.0")
            .header("WWW-Authenticate", &challenge)
            .header("Content-Type", "application/json")
            .body(json!({"errors": [{"code": "UNAUTHORIZED", "message": told}]}).to_string()),
    );
    let broken = Scripted::start().await;
    broken.on("GET /v2/", Reply::status(500).body(told));
    [good, echo, broken]
}

/// Every field and parameter that refuses it, given the secret.
async fn wrong_places(house: &mut House, api: &Api, secret: &str) {
    let good = json!({"kind": "docker", "name": "x", "address": "https://registry.invalid"});
    for (field, value) in [
        ("kind", json!(secret)),
        ("name", json!(secret)),
        (
            "address",
            json!(format!("https://robot:{secret}@registry.invalid")),
        ),
        // An address without its scheme is told back with one, to whoever typed it.
        ("address", json!([secret])),
        ("owner", json!({"type": secret})),
        ("owner", json!({"type": "workspace", "id": secret})),
        ("tls", json!({"mode": secret})),
        ("tls", json!({"mode": "ca", "ca_pem": secret})),
        ("plain_http_consent", json!(secret)),
    ] {
        let mut body = good.clone();
        body[field] = value;
        house.ask(api, "POST /api/v1/registries", Some(&body)).await;
    }
    for (what, body) in [
        ("POST /api/v1/users", json!({"name": secret})),
        (
            "POST /api/v1/users",
            json!({"name": "x", "platform_role": secret}),
        ),
        ("POST /api/v1/workspaces", json!({"name": secret})),
        (
            "POST /api/v1/tokens",
            json!({"name": "x", "scope": [secret], "expires_at": in_days(1)}),
        ),
        (
            "POST /api/v1/tokens",
            json!({"name": "x", "scope": [], "expires_at": secret}),
        ),
        (
            "POST /api/v1/registry-tests",
            json!({"registry_id": secret}),
        ),
        ("POST /api/v1/registry-tests", json!({"registry": secret})),
        (
            "POST /api/v1/session",
            json!({"name": secret, "password": secret}),
        ),
        ("POST /api/v1/session", json!(secret)),
        (
            "POST /api/v1/passwords",
            json!({"token": secret, "password": secret}),
        ),
        (
            "POST /api/v1/setup",
            json!({"token": secret, "name": "x", "password": secret}),
        ),
        (
            "PUT /api/v1/profile/password",
            json!({"current": secret, "new": "short"}),
        ),
        ("PATCH /api/v1/profile", json!({"display_name": [secret]})),
        ("PATCH /api/v1/profile", json!([secret])),
    ] {
        house.ask(api, what, Some(&body)).await;
    }
    // As part of an address.
    let header = format!("Bearer {secret}");
    let plain = secret;
    let secret = secret
        .replace('/', "%2f")
        .replace('+', "%2b")
        .replace('=', "%3d");
    for path in ["registries", "users", "workspaces", "audit-entries"] {
        for parameter in [
            "cursor",
            "kind",
            "health",
            "sort",
            "owner",
            "limit",
            "from",
            "outcome",
            "workspace_id",
        ] {
            house
                .ask(
                    api,
                    &format!("GET /api/v1/{path}?{parameter}={secret}"),
                    None,
                )
                .await;
        }
        house
            .ask(api, &format!("GET /api/v1/{path}/{secret}"), None)
            .await;
        house
            .ask(api, &format!("DELETE /api/v1/{path}/{secret}"), None)
            .await;
    }
    house.ask(api, &format!("GET /{secret}"), None).await;
    house
        .ask(api, &format!("GET /assets/{secret}.js"), None)
        .await;
    for headers in [
        ("if-match", plain),
        ("origin", plain),
        ("authorization", header.as_str()),
        ("accept", plain),
        ("user-agent", plain),
        ("x-forwarded-for", plain),
        ("content-type", plain),
    ] {
        house
            .ask_with(api, "GET /api/v1/profile", None, &[headers])
            .await;
    }
}

/// Every file below a directory that is no key, with what is in it.
fn files(dir: &Path, kind: &str) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(dir).expect("directory");
    let mut found = Vec::new();
    for path in entries.map(|entry| entry.expect("entry").path()) {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        // The keys are in their own files, and nowhere else.
        if path.is_file() && !name.starts_with("master.key") {
            let bytes = std::fs::read(&path).expect("file");
            found.push((format!("{kind} {name}"), bytes));
        }
    }
    found
}

/// The first half, with a log for people: set-up, people, links, tokens, registries.
async fn first_half(house: &mut House) -> (Api, String) {
    let setup = link_token(&house.app.setup_link().expect("link"));
    house.learn("set-up token", &setup);
    let password = fresh("admin");
    house.learn("administrator's password", &password);
    let body = json!({"token": setup, "name": "padmin", "password": password});
    let padmin = house.enter("POST /api/v1/setup", &body).await;
    house.follow(&padmin).await;
    house
        .ask(&house.app.api(), "POST /api/v1/setup", Some(&body))
        .await;

    let made = house
        .ask(&padmin, "POST /api/v1/users", Some(&json!({"name": "one"})))
        .await;
    let link = link_token(text(&made, "/link/url"));
    house.learn("one-time link", &link);
    let user = text(&made, "/user/id").to_owned();
    let (wrong, right) = (fresh("wrong"), fresh("person"));
    house.learn("wrong password", &wrong);
    house.learn("password", &right);
    let body = json!({"token": link, "password": right});
    house.enter("POST /api/v1/passwords", &body).await;
    house
        .ask(&house.app.api(), "POST /api/v1/passwords", Some(&body))
        .await;
    let login = |password: &str| json!({"name": "one", "password": password});
    let nobody = house.app.api();
    house
        .ask(&nobody, "POST /api/v1/session", Some(&login(&wrong)))
        .await;
    let one = house.enter("POST /api/v1/session", &login(&right)).await;
    house.follow(&one).await;
    let changed = fresh("changed");
    house.learn("changed password", &changed);
    for (current, new) in [(&wrong, &changed), (&right, &changed)] {
        let body = json!({"current": current, "new": new});
        house
            .ask(&one, "PUT /api/v1/profile/password", Some(&body))
            .await;
    }
    let path = format!("POST /api/v1/users/{user}/reset-links");
    let reset = house.ask(&padmin, &path, None).await;
    house.learn("reset link", &link_token(text(&reset, "/url")));
    let again = fresh("again");
    house.learn("password set again", &again);
    let body = json!({"token": link_token(text(&reset, "/url")), "password": again});
    let one = house.enter("POST /api/v1/passwords", &body).await;

    let token = json!({"name": "t", "scope": ["profile.read"], "expires_at": in_days(1)});
    let made = house.ask(&one, "POST /api/v1/tokens", Some(&token)).await;
    house.learn("API token", text(&made, "/text"));
    let program = Api::with_token(&house.app.url(), text(&made, "/text"));
    house.ask(&program, "GET /api/v1/profile", None).await;
    house.ask(&program, "GET /api/v1/registries", None).await;
    let made = house
        .ask(
            &padmin,
            "POST /api/v1/workspaces",
            Some(&json!({"name": "alpha"})),
        )
        .await;
    let machines = format!("/api/v1/workspaces/{}/machine-accounts", text(&made, "/id"));
    let robot = json!({"name": "robot", "role": "viewer"});
    let made = house
        .ask(&padmin, &format!("POST {machines}"), Some(&robot))
        .await;
    let tokens = format!("POST {machines}/{}/tokens", text(&made, "/id"));
    let token = json!({"name": "m", "scope": ["registry.read"], "expires_at": in_days(1)});
    let made = house.ask(&padmin, &tokens, Some(&token)).await;
    house.learn("machine token", text(&made, "/text"));
    let machine = Api::with_token(&house.app.url(), text(&made, "/text"));
    house.ask(&machine, "GET /api/v1/registries", None).await;
    let csrf = house.ask(&padmin, "GET /api/v1/session", None).await;
    assert!(csrf["csrf_token"].is_string());
    (padmin, password)
}

/// Registries that take the secret, refuse it, and tell it back.
async fn registries(house: &mut House, padmin: &Api, upstreams: &[Scripted; 3], secret: &str) {
    for (name, upstream) in ["good", "echo", "broken"].iter().zip(upstreams) {
        let body = json!({"kind": "docker", "name": name, "address": upstream.url(),
            "plain_http_consent": true, "username": "robot", "password": secret,
            "save_anyway": true});
        let made = house
            .ask(padmin, "POST /api/v1/registries", Some(&body))
            .await;
        let id = text(&made, "/id").to_owned();
        let mut typed = body.clone();
        for field in ["name", "save_anyway"] {
            typed.as_object_mut().expect("object").remove(field);
        }
        for body in [
            json!({"registry": typed, "credential": true}),
            json!({"registry_id": id}),
        ] {
            let path = "/api/v1/registry-tests";
            let lines = padmin
                .client()
                .lines(Method::POST, path, &body)
                .await
                .expect("test");
            let lines: Vec<_> = lines.collect().await;
            assert!(lines.len() > 1, "{name}");
            for line in lines {
                house.seen.answers += &format!("{}\n", line.expect("line"));
                house.seen.count += 1;
            }
        }
        house
            .ask(padmin, &format!("GET /api/v1/registries/{id}"), None)
            .await;
        let edit = json!({"description": "seen"});
        house
            .ask(
                padmin,
                &format!("PATCH /api/v1/registries/{id}"),
                Some(&edit),
            )
            .await;
    }
}

#[tokio::test]
async fn sec_28_no_secret_is_left_anywhere() {
    let mut app = TestApp::start_with(
        ROADSTEAD,
        TestAppOptions {
            environment: options("text"),
            ..TestAppOptions::default()
        },
    )
    .await;
    let text_before = app.log().len();
    assert!(text_before < 100_000);
    let key = |app: &TestApp| std::fs::read_to_string(app.data_dir().join("master.key"));
    let first_key = key(&app).expect("key").trim().to_owned();
    app.set_environment(options("json"));
    let mut house = House {
        app,
        seen: Seen::default(),
        canaries: vec![Canary::of_bytes("master key", &first_key)],
    };
    let secret = fresh("registry");
    house.learn("registry secret", &secret);
    let upstreams = upstreams(&secret).await;
    let (padmin, password) = first_half(&mut house).await;
    registries(&mut house, &padmin, &upstreams, &secret).await;
    let mut places: Vec<(String, Vec<u8>)> = Vec::new();
    let live = house.app.data_dir();
    places.extend(files(&live, "live"));
    assert!(
        places
            .iter()
            .any(|(name, _)| name == "live roadstead.db-wal")
    );
    let text_log = house.app.log();
    places.push(("log, text".to_owned(), text_log.clone().into_bytes()));

    // The second half, with a log for machines.
    house.app.restart().await;
    let login = json!({"name": "padmin", "password": password});
    let padmin = house.enter("POST /api/v1/session", &login).await;
    house.follow(&padmin).await;
    let tried: Vec<String> = house.canaries.iter().map(|c| c.text.clone()).collect();
    for secret in &tried {
        wrong_places(&mut house, &padmin, secret).await;
    }
    for path in [
        "registries",
        "users",
        "workspaces",
        "audit-entries?limit=200",
        "sessions",
        "tokens",
        "profile",
    ] {
        house
            .ask(&padmin, &format!("GET /api/v1/{path}"), None)
            .await;
    }
    let audit = house
        .ask(&padmin, "GET /api/v1/audit-entries?limit=200", None)
        .await;
    assert!(
        audit["total"]["value"].as_u64().expect("total") > 15,
        "{audit}"
    );
    let url = house.app.url();
    for format in ["csv", "jsonl"] {
        let path = format!("/api/v1/audit-entries/export?format={format}");
        let export = house.raw(&url, &path, &padmin).await;
        places.push((format!("audit export, {format}"), export.into_bytes()));
    }
    // Refusals reach the log of audit entries behind the answers.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let metrics = house.app.metrics_url().expect("metrics");
    let metrics = house.raw(&metrics, "/metrics", &padmin).await;
    places.push(("metrics".to_owned(), metrics.into_bytes()));
    let backup = tempfile::tempdir().expect("dir");
    let target = backup.path().join("made");
    let written = target.display().to_string();
    house.tool(&["backup", &written]).await;
    places.extend(files(&target, "backup"));
    assert_eq!(house.app.stop().await, Some(0));
    house.tool(&["verify"]).await;
    house.tool(&["key", "rotate"]).await;
    house.tool(&["verify", "--json"]).await;
    house.tool(&["config", "show"]).await;
    let second_key = key(&house.app).expect("key").trim().to_owned();
    assert_ne!(first_key, second_key);
    house
        .canaries
        .push(Canary::of_bytes("new master key", &second_key));
    house.app.restart().await;
    let padmin = house.enter("POST /api/v1/session", &login).await;
    house.ask(&padmin, "GET /api/v1/registries", None).await;
    assert_eq!(house.app.stop().await, Some(0));
    places.extend(files(&live, "stopped"));
    let json_log = house.app.log()[text_log.len()..].to_owned();
    assert!(json_log.contains("\"msg\":\"statement\"") && text_log.contains("statement"));
    places.push(("log, json".to_owned(), json_log.into_bytes()));
    look(house, places);
}

/// Looks for every secret everywhere and prints what was looked at.
fn look(house: House, mut places: Vec<(String, Vec<u8>)>) {
    let seen = house.seen;
    let events = seen.events.lock().expect("events").clone();
    // The set-up link goes to the terminal, and is no longer good once it was used.
    let stdout = house.app.stdout();
    let stdout: Vec<&str> = stdout
        .lines()
        .filter(|l| !l.contains("/setup#token="))
        .collect();
    for (name, text) in [
        ("answers", seen.answers),
        ("problems", seen.problems),
        ("headers", seen.headers),
        ("change stream", events),
        ("printed by tools", seen.printed),
        ("printed by the server", stdout.join("\n")),
    ] {
        places.push((name.to_owned(), text.into_bytes()));
    }
    let forms: usize = house.canaries.iter().map(|c| c.forms.len()).sum();
    println!(
        "canary: {} secrets in {forms} forms, {} answers",
        house.canaries.len(),
        seen.count
    );
    let (mut bytes, mut found) = (0, Vec::new());
    for (place, content) in &places {
        let text = letters(content);
        let here: Vec<&str> = house
            .canaries
            .iter()
            .filter(|canary| canary.is_in(&text) > 0)
            .map(|canary| canary.kind)
            .collect();
        println!(
            "canary: {place}: {} bytes, found {}",
            content.len(),
            here.len()
        );
        // A lock says nothing, and an emptied log of the database neither.
        let may_be_empty = ["lock", "roadstead.db-wal"]
            .iter()
            .any(|f| place.ends_with(f));
        assert!(!content.is_empty() || may_be_empty, "{place} is empty");
        bytes += content.len();
        found.extend(here.into_iter().map(|kind| format!("{kind} is in {place}")));
    }
    println!(
        "canary: {} places, {bytes} bytes, found {}",
        places.len(),
        found.len()
    );
    assert!(found.is_empty(), "{}", found.join("\n"));
    // What is shown once is found by the same look.
    let shown: Vec<&str> = house
        .canaries
        .iter()
        .filter(|canary| canary.is_in(&seen.shown_once) > 0)
        .map(|canary| canary.kind)
        .collect();
    assert_eq!(
        shown,
        ["one-time link", "reset link", "API token", "machine token"]
    );
    let encoded = base64(format!("robot:{}", house.canaries[1].text).as_bytes());
    assert_eq!(house.canaries[1].is_in(&encoded), 1);
}
