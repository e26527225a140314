//! Deletions upstream: what they take, and that none is forgotten.

use crate::bed::Bed;
use crate::build::{audit, disconnect, later, now, registry_audit};
use crate::inventory::{Field, assert_sums_of, digest, image, index};
use roadstead_core::Permission;
use roadstead_core::model::{
    AuditEntry, Deleted, DeletionId, DeletionIntent, DeletionReach, ListedBy, PageRequest,
    RepositoryId, RepositoryState, TagFilter, TagName, TagSort, Topic,
};
use roadstead_core::ports::{
    ChangeFeed as _, DeletionStore as _, EndDeletion, InventoryLists as _, InventoryStore as _,
    KnownTag, ManifestOutcome, ManifestRead, ReadArtifact, RegistryStore as _, StoreError,
    TagOutcome,
};
use roadstead_core::rules::Visible;

on_both! {
    reach_names_what_hangs_on_an_artifact_with_exact_counts,
    deleted_artifact_takes_its_tags_and_leaves_entry_and_change_together,
    single_tag_goes_and_one_that_moved_meanwhile_stays,
    deletion_that_was_begun_is_open_until_it_is_crossed_out_once,
    nothing_is_begun_of_a_registry_that_was_edited_or_is_gone,
    tags_that_may_point_there_come_first,
}

fn tag(name: &str) -> TagName {
    TagName::parse(name).expect("tag")
}

pub(crate) fn intent(field: &Field<'_>, id: RepositoryId, what: Deleted) -> DeletionIntent {
    DeletionIntent {
        id: DeletionId::new(),
        registry_id: field.id,
        generation: 1,
        repository_id: id,
        repository: "a".to_owned(),
        what,
        begun_at: now(),
    }
}

pub(crate) fn entry(intent: &DeletionIntent) -> AuditEntry {
    audit("image.delete", "artifact", intent.id)
}

/// Begins and ends a deletion.
pub(crate) async fn deleted(field: &Field<'_>, id: RepositoryId, what: Deleted) -> AuditEntry {
    let intent = intent(field, id, what);
    let entry = entry(&intent);
    let begun = field.store.begin_deletion(intent.clone(), entry.clone());
    begun.await.expect("begun");
    end(field, intent, entry.clone()).await;
    entry
}

/// Begins one.
pub(crate) async fn begun(field: &Field<'_>, id: RepositoryId, what: Deleted) {
    let intent = intent(field, id, what);
    let entry = entry(&intent);
    let begun = field.store.begin_deletion(intent, entry);
    begun.await.expect("begun");
}

pub(crate) async fn end(field: &Field<'_>, intent: DeletionIntent, entry: AuditEntry) {
    let command = EndDeletion {
        intent,
        follow: true,
        now: later(20),
    };
    field
        .store
        .end_deletion(command, entry)
        .await
        .expect("ended");
}

async fn tags(field: &Field<'_>, id: RepositoryId) -> Vec<String> {
    let page = PageRequest {
        limit: 200,
        after: None,
    };
    let found = field
        .store
        .tags(id, TagFilter::default(), TagSort::Name, &page)
        .await;
    let items = found.expect("tags").page.items;
    items.into_iter().map(|tag| tag.name).collect()
}

async fn reach_names_what_hangs_on_an_artifact_with_exact_counts(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a", "b"], None).await;
    let (a, b) = (field.repository("a").await, field.repository("b").await);
    // Two children: one has a tag of its own, one is listed by another index as well, one by none.
    field.read(a, &["multi"], index(1, &[2, 3, 4])).await;
    field.read(a, &["own"], image(2, &[20])).await;
    field.read(a, &[], image(3, &[20])).await;
    field.read(a, &[], image(4, &[20])).await;
    field.read(a, &["other"], index(5, &[3])).await;
    let signature = ReadArtifact {
        subject: Some(digest(1)),
        ..image(6, &[60])
    };
    field.read(a, &["signed"], signature.clone()).await;
    let attached = format!("{}.sig", digest(1).as_str().replace(':', "-"));
    field.read(a, &[&attached], image(7, &[70])).await;
    // What other repositories hold is theirs.
    field.read(b, &["x"], image(2, &[20])).await;
    field.read(b, &["y"], signature).await;
    let of = async |n: u64| {
        bed.store
            .deletion_reach(a, &digest(n))
            .await
            .expect("reach")
    };
    let reach = of(1).await;
    assert_eq!(reach.tags.items, ["multi"]);
    assert_eq!(
        (reach.children.items, reach.children.total),
        (vec![digest(4)], 1)
    );
    assert_eq!(reach.parents.total, 0);
    assert_eq!(reach.referrers.items, [digest(6)]);
    assert_eq!(reach.attached, [attached]);
    let listed = of(3).await;
    let parent = |n, name: &str| ListedBy {
        digest: digest(n),
        tag: Some(name.to_owned()),
    };
    assert_eq!(
        listed.parents.items,
        [parent(1, "multi"), parent(5, "other")]
    );
    assert_eq!(listed.parents.total, 2);
    assert_eq!(of(99).await, DeletionReach::default());
    assert_eq!(
        bed.store
            .deletion_reach(b, &digest(1))
            .await
            .expect("reach"),
        DeletionReach::default()
    );
    // A hundred are named and all are counted.
    let many: Vec<String> = (0..130).map(|n| format!("t{n:03}")).collect();
    for names in many.chunks(40) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        field.read(a, &names, image(2, &[20])).await;
    }
    let reach = of(2).await;
    assert_eq!((reach.tags.items.len(), reach.tags.total), (100, 131));
    assert_eq!(reach.tags.items[1], "t000");
}

async fn deleted_artifact_takes_its_tags_and_leaves_entry_and_change_together(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a", "b"], None).await;
    let (a, b) = (field.repository("a").await, field.repository("b").await);
    field.tags(a, &["x", "y"]).await;
    field.read(a, &["x", "y"], image(1, &[10, 11])).await;
    field.read(b, &["x"], image(1, &[10, 11])).await;
    let before = bed.store.head().await.expect("head");
    let entries = bed.count("audit_entry").await;
    deleted(&field, a, Deleted::Artifact(digest(1))).await;
    assert_eq!(bed.count("audit_entry").await, entries + 1);
    assert_eq!(bed.count("image_deletion").await, 0);
    assert_eq!(tags(&field, a).await, Vec::<String>::new());
    assert_eq!(
        bed.store
            .artifact(a, &digest(1), &roadstead_core::rules::Visible::Everything)
            .await
            .expect("answer"),
        None
    );
    let everything = Visible::Everything;
    let found = bed.store.repository(a, &everything).await.expect("answer");
    let repository = found.expect("repository").repository;
    assert_eq!(
        (repository.state, repository.tags, repository.artifacts),
        (RepositoryState::Empty, 0, 0)
    );
    let changes = bed.store.after(before, 50).await.expect("changes");
    let changes = changes.expect("none was pruned");
    let told = |topic, id| {
        changes
            .iter()
            .any(|c| c.topic == topic && c.object_id == id)
    };
    assert!(told(Topic::Repository, a.0), "{changes:?}");
    assert!(told(Topic::RegistryInventory, field.id.0));
    // The other repository holds it still, and what was nobody else's goes with the sweep.
    assert_eq!(tags(&field, b).await, ["x"]);
    assert_sums_of(bed, "after the deletion").await;
    field.clean().await;
    assert_sums_of(bed, "after the sweep").await;
    let figures = bed.store.registry_figures(&[field.id]).await;
    let figures = figures.expect("figures")[&field.id].clone();
    assert_eq!(
        (figures.tags, figures.artifacts, figures.storage_bytes),
        (1, 1, 10 + 11 + 10)
    );
    // Pushed again, it is there again with all it is made of.
    field.check(a, "x", TagOutcome::Moved(digest(1))).await;
    let again = bed
        .store
        .artifact(a, &digest(1), &roadstead_core::rules::Visible::Everything)
        .await
        .expect("answer");
    assert_eq!(again.expect("artifact").layers.len(), 2);
    assert_sums_of(bed, "after it came back").await;
}

async fn single_tag_goes_and_one_that_moved_meanwhile_stays(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    field.read(a, &["x", "y"], image(1, &[10])).await;
    field.read(a, &["z"], image(2, &[20])).await;
    deleted(&field, a, Deleted::Tag(tag("x"), Some(digest(1)))).await;
    assert_eq!(tags(&field, a).await, ["y", "z"]);
    let artifact = bed
        .store
        .artifact(a, &digest(1), &roadstead_core::rules::Visible::Everything)
        .await
        .expect("answer");
    assert_eq!(artifact.expect("stays").tags, ["y"]);
    // Somebody has pushed another one by this name.
    deleted(&field, a, Deleted::Tag(tag("z"), Some(digest(1)))).await;
    assert_eq!(tags(&field, a).await, ["y", "z"]);
    // One nobody had looked behind.
    field.tags(a, &["y", "z", "w"]).await;
    deleted(&field, a, Deleted::Tag(tag("w"), None)).await;
    assert_eq!(tags(&field, a).await, ["y", "z"]);
    assert_sums_of(bed, "after the tags").await;
}

async fn deletion_that_was_begun_is_open_until_it_is_crossed_out_once(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    field.read(a, &["x"], image(1, &[10])).await;
    let one = intent(&field, a, Deleted::Artifact(digest(1)));
    let two = intent(&field, a, Deleted::Tag(tag("x"), None));
    let entries = [entry(&one), entry(&two)];
    for (intent, entry) in [&one, &two].into_iter().zip(&entries) {
        let begun = bed.store.begin_deletion(intent.clone(), entry.clone());
        begun.await.expect("begun");
    }
    let store = bed.another().await;
    let open = store
        .open_deletions(field.id, later(1))
        .await
        .expect("open");
    let wanted: Vec<_> = [one.clone(), two.clone()]
        .into_iter()
        .zip(entries.clone())
        .collect();
    assert_eq!(open.len(), 2);
    assert!(
        wanted.iter().all(|w| open.contains(w)),
        "as they were begun"
    );
    assert_eq!(
        store
            .registries_with_open_deletions(later(1))
            .await
            .expect("ids"),
        [field.id]
    );
    assert!(
        store
            .open_deletions(field.id, now())
            .await
            .expect("open")
            .is_empty()
    );
    let before = bed.count("audit_entry").await;
    end(&field, one.clone(), entries[0].clone()).await;
    // Whoever comes second finds it done.
    end(&field, one, entries[0].clone()).await;
    store.drop_deletion(two.id).await.expect("dropped");
    end(&field, two, entries[1].clone()).await;
    assert_eq!(bed.count("audit_entry").await, before + 1);
    assert!(
        store
            .registries_with_open_deletions(later(1))
            .await
            .expect("ids")
            .is_empty()
    );
}

async fn nothing_is_begun_of_a_registry_that_was_edited_or_is_gone(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    field.read(a, &["x"], image(1, &[10])).await;
    let mut old = intent(&field, a, Deleted::Artifact(digest(1)));
    old.generation = 7;
    let refused = bed.store.begin_deletion(old.clone(), entry(&old)).await;
    assert!(
        matches!(refused, Err(StoreError::Stale { current: 1 })),
        "{refused:?}"
    );
    // One that was begun before keeps its entry, and the index is looked at instead of believed.
    let begun = intent(&field, a, Deleted::Artifact(digest(1)));
    bed.store
        .begin_deletion(begun.clone(), entry(&begun))
        .await
        .expect("begun");
    bed.tamper("UPDATE registry SET generation = 2").await;
    let entries = bed.count("audit_entry").await;
    end(&field, begun.clone(), entry(&begun)).await;
    assert_eq!(bed.count("audit_entry").await, entries + 1);
    assert_eq!(tags(&field, a).await, ["x"]);
    let wanted = bed.store.repositories_requested(field.id, 9).await;
    assert_eq!(wanted.expect("wanted").len(), 1);
    let mut last = intent(&field, a, Deleted::Artifact(digest(1)));
    last.generation = 2;
    bed.store
        .begin_deletion(last.clone(), entry(&last))
        .await
        .expect("begun");
    let gone = registry_audit(Permission::RegistryDisconnect, field.id);
    bed.store
        .disconnect_registry(disconnect(field.id, 2), gone)
        .await
        .expect("disconnected");
    let entries = bed.count("audit_entry").await;
    end(&field, last.clone(), entry(&last)).await;
    assert_eq!(bed.count("audit_entry").await, entries + 1);
    let refused = bed.store.begin_deletion(last.clone(), entry(&last)).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
}

async fn tags_that_may_point_there_come_first(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    field.tags(a, &["b-other", "c-unread", "d-there"]).await;
    field.read(a, &["b-other"], image(2, &[20])).await;
    field.read(a, &["d-there"], image(1, &[10])).await;
    let (known, total) = bed
        .store
        .tags_to_look_at(a, &digest(1), 2)
        .await
        .expect("tags");
    let of = |name: &str, digest| KnownTag {
        name: name.to_owned(),
        digest,
    };
    assert_eq!(
        known,
        [of("d-there", Some(digest(1))), of("c-unread", None)]
    );
    assert_eq!(total, 3);
    let found = bed.store.known_tag(a, &tag("d-there")).await.expect("tag");
    assert_eq!(found, Some(of("d-there", Some(digest(1)))));
    assert_eq!(
        bed.store.known_tag(a, &tag("none")).await.expect("tag"),
        None
    );
    for (n, held) in [(1, true), (9, false)] {
        assert_eq!(
            bed.store
                .holds_artifact(a, &digest(n))
                .await
                .expect("answer"),
            held
        );
    }
    // An index whose children nobody has read.
    let read = ManifestRead {
        repository_id: a,
        tags: Vec::new(),
        outcome: ManifestOutcome::Read(Box::new(index(5, &[6, 7]))),
    };
    bed.store
        .record_manifests(field.key.source, vec![read], now())
        .await
        .expect("read");
    field
        .check(a, "b-other", TagOutcome::Moved(digest(5)))
        .await;
    let (unread, total) = bed.store.unread_manifests(a, 1).await.expect("unread");
    assert_eq!((unread.len(), total), (1, 2));
}
