//! How much, how long and how often a registry is asked, whatever it does.

use crate::{CANARY, DEADLINES, client, impatient, settings};
use futures::future::join_all;
use roadstead_core::ports::RegistryError;
use roadstead_oci::{
    Deadlines, Identity, Listing, OciClient, OciSettings, Pointer, RepositoryName, Tag,
};
use roadstead_testkit::{Reply, Scripted};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const CATALOGUE: &str = "GET /v2/_catalog";

async fn list(client: &OciClient) -> Result<(), RegistryError> {
    client.page(&Listing::Catalogue, None).await.map(drop)
}

fn good() -> Reply {
    Reply::json(r#"{"repositories":["a"]}"#)
}

/// One answer in three is a 503, for three hundred questions: whoever asks sees the failures the
/// budget does not cover, and the registry sees a tenth more at most.
#[tokio::test]
async fn fault_5xx_one_in_three_costs_a_tenth_more_requests_at_most() {
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::registry());
    server.on(CATALOGUE, good());
    let client = client(&server.url(), None);
    let mut failed = 0;
    for round in 0..300 {
        if round % 3 == 0 {
            server.on_times(1, CATALOGUE, Reply::status(503));
        }
        failed += usize::from(list(&client).await.is_err());
    }
    let asked = server.requests().len();
    assert!((301..=330).contains(&asked), "{asked} requests");
    // Every retry mended one of the hundred failures.
    assert_eq!(failed, 100 - (asked - 300));
}

#[tokio::test]
async fn fault_5xx_of_a_fresh_client_is_asked_once() {
    let server = Scripted::start().await;
    server.on(CATALOGUE, Reply::status(503));
    let client = client(&server.url(), None);
    assert!(list(&client).await.is_err());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn fault_5xx_of_what_changes_something_is_never_asked_twice() {
    let server = Scripted::start().await;
    server.on(CATALOGUE, good());
    let client = client(&server.url(), None);
    for _ in 0..50 {
        list(&client).await.expect("list");
    }
    server.clear_log();
    let repository = client.repository(RepositoryName::parse("a").expect("name"));
    server.on("PUT /v2/a/manifests/v1", Reply::status(503));
    server.on("POST /v2/a/blobs/uploads/", Reply::status(503));
    let tag = Pointer::Tag(Tag::parse("v1").expect("tag"));
    assert!(
        repository
            .put_manifest(&tag, "x/y", "{}".into())
            .await
            .is_err()
    );
    assert!(repository.can_push().await.is_err());
    assert_eq!(server.requests().len(), 2);
}

/// A registry that says stop is left alone, and only that registry; its health is asked for.
#[tokio::test]
async fn fault_429_stops_everything_but_health_and_no_other_registry() {
    let (limited, other) = (Scripted::start().await, Scripted::start().await);
    for server in [&limited, &other] {
        server.on("GET /v2/", Reply::registry());
        server.on(CATALOGUE, good());
    }
    let stop = Reply::status(429).header("Retry-After", "120");
    limited.on_times(1, CATALOGUE, stop);
    let (first, second) = (client(&limited.url(), None), client(&other.url(), None));
    for _ in 0..10 {
        let error = list(&first).await.expect_err("limited");
        let RegistryError::RateLimited { after: Some(after) } = error else {
            panic!("{error:?}");
        };
        assert!((110..=120).contains(&after.as_secs()), "{after:?}");
        assert!(list(&second).await.is_ok());
        assert!(first.ping(Identity::Fresh).await.is_ok());
    }
    let catalogues = limited
        .requests()
        .iter()
        .filter(|r| r.contains("_catalog"))
        .count();
    assert_eq!(catalogues, 1);
    assert_eq!(limited.requests().len(), 11);
    assert_eq!(other.requests().len(), 10);
}

/// Takes connections and does with each what it is told.
async fn raw<F>(each: fn(TcpStream) -> F) -> (String, Arc<AtomicUsize>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
    let address = listener.local_addr().expect("address");
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(each(stream));
        }
    });
    (address.to_string(), taken)
}

#[tokio::test]
async fn fault_timeout_handshake_that_never_comes_has_the_deadline_of_connecting() {
    let (address, taken) = raw(|stream| async move {
        let _open = stream;
        std::future::pending().await
    })
    .await;
    let client = OciClient::new(OciSettings {
        tls: roadstead_core::model::TlsPolicy::Skip,
        deadlines: Deadlines {
            answer: Duration::from_secs(600),
            ..DEADLINES
        },
        ..settings(&format!("https://{address}"), Some(("alice", CANARY)))
    })
    .expect("client");
    assert_eq!(list(&client).await, Err(RegistryError::Timeout));
    assert_eq!(taken.load(Ordering::SeqCst), 1);
}

/// Nobody takes the connection: the queue of those who wait is full.
#[tokio::test]
async fn fault_timeout_connection_that_nobody_takes_has_the_deadline_of_connecting() {
    let socket = tokio::net::TcpSocket::new_v4().expect("socket");
    socket
        .bind("127.0.0.1:0".parse().expect("address"))
        .expect("port");
    let listener = socket.listen(1).expect("listen");
    let address = listener.local_addr().expect("address");
    let mut waiting = Vec::new();
    // Long enough for a busy machine to take one that it has room for.
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_secs(5), TcpStream::connect(address)).await
    {
        waiting.push(stream);
    }
    let client = OciClient::new(OciSettings {
        deadlines: Deadlines {
            answer: Duration::from_secs(600),
            ..DEADLINES
        },
        ..settings(&format!("http://{address}"), Some(("alice", CANARY)))
    })
    .expect("client");
    assert_eq!(list(&client).await, Err(RegistryError::Timeout));
    assert_eq!(
        client.connect(&[address]).await,
        Err(RegistryError::Timeout)
    );
}

#[tokio::test]
async fn fault_timeout_silence_before_the_first_byte_has_the_deadline_of_the_answer() {
    let server = Scripted::start().await;
    server.on(CATALOGUE, Reply::Hang);
    let client = OciClient::new(OciSettings {
        deadlines: Deadlines {
            idle: Duration::from_secs(600),
            body: Duration::from_secs(600),
            ..DEADLINES
        },
        ..settings(&server.url(), None)
    })
    .expect("client");
    assert_eq!(list(&client).await, Err(RegistryError::Timeout));
    assert_eq!(server.requests().len(), 1, "silence is not asked again");
}

#[tokio::test]
async fn fault_timeout_headers_without_end_have_the_deadline_of_the_answer() {
    let (address, taken) = raw(|mut stream| async move {
        let mut request = [0; 1_024];
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n").await;
        while stream.write_all(b"X-Slow: y\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    let client = impatient(&format!("http://{address}"));
    assert_eq!(list(&client).await, Err(RegistryError::Timeout));
    assert_eq!(taken.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn fault_timeout_silence_inside_a_body_has_a_deadline_of_its_own() {
    let server = Scripted::start().await;
    server.on(
        CATALOGUE,
        Reply::Drip {
            body: b"  ".to_vec(),
            every: Duration::from_millis(5_000),
        },
    );
    let client = OciClient::new(OciSettings {
        deadlines: Deadlines {
            body: Duration::from_secs(600),
            ..DEADLINES
        },
        ..settings(&server.url(), None)
    })
    .expect("client");
    assert_eq!(list(&client).await, Err(RegistryError::Timeout));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn fault_timeout_slow_drip_has_the_deadline_of_the_whole() {
    let server = Scripted::start().await;
    server.on(
        CATALOGUE,
        Reply::Drip {
            body: vec![b' '; 100_000],
            every: Duration::from_millis(20),
        },
    );
    let client = impatient(&server.url());
    assert_eq!(list(&client).await, Err(RegistryError::Timeout));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn sec_30_headers_that_are_too_large_or_too_many_are_refused() {
    let many: Vec<(String, String)> = (0..5_000)
        .map(|i| (format!("X-{i}"), "y".to_owned()))
        .collect();
    for headers in [vec![("X-Large".to_owned(), "y".repeat(70 << 10))], many] {
        let server = Scripted::start().await;
        server.on(
            CATALOGUE,
            Reply::Respond {
                status: 200,
                headers,
                body: br#"{"repositories":[]}"#.to_vec(),
            },
        );
        let client = impatient(&server.url());
        let answer = list(&client).await;
        assert!(answer.is_err(), "{answer:?}");
        assert_eq!(server.requests().len(), 1);
    }
}

/// What is packed is not unpacked: a small answer cannot become a large one.
#[tokio::test]
async fn sec_30_compressed_answers_are_refused_and_never_asked_for() {
    for encoding in ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x"] {
        let server = Scripted::start().await;
        server.on(CATALOGUE, good().header("Content-Encoding", encoding));
        let client = impatient(&server.url());
        assert!(matches!(
            list(&client).await,
            Err(RegistryError::Protocol(_))
        ));
        assert_eq!(server.log()[0].header("accept-encoding"), None);
    }
    let server = Scripted::start().await;
    server.on(CATALOGUE, good().header("Content-Encoding", "identity"));
    assert!(list(&impatient(&server.url())).await.is_ok());
}

#[tokio::test]
async fn fault_timeout_questions_that_are_given_up_leave_the_way_free() {
    let server = Scripted::start().await;
    server.on(CATALOGUE, Reply::Hang);
    let client = client(&server.url(), None);
    for _ in 0..5 {
        let given_up = join_all(
            (0..8).map(|_| tokio::time::timeout(Duration::from_millis(50), list(&client))),
        )
        .await;
        assert!(given_up.iter().all(Result::is_err));
    }
    server.on(CATALOGUE, good());
    assert!(list(&client).await.is_ok());
}

/// SEC-08: nothing goes out but what is meant to.
#[tokio::test]
async fn sec_08_requests_carry_known_headers_only() {
    const KNOWN: [&str; 9] = [
        "host",
        "user-agent",
        "accept",
        "authorization",
        "content-type",
        "content-length",
        "content-range",
        "range",
        "transfer-encoding",
    ];
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::registry());
    server.on(CATALOGUE, good());
    server.on(
        "POST /v2/a/blobs/uploads/",
        Reply::status(202)
            .header("Location", "/up/1")
            .header("Set-Cookie", "a=b"),
    );
    let client = client(&server.url(), Some(("alice", CANARY)));
    client.ping(Identity::Anonymous).await.expect("ping");
    client.check_account().await.expect("account");
    list(&client).await.expect("list");
    let repository = client.repository(RepositoryName::parse("a").expect("name"));
    let tag = Pointer::Tag(Tag::parse("v1").expect("tag"));
    assert!(repository.manifest(&tag).await.is_err());
    assert!(repository.head(&tag).await.is_err());
    assert_eq!(repository.can_push().await, Ok(true));
    assert!(
        repository
            .put_manifest(&tag, "x/y", "{}".into())
            .await
            .is_err()
    );
    assert!(server.log().len() >= 8);
    for head in server.log() {
        for (name, value) in &head.headers {
            assert!(KNOWN.contains(&name.as_str()), "{name}: {value}");
        }
        assert_eq!(head.header("user-agent"), Some("roadstead-test"));
    }
}
