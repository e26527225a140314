//! Manifests and configurations: what is believed, and what is not.

use crate::{CANARY, client, impatient};
use roadstead_core::ports::RegistryError;
use roadstead_oci::{Content, Digest, OciClient, Pointer, Repository, RepositoryName, Tag};
use roadstead_testkit::fill::{self, TinyImage};
use roadstead_testkit::{
    Distribution, DockerRegistry, Guise, OddManifest, RegistryOptions, Reply, Scripted, TokenIssuer,
};

const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";

fn repository<'a>(client: &'a OciClient, name: &str) -> Repository<'a> {
    client.repository(RepositoryName::parse(name).expect("name"))
}

fn tag(text: &str) -> Pointer {
    Pointer::Tag(Tag::parse(text).expect("tag"))
}

fn by(digest: &Digest) -> Pointer {
    Pointer::Digest(digest.clone())
}

fn reply(content_type: &str, body: &[u8]) -> Reply {
    let reply = Reply::status(200).body(body);
    if content_type.is_empty() {
        reply
    } else {
        reply.header("Content-Type", content_type)
    }
}

/// What becomes of a manifest, in one word.
fn word(found: Result<&Content, &RegistryError>) -> String {
    match found {
        Ok(Content::Index(index)) => {
            format!("index {} omitted {}", index.manifests.len(), index.omitted)
        }
        Ok(Content::Image(image)) => {
            format!("image {} omitted {}", image.layers.len(), image.omitted)
        }
        Ok(Content::Unknown) => "unknown".to_owned(),
        Err(RegistryError::Protocol(_)) => "protocol".to_owned(),
        Err(RegistryError::Unsupported) => "unsupported".to_owned(),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn sec_31_every_row_of_the_manifest_corpus_holds() {
    for odd in OddManifest::all() {
        let server = Scripted::start().await;
        odd.serve(&server, "a");
        let client = client(&server.url(), None);
        let pointer = match &odd.asked {
            Some(digest) => by(&Digest::parse(digest).expect("digest")),
            None => tag("v1"),
        };
        let found = repository(&client, "a").manifest(&pointer).await;
        let became = word(found.as_ref().map(|m| &m.content));
        assert_eq!(became, odd.expected, "{}: {:?}", odd.id, found.err());
        if let Ok(manifest) = found {
            assert_eq!(manifest.bytes, odd.body, "{}", odd.id);
            assert_eq!(manifest.digest.matches(&odd.body), Some(true), "{}", odd.id);
        }
        // Nothing a manifest names is asked for by reading it, here or elsewhere.
        let asked = server.requests().len();
        let wanted = usize::from(odd.expected != "unsupported" || asked > 0);
        assert_eq!(asked, wanted, "{}: {:?}", odd.id, server.requests());
    }
}

/// SEC-31: a digest that was asked for is held against the bytes however they came, and so is the
/// type against both who says it.
#[tokio::test]
async fn sec_31_pinned_digest_and_type_are_held_after_a_redirect_and_a_fallback() {
    let (good, evil) = (TinyImage::new("good"), TinyImage::new("evil"));
    let digest = Digest::of(&good.manifest);
    let wanted = by(&digest);
    let path = format!("/v2/a/manifests/{digest}");
    let server = Scripted::start().await;
    let client = client(&server.url(), None);
    let repository = repository(&client, "a");
    let elsewhere = Reply::status(307).header("Location", "/elsewhere");
    server.on(&format!("GET {path}"), elsewhere.clone());
    server.on(&format!("HEAD {path}"), Reply::status(405));
    let index = "application/vnd.oci.image.index.v1+json";
    let said = |bytes: &[u8], kind: &str| {
        reply(kind, bytes).header("Docker-Content-Digest", digest.as_str())
    };
    for (there, holds) in [
        (reply(IMAGE, &good.manifest), true),
        (reply(IMAGE, &evil.manifest), false),
        (said(&evil.manifest, IMAGE), false),
        // The bytes are the right ones, and are said to be something else.
        (said(&good.manifest, index), false),
    ] {
        server.clear_log();
        server.on("GET /elsewhere", there);
        let found = repository.manifest(&wanted).await;
        assert_eq!(found.is_ok(), holds, "{found:?}");
        assert_eq!(
            server.requests(),
            [format!("GET {path}"), "GET /elsewhere".to_owned()],
            "the redirect was followed"
        );
        // Where a question for the head alone is not understood, the bytes are read and held as well.
        let head = repository.head(&wanted).await;
        assert_eq!(head.is_ok(), holds, "{head:?}");
        let moved = repository.changed(&wanted, &digest).await;
        assert_eq!(moved.is_ok(), holds, "{moved:?}");
        // What refers to it is read from a tag where the question is not known. It has to be a list.
        let tag = digest.as_str().replace(':', "-");
        server.on(&format!("GET /v2/a/manifests/{tag}"), elsewhere.clone());
        let referrers = repository.referrers(&digest, None).await;
        let none = referrers.map(|found| found.found.len());
        assert!(!matches!(none, Ok(1..)), "{none:?}");
    }
}

#[tokio::test]
async fn sec_31_bytes_that_are_not_those_of_the_digest_are_refused() {
    let good = TinyImage::new("good");
    let evil = TinyImage::new("evil");
    let digest = Digest::of(&good.manifest);
    let wanted = by(&digest);
    let path = format!("/v2/a/manifests/{digest}");
    let server = Scripted::start().await;
    let client = client(&server.url(), None);
    let repository = repository(&client, "a");

    server.on(&format!("GET {path}"), reply(IMAGE, &evil.manifest));
    let lie = repository.manifest(&wanted).await;
    assert!(matches!(lie, Err(RegistryError::Protocol(_))), "{lie:?}");

    // The header agrees with the question, the bytes do not.
    let said = reply(IMAGE, &evil.manifest).header("Docker-Content-Digest", digest.as_str());
    server.on(&format!("GET {path}"), said.clone());
    assert!(repository.manifest(&wanted).await.is_err());

    // By tag there is only the header to hold against the bytes.
    server.on("GET /v2/a/manifests/v1", said);
    assert!(repository.manifest(&tag("v1")).await.is_err());
    let malformed = reply(IMAGE, &good.manifest).header("Docker-Content-Digest", "sha256:xyz");
    server.on("GET /v2/a/manifests/v1", malformed);
    assert!(repository.manifest(&tag("v1")).await.is_err());

    server.on(&format!("GET {path}"), reply(IMAGE, &good.manifest));
    assert_eq!(
        repository.manifest(&wanted).await.map(|m| m.digest),
        Ok(digest.clone())
    );

    // A head that names another digest than the one asked for.
    let other = Digest::of(&evil.manifest);
    let head = reply(IMAGE, b"").header("Docker-Content-Digest", other.as_str());
    server.on(&format!("HEAD {path}"), head);
    assert!(matches!(
        repository.head(&wanted).await,
        Err(RegistryError::Protocol(_))
    ));

    // One that cannot be verified is not even asked for.
    server.clear_log();
    let unverifiable = Digest::parse("blake3:abcdef").expect("digest");
    let refused = repository.manifest(&by(&unverifiable)).await;
    assert_eq!(refused.err(), Some(RegistryError::Unsupported));
    assert!(server.requests().is_empty());
}

/// A row of the corpus, read.
async fn read(id: &str) -> Result<Content, RegistryError> {
    let rows = OddManifest::all();
    let odd = rows.iter().find(|odd| odd.id == id).expect("the row");
    let server = Scripted::start().await;
    odd.serve(&server, "a");
    let client = client(&server.url(), None);
    let found = repository(&client, "a").manifest(&tag("v1")).await;
    found.map(|manifest| manifest.content)
}

#[tokio::test]
async fn sec_30_manifest_above_four_megabytes_is_refused() {
    assert!(read("four-megabytes").await.is_ok());
    let larger = read("four-megabytes-and-one").await;
    assert!(
        matches!(larger, Err(RegistryError::Protocol(_))),
        "{larger:?}"
    );
}

#[tokio::test]
async fn sec_30_lists_are_cut_and_counted() {
    for (id, kept, omitted) in [
        ("children-ten-thousand", 1_000, 9_000),
        ("layers-ten-thousand", 1_000, 9_000),
        ("tree-of-children", 0, 233_001),
    ] {
        let found = match read(id).await {
            Ok(Content::Index(index)) => (index.manifests.len(), index.omitted),
            Ok(Content::Image(image)) => (image.layers.len(), image.omitted),
            other => panic!("{other:?}"),
        };
        assert_eq!(found, (kept, omitted), "{id}");
    }
}

#[tokio::test]
async fn head_without_a_digest_reads_the_bytes() {
    let image = TinyImage::new("x");
    let server = Scripted::start().await;
    server.on("HEAD /v2/a/manifests/v1", reply(IMAGE, &image.manifest));
    server.on("GET /v2/a/manifests/v1", reply(IMAGE, &image.manifest));
    let client = client(&server.url(), None);
    let head = repository(&client, "a")
        .head(&tag("v1"))
        .await
        .expect("head");
    assert_eq!(head.digest, Digest::of(&image.manifest));
    assert_eq!(head.size, Some(image.manifest.len() as u64));
    assert_eq!(
        server.requests(),
        ["HEAD /v2/a/manifests/v1", "GET /v2/a/manifests/v1"]
    );
}

#[tokio::test]
async fn every_media_type_is_accepted_in_one_header() {
    let server = Scripted::start().await;
    let client = client(&server.url(), None);
    assert_eq!(
        repository(&client, "a").manifest(&tag("v1")).await.err(),
        Some(RegistryError::NotFound)
    );
    let log = server.log();
    let accept = log[0].header("accept").expect("accept");
    for part in [
        "oci.image.index.v1",
        "oci.image.manifest.v1",
        "manifest.list.v2",
        "manifest.v2",
        "manifest.v1",
    ] {
        assert!(accept.contains(part), "{part}");
    }
    assert_eq!(
        log[0]
            .headers
            .iter()
            .filter(|(name, _)| name == "accept")
            .count(),
        1
    );
}

#[tokio::test]
async fn fault_5xx_and_429_of_a_manifest_are_told_apart_from_its_absence() {
    for (reply, error) in [
        (Reply::status(404), RegistryError::NotFound),
        (
            Reply::status(503),
            RegistryError::Unavailable { status: 503 },
        ),
        (
            Reply::status(429),
            RegistryError::RateLimited { after: None },
        ),
        (Reply::status(403), RegistryError::Forbidden),
        (Reply::Hang, RegistryError::Timeout),
    ] {
        let server = Scripted::start().await;
        server.on("GET /v2/a/manifests/v1", reply);
        let client = impatient(&server.url());
        let found = repository(&client, "a").manifest(&tag("v1")).await.err();
        assert_eq!(found, Some(error));
    }
}

#[tokio::test]
async fn peer_docker_image_is_read_down_to_its_configuration_and_deleted() {
    image_is_read_down_to_its_configuration_and_deleted(Distribution::Two).await;
}

#[tokio::test]
async fn peer_distribution3_image_is_read_down_to_its_configuration_and_deleted() {
    image_is_read_down_to_its_configuration_and_deleted(Distribution::Three).await;
}

async fn image_is_read_down_to_its_configuration_and_deleted(version: Distribution) {
    for delete in [true, false] {
        let options = RegistryOptions {
            delete,
            version,
            ..RegistryOptions::default()
        };
        let registry = DockerRegistry::start(Guise::basic(), options).await;
        let pushed = fill::push(
            registry.address(),
            registry.credential(),
            "app",
            &["v1", "v2"],
        )
        .await;
        let client = client(&registry.url(), registry.credential());
        let app = repository(&client, "app");
        let manifest = app.manifest(&tag("v1")).await.expect("manifest");
        assert_eq!(manifest.digest.as_str(), pushed);
        let head = app.head(&tag("v2")).await.expect("head");
        assert_eq!(head.digest, manifest.digest);
        assert_eq!(head.size, Some(manifest.bytes.len() as u64));
        let Content::Image(image) = &manifest.content else {
            panic!("{:?}", manifest.content);
        };
        let config = app.config(&image.config).await.expect("config");
        assert_eq!(config.architecture.as_deref(), Some("amd64"));
        assert_eq!(config.labels.get("seed").map(String::as_str), Some("app"));
        assert_eq!(config.layers, 1);

        assert_eq!(app.can_delete().await, Ok(delete), "seen without deleting");
        let deleted = app.delete_manifest(&manifest.digest).await;
        if delete {
            assert_eq!(deleted, Ok(()));
            assert_eq!(
                app.manifest(&tag("v1")).await.err(),
                Some(RegistryError::NotFound)
            );
            assert_eq!(
                app.delete_manifest(&manifest.digest).await,
                Err(RegistryError::NotFound)
            );
        } else {
            assert_eq!(deleted, Err(RegistryError::Unsupported));
            assert!(app.manifest(&tag("v1")).await.is_ok());
        }
    }
}

#[tokio::test]
async fn peer_docker_anonymous_pull_is_proved_on_a_real_image_only() {
    anonymous_pull_is_proved_on_a_real_image_only(Distribution::Two).await;
}

#[tokio::test]
async fn peer_distribution3_anonymous_pull_is_proved_on_a_real_image_only() {
    anonymous_pull_is_proved_on_a_real_image_only(Distribution::Three).await;
}

async fn anonymous_pull_is_proved_on_a_real_image_only(version: Distribution) {
    let open = DockerRegistry::start(
        Guise::Open,
        RegistryOptions {
            version,
            ..RegistryOptions::default()
        },
    )
    .await;
    fill::push(open.address(), None, "app", &["v1"]).await;
    let closed = DockerRegistry::start(
        Guise::basic(),
        RegistryOptions {
            version,
            ..RegistryOptions::default()
        },
    )
    .await;
    fill::push(closed.address(), closed.credential(), "app", &["v1"]).await;
    let name = || RepositoryName::parse("app").expect("name");
    let account = Some((Guise::USERNAME, Guise::PASSWORD));
    for (registry, public) in [(&open, true), (&closed, false)] {
        let client = client(&registry.url(), account);
        let anybody = client.public_repository(name());
        assert_eq!(anybody.can_pull(&tag("v1")).await, Ok(public));
        assert_eq!(anybody.can_pull(&tag("none")).await, Ok(false));
        assert_eq!(
            client.repository(name()).can_pull(&tag("v1")).await,
            Ok(true)
        );
    }
}

#[tokio::test]
async fn peer_docker_rights_of_tokens_are_told_by_what_the_registry_refuses() {
    rights_of_tokens_are_told_by_what_the_registry_refuses(Distribution::Two).await;
}

#[tokio::test]
async fn peer_distribution3_rights_of_tokens_are_told_by_what_the_registry_refuses() {
    rights_of_tokens_are_told_by_what_the_registry_refuses(Distribution::Three).await;
}

async fn rights_of_tokens_are_told_by_what_the_registry_refuses(version: Distribution) {
    let issuer = TokenIssuer::start().await;
    let guise = Guise::Token {
        realm: issuer.realm(),
    };
    let options = RegistryOptions {
        delete: true,
        version,
        ..RegistryOptions::default()
    };
    let registry = DockerRegistry::start(guise, options).await;
    let pushed = fill::push_by_token(registry.address(), "app", &["v1"]).await;
    let digest = Digest::parse(&pushed).expect("digest");
    for (account, writes) in [
        ((Guise::USERNAME, Guise::PASSWORD), true),
        ((Guise::OTHER_USERNAME, Guise::OTHER_PASSWORD), false),
    ] {
        let cold = client(&registry.url(), Some(account));
        let pong = cold
            .ping(roadstead_oci::Identity::Anonymous)
            .await
            .expect("registry");
        let client = cold
            .confirming(&pong.access)
            .expect("settings")
            .expect("client");
        let app = repository(&client, "app");
        assert!(app.manifest(&tag("v1")).await.is_ok());
        assert_eq!(app.can_push().await, Ok(writes));
        assert_eq!(app.can_delete().await, Ok(writes));
        assert_eq!(
            client
                .public_repository(RepositoryName::parse("app").expect("name"))
                .can_pull(&tag("v1"))
                .await,
            Ok(false),
            "the issuer gives nobody a token"
        );
        if !writes {
            assert_eq!(
                app.delete_manifest(&digest).await,
                Err(RegistryError::Forbidden)
            );
        }
    }
    assert!(!issuer.requests().iter().any(|r| r.contains(CANARY)));
}

#[tokio::test]
async fn tag_that_still_points_to_what_is_known_costs_one_head_and_no_bytes() {
    let (old, new) = (TinyImage::new("old"), TinyImage::new("new"));
    let known = Digest::of(&old.manifest);
    let server = Scripted::start().await;
    let client = client(&server.url(), None);
    let repository = repository(&client, "a");
    let answer = |image: &TinyImage| {
        reply(IMAGE, &image.manifest)
            .header("Docker-Content-Digest", &fill::digest(&image.manifest))
    };
    // One that knows the condition, one that does not, and one where the tag has moved.
    for (answer, changed) in [
        (Reply::status(304), None),
        (answer(&old), None),
        (answer(&new), Some(Digest::of(&new.manifest))),
    ] {
        server.on("HEAD /v2/a/manifests/v1", answer);
        let head = repository.changed(&tag("v1"), &known).await.expect("head");
        assert_eq!(head.map(|head| head.digest), changed);
        assert_eq!(server.requests(), ["HEAD /v2/a/manifests/v1"]);
        let log = server.log();
        let condition = log[0].header("if-none-match");
        assert_eq!(condition, Some(format!("\"{known}\"").as_str()));
        server.clear_log();
    }
    server.on("HEAD /v2/a/manifests/v1", Reply::status(404));
    let gone = repository.changed(&tag("v1"), &known).await;
    assert_eq!(gone, Err(RegistryError::NotFound));
}
