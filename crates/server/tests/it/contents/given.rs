//! What is given, to whom, and as what.

use super::{CONFIG, EMPTY, LAYER, Part, SPDX, Stage, header, manifest};
use crate::cast::code;
use roadstead_testkit::{Answer, Scripted};
use serde_json::json;

/// What a browser is told of a stranger's file: nothing that would have it shown.
fn is_a_file(answer: &Answer, name: &str) {
    assert_eq!(answer.status, 200, "{}", answer.body);
    for (header_name, value) in [
        ("content-type", "application/octet-stream"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(header(answer, header_name), value, "{header_name}");
    }
    assert_eq!(
        header(answer, "content-disposition"),
        format!("attachment; filename={name}")
    );
}

#[tokio::test]
async fn manifest_is_given_byte_by_byte_to_who_may_see_the_artifact() {
    let config = Part::new(CONFIG, r#"{"os":"linux","architecture":"amd64"}"#);
    let layer = Part::new(LAYER, "a layer");
    let image = manifest(None, &[&config, &layer]);
    let stage = Stage::set(&[("v1", &image)], &[&config, &layer]).await;
    let path = stage.manifest(&image);
    let (viewer, _) = stage.cast.member("v", &stage.cast.alpha, "viewer").await;
    let answer = viewer.get(&path).await;
    let short = &image.digest["sha256:".len()..][..12];
    is_a_file(&answer, &format!("\"manifest-{short}.json\""));
    let bytes = viewer.client().bytes(&path, 4 << 20).await.expect("file");
    assert_eq!(bytes, image.bytes, "to the last blank");
    assert_eq!(
        header(&answer, "content-length"),
        image.bytes.len().to_string()
    );
    let (stranger, _) = stage.cast.member("b", &stage.cast.beta, "admin").await;
    stage.server.clear_log();
    let hidden = stranger.get(&path).await;
    assert_eq!(code(&hidden), (404, "object.not_found".to_owned()));
    let other = manifest(Some("x/y"), &[&config, &layer]);
    let absent = viewer.get(&stage.manifest(&other)).await;
    assert_eq!(code(&absent), (404, "object.not_found".to_owned()));
    let nobody = stage.cast.app.api().get(&path).await;
    assert_eq!(nobody.status, 401);
    assert_eq!(stage.asked_at_all(), Vec::<String>::new());
}

#[tokio::test]
async fn document_is_given_under_the_name_its_maker_gave_it_made_safe() {
    let attacker = Scripted::start().await;
    let config = Part::new(EMPTY, "{}");
    let page = "<html><script>alert(1)</script></html>";
    let sbom = Part::new("text/html", page).titled("../../清单\r\n.html");
    let plain = Part::new(SPDX, r#"{"spdxVersion":"SPDX-2.3"}"#)
        .with("urls", json!([format!("{}/x", attacker.url())]));
    let made = manifest(Some(SPDX), &[&config, &sbom, &plain]);
    let stage = Stage::set(&[("sbom", &made)], &[&config, &sbom, &plain]).await;
    let path = stage.blob(&made, &sbom.digest);
    let name = "\"__.html\"; filename*=UTF-8''%E6%B8%85%E5%8D%95.html";
    is_a_file(&stage.ask(&path).await, name);
    assert_eq!(stage.bytes(&path).await, sbom.bytes);
    // Without a title, and of the configuration.
    for (part, end) in [(&plain, "json"), (&config, "json")] {
        let path = stage.blob(&made, &part.digest);
        let short = &part.digest["sha256:".len()..][..12];
        is_a_file(&stage.ask(&path).await, &format!("\"sbom-{short}.{end}\""));
        assert_eq!(stage.bytes(&path).await, part.bytes);
    }
    assert_eq!(
        attacker.connections(),
        0,
        "what a manifest names is elsewhere"
    );
}

/// The path of an object store, to which registries send, gets nothing of ours.
#[tokio::test]
async fn sec_04_document_is_fetched_from_elsewhere_without_the_account() {
    use roadstead_testkit::Reply;
    let config = Part::new(EMPTY, "{}");
    let layer = Part::new(
        "application/vnd.dev.cosign.simplesigning.v1+json",
        "{\"a\":1}",
    );
    let made = manifest(None, &[&config, &layer]);
    let stage = Stage::set(&[("sig", &made)], &[&config]).await;
    let store = Scripted::start().await;
    store.on(
        "GET /bucket/x",
        Reply::status(200).body(layer.bytes.clone()),
    );
    let to = format!("{}/bucket/x", store.url());
    let request = format!("GET /v2/{}/blobs/{}", super::NAME, layer.digest);
    stage
        .server
        .on(&request, Reply::status(307).header("Location", &to));
    let path = stage.blob(&made, &layer.digest);
    assert_eq!(stage.bytes(&path).await, layer.bytes);
    assert_eq!(store.requests(), ["GET /bucket/x"], "without a credential");
}
