//! Token authentication: where the account and its tokens go, how often, and where never.

use crate::{CANARY, assert_no_secret, client, loopback_allowed, settings};
use futures::StreamExt as _;
use roadstead_core::model::{Address, Origin};
use roadstead_core::ports::RegistryError;
use roadstead_oci::{
    Access, Identity, ListPage, Listing, OciClient, OciSettings, OutboundPolicy, Pointer,
    RepositoryName, Tag,
};
use roadstead_testkit::{Reply, Scripted};
use std::sync::Arc;

const BASIC: &str = "Basic YWxpY2U6Y2FuYXJ5LTNjOWYxYjdh";

fn refusal(challenge: &str) -> Reply {
    Reply::status(401)
        .header("Docker-Distribution-Api-Version", "registry/2.0")
        .header("WWW-Authenticate", challenge)
}

fn token(text: &str) -> Reply {
    Reply::json(&format!(r#"{{"token":"{text}","expires_in":300}}"#))
}

/// The token service by name: a literal of loopback would be refused.
fn realm(auth: &Scripted) -> String {
    format!("http://localhost:{}/token", auth.address().port())
}

fn origin(url: &str) -> Origin {
    Address::parse(url).expect("address").origin()
}

/// A registry that takes `Bearer good` only and sends everybody else to `realm`.
async fn registry(realm: &str) -> Scripted {
    let server = Scripted::start().await;
    let challenge =
        |scope: &str| refusal(&format!("Bearer realm=\"{realm}\",service=\"reg\"{scope}"));
    let good = "Bearer good";
    server.on("GET /v2/", challenge(""));
    server.on_with("GET /v2/", good, Reply::registry());
    server.on(
        "GET /v2/_catalog",
        challenge(",scope=\"registry:catalog:*\""),
    );
    let names = Reply::json(r#"{"repositories":["a"]}"#);
    server.on_with("GET /v2/_catalog", good, names);
    server.on(
        "GET /v2/a/tags/list",
        challenge(",scope=\"repository:a:pull\""),
    );
    let tags = Reply::json(r#"{"name":"a","tags":["v1"]}"#);
    server.on_with("GET /v2/a/tags/list", good, tags);
    server
}

/// A client whose token service is confirmed.
fn confirmed(server: &Scripted, auth: &Scripted, account: Option<(&str, &str)>) -> OciClient {
    OciClient::new(OciSettings {
        token_service: Some(origin(&realm(auth))),
        ..settings(&server.url(), account)
    })
    .expect("client")
}

fn alice() -> Option<(&'static str, &'static str)> {
    Some(("alice", CANARY))
}

fn tags() -> Listing {
    Listing::Tags(RepositoryName::parse("a").expect("name"))
}

async fn names(client: &OciClient, listing: Listing) -> Result<Vec<String>, RegistryError> {
    let page: Result<ListPage, _> = std::pin::pin!(client.list(listing, None))
        .next()
        .await
        .expect("an item");
    page.map(|page| page.names)
}

#[tokio::test]
async fn token_is_fetched_for_what_is_needed_and_used_again() {
    let auth = Scripted::start().await;
    auth.on_with("GET /token", BASIC, token("good"));
    let server = registry(&realm(&auth)).await;
    let client = confirmed(&server, &auth, alice());
    client.ping(Identity::Anonymous).await.expect("registry");
    for _ in 0..3 {
        assert_eq!(
            names(&client, Listing::Catalogue).await,
            Ok(vec!["a".to_owned()])
        );
        assert_eq!(names(&client, tags()).await, Ok(vec!["v1".to_owned()]));
        assert!(matches!(client.check_account().await, Ok(Some(_))));
    }
    assert_eq!(
        auth.requests(),
        [
            "GET /token?service=reg&scope=registry%3Acatalog%3A* +auth",
            "GET /token?service=reg&scope=repository%3Aa%3Apull +auth",
            "GET /token?service=reg +auth",
        ]
    );
    // No request was made in vain: what the first answer taught was enough.
    let one = [
        "GET /v2/_catalog?n=1000 +auth",
        "GET /v2/a/tags/list?n=1000 +auth",
        "GET /v2/ +auth",
    ];
    assert_eq!(
        server.requests(),
        [&["GET /v2/"][..], &one, &one, &one].concat()
    );
    // The registry itself saw tokens only.
    for head in server.log().iter().filter(|head| head.is_authorized()) {
        assert_eq!(head.header("authorization"), Some("Bearer good"));
    }
}

#[tokio::test]
async fn cold_client_learns_from_the_first_refusal() {
    let auth = Scripted::start().await;
    auth.on_with("GET /token", BASIC, token("good"));
    let server = registry(&realm(&auth)).await;
    let client = confirmed(&server, &auth, alice());
    assert_eq!(names(&client, tags()).await, Ok(vec!["v1".to_owned()]));
    assert_eq!(server.requests(), ["GET /v2/a/tags/list?n=1000 +auth"; 2]);
    assert_eq!(auth.requests().len(), 1);
}

#[tokio::test]
async fn realm_keeps_its_own_query_and_may_be_relative() {
    let server = Scripted::start().await;
    server.on(
        "GET /v2/",
        refusal("bearer REALM=\"/auth?tenant=x\" , service=\"my reg\""),
    );
    server.on_with("GET /v2/", "Bearer good", Reply::registry());
    server.on_with(
        "GET /auth",
        BASIC,
        Reply::json(r#"{"access_token":"good"}"#),
    );
    let client = client(&server.url(), alice());
    client.ping(Identity::Anonymous).await.expect("registry");
    assert!(matches!(client.check_account().await, Ok(Some(_))));
    assert_eq!(
        server.requests(),
        [
            "GET /v2/",
            "GET /auth?tenant=x&service=my+reg +auth",
            "GET /v2/ +auth"
        ]
    );
}

#[tokio::test]
async fn token_service_without_the_get_form_is_posted_to() {
    for status in [404, 405] {
        let auth = Scripted::start().await;
        auth.on("GET /token", Reply::status(status));
        auth.on("POST /token", token("good"));
        let server = registry(&realm(&auth)).await;
        let client = confirmed(&server, &auth, alice());
        client.ping(Identity::Anonymous).await.expect("registry");
        assert!(names(&client, Listing::Catalogue).await.is_ok());
        assert!(names(&client, tags()).await.is_ok());
        assert_eq!(
            auth.requests(),
            [
                "GET /token?service=reg&scope=registry%3Acatalog%3A* +auth",
                "POST /token",
                "POST /token",
            ],
            "{status}: the second time it is known"
        );
        let form = String::from_utf8(auth.bodies().remove(1)).expect("text");
        assert_eq!(
            form,
            "grant_type=password&client_id=roadstead&service=reg&scope=registry%3Acatalog%3A*\
             &username=alice&password=canary-3c9f1b7a"
        );
    }
}

#[tokio::test]
async fn fault_401_of_an_old_token_is_answered_by_one_new_one_and_then_believed() {
    let auth = Scripted::start().await;
    auth.on("GET /token", token("old"));
    let server = registry(&realm(&auth)).await;
    let client = confirmed(&server, &auth, alice());
    client.ping(Identity::Anonymous).await.expect("registry");
    // The token is refused, and so is the next one.
    assert_eq!(
        names(&client, tags()).await,
        Err(RegistryError::Unauthorized)
    );
    assert_eq!(auth.requests().len(), 2);
    assert_eq!(server.requests().len(), 3);
    // The keys are changed back: the token in hand is replaced once.
    auth.clear_log();
    auth.on("GET /token", token("good"));
    assert!(names(&client, tags()).await.is_ok());
    assert!(names(&client, tags()).await.is_ok());
    assert_eq!(auth.requests().len(), 1);
}

#[tokio::test]
async fn account_without_the_right_is_forbidden_not_rejected() {
    let auth = Scripted::start().await;
    auth.on("GET /token", token("weak"));
    let server = registry(&realm(&auth)).await;
    let challenge = format!(
        "Bearer realm=\"{}\",service=\"reg\",scope=\"registry:catalog:*\",error=\"insufficient_scope\"",
        realm(&auth)
    );
    server.on_with("GET /v2/_catalog", "Bearer weak", refusal(&challenge));
    let client = confirmed(&server, &auth, alice());
    assert_eq!(
        client.check_catalogue().await,
        Err(RegistryError::Forbidden)
    );
}

#[tokio::test]
async fn wrong_password_is_shown_to_the_token_service_once() {
    let auth = Scripted::start().await;
    auth.on("GET /token", Reply::status(401));
    let server = registry(&realm(&auth)).await;
    let client = confirmed(&server, &auth, alice());
    client.ping(Identity::Anonymous).await.expect("registry");
    assert_eq!(
        client.check_account().await,
        Err(RegistryError::Unauthorized)
    );
    assert_eq!(auth.requests().len(), 1);
    assert_eq!(server.requests(), ["GET /v2/"]);
}

#[tokio::test]
async fn hundred_questions_at_once_fetch_one_token() {
    let auth = Scripted::start().await;
    auth.on("GET /token", token("good"));
    let server = registry(&realm(&auth)).await;
    let client = confirmed(&server, &auth, alice());
    client.ping(Identity::Anonymous).await.expect("registry");
    let all = (0..100).map(|_| names(&client, tags()));
    let all = futures::future::join_all(all).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(auth.requests().len(), 1);
}

#[tokio::test]
async fn registry_that_gives_tokens_to_everybody_is_read_without_an_account() {
    let auth = Scripted::start().await;
    auth.on("GET /token", token("good"));
    let server = registry(&realm(&auth)).await;
    let client = confirmed(&server, &auth, None);
    assert_eq!(names(&client, tags()).await, Ok(vec!["v1".to_owned()]));
    assert!(client.check_access().await.is_ok());
    assert!(
        auth.requests()
            .iter()
            .all(|request| !request.contains("+auth"))
    );
}

#[tokio::test]
async fn registry_that_takes_both_gets_the_password_and_no_token_service_is_asked() {
    let server = Scripted::start().await;
    let both = refusal("Bearer realm=\"https://evil.example/\",service=\"x\", Basic realm=\"r\"");
    server.on("GET /v2/", both);
    server.on_with("GET /v2/", BASIC, Reply::registry());
    let client = client(&server.url(), alice());
    client.ping(Identity::Anonymous).await.expect("registry");
    assert!(matches!(client.check_account().await, Ok(Some(_))));
    assert_eq!(server.requests(), ["GET /v2/", "GET /v2/ +auth"]);
}

#[tokio::test]
async fn what_anybody_needs_a_token_for_leaves_the_account_with_its_password() {
    let auth = Scripted::start().await;
    auth.on("GET /token", token("public"));
    let server = Scripted::start().await;
    let both = format!(
        "Bearer realm=\"{}\",service=\"reg\", Basic realm=\"r\"",
        realm(&auth)
    );
    let path = "GET /v2/a/manifests/v1";
    let manifest = Reply::status(200)
        .header("Content-Type", "application/vnd.oci.image.index.v1+json")
        .body(r#"{"schemaVersion":2,"manifests":[]}"#);
    server.on(path, refusal(&both));
    server.on_with(path, "Bearer public", manifest.clone());
    server.on_with(path, BASIC, manifest);
    let client = confirmed(&server, &auth, alice());
    let name = || RepositoryName::parse("a").expect("name");
    let tag = Pointer::Tag(Tag::parse("v1").expect("tag"));
    let as_anybody = client.public_repository(name());
    let as_alice = client.repository(name());
    for _ in 0..2 {
        assert_eq!(as_anybody.can_pull(&tag).await, Ok(true));
        assert_eq!(as_alice.can_pull(&tag).await, Ok(true));
    }
    assert_eq!(
        auth.requests(),
        ["GET /token?service=reg&scope=repository%3Aa%3Apull"],
        "once, and without the account"
    );
}

/// A token service that nobody confirmed gets no packet: not with the account, not without.
#[tokio::test]
async fn sec_03_unconfirmed_token_service_gets_no_packet() {
    let evil = Scripted::start().await;
    evil.on("GET /token", token("good"));
    evil.on("POST /token", token("good"));
    let server = registry(&realm(&evil)).await;
    let other = origin("http://auth.example");
    for (account, token_service) in [
        (alice(), None),
        (None, None),
        (alice(), Some(other.clone())),
        (None, Some(other)),
    ] {
        let client = OciClient::new(OciSettings {
            token_service,
            ..settings(&server.url(), account)
        })
        .expect("client");
        client.ping(Identity::Anonymous).await.expect("registry");
        client.ping(Identity::Fresh).await.expect("registry");
        let found = origin(&realm(&evil)).to_string();
        let unconfirmed = Some(RegistryError::TokenServiceUnconfirmed(found));
        let errors = [
            client.check_access().await.err(),
            client.check_catalogue().await.err(),
            names(&client, Listing::Catalogue).await.err(),
            names(&client, tags()).await.err(),
        ];
        for error in errors {
            assert_eq!(error, unconfirmed);
            assert_no_secret(&error.expect("error"));
        }
    }
    assert_eq!(evil.connections(), 0);
}

#[tokio::test]
async fn sec_03_token_service_that_moves_after_it_was_confirmed_gets_no_packet() {
    let (auth, evil) = (Scripted::start().await, Scripted::start().await);
    auth.on("GET /token", token("good"));
    evil.on("GET /token", token("good"));
    let server = registry(&realm(&auth)).await;
    let client = confirmed(&server, &auth, alice());
    assert!(names(&client, tags()).await.is_ok());
    let moved = refusal(&format!(
        "Bearer realm=\"{}\",service=\"reg\"",
        realm(&evil)
    ));
    server.on("GET /v2/a/tags/list", moved);
    assert!(matches!(
        names(&client, tags()).await,
        Err(RegistryError::TokenServiceUnconfirmed(_))
    ));
    // The explicit test does not confirm it either, as long as another one is.
    let named = format!("Bearer realm=\"{}\"", realm(&evil));
    server.on("GET /v2/", refusal(&named));
    let pong = client.ping(Identity::Anonymous).await.expect("registry");
    assert!(client.confirming(&pong.access).expect("settings").is_none());
    assert_eq!(evil.connections(), 0);
}

#[tokio::test]
async fn sec_03_test_of_a_new_registry_names_its_token_service_and_confirms_it_for_itself_only() {
    let auth = Scripted::start().await;
    auth.on("GET /token", token("good"));
    let server = registry(&realm(&auth)).await;
    let client = client(&server.url(), alice());
    let pong = client.ping(Identity::Anonymous).await.expect("registry");
    let found = client
        .token_service(&pong.access)
        .expect("good")
        .expect("some");
    assert_eq!(found, origin(&realm(&auth)));
    assert_eq!(auth.connections(), 0, "naming is not asking");
    let trying = client
        .confirming(&pong.access)
        .expect("settings")
        .expect("client");
    assert!(matches!(trying.check_account().await, Ok(Some(_))));
    assert!(client.check_account().await.is_err());
}

#[tokio::test]
async fn sec_03_token_service_the_outbound_policy_forbids_gets_no_packet_though_confirmed() {
    let auth = Scripted::start().await;
    let server = registry(&realm(&auth)).await;
    let client = OciClient::new(OciSettings {
        token_service: Some(origin(&realm(&auth))),
        policy: Arc::new(OutboundPolicy {
            own: vec![auth.address()],
            ..loopback_allowed()
        }),
        ..settings(&server.url(), alice())
    })
    .expect("client");
    assert!(client.check_account().await.is_err());
    assert_eq!(auth.connections(), 0);
}

#[tokio::test]
async fn sec_03_bad_realms_are_errors_and_only_the_registry_is_asked() {
    for (realm, error) in [
        (
            "realm=\"http://169.254.169.254/latest/meta-data\"",
            RegistryError::Refused,
        ),
        ("realm=\"http://127.0.0.1:1/token\"", RegistryError::Refused),
        ("realm=\"http://[::1]:1/token\"", RegistryError::Refused),
        ("service=\"reg\"", RegistryError::Protocol(String::new())),
        ("realm=\"\"", RegistryError::Protocol(String::new())),
        (
            "realm=\"file:///etc/passwd\"",
            RegistryError::Protocol(String::new()),
        ),
        (
            "realm=\"http://alice:x@localhost/\"",
            RegistryError::Protocol(String::new()),
        ),
    ] {
        let server = Scripted::start().await;
        server.on("GET /v2/", refusal(&format!("Bearer {realm}")));
        let client = client(&server.url(), alice());
        client.ping(Identity::Anonymous).await.expect("registry");
        let found = client.check_account().await.expect_err(realm);
        assert_eq!(found.code(), error.code(), "{realm}");
        assert_eq!(server.requests(), ["GET /v2/", "GET /v2/"], "{realm}");
    }
}

/// Neither the account nor a token follows a redirect of the token service.
#[tokio::test]
async fn sec_04_token_service_that_redirects_is_not_followed() {
    let evil = Scripted::start().await;
    evil.on("GET /token", token("good"));
    for status in [301, 302, 303, 307, 308] {
        let auth = Scripted::start().await;
        let away = Reply::status(status).header("Location", &realm(&evil));
        auth.on("GET /token", away.clone());
        let posted = Scripted::start().await;
        posted.on("GET /token", Reply::status(404));
        posted.on("POST /token", away);
        for auth in [auth, posted] {
            let server = registry(&realm(&auth)).await;
            let client = confirmed(&server, &auth, alice());
            let answer = client.check_account().await;
            assert!(
                matches!(answer, Err(RegistryError::Protocol(_))),
                "{answer:?}"
            );
        }
    }
    assert_eq!(evil.connections(), 0);
}

/// A token goes to the registry and nowhere else, also when the registry redirects.
#[tokio::test]
async fn sec_04_token_is_not_sent_to_where_the_registry_redirects() {
    let (auth, evil) = (Scripted::start().await, Scripted::start().await);
    auth.on("GET /token", token("good"));
    let server = registry(&realm(&auth)).await;
    let away = format!("http://localhost:{}/v2/a/tags/list", evil.address().port());
    server.on_with(
        "GET /v2/a/tags/list",
        "Bearer good",
        Reply::status(307).header("Location", &away),
    );
    let client = confirmed(&server, &auth, alice());
    assert!(matches!(
        names(&client, tags()).await,
        Err(RegistryError::Protocol(_))
    ));
    assert_eq!(evil.connections(), 0);
}

#[tokio::test]
async fn sec_03_registry_cannot_have_a_token_fetched_that_can_do_more() {
    let auth = Scripted::start().await;
    auth.on("GET /token", token("good"));
    let server = registry(&realm(&auth)).await;
    let greedy = format!(
        "Bearer realm=\"{}\",service=\"reg\",scope=\"repository:a:pull,push,delete repository:victim:push\"",
        realm(&auth)
    );
    server.on("GET /v2/a/tags/list", refusal(&greedy));
    server.on_with(
        "GET /v2/a/tags/list",
        "Bearer good",
        Reply::json(r#"{"name":"a","tags":["v1"]}"#),
    );
    let client = confirmed(&server, &auth, alice());
    assert!(names(&client, tags()).await.is_ok());
    assert_eq!(
        auth.requests(),
        ["GET /token?service=reg&scope=repository%3Aa%3Apull +auth"]
    );
}

#[tokio::test]
async fn fault_every_bad_answer_of_a_token_service_has_its_error() {
    for (reply, error) in [
        (Reply::status(401), RegistryError::Unauthorized),
        (Reply::status(403), RegistryError::Forbidden),
        (
            Reply::status(503),
            RegistryError::Unavailable { status: 503 },
        ),
        (
            Reply::status(429),
            RegistryError::RateLimited { after: None },
        ),
        (Reply::html(), RegistryError::Protocol(String::new())),
        (Reply::json("{}"), RegistryError::Protocol(String::new())),
        (
            Reply::json(r#"{"token":"a"#),
            RegistryError::Protocol(String::new()),
        ),
        (
            Reply::json(r#"{"token":"a b"}"#),
            RegistryError::Protocol(String::new()),
        ),
        (
            Reply::Endless("{{{{{{{{"),
            RegistryError::Protocol(String::new()),
        ),
        (Reply::Close, RegistryError::ConnectionReset),
        (
            Reply::json(r#"{"token":"good"}"#).header("Content-Encoding", "gzip"),
            RegistryError::Protocol(String::new()),
        ),
    ] {
        let auth = Scripted::start().await;
        auth.on("GET /token", reply.clone());
        let server = registry(&realm(&auth)).await;
        let client = confirmed(&server, &auth, alice());
        client.ping(Identity::Anonymous).await.expect("registry");
        let found = client.check_account().await.expect_err("bad");
        assert_eq!(found.code(), error.code(), "{reply:?}: {found:?}");
        assert_no_secret(&found);
        assert_eq!(auth.requests().len(), 1, "{reply:?}: asked once");
    }
}

#[tokio::test]
async fn challenge_that_changes_from_passwords_to_tokens_is_followed() {
    let auth = Scripted::start().await;
    auth.on("GET /token", token("good"));
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::basic_challenge());
    server.on_with("GET /v2/", BASIC, Reply::registry());
    let client = confirmed(&server, &auth, alice());
    assert!(client.check_account().await.is_ok());
    server.on(
        "GET /v2/",
        refusal(&format!("Bearer realm=\"{}\"", realm(&auth))),
    );
    server.on_with("GET /v2/", "Bearer good", Reply::registry());
    assert!(client.check_account().await.is_ok());
    server.on("GET /v2/", Reply::basic_challenge());
    server.on_with("GET /v2/", BASIC, Reply::registry());
    assert!(client.check_account().await.is_ok());
    let pong = client.ping(Identity::Anonymous).await.expect("registry");
    assert!(matches!(pong.access, Access::Challenged(_)));
}

/// The token ends in the middle of a list: one new one is fetched, once, and the list goes on where
/// it was.
#[tokio::test]
async fn fault_token_expiry_in_the_middle_of_a_list_costs_one_token_and_no_page() {
    let auth = Scripted::start().await;
    auth.on_with("GET /token", BASIC, token("second"));
    auth.on_times(1, "GET /token", token("first"));
    let server = Scripted::start().await;
    let challenge = |error: &str| {
        let text = format!("Bearer realm=\"{}\",service=\"reg\"{error}", realm(&auth));
        Reply::status(401).header("WWW-Authenticate", &text)
    };
    let expired = challenge(",error=\"invalid_token\"");
    server.on("GET /v2/_catalog", expired);
    let next = |n: usize| format!("<?last={n}>; rel=next");
    let names = Reply::json(r#"{"repositories":["a"]}"#);
    let first = names.clone().header("Link", &next(1));
    server.on_with("GET /v2/_catalog?n=1000", "Bearer first", first);
    let rest = names.clone().header("Link", &next(2));
    server.on_with("GET /v2/_catalog?last=1", "Bearer second", rest);
    server.on_with("GET /v2/_catalog?last=2", "Bearer second", names);
    let client = confirmed(&server, &auth, alice());
    let pages: Vec<_> = client.list(Listing::Catalogue, None).collect().await;
    assert!(
        pages.len() == 3 && pages.iter().all(Result::is_ok),
        "{pages:?}"
    );
    assert_eq!(auth.requests().len(), 2);
    let asked = server.requests();
    let again = asked.iter().filter(|r| r.contains("last=1")).count();
    assert_eq!(again, 2, "{asked:?}");
    assert_eq!(asked.iter().filter(|r| r.contains("last=2")).count(), 1);
}
