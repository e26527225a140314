use roadstead_testkit::{DockerRegistry, Guise, Proxy, RegistryOptions, fill};

#[tokio::test]
async fn peer_docker_registry_keeps_its_port_and_content_over_a_restart() {
    let mut registry = DockerRegistry::start(Guise::basic(), RegistryOptions::default()).await;
    let address = registry.address();
    let digest = fill::push(address, registry.credential(), "app", &["v1", "v2"]).await;
    assert!(digest.starts_with("sha256:"));
    registry.restart().await;
    assert_eq!(registry.address(), address);
    // The same content is accepted again.
    assert_eq!(
        fill::push(address, registry.credential(), "app", &["v1"]).await,
        digest
    );
    assert!(registry.log().contains("PUT /v2/app/manifests/v1"));
}

#[tokio::test]
async fn peer_docker_proxy_logs_every_request_of_a_push() {
    let registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    let proxy = Proxy::start(registry.address()).await;
    fill::push(proxy.address(), None, "app", &["v1"]).await;
    let methods: Vec<String> = proxy
        .requests()
        .iter()
        .map(|r| {
            r.split('?')
                .next()
                .unwrap_or(r)
                .split("/uploads/")
                .next()
                .unwrap_or(r)
                .to_owned()
        })
        .collect();
    assert_eq!(
        methods,
        [
            "POST /v2/app/blobs",
            "PUT /v2/app/blobs",
            "POST /v2/app/blobs",
            "PUT /v2/app/blobs",
            "PUT /v2/app/manifests/v1"
        ]
    );
}

#[tokio::test]
async fn peer_docker_two_registries_live_side_by_side() {
    let one = DockerRegistry::start(
        Guise::Open,
        RegistryOptions {
            delete: true,
            tls: None,
            ..RegistryOptions::default()
        },
    )
    .await;
    let two = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    assert_ne!(one.address(), two.address());
}
