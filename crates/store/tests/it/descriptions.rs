//! What people write about repositories: it is told, counted up, and gone with the repository.

use crate::bed::Bed;
use crate::build::{audit, disconnect, later, now, registry_audit};
use crate::inventory::{Field, image};
use roadstead_core::Permission;
use roadstead_core::model::{
    Generation, Markdown, RepositoryDescription, RepositoryId, Topic, UserId, UserRef,
};
use roadstead_core::ports::{
    ChangeFeed as _, DescribeRepository, DescriptionStore as _, InventoryStore as _,
    RegistryStore as _, RepositoryMark, StoreError,
};
use roadstead_store::Store;

on_both! {
    description_is_written_with_its_entry_and_told,
    revision_that_was_read_before_another_edit_writes_nothing,
    revision_never_comes_back_when_a_description_was_taken_away,
    description_goes_with_its_repository,
    description_goes_with_its_registry,
    description_nobody_audited_or_of_nothing_is_a_contradiction,
    crawl_changes_nothing_of_a_description,
}

fn written(text: &str) -> Markdown {
    Markdown::parse("/text", text).expect("text")
}

fn by() -> UserRef {
    UserRef {
        id: UserId::new(),
        name: crate::build::name("writer"),
    }
}

fn command(id: RepositoryId, expected: Generation, text: &str) -> DescribeRepository {
    DescribeRepository {
        repository_id: id,
        expected,
        text: written(text),
        by: Some(by()),
        now: later(4),
    }
}

/// Writes a description as somebody who has read `expected`.
pub(crate) async fn describe(
    store: &Store,
    id: RepositoryId,
    expected: Generation,
    text: &str,
) -> Result<Generation, StoreError> {
    let entry = audit(Permission::ImageDescribe.as_str(), "repository", id);
    let command = command(id, expected, text);
    store.describe_repository(command, entry).await
}

pub(crate) async fn of(store: &Store, id: RepositoryId) -> RepositoryDescription {
    store.repository_description(id).await.expect("answer")
}

async fn description_is_written_with_its_entry_and_told(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a", "b"], None).await;
    let (a, b) = (field.repository("a").await, field.repository("b").await);
    assert_eq!(of(&bed.store, a).await, RepositoryDescription::default());
    let (entries, head) = (
        bed.count("audit_entry").await,
        bed.store.head().await.expect("head"),
    );
    let entry = audit(Permission::ImageDescribe.as_str(), "repository", a);
    let mine = command(a, 0, "# App\n\u{1f680} 'quoted' \\ \"text\"\n");
    let revision = bed.store.describe_repository(mine.clone(), entry).await;
    let revision = revision.expect("written");
    assert!(revision > 0);
    let kept = of(&bed.store, a).await;
    assert_eq!(
        kept,
        RepositoryDescription {
            text: mine.text,
            revision,
            updated_at: Some(later(4)),
            updated_by: mine.by,
        }
    );
    assert_eq!(of(&bed.store, b).await, RepositoryDescription::default());
    assert_eq!(bed.count("audit_entry").await, entries + 1);
    let changes = bed.store.after(head, 9).await.expect("changes");
    let told: Vec<_> = changes
        .expect("none was pruned")
        .into_iter()
        .map(|change| (change.topic, change.object_id, change.generation))
        .collect();
    assert_eq!(told, [(Topic::Repository, a.0, revision)]);
    // The most there may be.
    let most = "\u{e9}".repeat(Markdown::MAX_BYTES / 2);
    let later = describe(&bed.store, a, revision, &most).await;
    assert!(later.expect("written") > revision);
    assert_eq!(of(&bed.store, a).await.text.as_str(), most);
}

async fn revision_that_was_read_before_another_edit_writes_nothing(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    let first = describe(&bed.store, a, 0, "first").await.expect("written");
    let (entries, head) = (
        bed.count("audit_entry").await,
        bed.store.head().await.expect("head"),
    );
    for expected in [0, first - 1, first + 1] {
        for text in ["mine", ""] {
            let stale = describe(&bed.store, a, expected, text).await;
            assert!(
                matches!(stale, Err(StoreError::Stale { current }) if current == first),
                "{expected}: {stale:?}"
            );
        }
    }
    assert_eq!(of(&bed.store, a).await.text.as_str(), "first");
    assert_eq!(bed.count("audit_entry").await, entries);
    assert_eq!(bed.store.head().await.expect("head"), head);
    let absent = describe(&bed.store, RepositoryId::new(), 0, "x").await;
    assert!(matches!(absent, Err(StoreError::NotFound)), "{absent:?}");
    assert_eq!(bed.count("audit_entry").await, entries);
}

async fn revision_never_comes_back_when_a_description_was_taken_away(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    let first = describe(&bed.store, a, 0, "first").await.expect("written");
    assert_eq!(describe(&bed.store, a, first, "").await.expect("taken"), 0);
    assert_eq!(of(&bed.store, a).await, RepositoryDescription::default());
    assert_eq!(bed.count("repository_description").await, 0);
    let second = describe(&bed.store, a, 0, "second").await.expect("written");
    assert!(second > first, "{second} after {first}");
    let stale = describe(&bed.store, a, first, "by who read the first").await;
    assert!(matches!(stale, Err(StoreError::Stale { .. })), "{stale:?}");
}

async fn description_goes_with_its_repository(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a", "b"], None).await;
    let (a, b) = (field.repository("a").await, field.repository("b").await);
    for id in [a, b] {
        describe(&bed.store, id, 0, "text").await.expect("written");
    }
    let marks = vec![(a, RepositoryMark::Gone)];
    let marked = bed.store.mark_repositories(field.key.source, marks, now());
    marked.await.expect("marked");
    // Hidden at once, removed with the row.
    assert_eq!(of(&bed.store, a).await, RepositoryDescription::default());
    let gone = describe(&bed.store, a, 0, "again").await;
    assert!(matches!(gone, Err(StoreError::NotFound)), "{gone:?}");
    field.clean().await;
    assert_eq!(bed.count("repository_description").await, 1);
    assert_eq!(of(&bed.store, b).await.text.as_str(), "text");
    // One of the same name is another one, also where it gets the same number.
    field.names(&["a", "c"], None).await;
    for name in ["a", "c"] {
        let fresh = field.repository(name).await;
        assert_eq!(
            of(&bed.store, fresh).await,
            RepositoryDescription::default()
        );
    }
}

async fn description_goes_with_its_registry(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a", "b"], None).await;
    for name in ["a", "b"] {
        let id = field.repository(name).await;
        describe(&bed.store, id, 0, "text").await.expect("written");
    }
    let entry = registry_audit(Permission::RegistryDisconnect, field.id);
    let command = disconnect(field.id, 1);
    let gone = bed.store.disconnect_registry(command, entry).await;
    gone.expect("disconnected");
    field.clean().await;
    for table in ["repository_description", "repository"] {
        assert_eq!(bed.count(table).await, 0, "{table}");
    }
}

async fn description_nobody_audited_or_of_nothing_is_a_contradiction(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    describe(&bed.store, a, 0, "text").await.expect("written");
    let contradictions = async || {
        let report = bed.store.consistency().await.expect("report");
        report.contradictions.join("\n")
    };
    assert_eq!(contradictions().await, "");
    bed.tamper("UPDATE repository_description SET revision = revision + 7")
        .await;
    assert!(contradictions().await.contains("its description"));
    bed.tamper("UPDATE repository_description SET revision = 1")
        .await;
    bed.tamper("DELETE FROM audit_entry WHERE action = 'image.describe'")
        .await;
    let told = contradictions().await;
    assert!(told.contains("the audit log does not say so"), "{told}");
    bed.tamper("UPDATE repository_description SET repository_no = 4711")
        .await;
    let told = contradictions().await;
    assert!(told.contains("of a repository that is gone"), "{told}");
}

async fn crawl_changes_nothing_of_a_description(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    let revision = describe(&bed.store, a, 0, "text").await.expect("written");
    field.tags(a, &["x"]).await;
    field.read(a, &["x"], image(1, &[7])).await;
    field.tags(a, &[]).await;
    field.clean().await;
    let kept = of(&bed.store, a).await;
    assert_eq!((kept.text.as_str(), kept.revision), ("text", revision));
    // What was read meanwhile is no edit of the text.
    let next = describe(&bed.store, a, revision, "more").await;
    assert!(next.expect("written") > revision);
}
