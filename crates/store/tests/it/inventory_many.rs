//! Lists of many repositories together, and names heard of outside of a crawl.

use crate::bed::Bed;
use crate::build::now;
use crate::inventory::Field;
use roadstead_core::model::{RegistryId, RepositoryId, RepositoryState};
use roadstead_core::ports::{
    InventoryLists as _, InventoryStore as _, Recorded, RegistryStore as _, SeenRepository,
    SeenTag, Source, TagsRecorded,
};
use roadstead_core::rules::Visible;
use roadstead_store::Store;

on_both! {
    many_lists_recorded_together_are_as_if_recorded_one_by_one,
    lists_of_an_edited_registry_are_not_recorded,
    names_heard_of_are_added_once_and_wanted_until_they_are_read,
}

async fn source(bed: &Bed) -> Source {
    let ids = bed.store.registry_ids().await.expect("ids");
    Source {
        registry_id: *ids.last().expect("a registry"),
        generation: 1,
    }
}

fn tags(names: &[String]) -> Vec<SeenTag> {
    let tag = |name: &String| SeenTag {
        name: name.clone(),
        digest: None,
        pushed_at: None,
        pulled_at: None,
    };
    names.iter().map(tag).collect()
}

/// What the repositories with these names look like, with their tags still to be read.
async fn seen(
    store: &Store,
    id: RegistryId,
    names: &[String],
) -> Vec<(String, RepositoryState, u64, u64)> {
    let mut all = Vec::new();
    for name in names {
        let due = store.repository_named(id, name).await.expect("store");
        let due = due.expect("a repository");
        let found = store.repository(due.id, &Visible::Everything).await;
        let repository = found.expect("store").expect("a repository").repository;
        all.push((
            name.clone(),
            repository.state,
            repository.tags,
            repository.tags_unread,
        ));
    }
    all
}

async fn many_lists_recorded_together_are_as_if_recorded_one_by_one(bed: &Bed) {
    let store = &bed.store;
    let names: Vec<String> = (0..70).map(|i| format!("r{i:02}")).collect();
    let refs: Vec<&str> = names.iter().map(String::as_str).collect();
    // Round by round: nothing, few, some twice in one list, far more than one transaction takes.
    let list = |round: usize, at: usize| -> Vec<String> {
        match at {
            7 => Vec::new(),
            8 => (0..700 - round * 300).map(|t| format!("t{t}")).collect(),
            9 => vec!["same".to_owned(), "same".to_owned()],
            _ => (round..round + at % 13).map(|t| format!("t{t}")).collect(),
        }
    };
    let mut outcomes = Vec::new();
    for together in [false, true] {
        let field = Field::on(store, if together { "together" } else { "apart" }).await;
        let source = source(bed).await;
        field.names(&refs, None).await;
        let mut rounds = Vec::new();
        for round in 0..2 {
            let mut lists: Vec<(RepositoryId, Vec<SeenTag>)> = Vec::new();
            for (at, name) in names.iter().enumerate() {
                lists.push((field.repository(name).await, tags(&list(round, at))));
            }
            let mut sum = TagsRecorded::default();
            if together {
                let recorded = store.record_tag_lists(source, lists, now()).await;
                let Recorded::Yes(recorded) = recorded.expect("recorded") else {
                    panic!("outdated");
                };
                sum = recorded;
            } else {
                for (id, list) in lists {
                    let recorded = store.record_tags(source, id, list, now()).await;
                    let Recorded::Yes(recorded) = recorded.expect("recorded") else {
                        panic!("outdated");
                    };
                    sum.added += recorded.added;
                    sum.ended += recorded.ended;
                }
            }
            rounds.push((sum, seen(store, source.registry_id, &names).await));
        }
        outcomes.push(rounds);
    }
    assert_eq!(outcomes[0], outcomes[1]);
    let (sum, rows) = &outcomes[1][1];
    assert!(sum.added > 0 && sum.ended > 300, "{sum:?}");
    assert_eq!(rows[7], ("r07".to_owned(), RepositoryState::Empty, 0, 0));
    assert_eq!(rows[8].2, 400);
    assert_eq!(rows[9].2, 1);
}

async fn lists_of_an_edited_registry_are_not_recorded(bed: &Bed) {
    let field = Field::on(&bed.store, "edited").await;
    field.names(&["a"], None).await;
    let old = Source {
        generation: 0,
        ..source(bed).await
    };
    let lists = vec![(field.repository("a").await, tags(&["v1".to_owned()]))];
    let recorded = bed.store.record_tag_lists(old, lists, now()).await;
    assert_eq!(recorded.expect("answer"), Recorded::Outdated);
    let heard = vec![repository("b")];
    let recorded = bed.store.record_heard(old, heard, now()).await;
    assert_eq!(recorded.expect("answer"), Recorded::Outdated);
    let named = bed.store.repository_named(old.registry_id, "b").await;
    assert_eq!(named.expect("answer"), None);
    let rows = seen(&bed.store, old.registry_id, &["a".to_owned()]).await;
    assert_eq!(rows[0].2, 0);
}

fn repository(name: &str) -> SeenRepository {
    SeenRepository {
        space: String::new(),
        name: name.to_owned(),
        upstream_id: None,
        pulled_at: None,
    }
}

async fn names_heard_of_are_added_once_and_wanted_until_they_are_read(bed: &Bed) {
    let store = &bed.store;
    let field = Field::on(store, "heard").await;
    field.names(&["a"], None).await;
    field.tags(field.repository("a").await, &["v1"]).await;
    let source = source(bed).await;
    let heard = ["a", "b", "c", "b"].map(repository).to_vec();
    let recorded = store.record_heard(source, heard.clone(), now()).await;
    assert_eq!(recorded.expect("heard"), Recorded::Yes(2));
    let recorded = store.record_heard(source, heard, now()).await;
    assert_eq!(recorded.expect("heard"), Recorded::Yes(0));
    let wanted = async || -> Vec<String> {
        let due = store.repositories_requested(source.registry_id, 10).await;
        due.expect("due").into_iter().map(|due| due.name).collect()
    };
    assert_eq!(wanted().await, ["b", "c"]);
    let lists = vec![(field.repository("b").await, Vec::new())];
    store
        .record_tag_lists(source, lists, now())
        .await
        .expect("listed");
    assert_eq!(wanted().await, ["c"]);
}
