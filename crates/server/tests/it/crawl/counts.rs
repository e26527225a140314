//! A crawl asks what the protocol makes necessary, and nothing else.

use super::engine::Engine;
use roadstead_core::model::{CrawlPhase, CrawlStatus};
use roadstead_testkit::{Distribution, DockerRegistry, Guise, RegistryOptions, Storage};
use std::collections::BTreeMap;
use std::path::Path;

/// Every request of the access log to manifests, blobs and lists, with how often it came. Health and
/// the connection test are others' requests.
pub(super) fn requests(registry: &DockerRegistry) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    for line in registry.log().lines() {
        let Some(request) = line.split('"').find(|part| part.ends_with(" HTTP/1.1")) else {
            continue;
        };
        let request = request.trim_end_matches(" HTTP/1.1").to_owned();
        if !matches!(request.as_str(), "GET /v2/" | "GET /v2/_catalog?n=1") {
            *all.entry(request).or_insert(0) += 1;
        }
    }
    all
}

/// Two architectures under one tag, a second tag of the same index, images that share a
/// configuration within and across repositories, one repository without tags.
struct Content {
    /// What a crawl needs, one of each.
    needed: Vec<String>,
    tags: Vec<String>,
}

fn content(folder: &Path) -> std::io::Result<Content> {
    let storage = Storage::at(folder);
    let (mut needed, mut tags) = (vec!["GET /v2/_catalog?n=1000".to_owned()], Vec::new());
    let mut configs = std::collections::BTreeSet::new();
    let mut tag = |repository: &str, tag: &str, digest: &str| {
        storage.tag(repository, tag, digest)?;
        needed.push(format!("GET /v2/{repository}/manifests/{tag}"));
        tags.push(format!("{repository}:{tag}"));
        std::io::Result::Ok(())
    };
    let mut children = Vec::new();
    for repository in ["team/app", "team/web"] {
        let one = storage.image(repository, &format!("{repository} 1"), "shared", "amd64")?;
        let two = storage.image(repository, &format!("{repository} 2"), repository, "arm64")?;
        let index = storage.index(repository, &[(&one, "amd64"), (&two, "arm64")])?;
        tag(repository, "v1", &index)?;
        tag(repository, "latest", &index)?;
        let old = storage.image(repository, &format!("{repository} 0"), "shared", "amd64")?;
        tag(repository, "v0", &old)?;
        children.extend([one, two].map(|child| format!("GET /v2/{repository}/manifests/{child}")));
        configs.insert(repository);
    }
    let empty = storage.image("team/empty", "x", "x", "amd64")?;
    storage.tag("team/empty", "gone", &empty)?;
    storage.untag("team/empty", "gone")?;
    for repository in ["team/app", "team/web", "team/empty"] {
        needed.push(format!("GET /v2/{repository}/tags/list?n=1000"));
    }
    needed.extend(children);
    tags.sort();
    Ok(Content { needed, tags })
}

async fn counted(version: Distribution) {
    let folder = tempfile::tempdir().expect("folder");
    let content = content(folder.path()).expect("content");
    let options = RegistryOptions {
        version,
        ..RegistryOptions::default()
    };
    let registry = DockerRegistry::start_on(folder.path(), Guise::Open, options).await;
    let engine = Engine::on(&registry.url()).await;
    let state = engine.crawled().await;
    assert_eq!(
        (state.status, state.phase),
        (CrawlStatus::Finished, CrawlPhase::Manifests)
    );
    assert_eq!(state.trouble, None);

    let made = requests(&registry);
    let twice: Vec<_> = made.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "asked twice: {twice:?}");
    let blobs: Vec<&String> = made.keys().filter(|r| r.contains("/blobs/")).collect();
    // Three configurations: the shared one, and one of each repository.
    assert_eq!(blobs.len(), 3, "{blobs:?}");
    let mut needed: Vec<&String> = content.needed.iter().chain(blobs).collect();
    needed.sort();
    assert_eq!(made.keys().collect::<Vec<_>>(), needed);
    assert_eq!(state.counts.requests, needed.len() as u64);
    let counts = state.counts;
    assert_eq!((counts.repositories, counts.repositories_listed), (3, 3));
    assert_eq!((counts.tags, counts.manifests, counts.configs), (6, 10, 3));
    assert_eq!((counts.repositories_broken, counts.skipped), (0, 0));

    let (repositories, tags) = engine.known().await;
    assert_eq!(repositories, ["team/app", "team/empty", "team/web"]);
    assert_eq!(tags, content.tags);
    engine.assert_nothing_due().await;
}

#[tokio::test]
async fn peer_docker_crawl_asks_what_the_protocol_makes_necessary_and_nothing_else() {
    counted(Distribution::Two).await;
}

#[tokio::test]
async fn peer_distribution3_crawl_asks_what_the_protocol_makes_necessary_and_nothing_else() {
    counted(Distribution::Three).await;
}
