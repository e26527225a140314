//! Names that change their minds: flapping, and rebinding to where nobody may go.

use crate::{CANARY, DEADLINES, settings};
use futures::future::BoxFuture;
use roadstead_core::model::Address;
use roadstead_core::ports::RegistryError;
use roadstead_oci::{
    Identity, Listing, Names, OciClient, OciSettings, OutboundPolicy, RepositoryName,
};
use roadstead_testkit::{Reply, Scripted};
use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Answers each question with the next of its answers, and the last one for ever after.
struct Turns {
    answers: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: AtomicUsize,
}

impl Turns {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let address = |text: &&str| text.parse().expect("address");
        let answers = answers.iter().map(|a| a.iter().map(address).collect());
        Arc::new(Self {
            answers: Mutex::new(answers.collect()),
            asked: AtomicUsize::new(0),
        })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

impl Names for Turns {
    fn addresses(&self, _: String, port: u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().expect("answers");
        let answer = if answers.len() > 1 {
            answers.pop_front()
        } else {
            answers.front().cloned()
        };
        let answer = answer.unwrap_or_default();
        let found = answer.into_iter().map(|ip| SocketAddr::new(ip, port));
        let found = found.collect();
        Box::pin(async move { Ok(found) })
    }
}

/// Counts who connects to another address of this machine on the same port, and answers like a
/// registry.
async fn neighbour(ip: &str, port: u16) -> Arc<AtomicUsize> {
    let listener = TcpListener::bind((ip, port)).await.expect("port");
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut request = [0; 4_096];
                let _ = stream.read(&mut request).await;
                let answer = b"HTTP/1.1 200 OK\r\nDocker-Distribution-Api-Version: registry/2.0\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
                let _ = stream.write_all(answer).await;
            });
        }
    });
    taken
}

fn client(port: u16, names: &Arc<Turns>, policy: OutboundPolicy) -> OciClient {
    let names = Arc::clone(names);
    OciClient::new(OciSettings {
        address: Address::parse(&format!("http://turning.example:{port}")).expect("address"),
        names,
        policy: Arc::new(policy),
        deadlines: DEADLINES,
        ..settings("http://unused.invalid", Some(("alice", CANARY)))
    })
    .expect("client")
}

fn loopback(own: &[SocketAddr]) -> OutboundPolicy {
    OutboundPolicy {
        allow: vec!["127.0.0.0/8".parse().expect("net")],
        own: own.to_vec(),
        ..OutboundPolicy::default()
    }
}

#[tokio::test]
async fn fault_dns_flapping_name_is_followed_at_every_connect_and_asked_for_no_kept_connection() {
    let first = Scripted::start().await;
    first.on("GET /v2/", Reply::registry());
    let port = first.address().port();
    let second = neighbour("127.0.0.2", port).await;
    let names = Turns::new(&[
        &["127.0.0.1"],
        &["127.0.0.2"],
        &[],
        &["127.0.0.2", "127.0.0.1"],
        &["127.0.0.1"],
    ]);
    let client = client(port, &names, loopback(&[]));
    let ping = async || client.ping(Identity::Fresh).await.map(drop);
    assert_eq!(ping().await, Ok(()));
    assert_eq!((first.connections(), second.load(Ordering::SeqCst)), (1, 0));
    assert_eq!(ping().await, Ok(()));
    assert_eq!((first.connections(), second.load(Ordering::SeqCst)), (1, 1));
    // No address is an error of its own, and the last one known is not used in its place.
    assert_eq!(ping().await, Err(RegistryError::NameUnresolved));
    assert_eq!((first.connections(), second.load(Ordering::SeqCst)), (1, 1));
    assert_eq!(ping().await, Ok(()));
    assert_eq!(names.asked(), 4, "once for each connection");
    // A connection that is kept stays where it was made, whatever the name says meanwhile.
    for _ in 0..5 {
        assert!(client.ping(Identity::Anonymous).await.is_ok());
    }
    assert_eq!(names.asked(), 5);
}

#[tokio::test]
async fn fault_dns_name_whose_first_address_is_dead_is_reached_by_the_next() {
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::registry());
    let names = Turns::new(&[&["127.0.0.9", "127.0.0.1"]]);
    let client = client(server.address().port(), &names, loopback(&[]));
    assert!(client.ping(Identity::Fresh).await.is_ok());
    let addresses = client.resolve().await.expect("addresses");
    let reached = client.connect(&addresses).await;
    assert_eq!(reached, Ok(server.address()));
}

/// The name is good when it is checked and turns inward afterwards: to a metadata service, to
/// loopback where that is closed, to Roadstead's own listener.
#[tokio::test]
async fn fault_dns_rebinding_to_where_nobody_may_go_is_refused_before_a_packet() {
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::registry());
    server.on("GET /v2/_catalog", Reply::json(r#"{"repositories":[]}"#));
    let port = server.address().port();
    let own = neighbour("127.0.0.3", port).await;
    let own_address: SocketAddr = format!("127.0.0.3:{port}").parse().expect("address");
    for inward in [
        &["169.254.169.254"][..],
        &["127.0.0.3"],
        &["::1"],
        &["::ffff:127.0.0.3"],
        &["0.0.0.0"],
        &["10.0.0.1"],
        &["fd00:ec2::254", "169.254.169.254"],
        &["100.100.100.200"],
    ] {
        let names = Turns::new(&[&["127.0.0.1"], inward]);
        let client = client(port, &names, loopback(&[own_address]));
        assert!(client.ping(Identity::Fresh).await.is_ok(), "good at first");
        server.clear_log();
        let fresh = client.ping(Identity::Fresh).await;
        assert_eq!(fresh.map(drop), Err(RegistryError::Refused), "{inward:?}");
        let resolved = client.resolve().await;
        assert_eq!(resolved, Err(RegistryError::Refused), "{inward:?}");
        let account = client.check_account().await.map(drop);
        assert_eq!(account, Err(RegistryError::Refused), "{inward:?}");
        let list = client.page(&Listing::Catalogue, None).await.map(drop);
        assert_eq!(list, Err(RegistryError::Refused), "{inward:?}");
        assert!(server.requests().is_empty());
    }
    assert_eq!(own.load(Ordering::SeqCst), 0, "no packet");
}

/// One good address among bad ones does not open them.
#[tokio::test]
async fn sec_10_of_mixed_addresses_only_the_allowed_ones_are_connected_to() {
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::registry());
    let port = server.address().port();
    let own = neighbour("127.0.0.4", port).await;
    let own_address = format!("127.0.0.4:{port}").parse().expect("address");
    let names = Turns::new(&[&["127.0.0.4", "169.254.169.254", "127.0.0.1"]]);
    let client = client(port, &names, loopback(&[own_address]));
    for _ in 0..3 {
        assert!(client.ping(Identity::Fresh).await.is_ok());
    }
    assert_eq!((server.connections(), own.load(Ordering::SeqCst)), (3, 0));
}

/// The handshake judges each address once more: what was looked up may be older than the policy.
#[tokio::test]
async fn sec_10_handshake_with_an_address_that_is_not_allowed_is_refused_before_a_packet() {
    let own = Scripted::start().await;
    let names = Turns::new(&[&["127.0.0.1"]]);
    let client = client(own.address().port(), &names, loopback(&[own.address()]));
    let refused = client.connect(&[own.address()]).await;
    assert_eq!(refused, Err(RegistryError::Refused));
    assert_eq!(own.connections(), 0);
}

/// The token service's name is judged like the registry's.
#[tokio::test]
async fn sec_10_token_service_whose_name_turns_inward_gets_no_packet() {
    let server = Scripted::start().await;
    let port = server.address().port();
    let own = neighbour("127.0.0.5", port).await;
    let own_address: SocketAddr = format!("127.0.0.5:{port}").parse().expect("address");
    let challenge = format!("Bearer realm=\"http://auth.example:{port}/t\",service=\"x\"");
    let refused = Reply::status(401).header("WWW-Authenticate", &challenge);
    server.on("GET /v2/", refused.clone());
    server.on("GET /v2/a/tags/list", refused);
    let names = Turns::new(&[&["127.0.0.1"], &["127.0.0.5"]]);
    let confirmed = Address::parse(&format!("http://auth.example:{port}"));
    let client = OciClient::new(OciSettings {
        address: Address::parse(&format!("http://turning.example:{port}")).expect("address"),
        names,
        token_service: Some(confirmed.expect("address").origin()),
        policy: Arc::new(loopback(&[own_address])),
        deadlines: DEADLINES,
        ..settings("http://unused.invalid", Some(("alice", CANARY)))
    })
    .expect("client");
    let tags = Listing::Tags(RepositoryName::parse("a").expect("name"));
    let list = client.page(&tags, None).await.map(drop);
    assert_eq!(list, Err(RegistryError::Refused));
    assert_eq!(own.load(Ordering::SeqCst), 0);
}
