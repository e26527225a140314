use crate::{CANARY, assert_no_secret, settings};
use roadstead_core::model::TlsPolicy;
use roadstead_core::ports::RegistryError;
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
    for (certificate, policy, sentence) in [
        (Certificate::Expired, ca(), "the certificate has expired"),
        (
            Certificate::OtherHost,
            ca(),
            "the certificate is for another host",
        ),
        (
            Certificate::Good,
            TlsPolicy::Verify,
            "the certificate's issuer is not known",
        ),
    ] {
        let server = Scripted::start_tls(certificate).await;
        server.on("GET /v2/", Reply::registry());
        let client = client(&server.url(), policy);
        let expected = RegistryError::Tls(sentence.to_owned());
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
    let expected = RegistryError::Tls("the server does not speak TLS here".to_owned());
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
