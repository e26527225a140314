//! Bad input: each with its code, a sentence, and nothing saved.

use crate::{ROADSTEAD, raw};
use roadstead_testkit::{Api, ClosedPort, Reply, Scripted, TestApp};
use serde_json::{Value, json};

async fn refused(api: &Api, path: &str, body: &Value) -> (u16, String, String) {
    let answer = api.post(path, body).await;
    assert_eq!(
        answer.headers["content-type"].to_str().ok(),
        Some("application/problem+json"),
        "{}",
        answer.body
    );
    assert!(
        answer.body["title"].as_str().is_some_and(|t| t.len() > 10),
        "{}",
        answer.body
    );
    assert!(
        answer.body["request_id"]
            .as_str()
            .is_some_and(|t| !t.is_empty())
    );
    assert_eq!(
        answer.body["type"],
        format!("/problems/{}", answer.body["code"].as_str().unwrap_or(""))
    );
    let field = &answer.body["errors"][0];
    let text = |v: &Value| v.as_str().unwrap_or("").to_owned();
    let code = if field.is_null() {
        text(&answer.body["code"])
    } else {
        text(&field["code"])
    };
    (answer.status, code, text(&field["pointer"]))
}

fn registry(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = json!({"kind": "docker", "name": "dock", "address": "https://registry.invalid"});
    change(&mut body);
    body
}

#[tokio::test]
async fn form_fields_that_cannot_be_are_refused_by_pointer() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let long = format!("https://{}.example", "a".repeat(300));
    let address = |text: &str| registry(|b| b["address"] = json!(text));
    for (body, code, pointer) in [
        (
            address("https://user:canary-pw@registry.example"),
            "address.credentials_inside",
            "/address",
        ),
        (
            address("registry.example"),
            "address.scheme_missing",
            "/address",
        ),
        (
            address("ftp://registry.example"),
            "address.scheme_unsupported",
            "/address",
        ),
        (address("https://"), "address.malformed", "/address"),
        (
            address("https://registry.example/?a=b"),
            "address.extra_parts",
            "/address",
        ),
        (address(&long), "address.too_long", "/address"),
        (address(""), "field.required", "/address"),
        (
            registry(|b| b["name"] = json!("Not A Name")),
            "name.malformed",
            "/name",
        ),
        (
            registry(|b| b["name"] = json!("")),
            "field.required",
            "/name",
        ),
        (
            registry(|b| {
                b.as_object_mut().expect("object").remove("name");
            }),
            "field.required",
            "/name",
        ),
        (
            registry(|b| b["kind"] = json!("ftp")),
            "field.invalid",
            "/kind",
        ),
        (
            registry(|b| b["kind"] = json!("harbor")),
            "registry.kind_unavailable",
            "/kind",
        ),
        (registry(|b| b["name"] = json!(7)), "field.invalid", "/name"),
        (
            registry(|b| b["username"] = json!("u")),
            "registry.password_missing",
            "/password",
        ),
        (
            registry(|b| b["password"] = json!("p")),
            "registry.username_missing",
            "/username",
        ),
        (
            registry(|b| b["description"] = json!("x".repeat(2_001))),
            "text.too_long",
            "/description",
        ),
        (
            registry(|b| b["tls"] = json!({"mode": "ca", "ca_pem": "no"})),
            "tls.certificate_invalid",
            "/tls/ca_pem",
        ),
        (
            registry(|b| b["address"] = json!("http://registry.invalid")),
            "registry.plain_http_consent",
            "/plain_http_consent",
        ),
    ] {
        assert_eq!(
            refused(&api, "/api/v1/registries", &body).await,
            (422, code.to_owned(), pointer.to_owned()),
            "{body}"
        );
    }
    assert_eq!(
        api.get("/api/v1/registries").await.body["total"]["value"],
        0
    );
    app.assert_silent_about(&["canary-pw"]);
}

#[tokio::test]
async fn sec_14_fields_that_are_not_part_of_the_request_are_refused() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    for (path, body) in [
        (
            "/api/v1/registries",
            registry(|b| b["verified"] = json!(true)),
        ),
        (
            "/api/v1/registries",
            registry(|b| b["generation"] = json!(9)),
        ),
        (
            "/api/v1/registries",
            registry(|b| b["owner"] = json!({"type": "platform", "id": "x"})),
        ),
        (
            "/api/v1/registries",
            registry(|b| b["tls"] = json!({"mode": "verify", "ca_pem": "x"})),
        ),
        (
            "/api/v1/session",
            json!({"name": "padmin", "password": "x", "platform_role": "admin"}),
        ),
        (
            "/api/v1/registry-tests",
            json!({"registry_id": uuid(), "address": "https://evil.example"}),
        ),
    ] {
        let (status, code, _) = refused(&api, path, &body).await;
        assert_eq!(
            (status, code.as_str()),
            (422, "request.unknown_field"),
            "{body}"
        );
    }
}

fn uuid() -> String {
    "019a0000-0000-7000-8000-000000000000".to_owned()
}

#[tokio::test]
async fn sec_01_stored_test_never_takes_parameters_from_the_request() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let evil = Scripted::start().await;
    let typed = json!({"kind": "docker", "address": evil.url()});
    let (status, code, pointer) = refused(
        &api,
        "/api/v1/registry-tests",
        &json!({"registry_id": uuid(), "registry": typed}),
    )
    .await;
    assert_eq!(
        (status, code.as_str(), pointer.as_str()),
        (422, "field.invalid", "/registry_id")
    );
    assert_eq!(evil.connections(), 0);
}

#[tokio::test]
async fn bodies_that_are_no_json_or_too_large_or_of_another_type_are_refused() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let csrf = api.get("/api/v1/session").await.body["csrf_token"]
        .as_str()
        .expect("token")
        .to_owned();
    let cookie = api.client().session_cookie().expect("cookie");
    let send = |content_type: &'static str, body: String| {
        let (url, cookie, csrf) = (app.url(), cookie.clone(), csrf.clone());
        async move {
            raw(
                "POST",
                url.trim_start_matches("http://"),
                "/api/v1/registries",
                &[
                    ("content-type", content_type),
                    ("cookie", &format!("roadstead_session={}", cookie.expose())),
                    ("x-roadstead-csrf", &csrf),
                ],
                body.into_bytes(),
            )
            .await
        }
    };
    for (content_type, body, status, code) in [
        (
            "application/json",
            "{not json canary-body".to_owned(),
            400,
            "request.malformed",
        ),
        (
            "application/json",
            "[".repeat(100_000),
            413,
            "request.too_large",
        ),
        (
            "application/json",
            "[".repeat(10_000),
            400,
            "request.malformed",
        ),
        ("application/json", String::new(), 400, "request.malformed"),
        (
            "application/json",
            format!("{{\"name\":\"{}\"}}", "x".repeat(70_000)),
            413,
            "request.too_large",
        ),
        (
            "application/x-www-form-urlencoded",
            "name=x".to_owned(),
            415,
            "request.media_type",
        ),
    ] {
        let (got, answer) = send(content_type, body).await;
        let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
        assert_eq!(
            (got, answer["code"].as_str()),
            (status, Some(code)),
            "{answer}"
        );
        assert!(!answer.to_string().contains("canary-body"));
    }
}

#[tokio::test]
async fn destinations_that_are_never_allowed_get_one_answer_before_any_packet() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let own = app.url();
    let mut answers = Vec::new();
    for address in [
        "http://169.254.169.254",
        "http://[fe80::1]:5000",
        "http://0.0.0.0:5000",
        "http://[::]:5000",
        "http://224.0.0.1",
        "http://[::ffff:169.254.169.254]",
        "http://2852039166",
        &own,
    ] {
        let body = json!({"kind": "docker", "name": "x", "address": address, "plain_http_consent": true, "save_anyway": true});
        let mut answer = api.post("/api/v1/registries", &body).await;
        answer.body["request_id"] = json!(null);
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (422, Some("outbound.address_refused")),
            "{address}"
        );
        answers.push(answer.body);
    }
    assert!(answers.iter().all(|a| *a == answers[0]), "{answers:?}");
    assert_eq!(
        api.get("/api/v1/registries").await.body["total"]["value"],
        0
    );
}

#[tokio::test]
async fn upstreams_that_misbehave_are_told_apart() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let refusing = ClosedPort::new();
    let mut rows = vec![(refusing.url(), "upstream.connection_refused", "connect")];
    let mut servers = Vec::new();
    for (reply, code, step) in [
        (Reply::html(), "upstream.not_a_registry", "detect"),
        (Reply::Hang, "upstream.timeout", "detect"),
        (Reply::Reset, "upstream.connection_reset", "detect"),
        (Reply::status(503), "upstream.unavailable", "detect"),
        (Reply::status(429), "upstream.rate_limited", "detect"),
    ] {
        let server = Scripted::start().await;
        server.on("GET /v2/", reply);
        rows.push((server.url(), code, step));
        servers.push(server);
    }
    rows.push((
        "http://registry.invalid".to_owned(),
        "upstream.name_unresolved",
        "resolve",
    ));
    for (address, code, step) in rows {
        let body =
            json!({"kind": "docker", "name": "x", "address": address, "plain_http_consent": true});
        let answer = api.post("/api/v1/registries", &body).await;
        assert_eq!(
            (
                answer.status,
                answer.body["code"].as_str(),
                answer.body["params"]["step"].as_str()
            ),
            (502, Some(code), Some(step)),
            "{}",
            answer.body
        );
    }
    assert_eq!(
        api.get("/api/v1/registries").await.body["total"]["value"],
        0
    );
}

#[tokio::test]
async fn name_that_is_taken_is_refused() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let upstream = Scripted::start().await;
    upstream.on("GET /v2/", Reply::registry());
    upstream.on("GET /v2/_catalog", Reply::json("{\"repositories\":[]}"));
    let body = json!({"kind": "docker", "name": "twice", "address": upstream.url(), "plain_http_consent": true});
    assert_eq!(api.post("/api/v1/registries", &body).await.status, 201);
    let again = api.post("/api/v1/registries", &body).await;
    assert_eq!(
        (
            again.status,
            again.body["code"].as_str(),
            again.body["params"]["name"].as_str()
        ),
        (409, Some("registry.name_taken"), Some("twice"))
    );
}

#[tokio::test]
async fn queries_and_cursors_that_cannot_be_are_refused() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    for (query, code) in [
        ("limit=0", "request.query_invalid"),
        ("limit=201", "request.query_invalid"),
        ("limit=many", "request.query_invalid"),
        ("sort=password_hash", "request.query_invalid"),
        ("kind=ftp", "request.query_invalid"),
        ("unknown=1", "request.query_invalid"),
        ("owner=somebody", "request.query_invalid"),
        ("cursor=00", "request.cursor_invalid"),
        ("cursor=zz", "request.cursor_invalid"),
    ] {
        let answer = api.get(&format!("/api/v1/registries?{query}")).await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (400, Some(code)),
            "{query}"
        );
    }
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems_and_pages_are_pages() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    for (method, path, status, code) in [
        ("GET", "/api/v1/nothing", 404, "object.not_found"),
        ("GET", "/api/", 404, "object.not_found"),
        ("GET", "/assets/nothing.js", 404, "object.not_found"),
        ("GET", "/nothing.php", 404, "object.not_found"),
        ("PUT", "/api/v1/registries", 405, "request.method"),
        ("POST", "/registries", 405, "request.method"),
        (
            "GET",
            "/api/v1/registries/not-an-id",
            404,
            "object.not_found",
        ),
        (
            "GET",
            "/api/v1/registries/019a0000-0000-7000-8000-000000000000",
            404,
            "object.not_found",
        ),
    ] {
        let answer = api
            .send(method.parse().expect("method"), path, None, &[])
            .await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (status, Some(code)),
            "{method} {path}"
        );
    }
    let page = api.get("/registries/anything").await;
    assert_eq!(page.status, 200);
    let policy = page.headers["content-security-policy"]
        .to_str()
        .expect("policy")
        .to_owned();
    assert!(
        policy.contains("default-src 'none'")
            && policy.contains("'nonce-")
            && !policy.contains("unsafe"),
        "{policy}"
    );
}

#[tokio::test]
async fn every_route_but_those_for_anyone_needs_a_session() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let document = api.get("/api/v1/openapi.json").await.body;
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("item") {
            if operation["security"] == json!([]) {
                continue;
            }
            let path = path.replace("{id}", &uuid());
            let stranger = app.api();
            stranger.client().set_csrf_token("1".to_owned());
            let answer = stranger
                .send(
                    method.to_uppercase().parse().expect("method"),
                    &path,
                    Some(&json!({})),
                    &[("if-match", "\"1\"")],
                )
                .await;
            assert_eq!(
                (answer.status, answer.body["code"].as_str()),
                (401, Some("session.required")),
                "{method} {path}"
            );
            asked += 1;
        }
    }
    assert!(asked >= 9, "{asked}");
}
