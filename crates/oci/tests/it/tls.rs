use crate::{CANARY, assert_no_secret, settings};
use roadstead_core::model::Scheme;
use roadstead_core::model::TlsPolicy;
use roadstead_core::ports::{RegistryError, TlsFault};
use roadstead_oci::{Access, Identity, OciClient, OciSettings};
use roadstead_testkit::{Certificate, DockerRegistry, Guise, RegistryOptions, Reply, Scripted};

fn client(url: &str, tls: TlsPolicy) -> OciClient {
    OciClient::new(OciSettings {
        tls,
        ..settings(url, Some(("alice", CANARY)))
    })
    .expect("client")
}

fn ca() -> TlsPolicy {
    TlsPolicy::Ca {
        ca_pem: Certificate::CA_PEM.to_owned(),
    }
}

fn rotated() -> TlsPolicy {
    TlsPolicy::Ca {
        ca_pem: Certificate::ROTATED_CA_PEM.to_owned(),
    }
}

#[tokio::test]
async fn certificate_of_the_given_authority_is_accepted() {
    let server = Scripted::start_tls(Certificate::Good).await;
    server.on("GET /v2/", Reply::registry());
    let client = client(&server.url(), ca());
    let pong = client.ping(Identity::Account).await.expect("registry");
    assert_eq!(pong.access, Access::Granted);
    let addresses = client.resolve().await.expect("addresses");
    assert!(client.connect(&addresses).await.is_ok());
}

#[tokio::test]
async fn fault_tls_bad_certificate_is_refused_with_its_reason_before_any_request() {
    for (certificate, policy, fault) in [
        (Certificate::Expired, ca(), TlsFault::Expired),
        (Certificate::OtherHost, ca(), TlsFault::OtherHost),
        (
            Certificate::Good,
            TlsPolicy::Verify,
            TlsFault::IssuerUnknown,
        ),
        (
            Certificate::SelfSigned,
            TlsPolicy::Verify,
            TlsFault::SelfSigned,
        ),
        (Certificate::SelfSigned, ca(), TlsFault::SelfSigned),
        (Certificate::Rotated, ca(), TlsFault::IssuerUnknown),
        (Certificate::Good, rotated(), TlsFault::IssuerUnknown),
    ] {
        let server = Scripted::start_tls(certificate).await;
        server.on("GET /v2/", Reply::registry());
        let client = client(&server.url(), policy);
        let expected = RegistryError::Untrusted(fault);
        let error = client.ping(Identity::Account).await.expect_err("refused");
        assert_eq!(error, expected, "{certificate:?}");
        assert_no_secret(&error);
        let addresses = client.resolve().await.expect("addresses");
        assert_eq!(
            client.connect(&addresses).await,
            Err(expected),
            "{certificate:?}"
        );
        assert!(server.requests().is_empty());
        let seen = client.certificate().expect("seen all the same");
        assert_eq!(seen.self_signed, certificate == Certificate::SelfSigned);
    }
}

#[tokio::test]
async fn fault_tls_rotated_authority_is_accepted_once_it_is_given() {
    let server = Scripted::start_tls(Certificate::Rotated).await;
    server.on("GET /v2/", Reply::registry());
    let client = client(&server.url(), rotated());
    assert!(client.ping(Identity::Fresh).await.is_ok());
}

#[tokio::test]
async fn certificate_is_known_after_a_handshake_also_where_nobody_judges_it() {
    for (certificate, policy, expires_at) in [
        (Certificate::Good, ca(), "2123-12-31T00:00:00.000000Z"),
        (
            Certificate::Expired,
            TlsPolicy::Skip,
            "2024-02-01T00:00:00.000000Z",
        ),
    ] {
        let server = Scripted::start_tls(certificate).await;
        server.on("GET /v2/", Reply::registry());
        let client = client(&server.url(), policy);
        assert_eq!(client.certificate(), None);
        client.ping(Identity::Fresh).await.expect("registry");
        let seen = client.certificate().expect("seen");
        assert_eq!(seen.expires_at.to_string(), expires_at);
        assert_eq!(seen.issuer, "Roadstead test CA");
    }
}

/// What servers with TLS 1.0 alone say to a client that wants more: a fatal alert, or a hello of
/// their version.
#[tokio::test]
async fn fault_tls_too_old_is_named_and_nothing_is_sent() {
    let alert = b"\x15\x03\x01\x00\x02\x02\x46".to_vec();
    let mut hello = b"\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01".to_vec();
    hello.extend([7; 32]);
    hello.extend(b"\x00\x00\x2f\x00");
    for answer in [alert, hello] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("bind");
        let address = listener.local_addr().expect("address");
        let server = tokio::spawn(async move {
            use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
            let (mut stream, _) = listener.accept().await.expect("accept");
            let mut heard = vec![0; 4_096];
            let read = stream.read(&mut heard).await.expect("hello");
            stream.write_all(&answer).await.expect("answer");
            // Whatever comes after the hello can only be the client's own alert.
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
            (heard[..read].to_vec(), rest)
        });
        let client = client(&format!("https://localhost:{}", address.port()), ca());
        let error = client.ping(Identity::Account).await.expect_err("too old");
        assert_eq!(error, RegistryError::Untrusted(TlsFault::TooOld));
        let (hello, rest) = server.await.expect("server");
        assert_eq!(hello[0], 0x16, "a TLS handshake, never plain http");
        assert!(rest.len() <= 7, "{rest:?}");
    }
}

#[tokio::test]
async fn fault_tls_server_is_recognised_under_a_plain_http_address() {
    let secure = Scripted::start_tls(Certificate::Expired).await;
    let plain = Scripted::start().await;
    for (server, expected) in [(&secure, true), (&plain, false)] {
        let url = format!("http://{}", server.address());
        let client = client(&url, TlsPolicy::Verify);
        let addresses = client.resolve().await.expect("addresses");
        let address = client.connect(&addresses).await.expect("connected");
        assert_eq!(client.speaks_tls(address).await, expected, "{url}");
        assert!(server.requests().is_empty());
    }
}

#[tokio::test]
async fn every_certificate_is_accepted_when_the_owner_said_so() {
    for certificate in [
        Certificate::Expired,
        Certificate::OtherHost,
        Certificate::Good,
    ] {
        let server = Scripted::start_tls(certificate).await;
        server.on("GET /v2/", Reply::registry());
        let client = client(&server.url(), TlsPolicy::Skip);
        assert!(
            client.ping(Identity::Account).await.is_ok(),
            "{certificate:?}"
        );
    }
}

#[tokio::test]
async fn peer_docker_fault_tls_plain_server_under_https_is_named() {
    let registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    let url = format!("https://localhost:{}", registry.address().port());
    let client = client(&url, TlsPolicy::Skip);
    let expected = RegistryError::OtherScheme(Scheme::Http);
    let error = client.ping(Identity::Account).await.expect_err("no TLS");
    assert_eq!(error, expected);
    let addresses = client.resolve().await.expect("addresses");
    assert_eq!(client.connect(&addresses).await, Err(expected));
}

#[tokio::test]
async fn peer_docker_real_registry_with_tls_is_pinged_and_under_http_is_not_a_registry() {
    let options = RegistryOptions {
        tls: Some(Certificate::Good),
        ..RegistryOptions::default()
    };
    let registry = DockerRegistry::start(Guise::Open, options).await;
    let pong = client(&registry.url(), ca())
        .ping(Identity::Anonymous)
        .await;
    assert_eq!(pong.map(|p| p.access), Ok(Access::Granted));
    let plain = format!("http://{}", registry.address());
    assert_eq!(
        client(&plain, ca()).ping(Identity::Anonymous).await,
        Err(RegistryError::NotARegistry)
    );
}
