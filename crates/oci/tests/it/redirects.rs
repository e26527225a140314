use crate::{CANARY, client};
use roadstead_core::ports::RegistryError;
use roadstead_oci::{Identity, Listing};
use roadstead_testkit::{Reply, Scripted};

fn redirect(status: u16, to: &str) -> Reply {
    Reply::status(status).header("Location", to)
}

/// SEC-04: a listening attacker gets no request at all, let alone a credential.
#[tokio::test]
async fn sec_04_redirect_to_another_origin_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let attacker = Scripted::start().await;
        attacker.on("GET /v2/", Reply::registry());
        let port = attacker.address().port();
        for target in [
            format!("http://127.0.0.1:{port}/v2/"),
            format!("http://localhost:{port}/v2/"),
            format!("//127.0.0.1:{port}/v2/"),
            format!("http://alice@127.0.0.1:{port}/v2/"),
            format!("http://0x7f.1:{port}/v2/"),
            "https://127.0.0.1/v2/".to_owned(),
            "http://169.254.169.254/latest/meta-data".to_owned(),
            "file:///etc/passwd".to_owned(),
        ] {
            let server = Scripted::start().await;
            server.on("GET /v2/", redirect(status, &target));
            server.on("GET /v2/_catalog", redirect(status, &target));
            let client = client(&server.url(), Some(("alice", CANARY)));
            let ping = client.ping(Identity::Account).await;
            assert!(
                matches!(ping, Err(RegistryError::Protocol(_))),
                "{target}: {ping:?}"
            );
            let page = client.page(&Listing::Catalogue, None).await;
            assert!(
                matches!(page, Err(RegistryError::Protocol(_))),
                "{target}: {page:?}"
            );
        }
        assert_eq!(attacker.connections(), 0, "{status}");
    }
}

#[tokio::test]
async fn sec_04_same_host_on_another_scheme_or_port_is_another_origin() {
    let server = Scripted::start().await;
    let port = server.address().port();
    server.on(
        "GET /v2/",
        redirect(308, &format!("https://127.0.0.1:{port}/v2/")),
    );
    let client = client(&server.url(), Some(("alice", CANARY)));
    assert!(client.ping(Identity::Account).await.is_err());
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn redirect_within_the_registry_is_followed_with_the_account() {
    let server = Scripted::start().await;
    server.on("GET /v2/", redirect(301, "/registry/v2/"));
    server.on("GET /registry/v2/", Reply::registry());
    let client = client(&server.url(), Some(("alice", CANARY)));
    assert!(client.ping(Identity::Account).await.is_ok());
    assert_eq!(
        server.requests(),
        ["GET /v2/ +auth", "GET /registry/v2/ +auth"]
    );
}

#[tokio::test]
async fn redirect_in_circles_ends() {
    let server = Scripted::start().await;
    server.on("GET /v2/", redirect(302, "/v2/"));
    let ping = client(&server.url(), None).ping(Identity::Anonymous).await;
    assert!(matches!(ping, Err(RegistryError::Protocol(_))), "{ping:?}");
    assert_eq!(server.requests().len(), 4);
}
