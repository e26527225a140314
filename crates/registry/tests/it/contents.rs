//! What artifacts are made of, from registries that lie about it.

use crate::{CANARY, adapter};
use roadstead_core::model::{ArtifactKind, Descriptor, Digest};
use roadstead_core::ports::{RegistryAdapter, RegistryError};
use roadstead_testkit::{Reply, Scripted, fill};
use std::sync::Arc;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn digest(bytes: &[u8]) -> Digest {
    Digest::parse(&fill::digest(bytes)).expect("digest")
}

fn descriptor(bytes: &[u8], size_bytes: u64) -> Descriptor {
    Descriptor {
        digest: digest(bytes),
        media_type: "application/spdx+json".to_owned(),
        size_bytes,
        foreign: false,
        title: None,
    }
}

async fn with(request: &str, reply: Reply) -> (Scripted, Arc<dyn RegistryAdapter>) {
    let server = Scripted::start().await;
    server.on(request, reply);
    let adapter = adapter(&server.url(), Some(("alice", CANARY)));
    (server, adapter)
}

fn is_protocol<T>(answer: &Result<T, RegistryError>) -> bool {
    matches!(answer, Err(RegistryError::Protocol(_)))
}

#[tokio::test]
async fn sec_31_manifest_is_given_only_with_its_digest_whatever_it_says() {
    let wanted = b"<html>no manifest, and yet its bytes</html>".as_slice();
    let request = format!("GET /v2/a/manifests/{}", digest(wanted));
    let html = |body: &[u8]| {
        Reply::status(200)
            .header("Content-Type", "text/html")
            .body(body)
    };
    let (_server, good) = with(&request, html(wanted)).await;
    let contents = good.contents().expect("contents");
    let given = contents.manifest("a", &digest(wanted)).await;
    assert_eq!(given.as_deref(), Ok(wanted), "also of what nobody can read");
    let read = contents.documents("a", &digest(wanted)).await;
    assert!(is_protocol(&read), "{read:?}");
    let other = fill::digest(b"another");
    for reply in [
        html(b"<html>other bytes</html>"),
        html(&[wanted, b" "].concat()),
        html(wanted).header("Docker-Content-Digest", &other),
        html(wanted).header("Docker-Content-Digest", "nonsense"),
        Reply::Endless("x"),
        Reply::status(302).header("Location", "/v2/elsewhere"),
    ] {
        let (_server, adapter) = with(&request, reply.clone()).await;
        let contents = adapter.contents().expect("contents");
        let given = contents.manifest("a", &digest(wanted)).await;
        assert!(given.is_err(), "{reply:?}: {given:?}");
    }
    // What could not be verified is not asked for.
    let unknown = Digest::parse("blake3:abcdef0123456789").expect("digest");
    let (server, adapter) = with(&request, html(wanted)).await;
    let contents = adapter.contents().expect("contents");
    let given = contents.manifest("a", &unknown).await;
    assert_eq!(given, Err(RegistryError::Unsupported));
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn sec_31_blob_is_given_whole_with_its_size_and_digest_or_not_at_all() {
    let wanted = b"the right bytes".as_slice();
    let size = wanted.len() as u64;
    let request = format!("GET /v2/a/blobs/{}", digest(wanted));
    for (reply, said) in [
        (Reply::status(200).body("the wrong bytes"), size),
        (Reply::status(200).body("the right bytes and more"), size),
        (Reply::status(200).body("the right"), size),
        (Reply::html(), size),
        (Reply::Endless("the right bytes"), size),
        // The manifest lies about the size, in both directions.
        (Reply::status(200).body(wanted), size - 1),
        (Reply::status(200).body(wanted), size + 1),
    ] {
        let (_server, adapter) = with(&request, reply.clone()).await;
        let contents = adapter.contents().expect("contents");
        let given = contents.blob("a", &descriptor(wanted, said)).await;
        assert!(given.is_err(), "{reply:?} {said}: {given:?}");
    }
    let (_server, adapter) = with(&request, Reply::status(200).body(wanted)).await;
    let contents = adapter.contents().expect("contents");
    let given = contents.blob("a", &descriptor(wanted, size)).await;
    assert_eq!(given.as_deref(), Ok(wanted));
}

#[tokio::test]
async fn sec_05_documents_are_named_with_their_titles_and_nothing_is_asked_elsewhere() {
    let attacker = Scripted::start().await;
    let url = format!("{}/blob", attacker.url());
    let (config, layer) = (b"{}".as_slice(), b"a statement".as_slice());
    let (config_digest, layer_digest) = (digest(config), digest(layer));
    let (config_size, layer_size) = (config.len(), layer.len());
    let body = format!(
        r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","artifactType":"application/vnd.in-toto+json",
        "config":{{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{config_digest}","size":{config_size}}},
        "layers":[{{"mediaType":"application/vnd.in-toto+json","digest":"{layer_digest}","size":{layer_size},
        "urls":["{url}"],"annotations":{{"org.opencontainers.image.title":"statement.json"}}}}]}}"#
    );
    let made = digest(body.as_bytes());
    let reply = Reply::status(200).header("Content-Type", MANIFEST);
    let (server, adapter) = with(&format!("GET /v2/a/manifests/{made}"), reply.body(body)).await;
    let contents = adapter.contents().expect("contents");
    let found = contents.documents("a", &made).await.expect("documents");
    assert_eq!(found.kind, ArtifactKind::Attestation);
    let titles: Vec<_> = found.named.iter().map(|d| d.title.as_deref()).collect();
    assert_eq!(titles, [Some("statement.json"), None]);
    assert_eq!(found.config, Some(config_digest));
    let first = &found.named[0].descriptor;
    assert!(first.foreign);
    let given = contents.blob("a", first).await;
    assert_eq!(given, Err(RegistryError::NotFound), "the registry has none");
    assert_eq!(attacker.connections(), 0);
    let asked = format!("GET /v2/a/blobs/{} +auth", digest(layer));
    assert_eq!(server.requests().last(), Some(&asked));
}

#[tokio::test]
async fn configuration_that_is_a_layer_too_is_told_as_a_layer_only() {
    let both = digest(b"both");
    let body = format!(
        r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}",
        "config":{{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{both}","size":4}},
        "layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{both}","size":4}}]}}"#
    );
    let made = digest(body.as_bytes());
    let reply = Reply::status(200).header("Content-Type", MANIFEST);
    let (_server, adapter) = with(&format!("GET /v2/a/manifests/{made}"), reply.body(body)).await;
    let contents = adapter.contents().expect("contents");
    let found = contents.documents("a", &made).await.expect("documents");
    assert_eq!((found.named.len(), found.config), (2, None));
}

#[tokio::test]
async fn sec_04_redirect_of_a_blob_takes_no_credential_along() {
    let wanted = b"stored elsewhere".as_slice();
    let store = Scripted::start().await;
    store.on("GET /bucket", Reply::status(200).body(wanted));
    let to = format!("{}/bucket", store.url());
    let request = format!("GET /v2/a/blobs/{}", digest(wanted));
    let (server, adapter) = with(&request, Reply::basic_challenge()).await;
    let by = "Basic YWxpY2U6Y2FuYXJ5LThlMmQ2MGY0";
    server.on_with(&request, by, Reply::status(307).header("Location", &to));
    let contents = adapter.contents().expect("contents");
    let size = wanted.len() as u64;
    let given = contents.blob("a", &descriptor(wanted, size)).await;
    assert_eq!(given.as_deref(), Ok(wanted));
    assert_eq!(store.requests(), ["GET /bucket"]);
}
