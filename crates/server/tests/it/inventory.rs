//! What registries hold, through the API: from the index alone, whatever the registry does.

use crate::cast::{Cast, id};
use roadstead_core::model::{
    ArtifactKind, Certainty, Child, ConfigSummary, CrawlState, Descriptor, Digest, HistoryStep,
    OciPlatform, PageRequest, RegistryId, Secret, SpaceClass, SpaceSort, Timestamp,
};
use roadstead_core::ports::{
    ConfigRead, CrawlKey, InventoryLists as _, InventoryStore as _, ManifestOutcome, ManifestRead,
    NamesPage, ReadArtifact, ReadConfig, Recorded, RegistryStore as _, SeenRepository, SeenSpace,
    SeenTag, Source,
};
use roadstead_store::{Backend, Store, StoreConfig};
use roadstead_testkit::{Method, TestApp};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A space with a repository, which has a tag.
pub(crate) struct Filled {
    pub(crate) space: String,
    pub(crate) repository: String,
    pub(crate) digest: String,
}

pub(crate) fn digest(of: &str, n: u8) -> Digest {
    let hex: String = of.bytes().map(|byte| format!("{byte:02x}")).collect();
    let text = format!("{n:02x}{hex}{}", "0".repeat(64));
    Digest::parse(&format!("sha256:{}", &text[..64])).expect("digest")
}

fn descriptor(digest: Digest, size_bytes: u64) -> Descriptor {
    Descriptor {
        digest,
        media_type: "application/vnd.oci.image.layer.v1.tar".to_owned(),
        size_bytes,
        foreign: false,
        title: None,
    }
}

fn image(of: &str) -> ReadArtifact {
    ReadArtifact {
        digest: digest(of, 1),
        certainty: Certainty::Verified,
        media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
        artifact_type: None,
        kind: ArtifactKind::Image,
        manifest_bytes: 500,
        config: Some(descriptor(digest(of, 2), 10)),
        read_config: true,
        layers: vec![descriptor(digest(of, 3), 100)],
        children: Vec::new(),
        omitted: 0,
        subject: None,
        annotations: BTreeMap::from([("k".to_owned(), "v".to_owned())]),
        platform: None,
        created_at: None,
    }
}

fn index(of: &str) -> ReadArtifact {
    let child = Child {
        descriptor: descriptor(digest(of, 1), 500),
        platform: Some(OciPlatform {
            os: "linux".to_owned(),
            architecture: "amd64".to_owned(),
            ..OciPlatform::default()
        }),
        artifact_type: None,
        attests: false,
    };
    ReadArtifact {
        digest: digest(of, 4),
        media_type: "application/vnd.oci.image.index.v1+json".to_owned(),
        kind: ArtifactKind::Index,
        config: None,
        read_config: false,
        layers: Vec::new(),
        children: vec![child],
        ..image(of)
    }
}

/// The database of a running server, beside it.
pub(crate) async fn beside(app: &TestApp) -> Store {
    let backend = match app.database_url() {
        Some(url) => Backend::Postgres {
            url: Secret::new(url.to_owned()),
        },
        None => Backend::Sqlite {
            path: app.data_dir().join("roadstead.db"),
        },
    };
    Store::open(StoreConfig { backend }).await.expect("store")
}

/// What a crawl would have found in a registry at its first generation.
pub(crate) async fn fill(store: &Store, registry: &str, of: &str) -> Filled {
    let now = Timestamp::from_system_clock();
    let registry_id: RegistryId = registry.parse().expect("id");
    let source = Source {
        registry_id,
        generation: 1,
    };
    let target = store.registry_target(registry_id).await.expect("answer");
    let there = target.expect("the registry").registry;
    let server = CrawlState::server(&there.address.to_string(), there.identity.as_ref());
    let begun = store
        .begin_crawl(source, &server, now)
        .await
        .expect("crawl");
    let Recorded::Yes(state) = begun else {
        panic!("outdated")
    };
    let space = SeenSpace {
        upstream_id: String::new(),
        name: format!("space-{of}"),
        class: SpaceClass::Normal,
        visibility: None,
        members: Vec::new(),
        storage_bytes: None,
        quota_bytes: None,
    };
    store
        .record_spaces(source, vec![space], now)
        .await
        .expect("space");
    let page = NamesPage {
        repositories: vec![SeenRepository {
            space: String::new(),
            name: format!("team/{of}"),
            upstream_id: None,
            pulled_at: None,
        }],
        next: None,
        now,
    };
    let key = CrawlKey {
        source,
        epoch: state.epoch,
    };
    assert_eq!(
        store.record_names(key, page).await.expect("names"),
        Recorded::Yes(())
    );
    let found = store
        .repository_named(registry_id, &format!("team/{of}"))
        .await;
    let repository_id = found.expect("answer").expect("repository").id;
    let tag = |name: &str| SeenTag {
        name: name.to_owned(),
        digest: None,
        pushed_at: None,
        pulled_at: None,
    };
    let read = |tags, artifact| ManifestRead {
        repository_id,
        tags,
        outcome: ManifestOutcome::Read(Box::new(artifact)),
    };
    let tags = vec![tag("latest"), tag("unread")];
    store
        .record_tags(source, repository_id, tags, now)
        .await
        .expect("tags");
    let manifests = vec![
        read(vec![tag("latest")], index(of)),
        read(Vec::new(), image(of)),
    ];
    store
        .record_manifests(source, manifests, now)
        .await
        .expect("manifests");
    let page = PageRequest {
        limit: 10,
        after: None,
    };
    let spaces = store
        .spaces(registry_id, None, SpaceSort::Name, &page)
        .await
        .expect("spaces");
    Filled {
        space: spaces.page.items[0].id.to_string(),
        repository: repository_id.to_string(),
        digest: digest(of, 1).to_string(),
    }
}

#[tokio::test]
async fn inventory_is_walked_from_registry_to_layers() {
    let cast = Cast::start().await;
    let made = cast
        .padmin
        .post(
            "/api/v1/registries",
            &cast.registry("one", Some(&cast.alpha)),
        )
        .await;
    let registry = id(&made.body);
    let at = format!("/api/v1/registries/{registry}");
    let before = cast.padmin.get(&format!("{at}/crawl")).await;
    assert_eq!(
        (before.status, &before.body["manifests_read"]),
        (200, &Value::Null)
    );
    let store = beside(&cast.app).await;
    let filled = fill(&store, &registry, "one").await;
    let (viewer, _) = cast.member("v", &cast.alpha, "viewer").await;
    let spaces = viewer.get(&format!("{at}/spaces")).await;
    assert_eq!(spaces.body["total"], json!({"value": 1, "exact": true}));
    assert_eq!(spaces.body["items"][0]["id"], filled.space.as_str());
    assert_eq!(
        spaces.body["items"][0]["visibility"],
        Value::Null,
        "nobody knows"
    );
    let space = viewer
        .get(&format!("/api/v1/spaces/{}", filled.space))
        .await;
    assert_eq!(space.body, spaces.body["items"][0]);
    assert_eq!(space.body["storage_bytes"]["value"], 110);
    let path = format!(
        "/api/v1/spaces/{}/repositories?sort=-size&q=TEAM",
        filled.space
    );
    let repositories = viewer.get(&path).await;
    let repository = &repositories.body["items"][0];
    assert_eq!(repository["name"], "team/one");
    assert_eq!(
        (&repository["tags"], &repository["tags_unread"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(repository["kinds"], json!(["image", "index"]));
    assert_eq!(
        (&repository["unique_bytes"], &repository["shared_bytes"]),
        (&json!(110), &json!(0))
    );
    let one = format!("/api/v1/repositories/{}", filled.repository);
    let detail = viewer.get(&one).await;
    assert_eq!(
        (&detail.body["repository"], &detail.body["registry"]),
        (repository, &json!("one"))
    );
    let tags = viewer.get(&format!("{one}/tags?sort=name")).await;
    assert_eq!(
        tags.body["items"][0]["platforms"][0]["architecture"],
        "amd64"
    );
    assert_eq!(tags.body["items"][0]["size_bytes"], 1_110);
    assert_eq!(tags.body["items"][1]["digest"], Value::Null);
    let second = viewer.get(&format!("{one}/tags?sort=name&limit=1")).await;
    let cursor = second.body["next_cursor"]
        .as_str()
        .expect("cursor")
        .to_owned();
    let second = viewer
        .get(&format!("{one}/tags?sort=name&limit=1&cursor={cursor}"))
        .await;
    assert_eq!(second.body["items"][0]["name"], "unread");
    let other = viewer
        .get(&format!("{one}/tags?sort=newest&limit=1&cursor={cursor}"))
        .await;
    assert_eq!(other.body["code"], "request.cursor_invalid");
    let artifact = viewer
        .get(&format!("{one}/artifacts/{}", filled.digest))
        .await;
    assert_eq!(artifact.body["layers"][0]["size_bytes"], 100);
    assert_eq!(
        artifact.body["parents"],
        json!([digest("one", 4).to_string()])
    );
    assert_eq!(artifact.body["certainty"], "verified");
    let layers = format!("{one}/artifacts/{}/layers", filled.digest);
    let layers = viewer.get(&layers).await;
    let alone = json!({
        "digest": digest("one", 3).to_string(),
        "size_bytes": 100,
        "other_artifacts": {"value": 0, "exact": true},
        "other_repositories": 0,
        "examples": [],
    });
    let expected = json!({"layers": [alone], "total_bytes": 100, "shared_bytes": 0});
    assert_eq!((layers.status, layers.body), (200, expected));
    let list = viewer
        .get(&format!("{one}/artifacts/{}", digest("one", 4)))
        .await;
    let child = &list.body["children"][0];
    assert_eq!(
        (&child["size_bytes"], &child["kind"], &child["trouble"]),
        (&json!(610), &json!("image"), &Value::Null)
    );
    assert_eq!(child["descriptor"]["size_bytes"], 500);
    let nothing = viewer.get(&format!("{one}/artifacts/sha256:beef")).await;
    assert_eq!(nothing.status, 404);
    let statistics = viewer.get(&at).await.body["statistics"].clone();
    assert_eq!(
        (
            &statistics["tags"]["value"],
            &statistics["storage_bytes"]["value"]
        ),
        (&json!(2), &json!(110))
    );
    assert_eq!(statistics["manifests_read"], json!({"read": 2, "known": 3}));
    let listed = viewer.get("/api/v1/registries").await;
    assert_eq!(listed.body["items"][0]["statistics"], statistics);
    store
        .note_history(Timestamp::from_system_clock())
        .await
        .expect("history");
    let history = viewer.get(&format!("{at}/statistics-history")).await;
    assert_eq!(history.body["days"][0]["storage_bytes"], 110);
    assert_eq!(history.body["largest_repositories"][0]["name"], "team/one");
    store.close().await;
}

/// SEC-18: the same content in the registry of another workspace is neither counted nor named.
#[tokio::test]
async fn sec_18_shared_layers_are_told_of_no_other_workspaces_registry() {
    let cast = Cast::start().await;
    let store = beside(&cast.app).await;
    let mut paths = Vec::new();
    for (name, workspace) in [("one", &cast.alpha), ("two", &cast.beta)] {
        let body = cast.registry(name, Some(workspace));
        let made = cast.padmin.post("/api/v1/registries", &body).await;
        let filled = fill(&store, &id(&made.body), "same").await;
        let (repository, digest) = (filled.repository, filled.digest);
        paths.push(format!(
            "/api/v1/repositories/{repository}/artifacts/{digest}/layers"
        ));
    }
    let (viewer, _) = cast.member("v", &cast.alpha, "viewer").await;
    for api in [&viewer, &cast.padmin] {
        let told = api.get(&paths[0]).await;
        assert_eq!(told.status, 200);
        assert_eq!(told.body["shared_bytes"], 0);
        assert_eq!(told.body["layers"][0]["other_repositories"], 0);
        assert_eq!(told.body["layers"][0]["examples"], json!([]));
    }
    let hidden = viewer.get(&paths[1]).await;
    assert_eq!(
        (hidden.status, &hidden.body["code"]),
        (404, &json!("object.not_found"))
    );
    store.close().await;
}

#[tokio::test]
async fn texts_that_were_cut_and_builds_without_a_time_say_so() {
    let cast = Cast::start().await;
    let body = cast.registry("one", Some(&cast.alpha));
    let made = cast.padmin.post("/api/v1/registries", &body).await;
    let store = beside(&cast.app).await;
    let registry_id: RegistryId = id(&made.body).parse().expect("id");
    let filled = fill(&store, &registry_id.to_string(), "one").await;
    let source = Source {
        registry_id,
        generation: 1,
    };
    let mut labels: BTreeMap<String, String> = (0..40)
        .map(|n| (format!("k{n:02}"), "v".repeat(1_000)))
        .collect();
    labels.insert("big".to_owned(), "b".repeat(64 << 10));
    let step = HistoryStep {
        created_by: Some("s".repeat(1_000)),
        ..HistoryStep::default()
    };
    let config = ConfigRead {
        digest: digest("one", 2),
        outcome: Ok(ReadConfig {
            created_at: Some(Timestamp::from_micros(0)),
            summary: ConfigSummary {
                labels,
                history: vec![step; 100],
                ..ConfigSummary::default()
            },
            ..ReadConfig::default()
        }),
    };
    let recorded = store
        .record_configs(source, vec![config], Timestamp::from_system_clock())
        .await;
    recorded.expect("config");
    let one = format!("/api/v1/repositories/{}", filled.repository);
    let artifact = cast
        .padmin
        .get(&format!("{one}/artifacts/{}", filled.digest))
        .await
        .body;
    let summary = &artifact["config_summary"];
    assert_eq!(summary["labels"]["big"].as_str().map(str::len), Some(4_096));
    assert_eq!(summary["labels_cut"], json!({"big": 65_536}));
    let kept = summary["labels"]
        .as_object()
        .map_or(0, serde_json::Map::len);
    assert_eq!(summary["left_out"]["labels"], 41 - kept);
    assert_eq!(summary["left_out"]["env"], 0);
    // All the steps of the build, each as far as there is room.
    let steps = summary["history"].as_array().expect("steps");
    assert_eq!(
        (steps.len(), &summary["left_out"]["history"]),
        (100, &json!(0))
    );
    assert_eq!(steps[99]["created_by"].as_str().map(str::len), Some(256));
    assert_eq!(steps[99]["created_by_bytes"], 1_000);
    assert_eq!(artifact["annotations_left_out"], 0);
    assert_eq!(artifact["annotations_cut"], json!({}));
    assert_eq!(artifact["created_at"], Value::Null);
    assert_eq!(artifact["reproducible"], true);
    let tags = cast.padmin.get(&format!("{one}/tags?sort=name")).await;
    assert_eq!(tags.body["items"][0]["reproducible"], false, "an index");
    store.close().await;
}

#[tokio::test]
async fn editor_has_a_registry_read_again_and_stops_it_and_a_viewer_does_not() {
    let cast = Cast::start().await;
    let made = cast
        .padmin
        .post(
            "/api/v1/registries",
            &cast.registry("one", Some(&cast.alpha)),
        )
        .await;
    let registry = id(&made.body);
    let store = beside(&cast.app).await;
    let filled = fill(&store, &registry, "one").await;
    let (viewer, _) = cast.member("v", &cast.alpha, "viewer").await;
    let (editor, _) = cast.member("e", &cast.alpha, "editor").await;
    let crawl = format!("/api/v1/registries/{registry}/crawl");
    let refresh = format!("/api/v1/repositories/{}/refresh", filled.repository);
    for (method, path) in [
        (Method::POST, &crawl),
        (Method::DELETE, &crawl),
        (Method::POST, &refresh),
    ] {
        let refused = viewer.send(method, path, None, &[]).await;
        assert_eq!(
            (refused.status, &refused.body["permission"]),
            (403, &json!("registry.refresh"))
        );
    }
    let stopped = editor.delete(&crawl).await;
    assert_eq!(
        (stopped.status, &stopped.body["status"]),
        (200, &json!("cancelled"))
    );
    let again = editor.delete(&crawl).await;
    assert_eq!(
        (again.status, &again.body["status"]),
        (200, &json!("cancelled")),
        "nothing goes on"
    );
    let begun = editor.send(Method::POST, &crawl, None, &[]).await;
    assert_eq!(
        (begun.status, &begun.body["registry_id"]),
        (202, &json!(registry))
    );
    assert_eq!(begun.body["phase"], "names");
    let asked = editor.send(Method::POST, &refresh, None, &[]).await;
    assert_eq!(asked.status, 202, "{}", asked.body);
    let told = cast
        .padmin
        .get("/api/v1/audit-entries?action=registry.refresh&outcome=done")
        .await;
    let kinds: Vec<&Value> = told.body["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|e| &e["object"]["kind"])
        .collect();
    assert_eq!(
        kinds,
        ["repository", "registry", "registry"],
        "what did nothing left nothing"
    );
    store.close().await;
}
