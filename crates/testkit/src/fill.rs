//! Tiny images into a registry.

use crate::http1;
use base64::Engine as _;
use sha2::{Digest as _, Sha256};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

/// Name and password.
pub type Credential<'a> = Option<(&'a str, &'a str)>;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// `sha256:<hex>` of these bytes.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// An image of one configuration and one layer; `seed` makes it differ from others.
#[derive(Debug, Clone)]
pub struct TinyImage {
    /// The configuration.
    pub config: Vec<u8>,
    /// The layer.
    pub layer: Vec<u8>,
    /// The manifest, byte for byte.
    pub manifest: Vec<u8>,
}

impl TinyImage {
    /// Makes one.
    #[must_use]
    pub fn new(seed: &str) -> Self {
        let layer = format!("layer of {seed}").into_bytes();
        let config = serde_json::json!({
            "architecture": "amd64",
            "os": "linux",
            "config": {"Labels": {"seed": seed}},
            "rootfs": {"type": "layers", "diff_ids": [digest(&layer)]},
        })
        .to_string()
        .into_bytes();
        let manifest = serde_json::json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"mediaType": CONFIG, "digest": digest(&config), "size": config.len()},
            "layers": [{"mediaType": LAYER, "digest": digest(&layer), "size": layer.len()}],
        })
        .to_string()
        .into_bytes();
        Self {
            config,
            layer,
            manifest,
        }
    }
}

/// Pushes a tiny image to each of `tags` of `repository` over plain HTTP. All tags point to the
/// same manifest, whose digest is answered.
///
/// # Panics
/// When the registry does not take it.
pub async fn push(
    registry: SocketAddr,
    credential: Credential<'_>,
    repository: &str,
    tags: &[&str],
) -> String {
    push_as(registry, authorization(credential), repository, tags).await
}

/// The same to a registry that takes tokens of a [`TokenIssuer`](crate::TokenIssuer), as
/// [`Guise::USERNAME`](crate::Guise::USERNAME).
pub async fn push_by_token(registry: SocketAddr, repository: &str, tags: &[&str]) -> String {
    let scope = format!("repository:{repository}:pull,push");
    let token = crate::token_issuer::issue(crate::Guise::USERNAME, &[&scope]);
    let authorization = vec![("Authorization", format!("Bearer {token}"))];
    push_as(registry, authorization, repository, tags).await
}

async fn push_as(
    registry: SocketAddr,
    authorization: Vec<(&'static str, String)>,
    repository: &str,
    tags: &[&str],
) -> String {
    let image = TinyImage::new(repository);
    for blob in [&image.config, &image.layer] {
        push_blob(registry, authorization.clone(), repository, blob).await;
    }
    for tag in tags {
        let mut headers = authorization.clone();
        headers.push(("Content-Type", MANIFEST.to_owned()));
        let request = format!("PUT /v2/{repository}/manifests/{tag}");
        let (status, _, body) = http1::exchange(registry, &request, &headers, &image.manifest)
            .await
            .unwrap();
        assert_eq!(status, 201, "{request}: {}", String::from_utf8_lossy(&body));
    }
    digest(&image.manifest)
}

/// Pushes one tag `latest` into each of `count` repositories named `<prefix>0000`, `<prefix>0001`...
/// and answers their names in order.
pub async fn push_many(
    registry: SocketAddr,
    credential: Credential<'_>,
    prefix: &str,
    count: usize,
) -> Vec<String> {
    let mut names = Vec::with_capacity(count);
    for i in 0..count {
        let name = format!("{prefix}{i:04}");
        push(registry, credential, &name, &["latest"]).await;
        names.push(name);
    }
    names
}

async fn push_blob(
    registry: SocketAddr,
    mut headers: Vec<(&'static str, String)>,
    repository: &str,
    blob: &[u8],
) {
    let request = format!("POST /v2/{repository}/blobs/uploads/");
    let (status, head, _) = http1::exchange(registry, &request, &headers, &[])
        .await
        .unwrap();
    assert_eq!(status, 202, "{request}");
    let location = head.header("location").unwrap();
    let path = location
        .split_once("://")
        .and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]))
        .unwrap_or(location);
    headers.push(("Content-Type", "application/octet-stream".to_owned()));
    let request = format!("PUT {path}&digest={}", digest(blob));
    let (status, _, _) = http1::exchange(registry, &request, &headers, blob)
        .await
        .unwrap();
    assert_eq!(status, 201, "{request}");
}

fn authorization(credential: Credential<'_>) -> Vec<(&'static str, String)> {
    credential
        .map(|(name, password)| {
            let pair =
                base64::engine::general_purpose::STANDARD.encode(format!("{name}:{password}"));
            ("Authorization", format!("Basic {pair}"))
        })
        .into_iter()
        .collect()
}

/// Writes a tiny image as an OCI image layout (image-spec "Image Layout") with one tag.
pub fn write_layout(directory: &Path, tag: &str, seed: &str) {
    let image = TinyImage::new(seed);
    let blobs = directory.join("blobs/sha256");
    std::fs::create_dir_all(&blobs).unwrap();
    for blob in [&image.config, &image.layer, &image.manifest] {
        std::fs::write(blobs.join(hex::encode(Sha256::digest(blob))), blob).unwrap();
    }
    std::fs::write(
        directory.join("oci-layout"),
        r#"{"imageLayoutVersion":"1.0.0"}"#,
    )
    .unwrap();
    let index = serde_json::json!({
        "schemaVersion": 2,
        "manifests": [{
            "mediaType": MANIFEST,
            "digest": digest(&image.manifest),
            "size": image.manifest.len(),
            "annotations": {"org.opencontainers.image.ref.name": tag},
        }],
    });
    std::fs::write(directory.join("index.json"), index.to_string()).unwrap();
}

/// `skopeo copy` of a tag of an image layout to a registry on plain HTTP, as people push. Blocks.
///
/// # Panics
/// When `skopeo` is missing or fails.
pub fn skopeo_copy(layout: &Path, tag: &str, target: &str, credential: Credential<'_>) {
    let mut command = Command::new("skopeo");
    command.args([
        "--insecure-policy",
        "copy",
        "--quiet",
        "--dest-tls-verify=false",
    ]);
    match credential {
        Some((name, password)) => command.arg(format!("--dest-creds={name}:{password}")),
        None => command.arg("--dest-no-creds"),
    };
    let output = command
        .arg(format!("oci:{}:{tag}", layout.display()))
        .arg(format!("docker://{target}"))
        .output()
        .expect("skopeo is missing; run `cargo xtask test`");
    assert!(
        output.status.success(),
        "skopeo: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
