//! SEC-22 and SEC-23: nothing lets anybody in that nobody has set, and nothing empty does.

use crate::ROADSTEAD;
use crate::cast::{Cast, PASSWORD, code, id};
use crate::log::{self, count, statements};
use crate::people::in_days;
use crate::raw;
use roadstead_testkit::{Answer, Api, Method, TestApp, TestAppOptions};
use serde_json::json;
use std::time::Duration;

/// What products like this one have shipped with, and what scanners try first.
const KNOWN: &[(&str, &str)] = &[
    ("admin", "Harbor12345"),
    ("admin", "admin"),
    ("admin", "password"),
    ("admin", "changeme"),
    ("admin", ""),
    ("administrator", "administrator"),
    ("root", "root"),
    ("root", "toor"),
    ("roadstead", "roadstead"),
    ("roadstead", "roadstead12345"),
    ("padmin", "padmin"),
    ("padmin", ""),
    ("test", "test"),
    ("guest", "guest"),
    ("user", "user"),
    ("jfrog", "password"),
    ("access-admin", "password"),
    ("anonymous", ""),
    ("system", "manager"),
    ("postgres", "postgres"),
];

async fn try_all(app: &TestApp) -> (usize, usize) {
    let (mut refused, mut asked) = (0, 0);
    let url = app.url();
    let host = url.trim_start_matches("http://");
    for (name, password) in KNOWN {
        let body = json!({"name": name, "password": password});
        let answer = app.api().post("/api/v1/session", &body).await;
        // After many attempts from one address they are not even looked at.
        assert!(
            [401, 429].contains(&answer.status),
            "{name}: {}",
            answer.body
        );
        refused += usize::from(answer.status == 401);
        let basic = base64(&format!("{name}:{password}"));
        let bearer = format!("Bearer {password}");
        for value in [format!("Basic {basic}"), bearer] {
            let headers = [("authorization", value.as_str())];
            let (status, _) = raw("GET", host, "/api/v1/users", &headers, Vec::new()).await;
            assert_eq!(status, 401, "{value}");
        }
        asked += 3;
    }
    (refused, asked)
}

/// Base64, for a header that is refused whatever it says.
fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, i| {
            bits << 8 | u32::from(chunk.get(i).copied().unwrap_or(0))
        });
        for i in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= chunk.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    out
}

fn token_of(link: &str) -> &str {
    link.split_once("#token=").expect("token").1.trim()
}

async fn set_up(app: &TestApp, token: &str) -> Answer {
    let body = json!({"token": token, "name": TestApp::ADMIN, "password": TestApp::ADMIN_PASSWORD});
    app.api().post("/api/v1/setup", &body).await
}

#[tokio::test]
async fn sec_22_a_fresh_server_lets_nobody_in_but_by_its_set_up_link_once() {
    let mut app = TestApp::start(ROADSTEAD).await;
    let (refused, asked) = try_all(&app).await;
    println!("known: {asked} tries on a fresh server, {refused} passwords looked at, 0 let in");
    assert!(refused >= 15, "{refused}");
    let open: Vec<String> = roadstead_http::declared()
        .into_iter()
        .filter(|r| r.method == "GET" && r.path.starts_with("/api/v1/"))
        .map(|r| r.path)
        .collect();
    for path in &open {
        let anyone = ["/api/v1/setup", "/api/v1/openapi.json"].contains(&path.as_str());
        let path = path.replace("{id}", "x").replace("{account_id}", "x");
        let answer = app.api().get(&path).await;
        assert_eq!(answer.status, if anyone { 200 } else { 401 }, "{path}");
    }
    for guess in ["", "x", "setup", "00000000", "null", "undefined"] {
        assert_eq!(code(&set_up(&app, guess).await).0, 403, "{guess}");
    }
    let link = app.setup_link().expect("link");
    let token = token_of(&link).to_owned();
    assert_eq!(token.len(), 43, "256 bits");
    // A second start offers another link, and the first is no longer good.
    app.restart().await;
    let second = app.setup_link().expect("link");
    let second = token_of(&second).to_owned();
    assert_ne!(token, second);
    assert_eq!(code(&set_up(&app, &token).await).0, 403);
    assert_eq!(set_up(&app, &second).await.status, 201);
    for used in [&token, &second] {
        let again = set_up(&app, used).await;
        assert_eq!(code(&again), (409, "setup.done".to_owned()));
    }
    // The file with the link, good for nothing any more, goes a moment later.
    for _ in 0..2_400 {
        if app.setup_link().is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(app.setup_link(), None);
    app.restart().await;
    assert_eq!(
        app.setup_link(),
        None,
        "no link while there is an administrator"
    );
    let (refused, _) = try_all(&app).await;
    assert!(refused >= 15, "{refused}");
}

#[tokio::test]
async fn sec_23_an_empty_secret_is_refused_before_any_work_is_done_for_it() {
    let options = log::told(TestAppOptions::default());
    let cast = Cast::on(TestApp::start_with(ROADSTEAD, options).await).await;
    let (one, _) = cast.person("one", None).await;
    let body = json!({"name": "t", "scope": ["profile.read"], "expires_at": in_days(1)});
    let token = one.post("/api/v1/tokens", &body).await.body;
    let token_id = id(&token).replace('-', "");
    let ask = |request_id: &'static str, name: &'static str, password: &'static str| {
        let body = json!({"name": name, "password": password});
        let api = cast.app.api();
        async move {
            let headers = [("x-request-id", request_id)];
            let answer = api.send(Method::POST, "/api/v1/session", Some(&body), &headers);
            code(&answer.await)
        }
    };
    let rejected = (401, "session.credentials_rejected".to_owned());
    for (request_id, name, password) in [
        ("empty-known", "one", ""),
        ("empty-unknown", "stranger", ""),
        ("wrong-known", "one", "a wrong password"),
        ("wrong-unknown", "stranger", "a wrong password"),
    ] {
        assert_eq!(
            ask(request_id, name, password).await,
            rejected,
            "{request_id}"
        );
    }
    let change = json!({"current": "", "new": "another long password"});
    let headers = [("x-request-id", "empty-current")];
    let path = "/api/v1/profile/password";
    let wrong = one.send(Method::PUT, path, Some(&change), &headers).await;
    assert_eq!(wrong.body["errors"][0]["code"], "password.wrong");
    for (at, body) in [
        (
            "/api/v1/setup",
            json!({"token": "", "name": "x", "password": PASSWORD}),
        ),
        (
            "/api/v1/passwords",
            json!({"token": "", "password": PASSWORD}),
        ),
        ("/api/v1/passwords", json!({"token": "x", "password": ""})),
    ] {
        let refused = cast.app.api().post(at, &body).await;
        assert!(
            [403, 409, 422].contains(&refused.status),
            "{at}: {}",
            refused.body
        );
    }
    let registry = |username: &str, password: &str| {
        let mut body = cast.registry("empty", None);
        body["username"] = json!(username);
        body["password"] = json!(password);
        body
    };
    for (username, password, missing) in [
        ("robot", "", "registry.password_missing"),
        ("", "secret", "registry.username_missing"),
    ] {
        let body = registry(username, password);
        let refused = cast.padmin.post("/api/v1/registries", &body).await;
        assert_eq!(refused.body["errors"][0]["code"], missing);
    }
    // A token without its secret is not even looked for.
    let texts = [
        ("token-empty", format!("rst_{token_id}_")),
        ("token-no-secret", format!("rst_{token_id}")),
        ("token-nothing", String::new()),
        ("token-wrong", format!("rst_{token_id}_x")),
    ];
    for (request_id, text) in &texts {
        let api = Api::with_token(&cast.app.url(), text);
        let headers = [("x-request-id", *request_id)];
        let answer = api
            .send(Method::GET, "/api/v1/profile", None, &headers)
            .await;
        let rejected = match text.as_str() {
            "" => "session.required",
            _ => "token.rejected",
        };
        assert_eq!(code(&answer), (401, rejected.to_owned()), "{text}");
    }
    let cookie = [
        ("cookie", "roadstead_session="),
        ("x-request-id", "cookie-empty"),
    ];
    let api = cast.app.api();
    let answer = api
        .send(Method::GET, "/api/v1/profile", None, &cookie)
        .await;
    assert_eq!(code(&answer), (401, "session.required".to_owned()));

    let told = log::by_request(&cast.app, "cookie-empty").await;
    let work = |id: &str| {
        (
            statements(&told, id).len(),
            count(&told, id, "password is hashed"),
        )
    };
    for (id, expected) in [
        ("empty-known", (0, 0)),
        ("empty-unknown", (0, 0)),
        ("token-empty", (0, 0)),
        ("token-no-secret", (0, 0)),
        ("token-nothing", (0, 0)),
        ("token-wrong", (1, 0)),
    ] {
        assert_eq!(work(id), expected, "{id}");
    }
    assert_eq!(work("empty-current").1, 0);
    // A wrong password costs the same whether the name is known or not.
    assert_eq!(work("wrong-known").1, 1);
    assert_eq!(work("wrong-unknown").1, 1);
    let asked = |id: &str| {
        statements(&told, id)
            .into_iter()
            .map(str::to_owned)
            .collect()
    };
    let (known, unknown): (Vec<String>, Vec<String>) =
        (asked("wrong-known"), asked("wrong-unknown"));
    assert_eq!(known, unknown);
    let body = json!({"name": "one", "password": PASSWORD});
    assert_eq!(
        cast.app.api().post("/api/v1/session", &body).await.status,
        201
    );
}

/// A thousand sign-ins at once, each of another name: those that find no room are told to wait
/// without a look at the database or the password, so that they cost nobody else anything.
#[tokio::test]
async fn storm_of_sign_ins_costs_those_turned_away_neither_a_statement_nor_a_hash() {
    let mut options = log::told(TestAppOptions::default());
    let trusted = "ROADSTEAD_SERVER_TRUSTED_PROXIES".to_owned();
    options
        .environment
        .push((trusted, "127.0.0.1/32".to_owned()));
    let app = TestApp::start_with(ROADSTEAD, options).await;
    let attempts = (0..1_000).map(|i| {
        let api = app.api();
        let address = format!("10.0.{}.{}", i / 250, i % 250);
        let (request_id, name) = (format!("storm-{i}"), format!("guess-{i}"));
        async move {
            let body = json!({"name": name, "password": "wrong but long enough"});
            let headers = [
                ("x-forwarded-for", address.as_str()),
                ("x-request-id", request_id.as_str()),
            ];
            let answer = api.send(Method::POST, "/api/v1/session", Some(&body), &headers);
            (code(&answer.await), request_id)
        }
    });
    let answers = futures::future::join_all(attempts).await;
    // One more when all of them are answered: what is logged of them comes before it.
    let after = [("x-request-id", "after-the-storm")];
    let after = app
        .api()
        .send(Method::GET, "/api/v1/setup", None, &after)
        .await;
    assert_eq!(after.status, 200, "{}", after.body);
    let told = log::by_request(&app, "after-the-storm").await;
    let mut turned_away = 0;
    for ((status, code), id) in &answers {
        let work = (
            statements(&told, id).len(),
            count(&told, id, "password is hashed"),
        );
        match (status, code.as_str()) {
            (429, "session.throttled") => {
                turned_away += 1;
                assert_eq!(work, (0, 0), "{id}");
            }
            (401, "session.credentials_rejected") => assert_eq!(work.1, 1, "{id}"),
            other => panic!("{id}: {other:?}"),
        }
    }
    // How many found room depends on how fast the machine hashes; that many did not is certain.
    assert!(turned_away > 0, "nobody was turned away");
    println!("1000 sign-ins, {turned_away} turned away");
}
