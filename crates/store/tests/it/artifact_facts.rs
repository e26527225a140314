//! What the index tells of an artifact beside what it is made of: how large its children are, who
//! else has its layers, what was too long to be kept, and that no time is a time.

use crate::bed::Bed;
use crate::build::{later, now};
use crate::inventory::{Field, digest, image, index};
use roadstead_core::ErrorCode;
use roadstead_core::model::{
    ArtifactKind, CHART_CONFIG, Chart, ChartSummary, ConfigSummary, Descriptor, Digest,
    RepositoryId, SharedLayers, Timestamp, Total,
};
use roadstead_core::ports::{
    ConfigRead, InventoryLists as _, InventoryStore as _, ManifestOutcome, ReadArtifact, ReadConfig,
};
use roadstead_core::rules::Visible;
use std::collections::BTreeMap;

on_both! {
    index_tells_the_sizes_of_its_children_in_three_queries,
    layers_tell_who_else_has_them_in_three_queries,
    layers_of_many_artifacts_are_at_least_as_shared_as_the_last_ones_say,
    sec_18_layers_are_told_of_nobody_elses_registry,
    texts_that_are_too_long_are_cut_and_counted,
    build_without_a_time_is_told_as_one_without,
    each_manifest_says_itself_what_its_blobs_are,
    documents_have_the_names_that_fit,
    chart_says_what_it_is_or_why_nothing_is_known,
    charts_and_long_builds_that_were_read_before_are_read_once_more,
}

async fn layers(bed: &Bed, id: RepositoryId, n: u64) -> SharedLayers {
    let found = bed.store.layers(id, &digest(n), &Visible::Everything).await;
    found.expect("answer").expect("the artifact")
}

async fn configured(field: &Field<'_>, image: u64, config: ReadConfig) {
    let read = ConfigRead {
        digest: digest(image + 1_000_000),
        outcome: Ok(config),
    };
    let source = field.key.source;
    let recorded = field.store.record_configs(source, vec![read], now()).await;
    recorded.expect("config");
}

async fn index_tells_the_sizes_of_its_children_in_three_queries(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    let mut list = index(1, &[2, 3, 4, 5]);
    list.children[3].attests = true;
    field.read(a, &["x"], list).await;
    field.read(a, &[], image(2, &[20, 30])).await;
    let failed = ManifestOutcome::Failed {
        digest: Some(digest(3)),
        trouble: ErrorCode::UpstreamProtocol,
    };
    field.manifest(a, &[], failed).await;
    field.read(a, &[], image(5, &[7])).await;
    let before = bed.store.queries();
    let page = field.page(a, 1).await;
    assert_eq!(bed.store.queries() - before, 3);
    assert_eq!(page.size_bytes, None, "part of it is unread");
    let told: Vec<_> = page
        .children
        .iter()
        .map(|one| (one.kind, one.size_bytes, one.trouble, one.child.attests))
        .collect();
    let image = Some(ArtifactKind::Image);
    assert_eq!(
        told,
        [
            (image, Some(500 + 20 + 30 + 10), None, false),
            (None, None, Some(ErrorCode::UpstreamProtocol), false),
            (None, None, None, false),
            (image, Some(500 + 7 + 10), None, true),
        ]
    );
    let sizes = page
        .children
        .iter()
        .map(|one| one.child.descriptor.size_bytes);
    assert!(sizes.eq([500; 4]), "what the index says of the manifests");
}

async fn layers_tell_who_else_has_them_in_three_queries(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    let names = ["a", "b", "c", "d", "e", "gone"];
    field.names(&names, None).await;
    let a = field.repository("a").await;
    // 10 lies everywhere, 20 in another artifact here, 30 in one other repository, 40 only here; 10
    // comes twice, and 50 is said to lie elsewhere.
    let mut mine = image(1, &[10, 20, 30, 40, 10, 50]);
    mine.layers[5].foreign = true;
    field.read(a, &["x"], mine).await;
    field.read(a, &["y"], image(2, &[10, 20])).await;
    for (n, name) in (3..).zip(&names[1..]) {
        let of = field.repository(name).await;
        let with: &[u64] = if *name == "b" { &[10, 30, 50] } else { &[10] };
        field.read(of, &["x"], image(n, with)).await;
    }
    let before = bed.store.queries();
    let shared = layers(bed, a, 1).await;
    assert_eq!(bed.store.queries() - before, 3);
    assert_eq!((shared.total_bytes, shared.shared_bytes), (100, 60));
    let told: Vec<_> = shared
        .layers
        .iter()
        .map(|l| (l.size_bytes, l.artifacts.value, l.repositories))
        .collect();
    assert_eq!(told, [(10, 1, 5), (20, 1, 0), (30, 0, 1), (40, 0, 0)]);
    assert!(shared.layers.iter().all(|layer| layer.artifacts.exact));
    assert_eq!(shared.layers[0].examples.len(), 3);
    assert_eq!(shared.layers[2].examples[0].name, "b");
    assert_eq!(shared.layers[2].examples[0].id, field.repository("b").await);
    // What has no layers says so without looking around.
    field.read(a, &["z"], index(9, &[1])).await;
    let list = layers(bed, a, 9).await;
    assert!(list.layers.is_empty() && list.total_bytes == 0);
    // A repository that loses its last tag holds nothing any more.
    let b = field.repository("b").await;
    field.tags(b, &[]).await;
    field.clean().await;
    let shared = layers(bed, a, 1).await;
    assert_eq!(
        (shared.layers[2].repositories, shared.shared_bytes),
        (0, 30)
    );
    let absent = bed.store.layers(a, &digest(77), &Visible::Everything).await;
    assert_eq!(absent.expect("answer"), None);
    let elsewhere = bed.store.layers(a, &digest(4), &Visible::Everything).await;
    assert_eq!(
        elsewhere.expect("answer"),
        None,
        "it is another repository's"
    );
}

async fn layers_of_many_artifacts_are_at_least_as_shared_as_the_last_ones_say(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    let tag = |n: u64| format!("v{n}");
    for n in 1..=501 {
        field.read(a, &[&tag(n)], image(n, &[10, n + 1_000])).await;
    }
    let total = |value, exact| Total { value, exact };
    let all = layers(bed, a, 1).await;
    assert_eq!(all.layers[0].artifacts, total(500, true));
    assert_eq!(all.layers[1].artifacts, total(0, true));
    field.read(a, &["one-more"], image(502, &[1_001])).await;
    let most = layers(bed, a, 1).await;
    assert_eq!(most.layers[0].artifacts, total(499, false));
    assert_eq!(most.layers[1].artifacts, total(1, false));
    // An artifact that nobody has read may have any layer.
    field.names(&["b"], None).await;
    let b = field.repository("b").await;
    field.read(b, &["list"], index(600, &[601, 602])).await;
    field.read(b, &[], image(601, &[10])).await;
    let unread = layers(bed, b, 601).await;
    assert_eq!(unread.layers[0].artifacts, total(0, false));
    assert_eq!(unread.layers[0].repositories, 1);
}

/// What may be seen of an index is whole registries: neither a number nor a name comes from another.
async fn sec_18_layers_are_told_of_nobody_elses_registry(bed: &Bed) {
    let (one, two) = (
        Field::on(&bed.store, "one").await,
        Field::on(&bed.store, "two").await,
    );
    for field in [&one, &two] {
        field.names(&["a", "b"], None).await;
    }
    let of = one.repository("a").await;
    one.read(of, &["x"], image(1, &[10])).await;
    for name in ["a", "b"] {
        let other = two.repository(name).await;
        two.read(other, &["x"], image(1, &[10])).await;
    }
    let mine = layers(bed, of, 1).await;
    assert_eq!(mine.layers[0].repositories, 0);
    assert!(mine.layers[0].examples.is_empty());
    assert_eq!(mine.shared_bytes, 0);
    // Both are the platform's, and nobody but its people sees them.
    for nobody in [
        Visible::Workspaces(Vec::new()),
        Visible::Workspaces(vec![roadstead_core::model::WorkspaceId::new()]),
    ] {
        let hidden = bed.store.layers(of, &digest(1), &nobody).await;
        assert_eq!(hidden.expect("answer"), None);
    }
}

async fn texts_that_are_too_long_are_cut_and_counted(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    let mut long = image(1, &[10]);
    let many = (0..40).map(|n| (format!("k{n:02}"), "v".repeat(997)));
    long.annotations = many.collect();
    field.read(a, &["x"], long).await;
    let labels = BTreeMap::from([
        ("big".to_owned(), "b".repeat(64 << 10)),
        ("small".to_owned(), "s".to_owned()),
    ]);
    let config = ReadConfig {
        summary: ConfigSummary {
            labels,
            env: vec!["E=".to_owned() + &"e".repeat(5_000), "F=f".to_owned()],
            ..ConfigSummary::default()
        },
        ..ReadConfig::default()
    };
    configured(&field, 1, config).await;
    let page = field.page(a, 1).await;
    assert_eq!(page.annotations.len(), 16);
    assert_eq!(page.annotations_cut.left_out, 24);
    let kept = page.config_summary.expect("summary");
    assert_eq!(
        (kept.labels["big"].len(), kept.labels["small"].as_str()),
        (4_096, "s")
    );
    assert_eq!(page.config_cut.labels.cut["big"], 64 << 10);
    assert_eq!(page.config_cut.labels.left_out, 0);
    assert_eq!((kept.env, page.config_cut.env), (vec!["F=f".to_owned()], 1));
    // As it was written before anything was counted.
    field.read(a, &["y"], image(2, &[10])).await;
    configured(&field, 2, ReadConfig::default()).await;
    bed.tamper("UPDATE artifact SET annotations = '{\"k\":\"v\"}' WHERE annotations IS NULL")
        .await;
    bed.tamper(
        "UPDATE image_config SET summary = '{\"labels\":{\"l\":\"w\"}}' WHERE summary = '{}'",
    )
    .await;
    let page = field.page(a, 2).await;
    assert_eq!(page.annotations["k"], "v");
    assert_eq!(page.config_summary.expect("summary").labels["l"], "w");
    assert!(page.annotations_cut.is_nothing() && page.config_cut.is_nothing());
}

async fn build_without_a_time_is_told_as_one_without(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    let epoch = Timestamp::from_micros(0);
    let at = |created_at| ReadConfig {
        created_at,
        ..ReadConfig::default()
    };
    // By its configuration; by its annotation alone, which the reader took for no time; by neither.
    field.read(a, &["config"], image(1, &[10])).await;
    configured(&field, 1, at(Some(epoch))).await;
    let mut annotated = image(2, &[10]);
    let created = "org.opencontainers.image.created".to_owned();
    annotated
        .annotations
        .insert(created, "1970-01-01T00:00:00Z".to_owned());
    field.read(a, &["annotated"], annotated).await;
    field.read(a, &["silent"], image(3, &[10])).await;
    configured(&field, 3, at(None)).await;
    // An annotation with a time is told before a configuration without one.
    let mut both = image(4, &[10]);
    both.created_at = Some(later(7));
    field.read(a, &["both"], both).await;
    configured(&field, 4, at(Some(epoch))).await;
    let expected = [
        (1, None, true),
        (2, None, true),
        (3, None, false),
        (4, Some(later(7)), false),
    ];
    for (n, created_at, reproducible) in expected {
        let page = field.page(a, n).await;
        assert_eq!(
            (page.created_at, page.reproducible),
            (created_at, reproducible),
            "{n}"
        );
    }
    let told: BTreeMap<Digest, _> = field
        .listed(a)
        .await
        .into_iter()
        .filter_map(|tag| Some((tag.digest?, (tag.created_at, tag.reproducible))))
        .collect();
    for (n, created_at, reproducible) in expected {
        assert_eq!(told[&digest(n)], (created_at, reproducible), "{n}");
    }
}

async fn each_manifest_says_itself_what_its_blobs_are(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    // The same bytes, named by what was made in one form and converted to another; and lied about.
    let first = image(1, &[7, 8, 7]);
    let mut second = image(2, &[7, 8, 7]);
    second.layers[0].media_type = "text/spdx+json".to_owned();
    second.layers[1].size_bytes = 9_999;
    second.layers[2].title = Some("notes.txt".to_owned());
    second.config = first.config.clone().map(|config| Descriptor {
        media_type: "application/vnd.docker.container.image.v1+json".to_owned(),
        ..config
    });
    // In one batch, and in another.
    let mut third = image(3, &[8]);
    third.layers[0].media_type = "application/json".to_owned();
    field.read(a, &["first"], first.clone()).await;
    field.read(a, &["second"], second.clone()).await;
    field.read(a, &["third"], third.clone()).await;
    for wanted in [first, second, third] {
        let found = bed
            .store
            .artifact(a, &wanted.digest, &Visible::Everything)
            .await
            .expect("answer")
            .expect("artifact");
        assert_eq!(found.layers, wanted.layers);
        assert_eq!(found.config, wanted.config);
    }
}

async fn documents_have_the_names_that_fit(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    let layers: Vec<u64> = (1..=100).collect();
    let mut many = ReadArtifact {
        kind: ArtifactKind::Other,
        ..image(1_000, &layers)
    };
    for layer in &mut many.layers {
        layer.title = Some("t".repeat(255));
    }
    many.layers[99].title = Some("x\0y".to_owned());
    field.read(a, &["x"], many).await;
    let page = field.page(a, 1_000).await;
    let named = page.layers.iter().filter(|layer| layer.title.is_some());
    assert_eq!(named.count(), 65, "64 that fill the room, and a short one");
    assert_eq!(page.layers[63].title.as_ref().map(String::len), Some(255));
    assert_eq!(page.layers[64].title, None);
    assert_eq!(page.layers[99].title.as_deref(), Some("x\u{fffd}y"));
}

/// A chart: manifest `n`, configuration `n + 1_000_000`.
fn chart(n: u64) -> ReadArtifact {
    let mut chart = ReadArtifact {
        kind: ArtifactKind::Helm,
        ..image(n, &[n + 10])
    };
    if let Some(config) = &mut chart.config {
        CHART_CONFIG.clone_into(&mut config.media_type);
    }
    chart
}

async fn chart_says_what_it_is_or_why_nothing_is_known(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    for n in 1..=3 {
        field.read(a, &[&format!("v{n}")], chart(n)).await;
    }
    let page = field.page(a, 1).await;
    assert_eq!((page.chart, page.config_trouble), (None, None), "unread");
    let said = Chart {
        said: ChartSummary {
            name: Some("api".to_owned()),
            description: Some("d".repeat(5_000)),
            keywords: vec!["k\0".to_owned()],
            ..ChartSummary::default()
        },
        ..Chart::default()
    };
    let read = ReadConfig {
        chart: Some(said),
        ..ReadConfig::default()
    };
    configured(&field, 1, read).await;
    let page = field.page(a, 1).await;
    let kept = page.chart.expect("what it says");
    assert_eq!(kept.said.name.as_deref(), Some("api"));
    assert_eq!(kept.said.keywords, ["k\0"]);
    assert_eq!(kept.cut.description_bytes, Some(5_000));
    assert_eq!(page.config_summary, None, "it is no image");
    // Read as an image's, because another manifest calls it one.
    configured(&field, 2, ReadConfig::default()).await;
    assert_eq!(field.page(a, 2).await.chart, Some(Chart::default()));
    let failed = ConfigRead {
        digest: digest(1_000_003),
        outcome: Err(ErrorCode::UpstreamProtocol),
    };
    let source = field.key.source;
    let recorded = field
        .store
        .record_configs(source, vec![failed], now())
        .await;
    recorded.expect("config");
    let page = field.page(a, 3).await;
    assert_eq!(
        (page.chart, page.config_trouble),
        (None, Some(ErrorCode::UpstreamProtocol))
    );
}

async fn charts_and_long_builds_that_were_read_before_are_read_once_more(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    // As it was: nobody asked for a chart's configuration.
    let before = ReadArtifact {
        read_config: false,
        ..chart(1)
    };
    field.read(a, &["chart"], before).await;
    for n in 2..=4 {
        field.read(a, &[&format!("v{n}")], image(n, &[10])).await;
        let read = ReadConfig {
            summary: ConfigSummary {
                user: Some(format!("user-{n}")),
                ..ConfigSummary::default()
            },
            ..ReadConfig::default()
        };
        configured(&field, n, read).await;
    }
    for (n, missing) in [(2, r#""env":0,"history":7"#), (3, r#""env":7,"history":0"#)] {
        bed.tamper(&format!(
            "UPDATE image_config SET summary = '{{\"user\":\"user-{n}\",\"not_kept\":{{{missing}}}}}' \
             WHERE summary LIKE '%user-{n}%'"
        ))
        .await;
    }
    assert!(due(&field).await.is_empty());
    bed.tamper("DELETE FROM seaql_migrations WHERE version = 'm0016_charts'")
        .await;
    bed.another().await.close().await;
    assert_eq!(due(&field).await, [digest(1_000_001), digest(1_000_002)]);
    let page = field.page(a, 2).await;
    let known = page.config_summary.expect("what was known stays");
    assert_eq!(
        (known.user.as_deref(), page.config_cut.history),
        (Some("user-2"), 7)
    );
}

/// Configurations that wait to be read, by digest.
async fn due(field: &Field<'_>) -> Vec<Digest> {
    let waiting = field.store.configs_due(field.id, None, 100).await;
    let waiting = waiting.expect("queue").into_iter();
    let mut digests: Vec<Digest> = waiting.map(|due| due.descriptor.digest).collect();
    digests.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
    digests
}
