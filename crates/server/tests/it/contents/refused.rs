//! What is not given, and why.

use super::{
    CONFIG, EMPTY, INDEX, LAYER, MANIFEST, NAME, Part, SPDX, Stage, answer, blob, header, made,
    manifest,
};
use crate::cast::code;
use crate::identity::{NEW, SECRET, leaks, serve};
use roadstead_testkit::{Reply, Scripted};
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test]
async fn sec_31_manifest_whose_bytes_are_others_is_not_given() {
    let config = Part::new(EMPTY, "{}");
    let layer = Part::new(SPDX, "{}x");
    let sbom = manifest(Some(SPDX), &[&config, &layer]);
    let stage = Stage::set(&[("sbom", &sbom)], &[&config, &layer]).await;
    let path = stage.manifest(&sbom);
    let request = format!("GET /v2/{NAME}/manifests/{}", sbom.digest);
    let page = "<html><script>alert('stranger')</script></html>";
    let mut longer = sbom.bytes.clone();
    longer.push(b' ');
    for reply in [
        Reply::status(200)
            .header("Content-Type", "text/html")
            .body(page),
        Reply::status(200)
            .header("Content-Type", MANIFEST)
            .body(longer),
        Reply::Endless(" "),
        Reply::Truncated(sbom.bytes.clone()),
    ] {
        stage.server.on(&request, reply.clone());
        let refused = stage.ask(&path).await;
        assert_eq!(refused.status, 502, "{reply:?}: {}", refused.body);
        assert_eq!(header(&refused, "content-type"), "application/problem+json");
        assert!(!refused.body.to_string().contains("stranger"));
    }
    // One that cannot be read as a manifest is one all the same, if its digest is right.
    answer(&stage.server, &sbom.digest, &sbom.bytes);
    assert_eq!(stage.bytes(&path).await, sbom.bytes);
    stage.server.on(&request, Reply::status(404));
    let gone = code(&stage.ask(&path).await);
    assert_eq!(gone, (502, "upstream.not_found".to_owned()));
}

#[tokio::test]
async fn sec_31_document_whose_bytes_are_others_is_not_given() {
    let config = Part::new(EMPTY, "{}");
    let layer = Part::new(SPDX, r#"{"spdxVersion":"SPDX-2.3"}"#);
    let sbom = manifest(Some(SPDX), &[&config, &layer]);
    let stage = Stage::set(&[("sbom", &sbom)], &[&config, &layer]).await;
    let path = stage.blob(&sbom, &layer.digest);
    let request = format!("GET /v2/{NAME}/blobs/{}", layer.digest);
    let (mut other, mut longer) = (layer.bytes.clone(), layer.bytes.clone());
    other[0] = b'[';
    longer.push(b' ');
    for reply in [
        Reply::status(200).body(other),
        Reply::status(200).body(longer),
        Reply::status(200).body(&layer.bytes[1..]),
        Reply::html(),
        Reply::Endless("x"),
        Reply::Truncated(layer.bytes.clone()),
    ] {
        stage.server.on(&request, reply.clone());
        let refused = stage.ask(&path).await;
        assert_eq!(refused.status, 502, "{reply:?}: {}", refused.body);
        assert_eq!(header(&refused, "content-type"), "application/problem+json");
        assert_eq!(header(&refused, "content-disposition"), "");
    }
    blob(&stage.server, &layer.digest, &layer.bytes);
    assert_eq!(stage.bytes(&path).await, layer.bytes);
}

/// Both of an artifact that was read, which the index knows, and of one that was not, of which only
/// its manifest tells.
#[tokio::test]
async fn blob_that_an_artifact_does_not_name_is_not_there() {
    let config = Part::new(EMPTY, "{}");
    let (one, two) = (Part::new(SPDX, "{\"n\":1}"), Part::new(SPDX, "{\"n\":2}"));
    let read = manifest(Some(SPDX), &[&config, &one]);
    let unread = manifest(Some(SPDX), &[&config, &two]);
    let said = json!({"mediaType": MANIFEST, "digest": unread.digest,
        "size": unread.bytes.len()});
    let list =
        made(json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [said]}).to_string());
    let tagged = [("read", &read), ("list", &list)];
    let stage = Stage::set(&tagged, &[&config, &one, &two]).await;
    let page = stage
        .ask(&format!("{}/artifacts/{}", stage.path, unread.digest))
        .await;
    assert_eq!(page.body["read"], false, "{}", page.body);
    answer(&stage.server, &unread.digest, &unread.bytes);
    let absent = (404, "object.not_found".to_owned());
    stage.server.clear_log();
    let refused = stage.ask(&stage.blob(&read, &two.digest)).await;
    assert_eq!(code(&refused), absent);
    let refused = stage.ask(&stage.blob(&list, &one.digest)).await;
    assert_eq!(code(&refused), absent, "a list names no blobs");
    assert_eq!(stage.asked_at_all(), Vec::<String>::new());
    let refused = stage.ask(&stage.blob(&unread, &one.digest)).await;
    assert_eq!(code(&refused), absent);
    assert_eq!(stage.asked("blobs"), 0);
    let given = stage.bytes(&stage.blob(&unread, &two.digest)).await;
    assert_eq!(given, two.bytes);
}

#[tokio::test]
async fn layer_of_an_image_is_pulled_and_not_downloaded() {
    let config = Part::new(CONFIG, r#"{"os":"linux","architecture":"amd64"}"#);
    let layer = Part::new(LAYER, "a layer");
    let image = manifest(None, &[&config, &layer]);
    let other = manifest(None, &[&config, &layer, &layer]);
    let said = json!({"mediaType": MANIFEST, "digest": other.digest, "size": other.bytes.len()});
    let list =
        made(json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [said]}).to_string());
    let tagged = [("v1", &image), ("list", &list)];
    let stage = Stage::set(&tagged, &[&config, &layer]).await;
    answer(&stage.server, &other.digest, &other.bytes);
    for image in [&image, &other] {
        let refused = stage.ask(&stage.blob(image, &layer.digest)).await;
        assert_eq!(code(&refused), (409, "contents.image".to_owned()));
    }
    // A duty of its own may read the configuration again: whether everybody may pull.
    let asked = stage.server.requests();
    let pulled: Vec<_> = asked
        .iter()
        .filter(|one| one.contains(layer.digest.as_str()))
        .collect();
    assert_eq!(pulled, Vec::<&String>::new());
}

/// Whoever calls a layer a configuration does not get it either, nor anything that no configuration
/// is as large as.
#[tokio::test]
async fn configuration_of_an_image_is_given_unless_it_is_a_layer_or_too_large() {
    let config = Part::new(CONFIG, r#"{"os":"linux","architecture":"amd64"}"#);
    let layer = Part::new(LAYER, "a layer");
    let both = Part::new(CONFIG, "a layer");
    let large = Part::new(CONFIG, "{}").with("size", json!((4 << 20) + 1));
    let image = manifest(None, &[&config, &layer]);
    let twice = manifest(None, &[&both, &layer]);
    let huge = manifest(None, &[&large, &layer]);
    let tagged = [("v1", &image), ("twice", &twice), ("huge", &huge)];
    let stage = Stage::set(&tagged, &[&config, &layer]).await;
    let given = stage.bytes(&stage.blob(&image, &config.digest)).await;
    assert_eq!(given, config.bytes);
    stage.server.clear_log();
    let refused = stage.ask(&stage.blob(&twice, &both.digest)).await;
    assert_eq!(code(&refused), (409, "contents.image".to_owned()));
    assert_eq!(stage.server.requests(), Vec::<String>::new());
    let refused = stage.ask(&stage.blob(&huge, &large.digest)).await;
    assert_eq!(code(&refused), (409, "contents.too_large".to_owned()));
    assert_eq!(refused.body["params"]["limit_bytes"], (4 << 20).to_string());
    assert_eq!(stage.asked("blobs"), 0);
}

#[tokio::test]
async fn document_that_is_too_large_is_not_even_asked_for() {
    let config = Part::new(EMPTY, "{}");
    let large = Part::new("application/x-model", "weights").with("size", json!((32 << 20) + 1));
    let model = manifest(Some("application/x-model"), &[&config, &large]);
    let stage = Stage::set(&[("model", &model)], &[&config, &large]).await;
    let refused = stage.ask(&stage.blob(&model, &large.digest)).await;
    assert_eq!(code(&refused), (409, "contents.too_large".to_owned()));
    assert_eq!(
        refused.body["params"]["limit_bytes"],
        (32 << 20).to_string()
    );
    assert_eq!(stage.asked("blobs"), 0);
}

#[tokio::test]
async fn person_who_asks_too_often_waits_and_others_do_not() {
    let config = Part::new(EMPTY, "{}");
    let layer = Part::new(SPDX, "{}x");
    let sbom = manifest(Some(SPDX), &[&config, &layer]);
    let stage = Stage::set(&[("sbom", &sbom)], &[&config, &layer]).await;
    let path = stage.manifest(&sbom);
    let begun = Instant::now();
    for n in 0..60 {
        assert_eq!(stage.ask(&path).await.status, 200, "{n}");
    }
    let mut before = stage.asked_at_all().len();
    let mut refused = stage.ask(&stage.blob(&sbom, &layer.digest)).await;
    // A machine so slow that the first of them were a minute ago takes a few more.
    while refused.status == 200 && begun.elapsed() >= Duration::from_secs(60) {
        assert!(
            begun.elapsed() < Duration::from_secs(300),
            "never too often"
        );
        before = stage.asked_at_all().len();
        refused = stage.ask(&stage.blob(&sbom, &layer.digest)).await;
    }
    assert_eq!(code(&refused), (429, "contents.limit".to_owned()));
    let wait: u64 = header(&refused, "retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(stage.asked_at_all().len(), before);
    let given = stage.cast.padmin.get(&path).await;
    assert_eq!(given.status, 200, "{}", given.body);
}

#[tokio::test]
async fn sec_02_server_in_anothers_place_gets_no_account_for_a_file() {
    let config = Part::new(EMPTY, "{}");
    let layer = Part::new(SPDX, "{}x");
    let sbom = manifest(Some(SPDX), &[&config, &layer]);
    let stage = Stage::set(&[("sbom", &sbom)], &[&config, &layer]).await;
    // It would give everything to anybody.
    serve(&stage.server, "elsewhere", NEW, &[NAME]);
    stage.server.clear_log();
    for path in [stage.manifest(&sbom), stage.blob(&sbom, &layer.digest)] {
        let refused = stage.ask(&path).await;
        let (status, code) = code(&refused);
        let expected = [
            (502, "upstream.identity_changed"),
            (409, "registry.suspended"),
        ];
        assert!(expected.contains(&(status, &*code)), "{}", refused.body);
    }
    assert_eq!(leaks(&stage.server), 0, "{SECRET} stays at home");
    assert_eq!(stage.asked("manifests") + stage.asked("blobs"), 0);
}

#[tokio::test]
async fn registry_that_does_not_answer_is_told_and_the_index_still_reads() {
    let config = Part::new(EMPTY, "{}");
    let layer = Part::new(SPDX, "{}x");
    let sbom = manifest(Some(SPDX), &[&config, &layer]);
    let mut stage = Stage::set(&[("sbom", &sbom)], &[&config, &layer]).await;
    let path = stage.manifest(&sbom);
    let gone = std::mem::replace(&mut stage.server, Scripted::start().await);
    gone.stop().await;
    let refused = stage.ask(&path).await;
    assert_eq!(refused.status, 502, "{}", refused.body);
    let code = refused.body["code"].as_str().unwrap_or_default();
    assert!(code.starts_with("upstream.connection_"), "{code}");
    let page = format!("{}/artifacts/{}", stage.path, sbom.digest);
    assert_eq!(stage.ask(&page).await.status, 200);
}
