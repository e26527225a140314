use futures::StreamExt as _;
use roadstead_client::{Client, ClientError, HeaderMap, Method};
use roadstead_core::model::Secret;
use roadstead_testkit::{Certificate, Reply, Scripted};
use serde_json::{Value, json};

#[tokio::test]
async fn session_and_csrf_token_are_carried_as_a_browser_would() {
    let server = Scripted::start().await;
    let cookie = "roadstead_session=secret-1; HttpOnly; SameSite=Lax; Path=/";
    server.on(
        "POST /api/v1/session",
        Reply::json(r#"{"csrf_token":"csrf-1"}"#).header("Set-Cookie", cookie),
    );
    server.on("GET /api/v1/registries", Reply::json("{}"));
    server.on(
        "DELETE /api/v1/session",
        Reply::status(204).header("Set-Cookie", "roadstead_session=; Max-Age=0"),
    );
    let client = Client::new(&server.url()).unwrap();
    let session: Value = client
        .call(Method::POST, "/api/v1/session", Some(&json!({"name": "x"})))
        .await
        .unwrap();
    client.set_csrf_token(session["csrf_token"].as_str().unwrap().to_owned());
    assert!(client.has_session());
    let _: Value = client.get("/api/v1/registries").await.unwrap();
    client
        .send(Method::DELETE, "/api/v1/session", HeaderMap::new(), None)
        .await
        .unwrap();
    assert!(!client.has_session());

    let log = server.log();
    let sent = |at: usize, name: &str| log[at].header(name).map(str::to_owned);
    let origin = Some(server.url());
    assert_eq!(sent(0, "cookie"), None);
    assert_eq!(sent(0, "origin"), origin);
    assert_eq!(
        sent(1, "cookie").as_deref(),
        Some("roadstead_session=secret-1")
    );
    assert_eq!(sent(1, "x-roadstead-csrf"), None);
    assert_eq!(sent(2, "x-roadstead-csrf").as_deref(), Some("csrf-1"));
    assert_eq!(sent(2, "origin"), origin);
}

#[tokio::test]
async fn identity_is_never_sent_to_another_host() {
    let server = Scripted::start().await;
    let other = Scripted::start().await;
    let client = Client::new(&server.url())
        .unwrap()
        .with_token(Secret::new("rst_1_secret".to_owned()));
    let address = other.address();
    for path in [format!("//{address}/x"), format!("http://{address}/x")] {
        let answer = client.get::<Value>(&path).await;
        assert!(matches!(answer, Err(ClientError::Address)), "{answer:?}");
    }
    assert_eq!(other.connections(), 0);
    let _ = client.get::<Value>("/x").await;
    assert_eq!(
        server.log()[0].header("authorization"),
        Some("Bearer rst_1_secret")
    );
}

#[tokio::test]
async fn refusal_is_read_as_a_problem_and_anything_else_as_unreadable() {
    let server = Scripted::start().await;
    let body = json!({
        "type": "/problems/request.invalid",
        "status": 422,
        "code": "request.invalid",
        "title": "Some fields are not acceptable.",
        "errors": [{"pointer": "/address", "code": "address.malformed", "params": {}}],
    });
    server.on("GET /refused", Reply::status(422).body(body.to_string()));
    server.on("GET /page", Reply::status(502).body("<html>"));
    server.on("GET /odd", Reply::html());
    let client = Client::new(&server.url()).unwrap();
    match client.get::<Value>("/refused").await {
        Err(ClientError::Problem(problem)) => {
            assert_eq!(problem.code, "request.invalid");
            assert_eq!(
                problem.to_string(),
                "Some fields are not acceptable. (request.invalid); /address: address.malformed"
            );
        }
        other => assert!(other.is_err(), "{other:?}"),
    }
    for (path, status) in [("/page", 502), ("/odd", 200)] {
        match client.get::<bool>(path).await {
            Err(ClientError::Unreadable { status: found }) => assert_eq!(found, status),
            other => assert!(other.is_err(), "{other:?}"),
        }
    }
}

#[tokio::test]
async fn lines_are_given_as_they_come() {
    let server = Scripted::start().await;
    server.on(
        "POST /tests",
        Reply::json("{\"step\":1}\n\n{\"step\":2}\r\n{\"step\":3}"),
    );
    server.on("POST /broken", Reply::json("{\"step\":1}\nnonsense\n"));
    let client = Client::new(&server.url()).unwrap();
    let lines = client
        .lines(Method::POST, "/tests", &json!({}))
        .await
        .unwrap();
    let steps: Vec<i64> = lines
        .map(|line| line.unwrap()["step"].as_i64().unwrap())
        .collect()
        .await;
    assert_eq!(steps, [1, 2, 3]);
    let lines = client
        .lines(Method::POST, "/broken", &json!({}))
        .await
        .unwrap();
    let results: Vec<bool> = lines.map(|line| line.is_ok()).collect().await;
    assert_eq!(results, [true, false]);
    let refused = client.lines(Method::POST, "/absent", &json!({})).await;
    assert!(matches!(
        refused.err(),
        Some(ClientError::Unreadable { status: 404 })
    ));
}

#[tokio::test]
async fn events_are_followed_from_the_last_id() {
    let server = Scripted::start().await;
    let body = ": keep\n\nid: 5\nevent: change\ndata: {}\n\n";
    server.on("GET /api/v1/changes", Reply::json(body));
    let client = Client::new(&server.url()).unwrap();
    let events = client.events("/api/v1/changes", Some("4")).await.unwrap();
    let events: Vec<_> = events.map(Result::unwrap).collect().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].id.as_deref(), Some("5"));
    assert_eq!(server.log()[0].header("last-event-id"), Some("4"));
}

#[tokio::test]
async fn pages_are_followed_to_the_end_and_a_list_that_leads_to_itself_ends() {
    let server = Scripted::start().await;
    server.on(
        "GET /list?q=a",
        Reply::json(r#"{"items":[1,2],"next_cursor":"c 2"}"#),
    );
    server.on(
        "GET /list?q=a&cursor=c+2",
        Reply::json(r#"{"items":[3],"next_cursor":null}"#),
    );
    server.on(
        "GET /loop",
        Reply::json(r#"{"items":[1],"next_cursor":"again"}"#),
    );
    server.on("GET /odd", Reply::json("[[]]"));
    let client = Client::new(&server.url()).unwrap();
    let items = client.items("/list", &[("q", "a")]).await.unwrap();
    assert_eq!(items, [json!(1), json!(2), json!(3)]);
    server.clear_log();
    for path in ["/loop", "/odd"] {
        let refused = client.items(path, &[]).await;
        assert!(
            matches!(refused, Err(ClientError::Unreadable { status: 200 })),
            "{refused:?}"
        );
    }
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn sec_32_certificate_of_the_server_is_verified_and_an_own_authority_counts_alone() {
    let server = Scripted::start_tls(Certificate::Good).await;
    server.on("GET /x", Reply::json("1"));
    let strict = Client::new(&server.url()).unwrap();
    let refused = strict.get::<Value>("/x").await.unwrap_err();
    assert!(matches!(refused, ClientError::Transport(_)), "{refused:?}");
    let cause = refused.cause().unwrap_or_default();
    assert!(cause.contains("certificate"), "{cause}");
    assert!(!cause.contains("localhost"), "{cause}");

    let trusting = |url: &str, pem: &str| Client::trusting(url, Some(pem));
    let client = trusting(&server.url(), Certificate::CA_PEM).unwrap();
    assert_eq!(client.get::<Value>("/x").await.unwrap(), json!(1));
    let expired = Scripted::start_tls(Certificate::Expired).await;
    let client = trusting(&expired.url(), Certificate::CA_PEM).unwrap();
    assert!(client.get::<Value>("/x").await.is_err());
    assert_eq!(expired.requests().len(), 0);
    let none = trusting(&server.url(), "no certificate");
    assert!(matches!(none.err(), Some(ClientError::Authority)));
}
