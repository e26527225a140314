//! What the search is filled from and answered with, the list of all images, tags by version.

use crate::bed::Bed;
use crate::build::{disconnect, registry_audit};
use crate::inventory::{Field, digest};
use roadstead_core::Permission;
use roadstead_core::model::{
    ArtifactKind, Digest, DigestStart, ImageFilter, PageRequest, Placed, RepositoryId,
    RepositorySort, SpaceSet, TagFilter, TagSort, WorkspaceId,
};
use roadstead_core::ports::{InventoryLists as _, RegistryStore as _, SearchStore as _, Wanted};
use roadstead_core::rules::Visible;

on_both! {
    index_is_filled_part_by_part_with_everything_once,
    images_of_all_registries_are_one_list,
    images_of_a_disconnected_registry_are_neither_listed_nor_counted,
    sec_18_images_and_what_was_found_stay_within_what_may_be_seen,
    references_are_found_by_tag_and_by_digest_in_a_query_each,
    tags_are_listed_by_the_versions_they_name,
}

const EVERYTHING: Visible = Visible::Everything;

fn first(limit: u16) -> PageRequest<Placed> {
    PageRequest { limit, after: None }
}

/// Two registries: `one` with `team/web` (`v1`, `v2`) and `api`, `two` with `team/web` (`v1`).
async fn two(bed: &Bed) -> (Field<'_>, Field<'_>) {
    let one = Field::on(&bed.store, "one").await;
    one.names(&["team/web", "api"], None).await;
    let web = one.repository("team/web").await;
    one.tags(web, &["v1", "v2"]).await;
    one.read(web, &["v1"], crate::inventory::image(1, &[7]))
        .await;
    let two = Field::on(&bed.store, "two").await;
    two.names(&["team/web"], None).await;
    let web = two.repository("team/web").await;
    two.tags(web, &["v1"]).await;
    two.read(web, &["v1"], crate::inventory::index(2, &[3]))
        .await;
    (one, two)
}

async fn index_is_filled_part_by_part_with_everything_once(bed: &Bed) {
    let (one, _two) = two(bed).await;
    let before = bed.store.queries();
    let all = bed.store.indexed_after(0).await.expect("part");
    assert_eq!(bed.store.queries() - before, 3);
    let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["team/web", "api", "team/web"]);
    let mut tags: Vec<&str> = all[0].tags.iter().map(|(name, _)| name.as_str()).collect();
    tags.sort_unstable();
    assert_eq!(tags, ["v1", "v2"]);
    assert_eq!(
        all[0].digests,
        [DigestStart::of(&digest(1)).expect("start")]
    );
    assert_eq!(all[2].kinds, [ArtifactKind::Index]);
    assert_eq!(all[2].digests.len(), 2, "what an index lists, too");
    let rest = bed.store.indexed_after(all[0].place).await.expect("part");
    assert_eq!(rest.len(), 2);
    let end = bed.store.indexed_after(all[2].place).await.expect("part");
    assert!(end.is_empty());
    let web = one.repository("team/web").await;
    let gone = RepositoryId::new();
    let some = bed.store.indexed(&[gone, web]).await.expect("some");
    assert_eq!((some.len(), some[0].id), (1, web));
    let many: Vec<String> = (0..20_000).map(|n| format!("t{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    one.tags(web, &many).await;
    let part = bed.store.indexed_after(0).await.expect("part");
    assert_eq!(
        (part.len(), part[0].tags.len()),
        (1, 20_000),
        "one alone may be more"
    );
}

async fn images_of_a_disconnected_registry_are_neither_listed_nor_counted(bed: &Bed) {
    let (one, _two) = two(bed).await;
    let list = async || {
        let all = ImageFilter::default();
        let mut after = None;
        let mut names = Vec::new();
        loop {
            let page = PageRequest { limit: 1, after };
            let found = bed
                .store
                .images(&EVERYTHING, &all, RepositorySort::Name, &page);
            let found = found.await.expect("images");
            let items = found.page.items.into_iter();
            names
                .extend(items.map(|found| format!("{}/{}", found.registry, found.repository.name)));
            after = found.page.next;
            if after.is_none() {
                return (names, found.total.value);
            }
        }
    };
    assert_eq!(list().await.1, 3);
    let entry = registry_audit(Permission::RegistryDisconnect, one.id);
    let command = disconnect(one.id, 1);
    bed.store
        .disconnect_registry(command, entry)
        .await
        .expect("disconnected");
    // What is left of it is removed later, a part at a time.
    assert_eq!(list().await, (vec!["two/team/web".to_owned()], 1));
}

async fn images_of_all_registries_are_one_list(bed: &Bed) {
    two(bed).await;
    let list = async |filter: ImageFilter<'_>, sort| {
        let before = bed.store.queries();
        let found = bed
            .store
            .images(&EVERYTHING, &filter, sort, &first(50))
            .await;
        assert_eq!(bed.store.queries() - before, 1);
        let found = found.expect("images");
        let names = found
            .page
            .items
            .iter()
            .map(|found| format!("{}/{}", found.registry, found.repository.name))
            .collect::<Vec<_>>();
        assert_eq!(found.total.value, names.len() as u64);
        names
    };
    let all = ImageFilter::default();
    let names = list(all, RepositorySort::Name).await;
    assert_eq!(names[0], "one/api");
    assert_eq!(names.len(), 3);
    let by_tags = list(all, RepositorySort::TagsDescending).await;
    assert_eq!(by_tags, ["one/team/web", "two/team/web", "one/api"]);
    let text = ImageFilter {
        text: Some("web"),
        ..all
    };
    assert_eq!(list(text, RepositorySort::Name).await.len(), 2);
    let kind = ImageFilter {
        kind: Some(ArtifactKind::Index),
        ..all
    };
    assert_eq!(list(kind, RepositorySort::Name).await, ["two/team/web"]);
    let everything = bed
        .store
        .images(&EVERYTHING, &all, RepositorySort::Name, &first(50))
        .await;
    let of_two = everything.expect("images").page.items[2].repository.clone();
    let registry = ImageFilter {
        registry: Some(of_two.registry_id),
        ..all
    };
    assert_eq!(
        list(registry, RepositorySort::Name).await.len(),
        1 + usize::from(of_two.name == "api")
    );
    let space = ImageFilter {
        space: Some(of_two.space_id),
        ..all
    };
    assert!(!list(space, RepositorySort::Name).await.is_empty());
    let none = ImageFilter {
        workspace: Some(WorkspaceId::new()),
        ..all
    };
    assert!(list(none, RepositorySort::Name).await.is_empty());
    for sort in [
        RepositorySort::Name,
        RepositorySort::NameDescending,
        RepositorySort::SizeDescending,
    ] {
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = PageRequest { limit: 1, after };
            let found = bed
                .store
                .images(&EVERYTHING, &all, sort, &page)
                .await
                .expect("page");
            seen.extend(
                found
                    .page
                    .items
                    .into_iter()
                    .map(|found| found.repository.id),
            );
            after = found.page.next;
            if after.is_none() {
                break;
            }
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 3, "{sort:?}");
    }
}

async fn sec_18_images_and_what_was_found_stay_within_what_may_be_seen(bed: &Bed) {
    let (one, _) = two(bed).await;
    let ids = [
        one.repository("team/web").await,
        one.repository("api").await,
    ];
    let (stranger, member) = (
        Visible::Workspaces(Vec::new()),
        Visible::Workspaces(vec![WorkspaceId::new()]),
    );
    let all = ImageFilter::default();
    let seen = async |visible: &Visible| {
        let page = bed
            .store
            .images(visible, &all, RepositorySort::Name, &first(50))
            .await;
        let page = page.expect("images");
        let found = bed
            .store
            .found_repositories(&ids, visible)
            .await
            .expect("found");
        let set = bed.store.space_set(visible, &all).await.expect("set");
        let spaces = match set {
            SpaceSet::Everything => usize::MAX,
            SpaceSet::Spaces(ids) => ids.len(),
        };
        let one = bed.store.repository(ids[0], visible).await.expect("answer");
        (page.total.value, found.len(), spaces, one.is_some())
    };
    assert_eq!(seen(&EVERYTHING).await, (3, 2, usize::MAX, true));
    for visible in [&stranger, &member] {
        assert_eq!(
            seen(visible).await,
            (0, 0, 0, false),
            "of the platform, and not open"
        );
    }
    // From now on everybody may pull from the first.
    bed.tamper(
        "INSERT INTO pull_access (registry_id, open) SELECT i.registry_id, TRUE FROM inventory i \
         JOIN repository p ON p.inventory_no = i.no WHERE p.name = 'api'",
    )
    .await;
    assert_eq!(seen(&member).await, (2, 2, 1, true));
    assert_eq!(
        seen(&stranger).await,
        (0, 0, 0, false),
        "who belongs nowhere pulls nothing"
    );
}

async fn references_are_found_by_tag_and_by_digest_in_a_query_each(bed: &Bed) {
    let (one, two) = two(bed).await;
    let (web, other) = (
        one.repository("team/web").await,
        two.repository("team/web").await,
    );
    let find = async |wanted: &Wanted| {
        let before = bed.store.queries();
        let found = bed.store.found_references(wanted).await.expect("found");
        (found, bed.store.queries() - before)
    };
    let tags = vec![
        (web, "v1".to_owned()),
        (web, "v2".to_owned()),
        (other, "V1".to_owned()),
    ];
    let hex: String = digest(3).as_str().trim_start_matches("sha256:").to_owned();
    let mut wanted = Wanted {
        tags,
        digests: Some((vec![other], hex)),
        limit: 10,
    };
    let (found, queries) = find(&wanted).await;
    assert_eq!(queries, 2);
    let mut told: Vec<(Option<&str>, Option<&Digest>)> = found
        .iter()
        .map(|one| (one.tag.as_deref(), one.digest.as_ref()))
        .collect();
    told.sort();
    let (three, first) = (digest(3), digest(1));
    assert_eq!(
        told,
        [
            (None, Some(&three)),
            (Some("v1"), Some(&first)),
            (Some("v2"), None)
        ],
        "names of tags keep their case"
    );
    // All zeros but the last digit: a start of it finds what begins so, in these repositories only.
    wanted = Wanted {
        tags: Vec::new(),
        digests: Some((vec![web], "0000".to_owned())),
        limit: 10,
    };
    let (found, queries) = find(&wanted).await;
    assert_eq!((found.len(), queries), (1, 1));
    assert_eq!(found[0].kind, Some(ArtifactKind::Image));
    let (found, queries) = find(&Wanted::default()).await;
    assert_eq!((found.len(), queries), (0, 0));
}

async fn tags_are_listed_by_the_versions_they_name(bed: &Bed) {
    let field = Field::on(&bed.store, "one").await;
    field.names(&["a"], None).await;
    let a = field.repository("a").await;
    let order = ["latest", "1.2-rc1", "v1.2", "1.9.0", "1.10.0", "v2"];
    let mut mixed = order;
    mixed.sort_unstable();
    field.tags(a, &mixed).await;
    for down in [false, true] {
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let page = PageRequest { limit: 2, after };
            let sort = if down {
                TagSort::VersionDescending
            } else {
                TagSort::Version
            };
            let found = bed
                .store
                .tags(a, TagFilter::default(), sort, &page)
                .await
                .expect("page");
            seen.extend(found.page.items.into_iter().map(|tag| tag.name));
            after = found.page.next;
            if after.is_none() {
                break;
            }
        }
        if down {
            seen.reverse();
        }
        assert_eq!(seen, order);
    }
}
