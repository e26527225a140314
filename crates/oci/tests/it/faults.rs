use crate::{assert_no_secret, impatient};
use futures::StreamExt as _;
use roadstead_core::ports::RegistryError;
use roadstead_oci::{Identity, Listing};
use roadstead_testkit::{Reply, Scripted};
use std::time::Duration;

/// Every bad way to answer, what it means for `GET /v2/`, and for a list. `None`: a protocol
/// error with some sentence.
fn faults() -> Vec<(
    &'static str,
    Reply,
    Option<RegistryError>,
    Option<RegistryError>,
)> {
    use RegistryError as E;
    let same = |name, reply, error: E| (name, reply, Some(error.clone()), Some(error));
    let not = |name, reply| (name, reply, Some(E::NotARegistry), None);
    let deep = format!("{{\"repositories\":{}", "[".repeat(100_000));
    let after = |after| E::RateLimited { after };
    let limited = |value| Reply::status(429).header("Retry-After", value);
    vec![
        not("html", Reply::html()),
        not("html-as-json", Reply::json("<html></html>")),
        not("not-json", Reply::json("hello")),
        not("empty", Reply::json("")),
        not("array", Reply::json("[]")),
        not("wrong-types", Reply::json(r#"{"repositories":[1,2]}"#)),
        not(
            "object-for-list",
            Reply::json(r#"{"repositories":{"a":1}}"#),
        ),
        not("no-list", Reply::json(r#"{"errors":[{"code":"UNKNOWN"}]}"#)),
        not("nan", Reply::json(r#"{"repositories":NaN}"#)),
        not("half-json", Reply::json(r#"{"repositories":["a","b"#)),
        not(
            "duplicate-keys",
            Reply::json(r#"{"repositories":["a"],"repositories":["b"]}"#),
        ),
        not("deep", Reply::json(&deep)),
        not("bad-utf8", Reply::json("").body(vec![0xff, 0xfe, 0x00])),
        not(
            "lone-surrogate",
            Reply::json(r#"{"repositories":["\ud800"]}"#),
        ),
        not(
            "endless",
            Reply::Endless("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["),
        ),
        same(
            "not-http",
            Reply::Raw(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()),
            E::NotARegistry,
        ),
        same("close", Reply::Close, E::ConnectionReset),
        same("reset", Reply::Reset, E::ConnectionReset),
        same(
            "truncated",
            Reply::Truncated(b"{\"repositories\":[]}".to_vec()),
            E::ConnectionReset,
        ),
        same("hang", Reply::Hang, E::Timeout),
        same(
            "drip",
            Reply::Drip {
                body: vec![b' '; 1_000],
                every: Duration::from_millis(50),
            },
            E::Timeout,
        ),
        same("500", Reply::status(500), E::Unavailable { status: 500 }),
        same(
            "502-html",
            Reply::status(502).body("<html>"),
            E::Unavailable { status: 502 },
        ),
        same(
            "503",
            Reply::status(503).header("Retry-After", "5"),
            E::Unavailable { status: 503 },
        ),
        same("429", Reply::status(429), after(None)),
        same(
            "429-seconds",
            limited("7"),
            after(Some(Duration::from_secs(7))),
        ),
        same("429-negative", limited("-7"), after(None)),
        same(
            "429-ten-years",
            limited("315360000"),
            after(Some(Duration::from_secs(300))),
        ),
        same(
            "429-past",
            limited("Sun, 06 Nov 1994 08:49:37 GMT"),
            after(Some(Duration::ZERO)),
        ),
        same(
            "429-future",
            limited("Sat, 06 Nov 2094 08:49:37 GMT"),
            after(Some(Duration::from_secs(300))),
        ),
        not("400", Reply::status(400)),
        not("204", Reply::status(204)),
        (
            "404",
            Reply::status(404),
            Some(E::NotARegistry),
            Some(E::Unsupported),
        ),
        (
            "405",
            Reply::status(405),
            Some(E::NotARegistry),
            Some(E::Unsupported),
        ),
        (
            "403",
            Reply::status(403),
            Some(E::NotARegistry),
            Some(E::Forbidden),
        ),
        (
            "401",
            Reply::status(401),
            Some(E::NotARegistry),
            Some(E::Unauthorized),
        ),
    ]
}

#[tokio::test]
async fn fault_every_bad_answer_to_a_ping_has_its_error() {
    for (name, reply, expected, _) in faults() {
        let server = Scripted::start().await;
        server.on("GET /v2/", reply);
        let error = impatient(&server.url())
            .ping(Identity::Account)
            .await
            .expect_err(name);
        assert_eq!(Some(&error), expected.as_ref(), "{name}");
        assert_eq!(server.requests().len(), 1, "{name}: asked once");
        assert_no_secret(&error);
    }
}

#[tokio::test]
async fn fault_every_bad_answer_to_a_list_is_an_error_and_never_an_empty_list() {
    for (name, reply, _, expected) in faults() {
        let server = Scripted::start().await;
        server.on("GET /v2/_catalog", reply);
        let client = impatient(&server.url());
        let mut list = std::pin::pin!(client.list(Listing::Catalogue, None));
        let error = list.next().await.expect("an item").expect_err(name);
        match expected {
            Some(expected) => assert_eq!(error, expected, "{name}"),
            None => assert!(
                matches!(error, RegistryError::Protocol(_)),
                "{name}: {error:?}"
            ),
        }
        assert!(list.next().await.is_none(), "{name}: ends after an error");
        // A 400 is asked again without `n`.
        let requests = if name == "400" { 2 } else { 1 };
        assert_eq!(server.requests().len(), requests, "{name}");
        assert_no_secret(&error);
    }
}

#[tokio::test]
async fn nothing_listening_is_refused() {
    let server = Scripted::start().await;
    let client = impatient(&server.url());
    server.stop().await;
    assert_eq!(
        client.ping(Identity::Anonymous).await,
        Err(RegistryError::ConnectionRefused)
    );
    let addresses = client.resolve().await.expect("literal");
    assert_eq!(
        client.connect(&addresses).await,
        Err(RegistryError::ConnectionRefused)
    );
}

#[tokio::test]
async fn name_without_address_is_unresolved() {
    let client = impatient("http://nowhere.invalid:5000");
    let unresolved = Some(RegistryError::NameUnresolved);
    assert_eq!(client.ping(Identity::Anonymous).await.err(), unresolved);
    assert_eq!(client.resolve().await.err(), unresolved);
}

#[tokio::test]
async fn restarted_server_is_found_again_by_the_same_client() {
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::registry());
    let client = impatient(&server.url());
    assert!(client.ping(Identity::Anonymous).await.is_ok());
    server.on_times(1, "GET /v2/", Reply::Reset);
    assert!(client.ping(Identity::Anonymous).await.is_err());
    assert!(client.ping(Identity::Anonymous).await.is_ok());
}
