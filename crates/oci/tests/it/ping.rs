use crate::{CANARY, client};
use roadstead_core::model::RegistryKind;
use roadstead_core::ports::RegistryError;
use roadstead_oci::{Access, Identity};
use roadstead_testkit::{DockerRegistry, Guise, RegistryOptions, Reply, Scripted};

#[tokio::test]
async fn ping_of_open_registry_is_granted_on_one_kept_connection() {
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::registry());
    let client = client(&server.url(), None);
    for _ in 0..3 {
        let pong = client.ping(Identity::Anonymous).await.expect("registry");
        assert_eq!(pong.access, Access::Granted);
        assert_eq!(pong.kind, RegistryKind::Docker);
    }
    assert_eq!(server.requests(), ["GET /v2/"; 3]);
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn anonymous_ping_carries_no_credential_though_there_is_an_account() {
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::basic_challenge());
    let client = client(&server.url(), Some(("alice", CANARY)));
    let pong = client.ping(Identity::Anonymous).await.expect("registry");
    assert!(matches!(pong.access, Access::Challenged(_)));
    assert_eq!(server.requests(), ["GET /v2/"]);
    assert_eq!(
        client.check_account().await,
        Err(RegistryError::Unauthorized)
    );
    assert_eq!(server.requests(), ["GET /v2/", "GET /v2/ +auth"]);
}

#[tokio::test]
async fn address_with_a_path_is_asked_below_that_path() {
    let server = Scripted::start().await;
    server.on("GET /artifactory/api/docker/key/v2/", Reply::registry());
    for tail in ["", "/"] {
        let url = format!("{}/artifactory/api/docker/key{tail}", server.url());
        let pong = client(&url, None).ping(Identity::Anonymous).await;
        assert!(pong.is_ok());
    }
}

#[tokio::test]
async fn token_service_elsewhere_is_unconfirmed_not_a_wrong_password() {
    let server = Scripted::start().await;
    let bearer = "Bearer realm=\"https://auth.example/token\",service=\"x\"";
    server.on(
        "GET /v2/",
        Reply::status(401).header("WWW-Authenticate", bearer),
    );
    let client = client(&server.url(), Some(("alice", CANARY)));
    assert_eq!(
        client.check_account().await,
        Err(RegistryError::TokenServiceUnconfirmed(
            "https://auth.example:443".to_owned()
        ))
    );
}

#[tokio::test]
async fn check_without_account_asks_nothing() {
    let server = Scripted::start().await;
    let client = client(&server.url(), None);
    assert_eq!(client.check_account().await, Ok(None));
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn peer_docker_real_registry_is_pinged_open_and_with_password() {
    let open = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    let pong = client(&open.url(), None).ping(Identity::Anonymous).await;
    assert_eq!(pong.map(|p| p.access), Ok(Access::Granted));

    let basic = DockerRegistry::start(Guise::basic(), RegistryOptions::default()).await;
    let good = client(&basic.url(), basic.credential());
    let pong = good.ping(Identity::Anonymous).await.expect("registry");
    assert!(matches!(pong.access, Access::Challenged(_)));
    assert!(matches!(good.check_account().await, Ok(Some(_))));
    let wrong = client(&basic.url(), Some((Guise::USERNAME, CANARY)));
    assert_eq!(
        wrong.check_account().await,
        Err(RegistryError::Unauthorized)
    );
    let stranger = client(&basic.url(), Some(("nobody", CANARY)));
    assert_eq!(
        stranger.check_account().await,
        Err(RegistryError::Unauthorized)
    );
}
