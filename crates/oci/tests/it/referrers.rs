//! What refers to a manifest, in registries that know the question and in those that do not.

use crate::client;
use roadstead_core::ports::RegistryError;
use roadstead_oci::{Digest, OciClient, Repository, RepositoryName};
use roadstead_testkit::{DockerRegistry, Guise, RegistryOptions, Reply, Scripted, fill};

const INDEX: &str = "application/vnd.oci.image.index.v1+json";

fn repository(client: &OciClient) -> Repository<'_> {
    client.repository(RepositoryName::parse("a").expect("name"))
}

fn index(types: &[&str]) -> Reply {
    let entries: Vec<String> = types
        .iter()
        .enumerate()
        .map(|(i, artifact)| {
            format!(
                r#"{{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":1,"digest":"sha256:{i:064x}","artifactType":"{artifact}"}}"#
            )
        })
        .collect();
    let body = format!(
        r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[{}]}}"#,
        entries.join(",")
    );
    Reply::status(200).header("Content-Type", INDEX).body(body)
}

#[tokio::test]
async fn question_is_asked_page_by_page_and_filtered_by_us_when_the_registry_does_not() {
    let digest = Digest::of(b"x");
    let path = format!("GET /v2/a/referrers/{digest}");
    let server = Scripted::start().await;
    server.on(
        &format!("{path}?artifactType=sig%2Fv1"),
        index(&["sig/v1", "sbom"]).header("Link", "</elsewhere?page=2>; rel=\"next\""),
    );
    server.on(&format!("{path}?page=2"), index(&["sbom", "sig/v1"]));
    let client = client(&server.url(), None);
    let found = repository(&client)
        .referrers(&digest, Some("sig/v1"))
        .await
        .expect("referrers");
    assert!(found.by_question);
    assert_eq!(found.found.len(), 2);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn registry_without_the_question_is_asked_once_and_then_by_tag() {
    let digest = Digest::of(b"x");
    let tag = digest.as_str().replace(':', "-");
    let server = Scripted::start().await;
    server.on(
        &format!("GET /v2/a/manifests/{tag}"),
        index(&["sig", "sbom"]),
    );
    let client = client(&server.url(), None);
    let repository = repository(&client);
    for wanted in [None, Some("sig")] {
        let found = repository
            .referrers(&digest, wanted)
            .await
            .expect("referrers");
        assert!(!found.by_question);
        assert_eq!(found.found.len(), if wanted.is_some() { 1 } else { 2 });
    }
    let none = repository
        .referrers(&Digest::of(b"y"), None)
        .await
        .expect("referrers");
    assert!(none.found.is_empty());
    let questions = server
        .requests()
        .iter()
        .filter(|r| r.contains("/referrers/"))
        .count();
    assert_eq!(questions, 1);
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn list_of_referrers_without_end_or_sense_is_an_error() {
    let digest = Digest::of(b"x");
    let path = format!("GET /v2/a/referrers/{digest}");
    for reply in [
        index(&["x"]).header("Link", "<?page=1>; rel=next"),
        Reply::html(),
        Reply::json("{}"),
        Reply::Endless("[[[["),
    ] {
        let server = Scripted::start().await;
        server.on(&path, reply);
        let client = client(&server.url(), None);
        let found = repository(&client).referrers(&digest, None).await;
        assert!(
            matches!(found, Err(RegistryError::Protocol(_))),
            "{found:?}"
        );
        assert!(server.requests().len() <= 2);
    }
}

#[tokio::test]
async fn peer_docker_real_registry_without_the_question_has_no_referrers() {
    let registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    let pushed = fill::push(registry.address(), None, "a", &["v1"]).await;
    let client = client(&registry.url(), None);
    let digest = Digest::parse(&pushed).expect("digest");
    let found = repository(&client)
        .referrers(&digest, None)
        .await
        .expect("referrers");
    assert!(found.found.is_empty() && !found.by_question);
}
