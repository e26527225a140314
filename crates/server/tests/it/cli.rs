//! The commands that talk to a server, against the real one and against hostile ones.

use crate::ROADSTEAD;
use crate::cast::{Cast, PASSWORD, id};
use crate::identity;
use crate::tool::{SECRET, upstream};
use roadstead_testkit::{Certificate, ClosedPort, Reply, Scripted, TestApp};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// Somebody at a machine of their own.
struct Machine {
    home: TempDir,
    environment: Vec<(String, String)>,
}

/// What a command did.
#[derive(Debug)]
struct Did {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Did {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }

    /// It failed with this code and said all of this on standard error.
    fn refused(self, code: i32, parts: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        for part in parts {
            assert!(self.err.contains(part), "{part:?}: {self:?}");
        }
        self
    }

    fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.out.contains(part), "{part:?}: {self:?}");
        }
        self
    }
}

impl Machine {
    fn new(server: &str) -> Self {
        Self {
            home: TempDir::with_prefix("roadstead-cli-").expect("directory"),
            environment: vec![("ROADSTEAD_URL".to_owned(), server.to_owned())],
        }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    async fn run(&self, arguments: &[&str]) -> Did {
        self.run_with(arguments, "").await
    }

    async fn run_with(&self, arguments: &[&str], input: &str) -> Did {
        let mut child = Command::new(ROADSTEAD)
            .args(arguments)
            .current_dir(self.home.path())
            .env_clear()
            .env("XDG_CONFIG_HOME", self.home.path().join("config"))
            .envs(self.environment.iter().map(|(k, v)| (k, v)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the binary is built");
        let mut stdin = child.stdin.take().expect("stdin");
        // It may end without reading.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        let output = child.wait_with_output().await.expect("it ends");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Did {
            code: output.status.code(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    }

    async fn login(&self, name: &str, password: &str) -> Did {
        let arguments = ["login", "--name", name, "--password-stdin"];
        self.run_with(&arguments, &format!("{password}\n")).await
    }

    /// Where the sign-ins are kept.
    fn kept(&self) -> PathBuf {
        self.home.path().join("config/roadstead/logins.json")
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.home.path().join(name);
        std::fs::write(&path, text).expect("write");
        path.display().to_string()
    }
}

async fn signed_in(app: &TestApp) -> Machine {
    let machine = Machine::new(&app.url());
    machine
        .login(TestApp::ADMIN, TestApp::ADMIN_PASSWORD)
        .await
        .ok();
    machine
}

fn mode(path: &std::path::Path) -> u32 {
    let metadata = std::fs::metadata(path).expect("it is there");
    metadata.permissions().mode() & 0o777
}

#[tokio::test]
async fn whole_walk_from_login_to_logout() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let (first, second) = (upstream().await, upstream().await);
    let me = signed_in(&app).await;
    let mut said = Vec::new();

    let arguments = [
        "registry",
        "add",
        "dock",
        "--kind",
        "docker",
        "--address",
        &first.url(),
        "--username",
        "robot",
        "--password-stdin",
        "--description",
        "two\nlines",
    ];
    let no_consent = me.run_with(&arguments, SECRET).await;
    said.push(no_consent.refused(
        1,
        &[
            "--plain-http: ",
            "(registry.plain_http_consent)",
            "request id: ",
        ],
    ));
    let arguments = [&arguments[..], &["--plain-http"]].concat();
    let added = me.run_with(&arguments, SECRET).await.ok();
    said.push(added.says(&[
        "dock",
        "robot",
        "yes, the whole connection test has passed",
        "- (not measured yet)",
    ]));

    let listed = me.run(&["registry", "ls"]).await.ok();
    assert_eq!(listed.out.lines().count(), 2, "{listed:?}");
    said.push(listed.says(&["NAME", "dock", "docker", "platform", "healthy"]));
    let shown = me.run(&["registry", "show", "dock"]).await.ok();
    said.push(shown.says(&[&first.url(), "healthy (", "description", "two\n", "lines\n"]));

    // The password never goes to another address by itself.
    let moved = [
        "registry",
        "edit",
        "dock",
        "--address",
        &second.url(),
        "--plain-http",
    ];
    let refused = me.run(&moved).await;
    said.push(refused.refused(
        1,
        &[
            "(credential.binding_changed)",
            "what to do: ",
            "--password-stdin",
        ],
    ));
    assert_eq!(second.requests().len(), 0);
    let file = me.file("password", SECRET);
    let with_password = [&moved[..], &["--password-file", &file]].concat();
    said.push(me.run(&with_password).await.ok().says(&[&second.url()]));
    let described = ["registry", "edit", "dock", "--description", "new"];
    said.push(me.run(&described).await.ok().says(&["new"]));
    let nothing = me.run(&["registry", "edit", "dock", "--plain-http"]).await;
    said.push(nothing.refused(2, &["nothing is said"]));

    let tested = me.run(&["registry", "test", "dock"]).await.ok();
    said.push(tested.says(&["ok       resolve", "ok       authenticate", "all of it"]));
    // A registry that went away fails its test, with cause and remedy.
    second.stop().await;
    let failed = me.run(&["registry", "test", "dock"]).await;
    let failed = failed.says(&[
        "failed   connect",
        "(upstream.connection_refused)",
        "what to do: ",
    ]);
    said.push(failed.refused(1, &["the connection test failed"]));

    let account_gone = [
        "registry",
        "edit",
        "dock",
        "--username",
        "",
        "--save-anyway",
    ];
    said.push(
        me.run(&account_gone)
            .await
            .ok()
            .says(&["- (none)", "no, the connection test"]),
    );

    let untold = me.run(&["registry", "rm", "dock"]).await;
    said.push(untold.refused(2, &["--yes"]));
    let mistyped = me.run(&["registry", "rm", "dock", "--yes", "duck"]).await;
    said.push(mistyped.refused(1, &["it stays connected"]));
    assert_eq!(
        api.get("/api/v1/registries").await.body["total"]["value"],
        1
    );
    let gone = me
        .run(&["registry", "rm", "dock", "--yes", "dock"])
        .await
        .ok();
    said.push(gone.says(&["dock is disconnected."]));
    assert_eq!(
        api.get("/api/v1/registries").await.body["total"]["value"],
        0
    );
    let absent = me.run(&["registry", "show", "dock"]).await;
    said.push(absent.refused(1, &["there is no registry dock"]));

    let sessions = api.get("/api/v1/sessions").await.body["items"]
        .as_array()
        .map(Vec::len);
    assert_eq!(sessions, Some(2));
    said.push(me.run(&["logout"]).await.ok().says(&["Signed out of"]));
    let sessions = api.get("/api/v1/sessions").await.body["items"]
        .as_array()
        .map(Vec::len);
    assert_eq!(sessions, Some(1), "the server ended it too");
    said.push(
        me.run(&["registry", "ls"])
            .await
            .refused(77, &["(session.required)", "roadstead login"]),
    );
    for did in &said {
        for secret in [SECRET, TestApp::ADMIN_PASSWORD] {
            assert!(
                !did.out.contains(secret) && !did.err.contains(secret),
                "{did:?}"
            );
        }
    }
    app.assert_silent_about(&[SECRET, TestApp::ADMIN_PASSWORD]);
}

#[tokio::test]
async fn json_is_that_of_the_api() {
    let cast = Cast::start().await;
    let me = signed_in(&cast.app).await;
    for name in ["one", "two"] {
        let body = cast.registry(name, None);
        let made = cast.padmin.post("/api/v1/registries", &body).await;
        assert_eq!(made.status, 201, "{}", made.body);
    }
    // Health is watched meanwhile: both are asked until they agree.
    let mut agreed = [false; 3];
    for _ in 0..20 {
        let page = cast.padmin.get("/api/v1/registries?q=two").await.body;
        let path = format!("/api/v1/registries/{}", id(&page["items"][0]));
        let one = cast.padmin.get(&path).await.body;
        let ls = me
            .run(&["registry", "ls", "-q", "two", "--json"])
            .await
            .ok();
        let all = ["registry", "ls", "-q", "two", "--all", "-o", "json"];
        let all = me.run(&all).await.ok();
        let show = me.run(&["registry", "show", "two", "--json"]).await.ok();
        agreed[0] |= ls.json() == page;
        agreed[1] |= all.json() == page["items"];
        agreed[2] |= show.json() == one;
        if agreed == [true; 3] {
            break;
        }
    }
    assert_eq!(agreed, [true; 3]);
    let page = ["registry", "ls", "--limit", "1", "--sort", "-name"];
    let page = me.run(&page).await.ok().says(&["two"]);
    assert!(
        !page.out.contains("one") && page.err.contains("1 of 2"),
        "{page:?}"
    );
    let filtered = [
        "registry", "ls", "--owner", "platform", "--kind", "docker", "--health", "healthy",
    ];
    me.run(&filtered).await.ok().says(&["one", "two"]);

    let edited = ["registry", "edit", "one", "--description", "x", "--json"];
    let edited = me.run(&edited).await.ok().json();
    assert_eq!(
        (&edited["description"], &edited["generation"]),
        (&json!("x"), &json!(2))
    );
    let tested = me.run(&["registry", "test", "one", "--json"]).await.ok();
    let lines: Vec<Value> = tested
        .out
        .lines()
        .map(|l| serde_json::from_str(l).expect("JSON"))
        .collect();
    assert_eq!(
        lines.last().map(|l| (&l["type"], &l["status"])),
        Some((&json!("result"), &json!("ok")))
    );
    let gone = me
        .run(&["registry", "rm", "one", "--yes", "one", "--json"])
        .await
        .ok();
    assert_eq!(gone.out, "", "the API answers nothing");
}

#[tokio::test]
async fn exit_code_tells_why() {
    let app = TestApp::start(ROADSTEAD).await;
    app.admin().await;
    let me = Machine::new(&app.url());
    me.run(&["registry", "ls"])
        .await
        .refused(77, &["(session.required)"]);
    let wrong = me.login(TestApp::ADMIN, "canary-wrong-password").await;
    let wrong = wrong.refused(77, &["(session.credentials_rejected)"]);
    assert!(!wrong.err.contains("canary-wrong"), "{wrong:?}");
    assert!(!me.kept().exists());
    me.run(&["login", "--name", "x"])
        .await
        .refused(2, &["--password-stdin"]);
    me.run(&["registry", "ls", "--limit", "0"])
        .await
        .refused(2, &[]);
    me.run(&["registry", "ls", "--no-such"])
        .await
        .refused(2, &[]);

    // A port where nothing listens.
    let closed = ClosedPort::new();
    let away = Machine::new(&closed.url());
    away.run(&["registry", "ls"])
        .await
        .refused(69, &["does not answer", "what to do: "]);
    let other = Scripted::start().await;
    other.on("GET /api/v1/registries", Reply::html());
    let other = Machine::new(&other.url());
    other
        .run(&["registry", "ls"])
        .await
        .refused(1, &["not one of Roadstead's"]);
}

#[tokio::test]
async fn sec_09_only_the_owner_can_read_what_login_keeps() {
    let app = TestApp::start(ROADSTEAD).await;
    app.admin().await;
    let me = signed_in(&app).await;
    let kept = me.kept();
    let directory = kept.parent().expect("directory");
    assert_eq!((mode(directory), mode(&kept)), (0o700, 0o600));
    let text = std::fs::read_to_string(&kept).expect("read");
    assert!(
        !text.contains(TestApp::ADMIN_PASSWORD),
        "the password is not kept"
    );
    std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o644)).expect("mode");
    for arguments in [&["registry", "ls"][..], &["logout"]] {
        me.run(arguments)
            .await
            .refused(77, &["is open to other accounts"]);
    }
}

#[tokio::test]
async fn second_login_ends_the_session_before() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let me = signed_in(&app).await;
    me.login(TestApp::ADMIN, TestApp::ADMIN_PASSWORD).await.ok();
    let sessions = api.get("/api/v1/sessions").await.body["items"]
        .as_array()
        .map(Vec::len);
    assert_eq!(sessions, Some(2), "the test's own and the newer one");
    me.run(&["registry", "ls"]).await.ok();
}

#[tokio::test]
async fn sec_09_token_is_taken_from_file_input_and_environment_and_nothing_else_is_sent_as_one() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let token = async |scope: &[&str]| {
        let body = json!({"name": "cli", "scope": scope, "expires_at": crate::people::in_days(30)});
        let made = api.post("/api/v1/tokens", &body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.body["text"].as_str().expect("text").to_owned()
    };
    let reader = token(&["registry.read"]).await;
    let known = token(&["registry.read", "profile.read"]).await;
    let me = Machine::new(&app.url());
    let file = me.file("token", &format!("{reader}\n"));
    me.run(&["login", "--token-file", &file]).await.ok();
    me.run(&["registry", "ls"]).await.ok();
    let add = [
        "registry",
        "add",
        "x",
        "--kind",
        "docker",
        "--address",
        "https://r.example",
    ];
    let refused = me.run(&add).await;
    refused.refused(
        77,
        &[
            "(permission.denied)",
            "missing permission: registry.integrate",
        ],
    );
    me.run(&["logout"]).await.ok().says(&["stays good"]);
    me.run(&["registry", "ls"]).await.refused(77, &[]);
    let named = me.run_with(&["login", "--token-stdin"], &known).await.ok();
    named.says(&["as padmin"]);

    let by_file = Machine::new(&app.url()).with("ROADSTEAD_TOKEN_FILE", &file);
    by_file.run(&["registry", "ls"]).await.ok();
    let by_text = Machine::new(&app.url()).with("ROADSTEAD_TOKEN", &reader);
    by_text.run(&["registry", "ls"]).await.ok();
    let help = by_text.run(&["registry", "ls", "--help"]).await.ok();
    assert!(!help.out.contains(&reader), "{help:?}");
    let both = by_text.with("ROADSTEAD_TOKEN_FILE", &file);
    both.run(&["registry", "ls"])
        .await
        .refused(2, &["both set"]);
    let mut unknown = reader.clone();
    unknown.replace_range(unknown.len() - 6.., "AAAAAA");
    let unknown = Machine::new(&app.url()).with("ROADSTEAD_TOKEN", &unknown);
    unknown
        .run(&["registry", "ls"])
        .await
        .refused(77, &["(token.rejected)"]);
    let mistaken = Machine::new(&app.url()).with("ROADSTEAD_TOKEN", "canary-password");
    let mistaken = mistaken
        .run(&["registry", "ls"])
        .await
        .refused(2, &["rst_"]);
    assert!(!mistaken.err.contains("canary"), "{mistaken:?}");
}

#[tokio::test]
async fn workspaces_are_named_and_ambiguous_names_are_not_guessed() {
    let cast = Cast::start().await;
    cast.member("a-admin", &cast.alpha, "admin").await;
    cast.member("a-viewer", &cast.alpha, "viewer").await;
    let platform = cast
        .padmin
        .post("/api/v1/registries", &cast.registry("same", None))
        .await;
    let theirs = cast
        .padmin
        .post(
            "/api/v1/registries",
            &cast.registry("same", Some(&cast.beta)),
        )
        .await;
    let (platform, theirs) = (id(&platform.body), id(&theirs.body));

    let padmin = signed_in(&cast.app).await;
    let refused = padmin.run(&["registry", "show", "same"]).await;
    refused.refused(
        1,
        &["several registries are called same", &platform, &theirs],
    );
    let beta = ["registry", "show", "same", "--workspace", "beta", "--json"];
    assert_eq!(id(&padmin.run(&beta).await.ok().json()), theirs);
    padmin
        .run(&["registry", "show", &platform])
        .await
        .ok()
        .says(&["platform"]);
    let listed = padmin
        .run(&["registry", "ls", "--owner", "beta"])
        .await
        .ok();
    assert!(
        listed.out.contains("beta") && listed.out.lines().count() == 2,
        "{listed:?}"
    );
    let nowhere = ["registry", "ls", "--owner", "gamma"];
    padmin
        .run(&nowhere)
        .await
        .refused(1, &["there is no workspace gamma"]);

    let admin = Machine::new(&cast.app.url());
    admin.login("a-admin", PASSWORD).await.ok();
    let address = cast.registry("x", None)["address"]
        .as_str()
        .expect("address")
        .to_owned();
    let add = [
        "registry",
        "add",
        "own",
        "--kind",
        "docker",
        "--address",
        &address,
        "--plain-http",
        "--save-anyway",
    ];
    admin
        .run(&add)
        .await
        .refused(77, &["missing permission: registry.integrate"]);
    let add = [&add[..], &["--workspace", "alpha", "--json"]].concat();
    let added = admin.run(&add).await.ok().json();
    assert_eq!(
        added["owner"],
        json!({"type": "workspace", "id": cast.alpha})
    );
    // Of another workspace's registry nothing is told, by name or by id.
    admin
        .run(&["registry", "show", "same"])
        .await
        .refused(1, &["object.not_found"]);
    admin
        .run(&["registry", "rm", &theirs, "--yes", "same"])
        .await
        .refused(1, &["object.not_found"]);
    let skip = ["registry", "edit", "own", "--skip-tls-verification"];
    admin.run(&skip).await.refused(1, &["(tls.skip_refused)"]);

    let viewer = Machine::new(&cast.app.url());
    viewer.login("a-viewer", PASSWORD).await.ok();
    viewer.run(&["registry", "show", "own"]).await.ok();
    viewer
        .run(&["registry", "edit", "own", "--description", "x"])
        .await
        .refused(77, &["registry.edit"]);
    viewer
        .run(&["registry", "test", "own"])
        .await
        .refused(77, &["registry.test"]);
}

#[tokio::test]
async fn unsaved_connection_is_tested_with_its_account() {
    let app = TestApp::start(ROADSTEAD).await;
    app.admin().await;
    let me = signed_in(&app).await;
    let registry = Scripted::start_tls(Certificate::Good).await;
    registry.on("GET /v2/", Reply::registry());
    registry.on("GET /v2/_catalog", Reply::json("{\"repositories\":[]}"));
    let url = registry.url();
    let test = ["registry", "test", "--address", &url];
    let untrusted = me
        .run(&test)
        .await
        .says(&["(upstream.certificate_issuer_unknown)", "--ca-file"]);
    untrusted.refused(1, &[]);
    let ca = me.file("ca.pem", Certificate::CA_PEM);
    let trusted = [&test[..], &["--ca-file", &ca]].concat();
    me.run(&trusted).await.ok().says(&["ok       connect"]);
    let sent = |registry: &Scripted| {
        registry
            .requests()
            .iter()
            .filter(|r| r.ends_with("+auth"))
            .count()
    };
    assert_eq!(sent(&registry), 0);
    let with_account = [&trusted[..], &["--username", "robot"]].concat();
    me.run(&with_account)
        .await
        .refused(2, &["--password-stdin"]);
    let with_account = [&with_account[..], &["--password-stdin"]].concat();
    let tested = me.run_with(&with_account, SECRET).await.ok();
    assert!(sent(&registry) > 0, "{tested:?}");
    assert!(!tested.out.contains(SECRET), "{tested:?}");
    let both = [&test[..], &["dock"]].concat();
    me.run(&both).await.refused(2, &[]);
}

#[tokio::test]
async fn test_of_a_plain_http_address_without_consent_shows_its_steps_and_warns_that_add_refuses() {
    let app = TestApp::start(ROADSTEAD).await;
    app.admin().await;
    let me = signed_in(&app).await;
    let registry = upstream_open().await;
    let url = registry.url();
    let test = ["registry", "test", "--address", &url];
    let warned = me.run(&test).await.ok();
    warned.says(&[
        "ok       detect",
        "warning  ",
        "(registry.plain_http_consent)",
        "--plain-http",
    ]);
    let lines = me.run(&[&test[..], &["--json"]].concat()).await.ok();
    let last = lines.out.lines().last().unwrap_or_default();
    let last: Value = serde_json::from_str(last).expect("JSON");
    assert_eq!(last["warnings"], json!(["registry.plain_http_consent"]));
    let accepted = [&test[..], &["--plain-http"]].concat();
    let accepted = me.run(&accepted).await.ok();
    assert!(!accepted.out.contains("warning"), "{accepted:?}");
}

/// A registry without an account that lists nothing.
async fn upstream_open() -> Scripted {
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::registry());
    for list in ["GET /v2/_catalog?n=1", "GET /v2/_catalog?n=1000"] {
        server.on(list, Reply::json("{\"repositories\":[]}"));
    }
    server
}

#[tokio::test]
async fn open_registry_that_turned_to_password_is_confirmed_by_what_the_refusal_says() {
    let app = TestApp::start(ROADSTEAD).await;
    app.admin().await;
    let me = signed_in(&app).await;
    let server = upstream_open().await;
    let url = server.url();
    let add = [
        "registry",
        "add",
        "dock",
        "--kind",
        "docker",
        "--plain-http",
    ];
    me.run(&[&add[..], &["--address", &url]].concat())
        .await
        .ok();
    identity::serve(&server, "home", SECRET, &[]);
    me.run(&["registry", "refresh", "dock"]).await.ok();
    let begun = std::time::Instant::now();
    loop {
        let shown = me.run(&["registry", "show", "dock", "--json"]).await.ok();
        if shown.json()["suspension"].is_object() {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{shown:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let refused = me.run(&["registry", "confirm", "dock"]).await;
    let said = "roadstead registry edit NAME --username USER --password-stdin";
    let refused = refused.refused(1, &["(upstream.unauthorized)", said]);
    assert!(!refused.err.contains("--save-anyway"), "{refused:?}");
    let edit = ["registry", "edit", "dock", "--username", "robot"];
    let edit = [&edit[..], &["--password-stdin"]].concat();
    me.run_with(&edit, SECRET).await.ok();
    assert_eq!(identity::leaks(&server), 0, "stored and sent nowhere");
    let confirm = ["registry", "confirm", "dock", "--password-stdin"];
    let confirmed = me.run_with(&confirm, SECRET).await.ok();
    let confirmed = confirmed.says(&["robot", "yes, the whole connection test has passed"]);
    assert!(!confirmed.out.contains("suspended"), "{confirmed:?}");
}

#[tokio::test]
async fn sec_31_hostile_answers_reach_the_terminal_harmless() {
    const BAD: &str = "x\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\r\u{7f}";
    let server = Scripted::start().await;
    let one = "0199b0a4-7c1e-7d2a-b7b1-5f0c5d9e8f10";
    let registry = json!({"id": one, "name": BAD, "kind": BAD, "address": BAD, "description": BAD,
        "owner": {"type": "workspace", "id": BAD}, "version": BAD, "username": BAD,
        "tls": {"mode": BAD}, "health": {"status": BAD, "reason": BAD, "message": BAD},
        "conditions": [{"type": BAD, "status": BAD, "reason": BAD, "message": BAD, "since": BAD}],
        "statistics": {"tags": {"value": null, "unavailable": BAD}},
        "integrated_by": {"name": BAD}, "created_at": BAD, "updated_at": BAD, "generation": 1});
    let page =
        json!({"items": [registry], "next_cursor": BAD, "total": {"value": 9, "exact": true}});
    // As bytes, so that nothing is escaped that JSON does not need escaped.
    server.on("GET /api/v1/registries", Reply::json(&page.to_string()));
    server.on(
        &format!("GET /api/v1/registries/{one}"),
        Reply::json(&registry.to_string()),
    );
    server.on("GET /api/v1/workspaces", Reply::json("[1]"));
    let step = json!({"type": "step", "step": BAD, "status": BAD, "code": BAD,
        "params": {BAD: BAD}, "facts": {BAD: BAD}});
    let result = json!({"type": "result", "status": "failed", "version": BAD});
    server.on(
        "POST /api/v1/registry-tests",
        Reply::json(&format!("{step}\n{result}\n")),
    );
    let problem = json!({"status": 409, "code": BAD, "title": BAD, "request_id": BAD,
        "params": {"detail": BAD}, "errors": [{"pointer": BAD, "code": BAD}]});
    let refusal = Reply::Respond {
        status: 409,
        headers: Vec::new(),
        body: problem.to_string().into_bytes(),
    };
    server.on("POST /api/v1/registries", refusal);
    let me = Machine::new(&server.url());
    let add = [
        "registry",
        "add",
        "x",
        "--kind",
        "docker",
        "--address",
        "https://r.example",
    ];
    for (arguments, code) in [
        (&["registry", "ls"][..], 0),
        (&["registry", "ls", "--json"], 0),
        (&["registry", "ls", "--all"], 1),
        (&["registry", "show", one], 0),
        (&["registry", "show", one, "--json"], 0),
        (&["registry", "test", one], 1),
        (&["registry", "test", one, "--json"], 1),
        (&["registry", "rm", one, "--yes", "no"], 1),
        (&add[..], 1),
    ] {
        let did = me.run(arguments).await.refused(code, &[]);
        assert!(did.out.contains('x') || did.err.contains('x'), "{did:?}");
        let text = format!("{}{}", did.out, did.err);
        let bad = text
            .chars()
            .find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(bad, None, "{arguments:?}: {text:?}");
    }
    let shown = me.run(&["registry", "show", one, "--json"]).await.json();
    assert_eq!(shown, registry, "it is the same document all the same");
}

#[tokio::test]
async fn every_page_is_followed_and_every_item_printed() {
    let server = Scripted::start().await;
    let page = |name: &str, next: Value| {
        let items = json!([{"name": name, "health": {}}]);
        Reply::json(&json!({"items": items, "next_cursor": next}).to_string())
    };
    server.on(
        "GET /api/v1/registries?limit=200",
        page("one", json!("c/2")),
    );
    server.on(
        "GET /api/v1/registries?limit=200&cursor=c%2F2",
        page("two", Value::Null),
    );
    let me = Machine::new(&server.url());
    let all = me
        .run(&["registry", "ls", "--all", "--json"])
        .await
        .ok()
        .json();
    assert_eq!(
        (&all[0]["name"], &all[1]["name"], &all[2]),
        (&json!("one"), &json!("two"), &Value::Null)
    );
    me.run(&["registry", "ls", "--all"])
        .await
        .ok()
        .says(&["one", "two"]);
}

#[tokio::test]
async fn sec_32_nothing_leaves_the_machine_over_plain_http_unless_accepted() {
    // A name that never resolves: past the guard the answer would be 69.
    let me = Machine::new("http://roadstead.invalid");
    let login = me.login("padmin", "canary-password").await;
    let login = login.refused(2, &["--allow-plain-http", "nothing was sent"]);
    assert!(!login.err.contains("canary"), "{login:?}");
    me.run(&["registry", "ls"])
        .await
        .refused(2, &["--allow-plain-http"]);
    let accepted = me.run(&["registry", "ls", "--allow-plain-http"]).await;
    accepted.refused(69, &["does not answer"]);
}

#[tokio::test]
async fn sec_32_server_proves_its_certificate_and_an_own_authority_is_kept_with_the_login() {
    let server = Scripted::start_tls(Certificate::Good).await;
    let cookie = "roadstead_session=canary-cookie; HttpOnly";
    let session = json!({"csrf_token": "canary-csrf", "user": {"name": "padmin"}}).to_string();
    server.on(
        "POST /api/v1/session",
        Reply::json(&session).header("Set-Cookie", cookie),
    );
    server.on("GET /api/v1/registries", Reply::json("{\"items\":[]}"));
    let me = Machine::new(&server.url());
    let refused = me.login("padmin", "canary-password").await;
    refused.refused(69, &["certificate", "--server-ca-file"]);
    assert_eq!(server.requests().len(), 0);
    let ca = me.file("ca.pem", Certificate::CA_PEM);
    let login = [
        "login",
        "--name",
        "padmin",
        "--password-stdin",
        "--server-ca-file",
        &ca,
    ];
    let did = me.run_with(&login, "canary-password").await.ok();
    assert!(!did.out.contains("canary"), "{did:?}");
    me.run(&["registry", "ls"]).await.ok();
    let log = server.log();
    assert_eq!(
        log[1].header("cookie"),
        Some("roadstead_session=canary-cookie")
    );
}

#[tokio::test]
async fn sec_01_what_one_server_gave_is_never_sent_to_another() {
    let (mine, other) = (Scripted::start().await, Scripted::start().await);
    let cookie = "roadstead_session=canary-cookie; HttpOnly";
    mine.on(
        "POST /api/v1/session",
        Reply::json("{\"csrf_token\":\"c\"}").header("Set-Cookie", cookie),
    );
    for server in [&mine, &other] {
        server.on("GET /api/v1/registries", Reply::json("{\"items\":[]}"));
    }
    let me = Machine::new(&mine.url());
    me.login("padmin", "canary-password").await.ok();
    me.run(&["registry", "ls", "--server", &other.url()])
        .await
        .ok();
    me.run(&["logout", "--server", &other.url()])
        .await
        .ok()
        .says(&["no sign-in"]);
    me.run(&["registry", "ls"]).await.ok();
    let cookies = |server: &Scripted| {
        let log = server.log();
        log.iter().filter(|r| r.header("cookie").is_some()).count()
    };
    assert_eq!(
        (other.log().len(), cookies(&other), cookies(&mine)),
        (1, 0, 1)
    );
}

#[tokio::test]
async fn sec_09_secret_on_the_command_line_is_refused_and_not_repeated() {
    let me = Machine::new("http://127.0.0.1:1");
    for arguments in [
        &["login", "--name", "x", "--password", "canary-1"][..],
        &["login", "--password=canary-1"],
        &["login", "--token=canary-1"],
        &[
            "registry",
            "add",
            "x",
            "--kind",
            "docker",
            "--address",
            "https://r",
            "--password=canary-1",
        ],
        &[
            "registry",
            "ls",
            "--server",
            "http://me:canary-1@127.0.0.1:1",
        ],
    ] {
        let did = me.run(arguments).await.refused(2, &[]);
        assert!(
            !did.err.contains("canary") && !did.out.contains("canary"),
            "{did:?}"
        );
    }
}

#[tokio::test]
async fn completions_know_the_commands() {
    let me = Machine::new("http://127.0.0.1:1");
    for shell in ["bash", "zsh", "fish"] {
        let script = me.run(&["completions", shell]).await.ok();
        script.says(&["registry", "logout", "skip-tls-verification"]);
    }
    me.run(&["completions", "tcsh"]).await.refused(2, &[]);
}
