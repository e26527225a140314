//! Blobs and uploads: bytes verified, cut connections taken up, credentials at home.

use crate::{CANARY, client, impatient};
use bytes::Bytes;
use futures::stream;
use roadstead_core::model::TlsPolicy;
use roadstead_core::ports::RegistryError;
use roadstead_oci::{
    Blob, Descriptor, Digest, OciClient, OciSettings, Pointer, Repository, RepositoryName, Tag,
};
use roadstead_testkit::fill::TinyImage;
use roadstead_testkit::{
    Certificate, Distribution, DockerRegistry, Guise, RegistryOptions, Reply, Scripted,
};
use std::collections::BTreeMap;
use std::time::Duration;

fn alice() -> Option<(&'static str, &'static str)> {
    Some(("alice", CANARY))
}

fn repository(client: &OciClient) -> Repository<'_> {
    client.repository(RepositoryName::parse("a").expect("name"))
}

fn descriptor(bytes: &[u8]) -> Descriptor {
    Descriptor {
        media_type: "application/octet-stream".to_owned(),
        digest: Digest::of(bytes),
        size: bytes.len() as u64,
        platform: None,
        artifact_type: None,
        foreign: false,
        annotations: BTreeMap::new(),
    }
}

fn path(bytes: &[u8]) -> String {
    format!("GET /v2/a/blobs/{}", Digest::of(bytes))
}

async fn read(mut blob: Blob<'_>) -> Result<Vec<u8>, RegistryError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = blob.next().await? {
        bytes.extend_from_slice(&chunk);
    }
    assert_eq!(blob.next().await, Ok(None));
    Ok(bytes)
}

async fn fetch(client: &OciClient, bytes: &[u8]) -> Result<Vec<u8>, RegistryError> {
    read(repository(client).blob(&descriptor(bytes)).await?).await
}

#[tokio::test]
async fn sec_31_blob_that_is_not_its_digest_or_size_is_an_error_and_stays_one() {
    let wanted = b"the right bytes".as_slice();
    for reply in [
        Reply::status(200).body("the wrong bytes"),
        Reply::status(200).body("the right bytes and more"),
        Reply::status(200).body("the right"),
        Reply::Endless("the right bytes"),
        Reply::status(206).body(wanted),
    ] {
        let server = Scripted::start().await;
        server.on(&path(wanted), reply.clone());
        let client = impatient(&server.url());
        let repository = repository(&client);
        let Ok(mut blob) = repository.blob(&descriptor(wanted)).await else {
            continue;
        };
        let error = loop {
            match blob.next().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{reply:?}: taken for good"),
                Err(error) => break error,
            }
        };
        assert_eq!(blob.next().await, Err(error), "{reply:?}");
    }
    let server = Scripted::start().await;
    server.on(&path(wanted), Reply::status(200).body(wanted));
    let client = impatient(&server.url());
    assert_eq!(fetch(&client, wanted).await.as_deref(), Ok(wanted));
}

#[tokio::test]
async fn fault_cut_blob_is_taken_up_where_it_broke_by_a_range() {
    let wanted = b"0123456789".as_slice();
    let server = Scripted::start().await;
    server.on(
        &path(wanted),
        Reply::status(206)
            .header("Content-Range", "bytes 5-9/10")
            .body("56789"),
    );
    server.on_times(1, &path(wanted), Reply::Truncated(wanted.to_vec()));
    let client = impatient(&server.url());
    assert_eq!(fetch(&client, wanted).await.as_deref(), Ok(wanted));
    let ranges: Vec<_> = server
        .log()
        .iter()
        .map(|head| head.header("range").map(str::to_owned))
        .collect();
    assert_eq!(ranges, [None, Some("bytes=5-".to_owned())]);
}

#[tokio::test]
async fn fault_blob_that_is_cut_again_and_again_or_taken_up_elsewhere_is_given_up() {
    let wanted = b"0123456789".as_slice();
    let server = Scripted::start().await;
    server.on(&path(wanted), Reply::Truncated(wanted.to_vec()));
    let client = impatient(&server.url());
    assert!(fetch(&client, wanted).await.is_err());
    assert_eq!(
        server.requests().len(),
        2,
        "a whole answer is no continuation"
    );

    let server = Scripted::start().await;
    server.on(
        &path(wanted),
        Reply::status(206)
            .header("Content-Range", "bytes 0-4/10")
            .body("56789"),
    );
    server.on_times(1, &path(wanted), Reply::Truncated(wanted.to_vec()));
    assert!(fetch(&impatient(&server.url()), wanted).await.is_err());
}

#[tokio::test]
async fn fault_slow_drip_of_a_blob_is_a_timeout_though_it_never_stops() {
    let wanted = vec![b'x'; 10_000];
    let server = Scripted::start().await;
    server.on(
        &path(&wanted),
        Reply::Drip {
            body: wanted.clone(),
            every: Duration::from_millis(20),
        },
    );
    let client = impatient(&server.url());
    assert_eq!(fetch(&client, &wanted).await, Err(RegistryError::Timeout));
    assert_eq!(server.requests().len(), 1);
}

/// Registries store blobs elsewhere and send there; nothing of ours goes along.
#[tokio::test]
async fn sec_04_blob_is_fetched_from_elsewhere_without_any_credential() {
    let wanted = b"blob".as_slice();
    for status in [301, 302, 303, 307, 308] {
        let (server, storage) = (Scripted::start().await, Scripted::start().await);
        storage.on("GET /bucket/key", Reply::status(200).body(wanted));
        let there = format!(
            "http://localhost:{}/bucket/key?signature=x",
            storage.address().port()
        );
        server.on(
            &path(wanted),
            Reply::status(status).header("Location", &there),
        );
        let client = client(&server.url(), alice());
        assert_eq!(fetch(&client, wanted).await.as_deref(), Ok(wanted));
        assert_eq!(storage.requests(), ["GET /bucket/key?signature=x"]);
        for (name, value) in &storage.log()[0].headers {
            assert!(
                !value.contains(CANARY) && name != "authorization" && name != "cookie",
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn sec_10_blob_is_not_fetched_from_where_the_outbound_policy_forbids() {
    let wanted = b"blob".as_slice();
    let server = Scripted::start().await;
    for there in [
        "http://169.254.169.254/x",
        "http://10.0.0.1/x",
        "http://[fe80::1]/x",
    ] {
        server.on(&path(wanted), Reply::status(307).header("Location", there));
        let client = client(&server.url(), alice());
        assert_eq!(
            fetch(&client, wanted).await,
            Err(RegistryError::Refused),
            "{there}"
        );
    }
    server.on(
        &path(wanted),
        Reply::status(307).header("Location", "file:///etc/passwd"),
    );
    assert!(
        fetch(&client(&server.url(), alice()), wanted)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn sec_32_blob_of_an_https_registry_is_not_fetched_by_plain_http() {
    let wanted = b"blob".as_slice();
    let storage = Scripted::start().await;
    storage.on("GET /x", Reply::status(200).body(wanted));
    let server = Scripted::start_tls(Certificate::Good).await;
    let there = format!("http://localhost:{}/x", storage.address().port());
    server.on(&path(wanted), Reply::status(307).header("Location", &there));
    let client = OciClient::new(OciSettings {
        tls: TlsPolicy::Ca {
            ca_pem: Certificate::CA_PEM.to_owned(),
        },
        ..crate::settings(&server.url(), alice())
    })
    .expect("client");
    assert!(matches!(
        fetch(&client, wanted).await,
        Err(RegistryError::Protocol(_))
    ));
    assert_eq!(storage.connections(), 0);
}

#[tokio::test]
async fn sec_32_certificates_not_judged_for_the_registry_are_judged_for_every_other_host() {
    let wanted = b"blob".as_slice();
    let server = Scripted::start_tls(Certificate::Expired).await;
    let client = OciClient::new(OciSettings {
        tls: TlsPolicy::Skip,
        ..crate::settings(&server.url(), alice())
    })
    .expect("client");
    let storage = Scripted::start_tls(Certificate::OtherHost).await;
    storage.on("GET /x", Reply::status(200).body(wanted));
    let there = format!("https://127.0.0.1:{}/x", storage.address().port());
    server.on(&path(wanted), Reply::status(307).header("Location", &there));
    let fetched = fetch(&client, wanted).await;
    assert!(matches!(fetched, Err(RegistryError::Tls(_))), "{fetched:?}");
    assert!(storage.requests().is_empty());
}

/// SEC-05: a layer may say it is elsewhere; Roadstead asks the registry and nobody else.
#[tokio::test]
async fn sec_05_foreign_addresses_of_a_layer_are_never_contacted() {
    let wanted = b"layer".as_slice();
    let (server, evil) = (Scripted::start().await, Scripted::start().await);
    let manifest = format!(
        r#"{{"schemaVersion":2,"config":{{"mediaType":"x","size":2,"digest":"{0}"}},"layers":[{{"mediaType":"x","size":5,"digest":"{0}","urls":["{1}/layer"]}}]}}"#,
        Digest::of(wanted),
        evil.url(),
    );
    let reply = Reply::status(200)
        .header("Content-Type", "application/vnd.oci.image.manifest.v1+json")
        .body(manifest);
    server.on("GET /v2/a/manifests/v1", reply);
    let client = client(&server.url(), alice());
    let repository = repository(&client);
    let tag = Pointer::Tag(Tag::parse("v1").expect("tag"));
    let manifest = repository.manifest(&tag).await.expect("manifest");
    let roadstead_oci::Content::Image(image) = manifest.content else {
        panic!("an image");
    };
    assert!(image.layers[0].foreign);
    assert_eq!(
        repository.blob(&image.layers[0]).await.err(),
        Some(RegistryError::NotFound)
    );
    assert_eq!(evil.connections(), 0);
}

#[tokio::test]
async fn sec_04_upload_is_not_sent_to_another_host() {
    for status in [202, 307] {
        let (server, evil) = (Scripted::start().await, Scripted::start().await);
        let port = evil.address().port();
        for there in [
            format!("http://localhost:{port}/up"),
            format!("//localhost:{port}/up"),
            format!("http://alice@localhost:{port}/up"),
            "https://127.0.0.2/up".to_owned(),
            "file:///up".to_owned(),
            String::new(),
        ] {
            let reply = Reply::status(status).header("Location", &there);
            server.on("POST /v2/a/blobs/uploads/", reply);
            let client = client(&server.url(), alice());
            let uploaded = repository(&client)
                .upload(&Digest::of(b"x"), Bytes::from_static(b"x"))
                .await;
            assert!(uploaded.is_err(), "{there}");
        }
        assert_eq!(evil.connections(), 0);
    }
}

#[tokio::test]
async fn upload_goes_on_at_home_when_the_registry_calls_itself_otherwise() {
    let server = Scripted::start().await;
    server.on(
        "POST /v2/a/blobs/uploads/",
        Reply::status(202).header(
            "Location",
            "https://127.0.0.1/v2/a/blobs/uploads/1?_state=a%2Fb",
        ),
    );
    server.on("PUT /v2/a/blobs/uploads/1", Reply::status(201));
    let client = client(&server.url(), None);
    let digest = Digest::of(b"x");
    let uploaded = repository(&client)
        .upload(&digest, Bytes::from_static(b"x"))
        .await;
    assert_eq!(uploaded, Ok(()));
    assert_eq!(
        server.requests()[1],
        format!("PUT /v2/a/blobs/uploads/1?_state=a%2Fb&digest={digest}")
    );
}

#[tokio::test]
async fn failed_upload_is_given_up_and_not_asked_for_twice() {
    let server = Scripted::start().await;
    server.on(
        "POST /v2/a/blobs/uploads/",
        Reply::status(202).header("Location", "/up/1"),
    );
    server.on("PUT /up/1", Reply::status(500));
    server.on("DELETE /up/1", Reply::status(204));
    let client = client(&server.url(), None);
    let digest = Digest::of(b"x");
    let uploaded = repository(&client)
        .upload(&digest, Bytes::from_static(b"x"))
        .await;
    assert_eq!(uploaded, Err(RegistryError::Unavailable { status: 500 }));
    assert_eq!(
        server.requests(),
        [
            "POST /v2/a/blobs/uploads/".to_owned(),
            format!("PUT /up/1?digest={digest}"),
            "DELETE /up/1".to_owned()
        ]
    );
}

#[tokio::test]
async fn peer_docker_image_is_uploaded_whole_and_in_pieces_and_read_back() {
    image_is_uploaded_whole_and_in_pieces_and_read_back(Distribution::Two).await;
}

#[tokio::test]
async fn peer_distribution3_image_is_uploaded_whole_and_in_pieces_and_read_back() {
    image_is_uploaded_whole_and_in_pieces_and_read_back(Distribution::Three).await;
}

async fn image_is_uploaded_whole_and_in_pieces_and_read_back(version: Distribution) {
    let options = RegistryOptions {
        version,
        ..RegistryOptions::default()
    };
    let registry = DockerRegistry::start(Guise::basic(), options).await;
    let client = client(&registry.url(), registry.credential());
    let repository = repository(&client);
    assert_eq!(repository.can_push().await, Ok(true));
    let image = TinyImage::new("uploaded");
    let config = Bytes::from(image.config.clone());
    repository
        .upload(&Digest::of(&config), config)
        .await
        .expect("whole");
    let pieces: Vec<_> = image
        .layer
        .chunks(5)
        .map(|c| Ok(Bytes::copy_from_slice(c)))
        .collect();
    assert!(pieces.len() > 2);
    repository
        .upload_chunks(&Digest::of(&image.layer), stream::iter(pieces))
        .await
        .expect("in pieces");
    let tag = Pointer::Tag(Tag::parse("v1").expect("tag"));
    let media_type = "application/vnd.oci.image.manifest.v1+json";
    let bytes = Bytes::from(image.manifest.clone());
    repository
        .put_manifest(&tag, media_type, bytes)
        .await
        .expect("manifest");
    assert_eq!(repository.can_pull(&tag).await, Ok(true));
    let blob = repository
        .blob(&descriptor(&image.layer))
        .await
        .expect("blob");
    assert_eq!(read(blob).await, Ok(image.layer.clone()));

    // Bytes that are not those announced are refused by the registry, and we say so.
    let lie = repository
        .upload(&Digest::of(b"x"), Bytes::from_static(b"y"))
        .await;
    assert!(lie.is_err(), "{lie:?}");
}

#[tokio::test]
async fn opened_upload_is_ended_by_its_place_at_home_with_the_account() {
    let server = Scripted::start().await;
    server.on(
        "POST /v2/a/blobs/uploads/",
        Reply::status(202).header("Location", "/v2/a/blobs/uploads/1?_state=a%2Fb"),
    );
    server.on("DELETE /v2/a/blobs/uploads/1", Reply::status(204));
    let client = client(&server.url(), alice());
    let place = repository(&client).open_upload().await.expect("opened");
    assert_eq!(place, "/v2/a/blobs/uploads/1?_state=a%2Fb");
    assert_eq!(repository(&client).cancel_upload(&place).await, Ok(()));
    let last = server.log().pop().expect("asked");
    assert_eq!(last.first_line, format!("DELETE {place} HTTP/1.1"));
    let again = repository(&client)
        .cancel_upload("/v2/a/blobs/uploads/2")
        .await;
    assert_eq!(again, Err(RegistryError::NotFound));
}

#[tokio::test]
async fn place_that_is_no_upload_is_never_deleted() {
    let server = Scripted::start().await;
    let client = client(&server.url(), alice());
    for place in [
        "/v2/a/manifests/sha256:1",
        "/v2/a/blobs/uploads/../../manifests/v1",
        "/v2/a/blobs/uploads/%2e%2e/%2e%2e/manifests/v1",
        "/v2/a/manifests/v1?x=/blobs/uploads/",
        "",
    ] {
        let ended = repository(&client).cancel_upload(place).await;
        assert_eq!(ended, Err(RegistryError::Unsupported), "{place}");
    }
    assert_eq!(server.log().len(), 0);
}
