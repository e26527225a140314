//! The inventory: what is learned of registries, what is still to do, what the figures say.

use crate::bed::Bed;
use crate::build::{audit, integrate, later, now, registry};
use crate::deletions::{begun, deleted, end};
use crate::descriptions::describe;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use roadstead_core::ErrorCode;
use roadstead_core::model::{
    Artifact, ArtifactKind, Certainty, Child, ConfigSummary, CrawlCounts, CrawlPhase, CrawlStatus,
    Deleted, Descriptor, Digest, OciPlatform, PageRequest, Placed, RegistryId, RepositoryFilter,
    RepositoryId, RepositorySort, RepositoryState, SpaceClass, SpaceSort, TagFilter, TagName,
    TagSort, Timestamp, Topic, Visibility,
};
use roadstead_core::ports::{
    ChangeFeed as _, ConfigRead, CrawlKey, CrawlReport, DeletionStore as _, InventoryLists as _,
    InventoryStore as _, ManifestOutcome, ManifestRead, NamesPage, ProvisionalTag, ReadArtifact,
    ReadConfig, Recorded, RegistryStore as _, RepositoryMark, SeenRepository, SeenSpace, SeenTag,
    Source, StoreError, TagCheck, TagOutcome,
};
use roadstead_core::rules::Visible;
use roadstead_store::Store;
use std::collections::BTreeMap;

on_both! {
    page_of_names_and_its_cursor_are_taken_together,
    crawl_goes_on_after_a_restart_and_begins_anew_at_another_address,
    nothing_is_recorded_of_a_registry_that_was_edited_or_of_a_crawl_that_was_cancelled,
    repository_a_list_left_out_stays_until_it_is_proved_gone,
    broken_repository_keeps_what_was_known_and_says_why,
    tag_list_replaces_the_one_before,
    queues_give_each_manifest_and_each_configuration_once,
    artifact_page_shows_what_it_is_made_of,
    artifact_page_shows_what_is_said_about_it_in_three_queries,
    moved_tag_lets_go_of_what_nothing_leads_to,
    provisional_tag_is_settled_by_looking,
    tag_told_of_lately_is_left_to_who_settles_it,
    failed_reading_leaves_its_queue_until_the_next_time,
    sums_add_up_whatever_happens,
    disconnected_registry_leaves_nothing,
    lists_page_through_every_row_once,
    attached_tags_are_listed_where_they_are_asked_for,
    spaces_are_listed_by_what_they_take,
    people_hear_once_for_a_repository_and_batch,
    sec_18_what_one_holds_is_not_known_of_another,
    sec_26_text_that_no_database_takes_stops_nothing,
    sec_30_sizes_that_nothing_has_are_added_up_without_an_end,
    sec_30_lists_that_go_round_in_circles_end,
    sec_30_list_of_a_thousand_makes_a_thousand_rows_in_bounded_commands,
}

/// A registry with one space, and its crawl begun.
pub(crate) struct Field<'b> {
    pub(crate) store: &'b Store,
    pub(crate) id: RegistryId,
    pub(crate) key: CrawlKey,
}

pub(crate) fn digest(n: u64) -> Digest {
    Digest::parse(&format!("sha256:{n:064x}")).expect("digest")
}

fn descriptor(n: u64, size: u64) -> Descriptor {
    Descriptor {
        digest: digest(n),
        media_type: "application/vnd.oci.image.layer.v1.tar+gzip".to_owned(),
        size_bytes: size,
        foreign: false,
        title: None,
    }
}

const fn containing(text: &str) -> RepositoryFilter<'_> {
    RepositoryFilter {
        text: Some(text),
        broken: false,
    }
}

const fn tags_containing(text: &str) -> TagFilter<'_> {
    TagFilter {
        text: Some(text),
        attached: false,
    }
}

fn tag(name: &str) -> SeenTag {
    SeenTag {
        name: name.to_owned(),
        digest: None,
        pushed_at: None,
        pulled_at: None,
    }
}

/// An image: manifest `n`, configuration `n + 1_000_000`, layers by number, each of its number's
/// size.
pub(crate) fn image(n: u64, layers: &[u64]) -> ReadArtifact {
    ReadArtifact {
        digest: digest(n),
        certainty: Certainty::Verified,
        media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
        artifact_type: None,
        kind: ArtifactKind::Image,
        manifest_bytes: 500,
        config: Some(descriptor(n + 1_000_000, 10)),
        read_config: true,
        layers: layers.iter().map(|l| descriptor(*l, *l)).collect(),
        children: Vec::new(),
        omitted: 0,
        subject: None,
        annotations: BTreeMap::new(),
        platform: None,
        created_at: None,
    }
}

pub(crate) fn index(n: u64, children: &[u64]) -> ReadArtifact {
    let child = |c: &u64| Child {
        descriptor: Descriptor {
            media_type: "application/vnd.oci.image.manifest.v1+json".to_owned(),
            ..descriptor(*c, 500)
        },
        platform: Some(OciPlatform {
            os: "linux".to_owned(),
            architecture: format!("arch{c}"),
            ..OciPlatform::default()
        }),
        artifact_type: None,
        attests: false,
    };
    ReadArtifact {
        media_type: "application/vnd.oci.image.index.v1+json".to_owned(),
        kind: ArtifactKind::Index,
        config: None,
        read_config: false,
        layers: Vec::new(),
        children: children.iter().map(child).collect(),
        ..image(n, &[])
    }
}

impl<'b> Field<'b> {
    pub(crate) async fn on(store: &'b Store, name: &str) -> Self {
        let id = integrate(store, registry(name)).await;
        let source = Source {
            registry_id: id,
            generation: 1,
        };
        let begun = store.begin_crawl(source, "https://a", now()).await;
        let Recorded::Yes(state) = begun.expect("crawl") else {
            panic!("outdated");
        };
        let field = Self {
            store,
            id,
            key: CrawlKey {
                source,
                epoch: state.epoch,
            },
        };
        let space = SeenSpace {
            upstream_id: String::new(),
            name: name.to_owned(),
            class: SpaceClass::Normal,
            visibility: None,
            members: Vec::new(),
            storage_bytes: None,
            quota_bytes: None,
        };
        let recorded = store.record_spaces(source, vec![space], now()).await;
        assert!(matches!(recorded, Ok(Recorded::Yes(ids)) if ids.len() == 1));
        field
    }

    pub(crate) async fn names(&self, names: &[&str], next: Option<&str>) -> Recorded {
        let page = NamesPage {
            repositories: names
                .iter()
                .map(|name| SeenRepository {
                    space: String::new(),
                    name: (*name).to_owned(),
                    upstream_id: None,
                    pulled_at: None,
                })
                .collect(),
            next: next.map(str::to_owned),
            now: now(),
        };
        self.store
            .record_names(self.key, page)
            .await
            .expect("names")
    }

    pub(crate) async fn repository(&self, name: &str) -> RepositoryId {
        let found = self.store.repository_named(self.id, name).await;
        found.expect("answer").expect("repository").id
    }

    pub(crate) async fn tags(&self, id: RepositoryId, tags: &[&str]) -> (u64, u64) {
        let tags = tags.iter().map(|name| tag(name)).collect();
        let recorded = self
            .store
            .record_tags(self.key.source, id, tags, now())
            .await;
        match recorded.expect("tags") {
            Recorded::Yes(recorded) => (recorded.added, recorded.ended),
            Recorded::Outdated => panic!("outdated"),
        }
    }

    pub(crate) async fn read(&self, id: RepositoryId, tags: &[&str], artifact: ReadArtifact) {
        self.manifest(id, tags, ManifestOutcome::Read(Box::new(artifact)))
            .await;
    }

    pub(crate) async fn manifest(&self, id: RepositoryId, tags: &[&str], outcome: ManifestOutcome) {
        let read = ManifestRead {
            repository_id: id,
            tags: tags.iter().map(|name| tag(name)).collect(),
            outcome,
        };
        let recorded = self
            .store
            .record_manifests(self.key.source, vec![read], now())
            .await;
        assert_eq!(recorded.expect("manifest"), Recorded::Yes(()));
    }

    pub(crate) async fn check(&self, id: RepositoryId, tag: &str, outcome: TagOutcome) {
        let check = TagCheck {
            repository_id: id,
            tag: tag.to_owned(),
            outcome,
        };
        let recorded = self
            .store
            .record_checks(self.key.source, vec![check], later(5))
            .await;
        assert_eq!(recorded.expect("check"), Recorded::Yes(()));
    }

    pub(crate) async fn listed(&self, id: RepositoryId) -> Vec<roadstead_core::model::Tag> {
        let page = PageRequest {
            limit: 200,
            after: None,
        };
        let found = self
            .store
            .tags(id, TagFilter::default(), TagSort::Name, &page)
            .await;
        found.expect("tags").page.items
    }

    pub(crate) async fn page(&self, id: RepositoryId, n: u64) -> Artifact {
        let found = self
            .store
            .artifact(id, &digest(n), &Visible::Everything)
            .await;
        found.expect("answer").expect("the artifact")
    }

    async fn due_tags(&self) -> Vec<String> {
        let due = self.store.tags_due(self.id, None, 100).await.expect("due");
        due.into_iter()
            .map(|due| format!("{}:{}", due.repository, due.tag))
            .collect()
    }

    pub(crate) async fn clean(&self) {
        for _ in 0..10_000 {
            if self.store.remove_ended(later(10)).await.expect("removed") == 0 {
                return;
            }
        }
        panic!("there is always something left to remove");
    }
}

async fn page_of_names_and_its_cursor_are_taken_together(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    assert_eq!(
        field.names(&["a", "b", "a"], Some("b")).await,
        Recorded::Yes(())
    );
    let state = bed
        .store
        .crawl(field.id)
        .await
        .expect("crawl")
        .expect("one");
    assert_eq!(
        (state.cursor.as_deref(), state.phase),
        (Some("b"), CrawlPhase::Names)
    );
    let many: Vec<String> = (0..1_200).map(|n| format!("many/{n:04}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    field.names(&many, None).await;
    let state = bed
        .store
        .crawl(field.id)
        .await
        .expect("crawl")
        .expect("one");
    assert_eq!((state.cursor, state.phase), (None, CrawlPhase::Tags));
    let figures = bed
        .store
        .registry_figures(&[field.id])
        .await
        .expect("figures");
    assert_eq!(figures[&field.id].repositories, 1_202);
    assert!(figures[&field.id].complete);
    assert_eq!(bed.count("repository").await, 1_202);
}

async fn crawl_goes_on_after_a_restart_and_begins_anew_at_another_address(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], Some("a")).await;
    let again = bed.another().await;
    let source = field.key.source;
    let Recorded::Yes(state) = again
        .begin_crawl(source, "https://a", later(9))
        .await
        .expect("crawl")
    else {
        panic!("outdated");
    };
    assert_eq!(
        (state.epoch, state.cursor.as_deref()),
        (field.key.epoch, Some("a"))
    );
    let Recorded::Yes(moved) = again
        .begin_crawl(source, "https://b", later(9))
        .await
        .expect("crawl")
    else {
        panic!("outdated");
    };
    assert_eq!((moved.epoch, moved.cursor), (field.key.epoch + 1, None));
    let figures = again.registry_figures(&[field.id]).await.expect("figures");
    let of = &figures[&field.id];
    assert!(!of.complete, "nothing was listed there yet");
    assert_eq!(of.server, "https://b");
    let stale = field.names(&["c"], None).await;
    assert_eq!(stale, Recorded::Outdated, "the crawl before is over");
    again.close().await;
}

async fn nothing_is_recorded_of_a_registry_that_was_edited_or_of_a_crawl_that_was_cancelled(
    bed: &Bed,
) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    let old = Source {
        generation: 2,
        ..field.key.source
    };
    let rows = bed.count("tag").await;
    let recorded = bed.store.record_tags(old, a, vec![tag("x")], now()).await;
    assert_eq!(recorded.expect("answer"), Recorded::Outdated);
    assert_eq!(bed.count("tag").await, rows);
    let entry = audit("registry.refresh", "registry", field.id);
    let state = bed
        .store
        .cancel_crawl(field.id, later(3), entry)
        .await
        .expect("cancelled");
    assert_eq!(state.status, CrawlStatus::Cancelled);
    assert_eq!(field.names(&["b"], None).await, Recorded::Outdated);
    let entry = audit("registry.refresh", "registry", field.id);
    let twice = bed.store.cancel_crawl(field.id, later(4), entry).await;
    assert!(matches!(twice, Err(StoreError::AlreadyDone)));
    let report = CrawlReport {
        status: CrawlStatus::Finished,
        phase: CrawlPhase::Manifests,
        counts: CrawlCounts::default(),
        rate_per_minute: None,
        trouble: None,
        next_at: None,
        news: true,
        now: later(5),
    };
    let recorded = bed.store.report_crawl(field.key, report).await;
    assert_eq!(recorded.expect("answer"), Recorded::Outdated);
    let entry = audit("registry.refresh", "registry", field.id);
    let state = bed
        .store
        .request_crawl(field.id, later(6), entry)
        .await
        .expect("crawl");
    assert_eq!(
        (state.status, state.epoch),
        (CrawlStatus::Running, field.key.epoch + 1)
    );
    let due = bed.store.crawls_due(later(7), 10).await.expect("due");
    assert_eq!(due, [field.id]);
}

async fn repository_a_list_left_out_stays_until_it_is_proved_gone(bed: &Bed) {
    let mut field = Field::on(&bed.store, "one").await;
    field.names(&["a", "b"], None).await;
    let (a, b) = (field.repository("a").await, field.repository("b").await);
    field.tags(b, &["x"]).await;
    let entry = audit("registry.refresh", "registry", field.id);
    bed.store
        .cancel_crawl(field.id, now(), entry)
        .await
        .expect("cancelled");
    let next = bed
        .store
        .begin_crawl(field.key.source, "https://a", now())
        .await;
    let Recorded::Yes(next) = next.expect("crawl") else {
        panic!("outdated")
    };
    field.key.epoch = next.epoch;
    field.names(&["a"], None).await;
    let unseen = bed
        .store
        .repositories_unseen(field.key, None, 10)
        .await
        .expect("unseen");
    assert_eq!(unseen.iter().map(|r| r.id).collect::<Vec<_>>(), [b]);
    let due = bed
        .store
        .repositories_due(field.key, None, 10)
        .await
        .expect("due");
    assert_eq!(due.iter().map(|r| r.id).collect::<Vec<_>>(), [a, b]);
    let marks = vec![(b, RepositoryMark::Gone)];
    bed.store
        .mark_repositories(field.key.source, marks, now())
        .await
        .expect("marked");
    assert_eq!(
        bed.store
            .repository(b, &Visible::Everything)
            .await
            .expect("answer"),
        None
    );
    let figures = bed
        .store
        .registry_figures(&[field.id])
        .await
        .expect("figures");
    assert_eq!(
        (figures[&field.id].repositories, figures[&field.id].tags),
        (1, 0)
    );
    // Whoever comes back under the name is another one.
    field.names(&["b"], None).await;
    assert_ne!(field.repository("b").await, b);
    field.clean().await;
    assert_eq!(bed.count("tag").await, 0);
    assert_eq!(bed.count("repository").await, 2);
}

async fn broken_repository_keeps_what_was_known_and_says_why(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a", "b"], None).await;
    let (a, b) = (field.repository("a").await, field.repository("b").await);
    field.tags(a, &["x"]).await;
    let marks = vec![(a, RepositoryMark::Broken(ErrorCode::UpstreamUnavailable))];
    bed.store
        .mark_repositories(field.key.source, marks, now())
        .await
        .expect("marked");
    let found = bed
        .store
        .repository(a, &Visible::Everything)
        .await
        .expect("answer")
        .expect("one");
    assert_eq!(
        found.repository.state,
        RepositoryState::Broken(ErrorCode::UpstreamUnavailable)
    );
    assert_eq!(found.repository.tags, 1);
    let broken = RepositoryFilter {
        text: None,
        broken: true,
    };
    let page = PageRequest {
        limit: 10,
        after: None,
    };
    let before = bed.store.queries();
    let listed = bed
        .store
        .repositories(
            found.repository.space_id,
            broken,
            RepositorySort::Name,
            &page,
        )
        .await
        .expect("page");
    assert_eq!(bed.store.queries() - before, 1);
    assert_eq!((listed.total.value, listed.total.exact), (1, true));
    let ids: Vec<_> = listed.page.items.iter().map(|r| r.id).collect();
    assert_eq!(ids, [a]);
    let due = bed
        .store
        .repositories_due(field.key, None, 10)
        .await
        .expect("due");
    assert_eq!(
        due.iter().map(|r| r.id).collect::<Vec<_>>(),
        [b],
        "the rest goes on"
    );
    field.tags(a, &[]).await;
    let found = bed
        .store
        .repository(a, &Visible::Everything)
        .await
        .expect("answer")
        .expect("one");
    assert_eq!(found.repository.state, RepositoryState::Empty);
    let marks = vec![(b, RepositoryMark::Stale)];
    bed.store
        .mark_repositories(field.key.source, marks, now())
        .await
        .expect("marked");
    let entry = audit("repository.refresh", "repository", a);
    bed.store
        .request_repository(a, later(1), entry)
        .await
        .expect("requested");
    let wanted = bed
        .store
        .repositories_requested(field.id, 10)
        .await
        .expect("wanted");
    assert_eq!(wanted.iter().map(|r| r.id).collect::<Vec<_>>(), [b, a]);
    field.tags(b, &["x"]).await;
    let wanted = bed
        .store
        .repositories_requested(field.id, 10)
        .await
        .expect("wanted");
    assert_eq!(wanted.iter().map(|r| r.id).collect::<Vec<_>>(), [a]);
}

async fn tag_list_replaces_the_one_before(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    let many: Vec<String> = (0..1_300).map(|n| format!("v{n}")).collect();
    let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
    many.push("v0");
    assert_eq!(field.tags(a, &many).await, (1_300, 0));
    field.read(a, &["v0"], image(1, &[7])).await;
    assert_eq!(field.tags(a, &["v0", "v1", "new"]).await, (1, 1_298));
    let tags = field.listed(a).await;
    let names: Vec<&str> = tags.iter().map(|tag| tag.name.as_str()).collect();
    assert_eq!(names, ["new", "v0", "v1"]);
    assert_eq!(tags[1].digest, Some(digest(1)), "what is known stays");
    let found = bed
        .store
        .repository(a, &Visible::Everything)
        .await
        .expect("answer")
        .expect("one");
    assert_eq!(
        (found.repository.tags, found.repository.tags_unread),
        (3, 2)
    );
    assert_eq!(
        field.due_tags().await,
        ["a:new", "a:v1"],
        "the newest first"
    );
    // A digest a list gives is known without being read.
    let given = SeenTag {
        digest: Some(digest(9)),
        ..tag("new")
    };
    let list = vec![given, tag("v0"), tag("v1")];
    bed.store
        .record_tags(field.key.source, a, list, now())
        .await
        .expect("tags");
    let tags = field.listed(a).await;
    assert_eq!(tags[0].digest, Some(digest(9)));
    assert_eq!(tags[0].certainty, Certainty::Reported);
    assert_eq!(field.due_tags().await, ["a:v1"]);
    let due = bed
        .store
        .manifests_due(field.id, None, 10)
        .await
        .expect("due");
    assert_eq!(
        due.iter().map(|m| m.digest.clone()).collect::<Vec<_>>(),
        [digest(9)]
    );
}

async fn queues_give_each_manifest_and_each_configuration_once(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a", "b"], None).await;
    let (a, b) = (field.repository("a").await, field.repository("b").await);
    field.tags(a, &["x"]).await;
    field.tags(b, &["x"]).await;
    field.read(a, &["x"], index(1, &[2, 3])).await;
    let known = bed
        .store
        .known_digests(field.id, &[digest(1), digest(2)])
        .await
        .expect("known");
    assert_eq!(known.into_iter().collect::<Vec<_>>(), [digest(1)]);
    field
        .manifest(b, &["x"], ManifestOutcome::Known(digest(1)))
        .await;
    assert_eq!(field.due_tags().await, Vec::<String>::new());
    let due = bed
        .store
        .manifests_due(field.id, None, 10)
        .await
        .expect("due");
    let mut digests: Vec<Digest> = due.iter().map(|m| m.digest.clone()).collect();
    digests.sort();
    assert_eq!(digests, [digest(2), digest(3)]);
    let rest = bed
        .store
        .manifests_due(field.id, Some(due[0].place), 10)
        .await
        .expect("due");
    assert_eq!(rest.len(), 1, "a place is where the rest begins");
    field.read(a, &[], image(2, &[20])).await;
    field.read(a, &[], image(3, &[30])).await;
    assert!(
        bed.store
            .manifests_due(field.id, None, 10)
            .await
            .expect("due")
            .is_empty()
    );
    let due = bed
        .store
        .configs_due(field.id, None, 10)
        .await
        .expect("due");
    assert_eq!(due.len(), 2);
    assert_eq!(due[0].descriptor.size_bytes, 10);
    let configs = due
        .iter()
        .map(|due| ConfigRead {
            digest: due.descriptor.digest.clone(),
            outcome: Ok(ReadConfig::default()),
        })
        .collect();
    bed.store
        .record_configs(field.key.source, configs, now())
        .await
        .expect("configs");
    assert!(
        bed.store
            .configs_due(field.id, None, 10)
            .await
            .expect("due")
            .is_empty()
    );
    // Both repositories hold everything, read through one of them.
    for id in [a, b] {
        let found = bed
            .store
            .repository(id, &Visible::Everything)
            .await
            .expect("answer")
            .expect("one");
        assert_eq!(found.repository.artifacts, 3);
        assert_eq!(
            (found.repository.unique_bytes, found.repository.shared_bytes),
            (0, 70)
        );
    }
    let figures = bed
        .store
        .registry_figures(&[field.id])
        .await
        .expect("figures")[&field.id]
        .clone();
    assert_eq!(
        (
            figures.artifacts,
            figures.storage_bytes,
            figures.shared_bytes
        ),
        (3, 70, 70)
    );
    assert_eq!((figures.manifests.read, figures.manifests.known), (3, 3));
}

async fn artifact_page_shows_what_it_is_made_of(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    field.read(a, &["x", "y"], index(1, &[2])).await;
    let tags = field.listed(a).await;
    assert_eq!(tags[0].size_bytes, None, "its child is unread");
    let mut child = image(2, &[20, 30, 20]);
    child.layers[1].foreign = true;
    child.annotations.insert("k".to_owned(), "v".to_owned());
    field.read(a, &[], child).await;
    let config = ConfigRead {
        digest: digest(1_000_002),
        outcome: Ok(ReadConfig {
            chart: None,
            platform: Some(OciPlatform {
                os: "linux".to_owned(),
                architecture: "amd64".to_owned(),
                ..OciPlatform::default()
            }),
            created_at: Some(later(1)),
            summary: ConfigSummary {
                user: Some("nobody".to_owned()),
                ..ConfigSummary::default()
            },
        }),
    };
    bed.store
        .record_configs(field.key.source, vec![config], now())
        .await
        .expect("config");
    let before = bed.store.queries();
    let image = bed
        .store
        .artifact(a, &digest(2), &Visible::Everything)
        .await
        .expect("answer")
        .expect("artifact");
    assert!(bed.store.queries() - before <= 6);
    assert!(image.read);
    let layers: Vec<(u64, bool)> = image
        .layers
        .iter()
        .map(|l| (l.size_bytes, l.foreign))
        .collect();
    assert_eq!(layers, [(20, false), (30, true), (20, false)]);
    assert_eq!(image.config.map(|c| c.digest), Some(digest(1_000_002)));
    assert_eq!(
        image.config_summary.and_then(|c| c.user).as_deref(),
        Some("nobody")
    );
    assert_eq!(image.created_at, Some(later(1)));
    assert_eq!(image.annotations["k"], "v");
    assert_eq!(image.parents, [digest(1)]);
    assert_eq!(
        image.size_bytes,
        Some(500 + 20 + 10),
        "once each, and nothing of elsewhere"
    );
    let list = bed
        .store
        .artifact(a, &digest(1), &Visible::Everything)
        .await
        .expect("answer")
        .expect("artifact");
    assert_eq!(list.tags, ["x", "y"]);
    assert_eq!(list.children.len(), 1);
    assert_eq!(list.size_bytes, Some(500 + 530));
    let tags = field.listed(a).await;
    assert_eq!(tags[0].size_bytes, Some(1_030));
    assert_eq!(tags[0].platforms[0].to_string(), "linux/arch2");
    assert_eq!(
        bed.store
            .artifact(a, &digest(99), &Visible::Everything)
            .await
            .expect("answer"),
        None
    );
}

async fn artifact_page_shows_what_is_said_about_it_in_three_queries(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a", "b"], None).await;
    let (a, b) = (field.repository("a").await, field.repository("b").await);
    field.read(a, &["v2", "v1"], image(1, &[7])).await;
    field.read(a, &["multi"], index(2, &[1])).await;
    let about = |n| ReadArtifact {
        kind: ArtifactKind::Sbom,
        artifact_type: Some("application/spdx+json".to_owned()),
        subject: Some(digest(1)),
        config: None,
        read_config: false,
        ..image(n, &[])
    };
    field.read(a, &[], about(3)).await;
    let scheme = digest(1).as_str().replace(':', "-");
    let signature = ReadArtifact {
        kind: ArtifactKind::Signature,
        subject: None,
        ..about(4)
    };
    field.read(a, &[&format!("{scheme}.sig")], signature).await;
    // What clients keep where there is no referrers API: a list, which is no referrer itself.
    field.read(a, &[&scheme], index(8, &[3])).await;
    // In another repository, and of another artifact: not about this one here.
    field.read(b, &[], about(5)).await;
    let other = digest(2).as_str().replace(':', "-");
    field
        .read(a, &[&format!("{other}.sig")], image(6, &[]))
        .await;
    let before = bed.store.queries();
    let found = bed
        .store
        .artifact(a, &digest(1), &Visible::Everything)
        .await;
    assert_eq!(bed.store.queries() - before, 3);
    let found = found.expect("answer").expect("artifact");
    assert_eq!(found.tags, ["v1", "v2"]);
    assert_eq!(found.parents, [digest(2)]);
    let told: Vec<_> = found
        .referrers
        .iter()
        .map(|one| (one.digest.clone(), one.kind, one.tag.is_some()))
        .collect();
    assert_eq!(
        told,
        [
            (digest(3), Some(ArtifactKind::Sbom), false),
            (digest(4), Some(ArtifactKind::Signature), true)
        ]
    );
    let nobody = Visible::Workspaces(Vec::new());
    let hidden = bed.store.artifact(a, &digest(1), &nobody).await;
    assert_eq!(hidden.expect("answer"), None);
}

async fn moved_tag_lets_go_of_what_nothing_leads_to(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    field.read(a, &["x"], index(1, &[2])).await;
    field.read(a, &[], image(2, &[20])).await;
    let signature = ReadArtifact {
        subject: Some(digest(2)),
        ..image(4, &[40])
    };
    field.read(a, &[], signature).await;
    field.read(a, &["y"], image(3, &[20, 30])).await;
    field.clean().await;
    let figures = bed
        .store
        .registry_figures(&[field.id])
        .await
        .expect("figures")[&field.id]
        .clone();
    assert_eq!(
        (figures.artifacts, figures.storage_bytes),
        (4, 20 + 30 + 40 + 30)
    );
    field.check(a, "x", TagOutcome::Moved(digest(3))).await;
    field.clean().await;
    let figures = bed
        .store
        .registry_figures(&[field.id])
        .await
        .expect("figures")[&field.id]
        .clone();
    assert_eq!(
        (figures.artifacts, figures.storage_bytes),
        (1, 20 + 30 + 10)
    );
    assert_eq!(
        bed.store
            .artifact(a, &digest(1), &Visible::Everything)
            .await
            .expect("answer"),
        None
    );
    // It is not read again when it comes back.
    field.check(a, "x", TagOutcome::Moved(digest(1))).await;
    assert!(
        bed.store
            .manifests_due(field.id, None, 10)
            .await
            .expect("due")
            .is_empty()
    );
    let figures = bed
        .store
        .registry_figures(&[field.id])
        .await
        .expect("figures")[&field.id]
        .clone();
    assert_eq!(
        (figures.artifacts, figures.storage_bytes),
        (3, 20 + 30 + 10 + 10)
    );
    field.check(a, "x", TagOutcome::Gone).await;
    field.check(a, "y", TagOutcome::Gone).await;
    field.clean().await;
    let figures = bed
        .store
        .registry_figures(&[field.id])
        .await
        .expect("figures")[&field.id]
        .clone();
    assert_eq!(
        (figures.artifacts, figures.tags, figures.storage_bytes),
        (0, 0, 0)
    );
    assert!(bed.count("artifact").await > 0, "remembered for a week");
    while bed
        .store
        .remove_ended(later(8 * 24 * 3_600))
        .await
        .expect("removed")
        > 0
    {}
    assert_eq!(
        [bed.count("artifact").await, bed.count("blob").await],
        [0, 0]
    );
    assert_eq!(bed.count("artifact_child").await, 0);
}

async fn provisional_tag_is_settled_by_looking(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    field.read(a, &["old"], image(1, &[7])).await;
    let told = |repository: &str, name: &str, n: u64| ProvisionalTag {
        space: String::new(),
        repository: repository.to_owned(),
        tag: Some(name.to_owned()),
        digest: digest(n),
        media_type: String::new(),
    };
    let batch = vec![
        told("a", "new", 2),
        told("fresh", "x", 3),
        told("a", "old", 1),
    ];
    let recorded = bed
        .store
        .put_provisional(field.key.source, batch, later(2))
        .await;
    let Recorded::Yes(ids) = recorded.expect("told") else {
        panic!("outdated")
    };
    assert_eq!(ids, [a, field.repository("fresh").await, a]);
    let tags = field.listed(a).await;
    assert_eq!((tags[0].name.as_str(), tags[0].provisional), ("new", true));
    assert_eq!(tags[0].digest, Some(digest(2)));
    assert!(!tags[1].provisional, "it was seen to point there");
    // A list that was read before the tag was written does not end it.
    field.tags(a, &["old"]).await;
    assert_eq!(field.listed(a).await.len(), 2);
    field.check(a, "new", TagOutcome::Same).await;
    assert!(!field.listed(a).await[0].provisional);
    field.check(a, "new", TagOutcome::Gone).await;
    assert_eq!(field.listed(a).await.len(), 1);
    let gone = vec![(a, digest(1))];
    bed.store
        .end_manifests(field.key.source, gone, later(3))
        .await
        .expect("ended");
    assert!(field.listed(a).await.is_empty());
}

/// Else the sweep asks for it beside the one who looks into events: bench b3 counted that.
async fn tag_told_of_lately_is_left_to_who_settles_it(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    field.read(a, &["old"], image(1, &[7])).await;
    let told = ProvisionalTag {
        space: String::new(),
        repository: "a".to_owned(),
        tag: Some("new".to_owned()),
        digest: digest(2),
        media_type: String::new(),
    };
    bed.store
        .put_provisional(field.key.source, vec![told], later(2))
        .await
        .expect("told");
    let due = async |told_before| -> Vec<String> {
        let due = bed
            .store
            .tags_to_check(field.id, later(100), told_before, 10);
        due.await
            .expect("due")
            .into_iter()
            .map(|due| due.tag)
            .collect()
    };
    assert_eq!(due(later(2)).await, ["old"]);
    // Nobody settled it: it was forgotten, and is what was looked at longest ago.
    assert_eq!(due(later(3)).await, ["new", "old"]);
    field.check(a, "new", TagOutcome::Same).await;
    assert_eq!(due(later(2)).await, ["old", "new"]);
}

async fn failed_reading_leaves_its_queue_until_the_next_time(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    field.tags(a, &["x"]).await;
    let failed = |digest| ManifestOutcome::Failed {
        digest,
        trouble: ErrorCode::UpstreamUnsupported,
    };
    field.manifest(a, &["x"], failed(None)).await;
    assert!(field.due_tags().await.is_empty());
    assert_eq!(
        field.listed(a).await[0].trouble,
        Some(ErrorCode::UpstreamUnsupported)
    );
    field.tags(a, &["x"]).await;
    assert_eq!(field.due_tags().await, ["a:x"]);
    field.read(a, &["x"], index(1, &[2])).await;
    field.manifest(a, &[], failed(Some(digest(2)))).await;
    assert!(
        bed.store
            .manifests_due(field.id, None, 10)
            .await
            .expect("due")
            .is_empty()
    );
    let figures = bed
        .store
        .registry_figures(&[field.id])
        .await
        .expect("figures")[&field.id]
        .clone();
    assert_eq!((figures.manifests.read, figures.manifests.known), (1, 2));
    let entry = audit("registry.refresh", "registry", field.id);
    bed.store
        .cancel_crawl(field.id, now(), entry)
        .await
        .expect("cancelled");
    bed.store
        .begin_crawl(field.key.source, "https://a", now())
        .await
        .expect("crawl");
    assert_eq!(
        bed.store
            .manifests_due(field.id, None, 10)
            .await
            .expect("due")
            .len(),
        1
    );
}

/// Something that happens to one of three repositories.
#[derive(Debug, Clone)]
enum Happens {
    List(usize, Vec<u8>),
    Image(usize, u8, u64, Vec<u64>),
    Index(usize, u8, u64, Vec<u64>),
    Known(usize, u8, u64),
    Moved(usize, u8, u64),
    Gone(usize, u8),
    RepositoryGone(usize),
    Deleted(usize, u64),
    Untagged(usize, u8, u64),
    Clean,
}

fn happens() -> impl Strategy<Value = Happens> {
    let layers = || prop::collection::vec(1_u64..9, 0..4);
    prop_oneof![
        2 => (0..3_usize, prop::collection::vec(0..5_u8, 0..5)).prop_map(|(r, t)| Happens::List(r, t)),
        4 => (0..3_usize, 0..5_u8, 100..108_u64, layers())
            .prop_map(|(r, t, n, l)| Happens::Image(r, t, n, l)),
        3 => (0..3_usize, 0..5_u8, 200..204_u64, prop::collection::vec(100..108_u64, 0..3))
            .prop_map(|(r, t, n, c)| Happens::Index(r, t, n, c)),
        2 => (0..3_usize, 0..5_u8, 100..108_u64).prop_map(|(r, t, n)| Happens::Known(r, t, n)),
        2 => (0..3_usize, 0..5_u8, 100..108_u64).prop_map(|(r, t, n)| Happens::Moved(r, t, n)),
        1 => (0..3_usize, 0..5_u8).prop_map(|(r, t)| Happens::Gone(r, t)),
        1 => (0..3_usize).prop_map(Happens::RepositoryGone),
        1 => (0..3_usize, prop_oneof![100..108_u64, 200..204_u64])
            .prop_map(|(r, n)| Happens::Deleted(r, n)),
        1 => (0..3_usize, 0..5_u8, 100..108_u64).prop_map(|(r, t, n)| Happens::Untagged(r, t, n)),
        2 => Just(Happens::Clean),
    ]
}

async fn happen(field: &Field<'_>, what: Happens) {
    let names = ["r0", "r1", "r2"];
    let text = |t: u8| format!("t{t}");
    let repository = async |r: usize| {
        field.names(&[names[r]], Some("going on")).await;
        field.repository(names[r]).await
    };
    match what {
        Happens::List(r, tags) => {
            let tags: Vec<String> = tags.into_iter().map(text).collect();
            let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
            field.tags(repository(r).await, &tags).await;
        }
        Happens::Image(r, t, n, layers) => {
            field
                .read(repository(r).await, &[&text(t)], image(n, &layers))
                .await;
        }
        Happens::Index(r, t, n, children) => {
            field
                .read(repository(r).await, &[&text(t)], index(n, &children))
                .await;
        }
        Happens::Known(r, t, n) => {
            let outcome = ManifestOutcome::Known(digest(n));
            field
                .manifest(repository(r).await, &[&text(t)], outcome)
                .await;
        }
        Happens::Moved(r, t, n) => {
            field
                .check(repository(r).await, &text(t), TagOutcome::Moved(digest(n)))
                .await;
        }
        Happens::Gone(r, t) => {
            field
                .check(repository(r).await, &text(t), TagOutcome::Gone)
                .await
        }
        Happens::RepositoryGone(r) => {
            let marks = vec![(repository(r).await, RepositoryMark::Gone)];
            field
                .store
                .mark_repositories(field.key.source, marks, now())
                .await
                .expect("marked");
        }
        Happens::Deleted(r, n) => {
            let what = Deleted::Artifact(digest(n));
            deleted(field, repository(r).await, what).await;
        }
        Happens::Untagged(r, t, n) => {
            let name = TagName::parse(&text(t)).expect("tag");
            let what = Deleted::Tag(name, Some(digest(n)));
            deleted(field, repository(r).await, what).await;
        }
        Happens::Clean => field.clean().await,
    }
}

/// Every sum against the rows it is the sum of.
const SUMS: &[(&str, &str)] = &[
    (
        "storage is the sum of held blobs",
        "SELECT i.storage_bytes - (SELECT COALESCE(SUM(b.size_bytes), 0) FROM blob b \
         WHERE b.inventory_no = i.no AND b.repositories > 0) FROM inventory i",
    ),
    (
        "storage is all unique bytes and the shared blobs, each once",
        "SELECT i.storage_bytes - i.shared_bytes - (SELECT COALESCE(SUM(p.unique_bytes), 0) \
         FROM repository p WHERE p.inventory_no = i.no) FROM inventory i",
    ),
    (
        "a blob counts its repositories",
        "SELECT COUNT(*) FROM blob b WHERE b.repositories <> \
         (SELECT COUNT(*) FROM repository_blob l WHERE l.blob_no = b.no)",
    ),
    (
        "an artifact counts its repositories",
        "SELECT COUNT(*) FROM artifact a WHERE a.repositories <> \
         (SELECT COUNT(*) FROM repository_artifact l WHERE l.artifact_no = a.no)",
    ),
    (
        "a repository's total is the sum of its blobs",
        "SELECT COUNT(*) FROM repository p WHERE p.total_bytes <> (SELECT COALESCE(SUM(b.size_bytes), 0) \
         FROM repository_blob l JOIN blob b ON b.no = l.blob_no WHERE l.repository_no = p.no)",
    ),
    (
        "a repository's unique bytes are of blobs nobody else holds",
        "SELECT COUNT(*) FROM repository p WHERE p.unique_bytes <> (SELECT COALESCE(SUM(b.size_bytes), 0) \
         FROM repository_blob l JOIN blob b ON b.no = l.blob_no \
         WHERE l.repository_no = p.no AND b.repositories = 1)",
    ),
    (
        "a repository counts its artifacts",
        "SELECT COUNT(*) FROM repository p WHERE p.artifacts <> \
         (SELECT COUNT(*) FROM repository_artifact l WHERE l.repository_no = p.no)",
    ),
    (
        "a repository counts its tags",
        "SELECT COUNT(*) FROM repository p WHERE p.ended_at IS NULL AND p.tags <> \
         (SELECT COUNT(*) FROM tag t WHERE t.repository_no = p.no)",
    ),
    (
        "a repository counts the tags nobody has looked behind",
        "SELECT COUNT(*) FROM repository p WHERE p.ended_at IS NULL AND p.tags_unread <> \
         (SELECT COUNT(*) FROM tag t WHERE t.repository_no = p.no AND t.artifact_no IS NULL)",
    ),
    (
        "a registry counts tags, repositories and artifacts",
        "SELECT COUNT(*) FROM inventory i WHERE i.tags <> (SELECT COALESCE(SUM(p.tags), 0) \
         FROM repository p WHERE p.inventory_no = i.no AND p.ended_at IS NULL) \
         OR i.tags_unread <> (SELECT COALESCE(SUM(p.tags_unread), 0) \
         FROM repository p WHERE p.inventory_no = i.no AND p.ended_at IS NULL) \
         OR i.repositories <> (SELECT COUNT(*) FROM repository p \
         WHERE p.inventory_no = i.no AND p.ended_at IS NULL) \
         OR i.artifacts <> (SELECT COUNT(*) FROM artifact a WHERE a.inventory_no = i.no \
         AND a.repositories > 0) OR i.artifacts_unread <> (SELECT COUNT(*) FROM artifact a \
         WHERE a.inventory_no = i.no AND a.repositories > 0 AND a.state <> 1)",
    ),
    (
        "a space counts repositories and tags",
        "SELECT COUNT(*) FROM space s WHERE s.repositories <> (SELECT COUNT(*) FROM repository p \
         WHERE p.space_no = s.no AND p.ended_at IS NULL) OR s.tags <> (SELECT COALESCE(SUM(p.tags), 0) \
         FROM repository p WHERE p.space_no = s.no AND p.ended_at IS NULL)",
    ),
    (
        "what a tag leads to is in its repository",
        "SELECT COUNT(*) FROM tag t WHERE t.artifact_no IS NOT NULL AND NOT EXISTS (SELECT 1 \
         FROM repository_artifact l WHERE l.repository_no = t.repository_no \
         AND l.artifact_no = t.artifact_no)",
    ),
];

async fn sums_add_up_whatever_happens(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    let steps = if bed.is_postgres() { 60 } else { 250 };
    let given = std::env::var("ROADSTEAD_TEST_SEED").ok();
    let seed: i64 = given
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| Timestamp::from_system_clock().as_micros());
    let mut bytes = [0_u8; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for step in 0..steps {
        let what = happens().new_tree(&mut runner).expect("value").current();
        let told = format!("seed {seed}, step {step}: {what:?}");
        happen(&field, what).await;
        for (rule, sql) in SUMS {
            let wrong = bed.sql(&format!("SELECT CAST(({sql}) AS TEXT)")).await;
            assert_eq!(wrong, "0", "{rule}, {told}");
        }
    }
    field.clean().await;
    let left = bed
        .sql(
            "SELECT CAST(COUNT(*) AS TEXT) FROM repository WHERE ended_at IS NOT NULL OR loose = 1",
        )
        .await;
    assert_eq!(left, "0");
}

async fn disconnected_registry_leaves_nothing(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a", "b"], None).await;
    for name in ["a", "b"] {
        let id = field.repository(name).await;
        field.read(id, &["x"], index(1, &[2, 3])).await;
        field.read(id, &[], image(2, &[20])).await;
    }
    bed.store.note_history(now()).await.expect("history");
    let kept = Field::on(&bed.store, "two").await;
    kept.names(&["a"], None).await;
    let command = crate::build::disconnect(field.id, 1);
    let entry = audit("registry.disconnect", "registry", field.id);
    bed.store
        .disconnect_registry(command, entry)
        .await
        .expect("disconnected");
    let a = bed
        .store
        .repository_named(field.id, "a")
        .await
        .expect("answer")
        .expect("left over");
    let hidden = bed.store.repository(a.id, &Visible::Everything).await;
    assert_eq!(hidden.expect("answer"), None, "hidden before it is removed");
    let late = bed
        .store
        .record_tags(field.key.source, a.id, vec![tag("y")], now())
        .await;
    assert_eq!(late.expect("answer"), Recorded::Outdated);
    field.clean().await;
    for (table, rows) in [
        ("inventory", 1),
        ("space", 1),
        ("repository", 1),
        ("tag", 0),
        ("artifact", 0),
        ("artifact_child", 0),
        ("blob", 0),
        ("image_config", 0),
        ("repository_artifact", 0),
        ("repository_blob", 0),
        ("statistics_day", 0),
    ] {
        assert_eq!(bed.count(table).await, rows, "{table}");
    }
}

async fn attached_tags_are_listed_where_they_are_asked_for(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["signed", "only"], None).await;
    let hex = "0123456789abcdef".repeat(4);
    let attached = [
        format!("sha256-{hex}"),
        format!("sha256-{hex}.att"),
        format!("sha256-{hex}.sbom"),
        format!("sha256-{hex}.sig"),
        format!("sha512-{hex}"),
    ];
    // Any other tag, however much it looks like one of those.
    let own = [
        "sha-0123456".to_owned(),
        "sha256-0123".to_owned(),
        format!("sha256-{hex}-debug"),
        format!("sha256-{}", hex.to_uppercase()),
        format!("sha256-{}g", &hex[1..]),
        format!("sha384-{hex}"),
        "sha512".to_owned(),
        format!("v-sha256-{hex}"),
        "v1".to_owned(),
    ];
    let both: Vec<&str> = attached.iter().chain(&own).map(String::as_str).collect();
    let id = field.repository("signed").await;
    field.tags(id, &both).await;
    let listed = async |id, filter, sort| {
        let mut after = None;
        let mut names = Vec::new();
        loop {
            let page = PageRequest { limit: 2, after };
            let found = bed.store.tags(id, filter, sort, &page).await.expect("page");
            names.extend(found.page.items.into_iter().map(|tag| tag.name));
            after = found.page.next;
            if after.is_none() {
                names.sort();
                return (names, found.total.value);
            }
        }
    };
    let everything = TagFilter {
        text: None,
        attached: true,
    };
    let sorted = |names: &[&str]| {
        let mut names: Vec<String> = names.iter().map(ToString::to_string).collect();
        names.sort();
        names
    };
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    for sort in [TagSort::Name, TagSort::Newest, TagSort::VersionDescending] {
        let found = listed(id, TagFilter::default(), sort).await;
        assert_eq!(found, (sorted(&own), 9), "{sort:?}");
        let found = listed(id, everything, sort).await;
        assert_eq!(found, (sorted(&both), 14), "{sort:?}");
    }
    let found = listed(id, tags_containing("debug"), TagSort::Name).await;
    assert_eq!(found.1, 1);
    let found = listed(id, tags_containing(".sig"), TagSort::Name).await;
    assert_eq!(found, (Vec::new(), 0));
    let text = TagFilter {
        text: Some(".sig"),
        attached: true,
    };
    assert_eq!(listed(id, text, TagSort::Name).await.1, 1);

    let counted = async |id| {
        let found = bed.store.repository(id, &Visible::Everything).await;
        found.expect("answer").expect("repository").attached_tags
    };
    assert_eq!(counted(id).await, Some(5));
    let only = field.repository("only").await;
    field.tags(only, &[attached[3].as_str()]).await;
    assert_eq!(counted(only).await, Some(1));
    let found = listed(only, TagFilter::default(), TagSort::Newest).await;
    assert_eq!(found, (Vec::new(), 0));
}

async fn lists_page_through_every_row_once(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    let names: Vec<String> = (0..25).map(|n| format!("r/{:02}", n * 7 % 25)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    field.names(&names, None).await;
    for (n, name) in names.iter().enumerate() {
        let id = field.repository(name).await;
        let n = n as u64;
        let tags: Vec<String> = (0..n % 4).map(|t| format!("t{t}")).collect();
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        field.tags(id, &tags).await;
        if !n.is_multiple_of(4) {
            field.read(id, &tags, image(1_000 + n, &[n % 3 + 1])).await;
        }
    }
    let page = PageRequest {
        limit: 200,
        after: None,
    };
    let spaces = bed
        .store
        .spaces(field.id, None, SpaceSort::Name, &page)
        .await
        .expect("spaces");
    assert_eq!((spaces.total.value, spaces.page.items.len()), (1, 1));
    let space = spaces.page.items[0].id;
    for sort in [
        RepositorySort::Name,
        RepositorySort::NameDescending,
        RepositorySort::PushedDescending,
        RepositorySort::SizeDescending,
        RepositorySort::TagsDescending,
    ] {
        let mut after: Option<Placed> = None;
        let mut seen = Vec::new();
        loop {
            let request = PageRequest { limit: 4, after };
            let before = bed.store.queries();
            let found = bed
                .store
                .repositories(space, RepositoryFilter::default(), sort, &request)
                .await
                .expect("page");
            assert_eq!(bed.store.queries() - before, 1, "{sort:?}");
            assert_eq!((found.total.value, found.total.exact), (25, true));
            seen.extend(found.page.items);
            after = found.page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen.len(), 25, "{sort:?}");
        let key = |r: &roadstead_core::model::Repository| match sort {
            RepositorySort::SizeDescending => (r.unique_bytes + r.shared_bytes).to_string(),
            RepositorySort::TagsDescending => r.tags.to_string(),
            RepositorySort::PushedDescending => String::new(),
            RepositorySort::Name | RepositorySort::NameDescending => r.name.clone(),
        };
        let keys: Vec<String> = seen.iter().map(key).collect();
        let mut sorted = keys.clone();
        sorted.sort_by_key(|key| (key.len(), key.clone()));
        if sort != RepositorySort::Name {
            sorted.reverse();
        }
        assert_eq!(keys, sorted, "{sort:?}");
        let mut names: Vec<&str> = seen.iter().map(|r| r.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 25);
    }
    let request = PageRequest {
        limit: 10,
        after: None,
    };
    let found = bed
        .store
        .repositories(space, containing("/1"), RepositorySort::Name, &request)
        .await;
    let found = found.expect("page");
    assert_eq!((found.total.value, found.page.items.len()), (10, 10));
    let found = bed
        .store
        .repositories(space, containing("%"), RepositorySort::Name, &request)
        .await;
    assert_eq!(found.expect("page").total.value, 0, "text means itself");
    let id = field.repository(names[3]).await;
    for sort in [TagSort::Name, TagSort::NameDescending, TagSort::Newest] {
        let mut after = None;
        let mut seen = Vec::new();
        loop {
            let request = PageRequest { limit: 1, after };
            let before = bed.store.queries();
            let found = bed
                .store
                .tags(id, TagFilter::default(), sort, &request)
                .await
                .expect("page");
            assert_eq!(bed.store.queries() - before, 2, "{sort:?}");
            assert_eq!(found.total.value, 3);
            seen.extend(found.page.items.into_iter().map(|tag| tag.name));
            after = found.page.next;
            if after.is_none() {
                break;
            }
        }
        seen.sort();
        assert_eq!(seen, ["t0", "t1", "t2"], "{sort:?}");
    }
    let found = bed
        .store
        .tags(id, tags_containing("T1"), TagSort::Name, &request)
        .await
        .expect("page");
    assert_eq!(found.total.value, 1);
    let largest = bed
        .store
        .largest_repositories(field.id, 3)
        .await
        .expect("largest");
    assert_eq!(largest.len(), 3);
    assert!(largest[0].unique_bytes + largest[0].shared_bytes >= largest[2].unique_bytes);
    let stranger = Visible::Workspaces(Vec::new());
    assert_eq!(
        bed.store.repository(id, &stranger).await.expect("answer"),
        None
    );
    assert_eq!(
        bed.store.space(space, &stranger).await.expect("answer"),
        None
    );
    let found = bed
        .store
        .space(space, &Visible::Everything)
        .await
        .expect("answer")
        .expect("space");
    assert_eq!(found.registry, "one");
    assert_eq!(found.space.visibility, None::<Visibility>);
    for day in 0..3 {
        bed.store
            .note_history(later(day * 86_400))
            .await
            .expect("history");
        bed.store
            .note_history(later(day * 86_400 + 60))
            .await
            .expect("history");
    }
    let days = bed
        .store
        .statistics_history(field.id, later(86_400))
        .await
        .expect("days");
    assert_eq!(days.len(), 2);
    assert_eq!((days[0].repositories, days[0].at), (25, later(86_460)));
}

async fn spaces_are_listed_by_what_they_take(bed: &Bed) {
    let field = Field::on(&bed.store, "many").await;
    let space = |(name, storage_bytes): (&str, Option<u64>)| SeenSpace {
        upstream_id: format!("id-{name}"),
        name: name.to_owned(),
        class: SpaceClass::Normal,
        visibility: None,
        members: Vec::new(),
        storage_bytes,
        quota_bytes: None,
    };
    let told = [
        ("small", Some(5)),
        ("silent", None),
        ("large", Some(7_000)),
        ("also-small", Some(5)),
        ("empty", Some(0)),
    ];
    let spaces = told.map(space).to_vec();
    let recorded = field.store.record_spaces(field.key.source, spaces, now());
    assert!(matches!(recorded.await, Ok(Recorded::Yes(_))));
    for (sort, expected) in [
        (
            SpaceSort::Name,
            vec!["also-small", "empty", "large", "many", "silent", "small"],
        ),
        // The whole of the registry holds nothing yet; two are as large as each other.
        (
            SpaceSort::StorageDescending,
            vec!["large", "also-small", "small", "empty", "many", "silent"],
        ),
    ] {
        let mut after: Option<Placed> = None;
        let mut seen = Vec::new();
        loop {
            let request = PageRequest { limit: 2, after };
            let before = bed.store.queries();
            let page = bed.store.spaces(field.id, None, sort, &request).await;
            assert_eq!(bed.store.queries() - before, 1, "{sort:?}");
            let page = page.expect("page");
            assert_eq!(page.total.value, 6, "{sort:?}");
            seen.extend(page.page.items.into_iter().map(|space| space.name));
            after = page.page.next;
            if after.is_none() {
                break;
            }
        }
        if sort == SpaceSort::StorageDescending {
            // Equal ones are in the order of their ids, which are random.
            seen[1..3].sort();
            seen[3..5].sort();
        }
        assert_eq!(seen, expected, "{sort:?}");
    }
    let request = PageRequest {
        limit: 2,
        after: Some(Placed {
            name: Some("large".to_owned()),
            figure: None,
            id: None,
            no: None,
        }),
    };
    let sort = SpaceSort::StorageDescending;
    let foreign = bed.store.spaces(field.id, None, sort, &request).await;
    assert!(foreign.is_err(), "a place of another order");
}

async fn people_hear_once_for_a_repository_and_batch(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    let head = bed.store.head().await.expect("head");
    let many: Vec<String> = (0..400).map(|n| format!("v{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    field.tags(a, &many).await;
    let changes = bed
        .store
        .after(head, 100)
        .await
        .expect("feed")
        .expect("complete");
    let told: Vec<Topic> = changes.iter().map(|change| change.topic).collect();
    assert_eq!(
        told,
        [Topic::Repository, Topic::Repository],
        "names, then that they are all"
    );
    assert!(changes.iter().all(|change| change.object_id == a.0));
    let head = bed.store.head().await.expect("head");
    field.tags(a, &many).await;
    assert_eq!(
        bed.store.head().await.expect("head"),
        head,
        "nothing is new"
    );
}

/// What the crash test begins with: a registry with a repository.
pub(crate) async fn scene(store: &Store) {
    let field = Field::on(store, "crash").await;
    field.names(&["a"], Some("a")).await;
    let a = field.repository("a").await;
    field.tags(a, &["x"]).await;
}

/// The registry of the crash test, and its crawl as it is now.
async fn crashing(store: &Store) -> Field<'_> {
    let id = store.registry_ids().await.expect("ids")[0];
    let epoch = store.crawl(id).await.expect("crawl").expect("begun").epoch;
    let source = Source {
        registry_id: id,
        generation: 1,
    };
    Field {
        store,
        id,
        key: CrawlKey { source, epoch },
    }
}

/// One command, in the process that is killed.
pub(crate) async fn act(store: &Store, command: &str) {
    let field = crashing(store).await;
    let a = field.repository("a").await;
    let entry = |kind: &str, id: String| audit("registry.refresh", kind, id);
    match command {
        "record_names" => {
            field.names(&["b", "c"], Some("c")).await;
        }
        "record_tags" => {
            field.tags(a, &["x", "y"]).await;
        }
        "record_manifests" => field.read(a, &["x"], image(1, &[7, 8])).await,
        "report_crawl" => {
            let report = CrawlReport {
                status: CrawlStatus::Running,
                phase: CrawlPhase::Manifests,
                counts: CrawlCounts {
                    requests: 7,
                    ..CrawlCounts::default()
                },
                rate_per_minute: None,
                trouble: None,
                next_at: None,
                news: true,
                now: later(3),
            };
            store.report_crawl(field.key, report).await.expect("report");
        }
        "request_repository" => {
            let entry = entry("repository", a.to_string());
            store
                .request_repository(a, later(1), entry)
                .await
                .expect("requested");
        }
        "cancel_crawl" => {
            let entry = entry("registry", field.id.to_string());
            store
                .cancel_crawl(field.id, later(2), entry)
                .await
                .expect("cancelled");
        }
        "request_crawl" => {
            let entry = entry("registry", field.id.to_string());
            store
                .request_crawl(field.id, later(3), entry)
                .await
                .expect("requested");
        }
        "begin_deletion" => begun(&field, a, Deleted::Artifact(digest(1))).await,
        "end_deletion" => {
            let open = store.open_deletions(field.id, later(1)).await;
            let (intent, entry) = open.expect("open").remove(0);
            end(&field, intent, entry).await;
        }
        "describe_repository" => {
            let told = describe(store, a, 0, "text").await;
            assert!(told.expect("written") > 0);
        }
        other => panic!("nobody knows {other}"),
    }
}

/// What a command changes, all of it together.
pub(crate) async fn traces(store: &Store, command: &str) -> String {
    let field = crashing(store).await;
    let crawl = store.crawl(field.id).await.expect("crawl");
    let figures = store.registry_figures(&[field.id]).await.expect("figures");
    let wanted = store
        .repositories_requested(field.id, 9)
        .await
        .expect("wanted");
    let head = store.head().await.expect("head");
    match command {
        // A list takes two transactions, of which the first may be told alone.
        "record_tags" => format!("{:?}", figures.values().map(|f| f.tags).collect::<Vec<_>>()),
        "begin_deletion" | "end_deletion" => {
            let open = store.open_deletions(field.id, later(1)).await;
            format!("{figures:?} {head} {:?}", open.expect("open"))
        }
        "describe_repository" => {
            let a = field.repository("a").await;
            format!("{:?} {head}", crate::descriptions::of(store, a).await)
        }
        _ => format!("{crawl:?} {figures:?} {} {head}", wanted.len()),
    }
}

/// Every sum against the rows it is the sum of.
pub(crate) async fn assert_sums(place: &crate::bed::Place, told: &str) {
    for (rule, sql) in SUMS {
        let wrong = place.sql(&format!("SELECT CAST(({sql}) AS TEXT)")).await;
        assert_eq!(wrong, "0", "{rule}, {told}");
    }
}

async fn sec_18_what_one_holds_is_not_known_of_another(bed: &Bed) {
    let (one, two) = (
        Field::on(&bed.store, "one").await,
        Field::on(&bed.store, "two").await,
    );
    one.names(&["a", "b"], None).await;
    two.names(&["a"], None).await;
    let (a, b) = (one.repository("a").await, one.repository("b").await);
    let other = two.repository("a").await;
    for (field, repository) in [(&one, a), (&one, b), (&two, other)] {
        field.tags(repository, &["x"]).await;
    }
    one.read(a, &["x"], image(1, &[10])).await;
    let wanted = [digest(1)];
    let known = bed.store.known_digests(one.id, &wanted).await;
    assert_eq!(known.expect("known").len(), 1);
    // A registry that only says it holds this digest has to show it.
    let known = bed.store.known_digests(two.id, &wanted).await;
    assert_eq!(known.expect("known").len(), 0);
    two.manifest(other, &["x"], ManifestOutcome::Known(digest(1)))
        .await;
    let of = |repository| {
        let store = &bed.store;
        async move {
            store
                .artifact(repository, &digest(1), &Visible::Everything)
                .await
                .expect("answer")
        }
    };
    assert!(of(a).await.is_some());
    // Whoever may see one repository reads nothing of another by knowing a digest.
    assert!(of(b).await.is_none());
    // Of what the other registry says it holds there is its word, and nothing that was read elsewhere.
    let told = of(other).await.expect("its word");
    assert_eq!(told.certainty, Certainty::Reported);
    assert!(told.layers.is_empty() && told.config.is_none());
}

/// What a registry says goes into columns of text; another artifact of its batch has to survive it.
async fn sec_26_text_that_no_database_takes_stops_nothing(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    field.tags(a, &["good", "odd"]).await;
    let text = "x/y\0z".to_owned();
    let mut odd = image(1, &[10]);
    odd.media_type.clone_from(&text);
    odd.artifact_type = Some(text.clone());
    odd.layers[0].media_type.clone_from(&text);
    odd.annotations.insert(text.clone(), text.clone());
    let mut list = index(3, &[1]);
    list.children[0].artifact_type = Some(text.clone());
    let read = |tag_name: &str, artifact| ManifestRead {
        repository_id: a,
        tags: vec![tag(tag_name)],
        outcome: ManifestOutcome::Read(Box::new(artifact)),
    };
    let all = vec![
        read("odd", odd),
        read("list", list),
        read("good", image(2, &[11])),
    ];
    let recorded = bed
        .store
        .record_manifests(field.key.source, all, now())
        .await;
    assert_eq!(recorded.expect("recorded"), Recorded::Yes(()));
    let stored = "x/y\u{fffd}z";
    let found = field.page(a, 1).await;
    assert_eq!(found.media_type, stored);
    assert_eq!(found.artifact_type.as_deref(), Some(stored));
    assert_eq!(found.layers[0].media_type, stored);
    // JSON has its own word for it.
    assert_eq!(found.annotations, BTreeMap::from([(text.clone(), text)]));
    let found = field.page(a, 3).await;
    assert_eq!(
        found.children[0].child.artifact_type.as_deref(),
        Some(stored)
    );
    assert!(field.page(a, 2).await.read);
}

async fn sec_30_sizes_that_nothing_has_are_added_up_without_an_end(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a", "b"], None).await;
    let (a, b) = (field.repository("a").await, field.repository("b").await);
    let layers: Vec<u64> = (1_000..2_000).collect();
    let mut huge = image(1, &layers);
    for layer in &mut huge.layers {
        layer.size_bytes = u64::MAX;
    }
    huge.manifest_bytes = u64::MAX;
    let mut list = index(2, &[1; 1_000]);
    list.manifest_bytes = u64::MAX;
    for repository in [a, b] {
        field.tags(repository, &["x", "y"]).await;
        field.read(repository, &["x"], list.clone()).await;
        field.read(repository, &["y"], huge.clone()).await;
    }
    let most_of_one = 1_u64 << 44;
    let most_of_all = 1_u64 << 52;
    let image = field.page(a, 1).await;
    assert_eq!(image.size_bytes, Some(most_of_all));
    let list = field.page(a, 2).await;
    assert_eq!(list.size_bytes, Some(most_of_one + 1_000 * most_of_all));
    // And a list of such lists.
    field.read(a, &["z"], index(3, &[2; 1_000])).await;
    let above = field.page(a, 3).await;
    assert_eq!(above.size_bytes, Some(500 + 1_000 * most_of_all));
    let figures = bed.store.registry_figures(&[field.id]).await;
    let figures = figures.expect("figures").remove(&field.id).expect("known");
    // The configuration has ten bytes.
    assert_eq!(figures.storage_bytes, 1_000 * most_of_one + 10);
    assert_eq!(figures.shared_bytes, figures.storage_bytes);
}

/// Digests that were verified cannot do that. What is only told can.
async fn sec_30_lists_that_go_round_in_circles_end(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a", "b"], None).await;
    let (a, b) = (field.repository("a").await, field.repository("b").await);
    for repository in [a, b] {
        field.tags(repository, &["itself", "one", "two"]).await;
        field.read(repository, &["itself"], index(1, &[1, 1])).await;
        field.read(repository, &["one"], index(2, &[3])).await;
        field.read(repository, &["two"], index(3, &[2, 1])).await;
    }
    for n in 1..=3 {
        let found = field.page(a, n).await;
        assert!(found.read && !found.children.is_empty());
        // What is part of itself has no size.
        assert_eq!(found.size_bytes, None);
    }
    // They can be let go of as well.
    for name in ["itself", "one", "two"] {
        field.check(a, name, TagOutcome::Gone).await;
    }
    assert_eq!(field.listed(a).await.len(), 0);
    assert_eq!(field.listed(b).await.len(), 3);
}

async fn sec_30_list_of_a_thousand_makes_a_thousand_rows_in_bounded_commands(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    field.tags(a, &["x"]).await;
    let children: Vec<u64> = (10..1_010).collect();
    let mut list = index(1, &children);
    list.omitted = 9_000;
    field.read(a, &["x"], list).await;
    assert_eq!(bed.count("artifact").await, 1_001);
    assert_eq!(bed.count("artifact_child").await, 1_000);
    assert_eq!(bed.count("repository_artifact").await, 1_001);
    assert_eq!(bed.count("blob").await, 0);
    let found = field.page(a, 1).await;
    assert_eq!((found.children.len(), found.omitted), (1_000, 9_000));
}

/// The same on a bed.
pub(crate) async fn assert_sums_of(bed: &Bed, told: &str) {
    for (rule, sql) in SUMS {
        let wrong = bed.sql(&format!("SELECT CAST(({sql}) AS TEXT)")).await;
        assert_eq!(wrong, "0", "{rule}, {told}");
    }
}
