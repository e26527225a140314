//! The corpus of manifests, from a registry through the crawl into the database and out of it again.
//! One registry holds every row in a repository of its own, so that what one of them breaks would be
//! missing from the others.

use super::engine::{Engine, Setup};
use crate::postgres::database;
use roadstead_core::model::{
    Artifact, CrawlStatus, Digest, PageRequest, RepositoryId, Tag, TagFilter, TagSort,
};
use roadstead_core::ports::{InventoryLists as _, InventoryStore as _};
use roadstead_testkit::{OddManifest, Reply, Scripted};
use serde_json::{Value, json};
use std::collections::HashSet;

#[tokio::test]
async fn sec_31_every_row_of_the_manifest_corpus_is_kept_as_it_says() {
    every_row(None).await;
}

/// What a text can hold and a database takes is not the same everywhere.
#[tokio::test]
async fn postgres_sec_31_every_row_of_the_manifest_corpus_is_kept_as_it_says() {
    let (_server, database) = database();
    every_row(Some(database.url())).await;
}

fn name(odd: &OddManifest) -> String {
    format!("odd/{}", odd.id)
}

async fn every_row(database: Option<&str>) {
    let rows = OddManifest::all();
    let server = Scripted::start().await;
    server.on("GET /v2/", Reply::registry());
    let names: Vec<String> = rows.iter().map(name).collect();
    let catalogue = json!({ "repositories": names }).to_string();
    server.on("GET /v2/_catalog", Reply::json(&catalogue));
    for odd in &rows {
        odd.serve(&server, &name(odd));
    }
    let url = server.url();
    let setup = Setup {
        database,
        ..Setup::of(&url)
    };
    let engine = Engine::with(setup).await;
    let state = engine.crawled().await;
    assert_eq!(state.status, CrawlStatus::Finished);
    engine.assert_nothing_due().await;
    for odd in &rows {
        held(&engine, odd).await;
    }
    asked_once(&server);
    let found = engine.store.consistency().await.expect("report");
    assert_eq!(found.contradictions, Vec::<String>::new());
}

/// Nothing is asked but what a registry is asked for by its own paths, and nothing twice: what a
/// manifest says of addresses leads nowhere.
fn asked_once(server: &Scripted) {
    let mut seen = HashSet::new();
    for request in server.requests() {
        let known = request == "GET /v2/"
            || request.starts_with("GET /v2/_catalog")
            || request.starts_with("GET /v2/odd/");
        assert!(known, "{request}");
        assert!(!request.contains("blake3"), "{request}");
        assert!(seen.insert(request.clone()), "twice: {request}");
    }
}

async fn held(engine: &Engine, odd: &OddManifest) {
    let id = &odd.id;
    let found = engine.store.repository_named(engine.id, &name(odd)).await;
    let repository = found.expect("answer").expect("the repository").id;
    let tag = tag(engine, repository).await;
    let digest = match (&odd.asked, tag.digest.clone()) {
        (Some(asked), _) => Some(Digest::parse(asked).expect("digest")),
        (None, digest) => digest,
    };
    let trouble = match odd.expected.as_str() {
        "protocol" => Some("upstream.protocol"),
        "unsupported" => Some("upstream.unsupported"),
        _ => None,
    };
    let artifact = match &digest {
        Some(digest) => page(engine, repository, digest).await,
        None => None,
    };
    if odd.asked.is_none() {
        // What was not understood leaves no artifact behind, and says so at its tag.
        assert_eq!(artifact.is_none(), trouble.is_some(), "{id}");
        assert_eq!(tag.trouble.map(|code| code.as_str()), trouble, "{id}");
    }
    let Some(artifact) = artifact else { return };
    assert_eq!(artifact.trouble.map(|c| c.as_str()), trouble, "{id}");
    assert_eq!(artifact.read, trouble.is_none(), "{id}");
    let entries = match artifact.kind.as_str() {
        "index" => ("index", artifact.children.len()),
        _ => ("image", artifact.layers.len()),
    };
    let read = format!("{} {} omitted {}", entries.0, entries.1, artifact.omitted);
    if artifact.read && odd.expected != "unknown" {
        assert_eq!(read, odd.expected, "{id}");
        assert_eq!(artifact.manifest_bytes, odd.body.len() as u64, "{id}");
    }
    let shown = shown(engine, repository, &artifact).await;
    for (place, value) in &odd.kept {
        let there = shown.pointer(place);
        assert_eq!(
            there,
            Some(value),
            "{id}: {place} of {:.2000}",
            shown.to_string()
        );
    }
}

async fn tag(engine: &Engine, id: RepositoryId) -> Tag {
    let page = PageRequest {
        limit: 2,
        after: None,
    };
    let found = engine
        .store
        .tags(id, TagFilter::default(), TagSort::Name, &page)
        .await;
    let mut tags = found.expect("tags").page.items;
    assert_eq!(tags.len(), 1);
    tags.remove(0)
}

async fn page(engine: &Engine, id: RepositoryId, digest: &Digest) -> Option<Artifact> {
    engine
        .store
        .artifact(id, digest, &roadstead_core::rules::Visible::Everything)
        .await
        .expect("answer")
}

/// What a page shows, as the corpus writes it.
async fn shown(engine: &Engine, id: RepositoryId, artifact: &Artifact) -> Value {
    let mut children = Vec::new();
    let last = artifact.children.len().saturating_sub(1);
    for (place, listed) in artifact.children.iter().enumerate() {
        let child = &listed.child;
        let digest = &child.descriptor.digest;
        // What is below the first and the last of a long list stands for the rest.
        let below = match place == 0 || place == last {
            true => page(engine, id, digest).await,
            false => None,
        };
        children.push(json!({
            "digest": digest,
            "artifact_type": child.artifact_type,
            "attests": child.attests,
            "read": below.as_ref().is_some_and(|a| a.read),
            "trouble": below.as_ref().and_then(|a| a.trouble).map(|c| c.as_str()),
            "omitted": below.as_ref().map(|a| a.omitted),
            "children": below.as_ref().map(|a| a.children.len()),
        }));
    }
    let layers: Vec<Value> = artifact
        .layers
        .iter()
        .map(|layer| {
            json!({"digest": layer.digest, "media_type": layer.media_type,
                "size_bytes": layer.size_bytes, "foreign": layer.foreign,
                "title": layer.title})
        })
        .collect();
    let platforms: Vec<String> = artifact.platforms.iter().map(ToString::to_string).collect();
    let config = artifact
        .config
        .as_ref()
        .map(|config| json!({"digest": config.digest, "size_bytes": config.size_bytes}));
    json!({
        "kind": artifact.kind.as_str(),
        "media_type": artifact.media_type,
        "artifact_type": artifact.artifact_type,
        "manifest_bytes": artifact.manifest_bytes,
        "size_bytes": artifact.size_bytes,
        "omitted": artifact.omitted,
        "config": config,
        "config_summary": artifact.config_summary,
        "chart": artifact.chart.as_ref().map(|chart| &chart.said),
        "chart_cut": artifact.chart.as_ref().map(|chart| &chart.cut),
        "config_trouble": artifact.config_trouble.map(|code| code.as_str()),
        "layers": layers,
        "children": children,
        "subject": artifact.subject,
        "annotations": artifact.annotations,
        "annotations_cut": artifact.annotations_cut,
        "config_cut": artifact.config_cut,
        "created_at": artifact.created_at,
        "reproducible": artifact.reproducible,
        "platforms": platforms,
    })
}
