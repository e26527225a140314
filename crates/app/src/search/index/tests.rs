use super::{Found, Index};
use crate::search::query::Query;
use roadstead_core::model::{
    ArtifactKind, Digest, DigestStart, IndexedRepository, RegistryId, RepositoryId, SpaceId,
    SpaceSet, Timestamp,
};
use std::collections::{HashMap, HashSet};

mod plain;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn repository(name: &str, tags: &[(&str, i64)]) -> IndexedRepository {
    IndexedRepository {
        place: 1,
        id: RepositoryId::new(),
        registry_id: RegistryId::new(),
        space_id: SpaceId::new(),
        name: name.to_owned(),
        kinds: vec![ArtifactKind::Image],
        at: at(tags.iter().map(|(_, at)| *at).max().unwrap_or(0)),
        tags: tags
            .iter()
            .map(|(name, seconds)| ((*name).to_owned(), at(*seconds)))
            .collect(),
        digests: Vec::new(),
    }
}

fn find(index: &Index, text: &str) -> Found {
    let query = Query::parse(text).expect("something to look for");
    index.find(&query, &SpaceSet::Everything, None, 10)
}

fn tags(found: &Found) -> Vec<&str> {
    found.tags.iter().map(|(_, tag)| tag.as_str()).collect()
}

#[test]
fn results_are_ranked_by_how_well_they_match_and_then_by_age() {
    let mut index = Index::default();
    let all = [
        repository(
            "team/web",
            &[("1.2", 10), ("1.2.3", 20), ("v1.2", 90), ("11.2", 99)],
        ),
        repository("web", &[("x-1.2", 50), ("1.2", 11), ("other", 100)]),
        repository("cobweb", &[]),
        repository("web-shop", &[]),
    ];
    let ids: Vec<RepositoryId> = all.iter().map(|one| one.id).collect();
    for one in all {
        index.put(one);
    }
    let found = find(&index, "1.2");
    assert_eq!(
        tags(&found),
        ["1.2", "1.2", "1.2.3", "x-1.2", "11.2", "v1.2"]
    );
    assert_eq!(found.tags[0].0, ids[1], "the newer of two that are equal");
    let found = find(&index, "WEB");
    assert_eq!(found.repositories, [ids[1], ids[0], ids[3], ids[2]]);
    assert!(!found.more_repositories);
}

#[test]
fn words_before_the_last_are_of_the_repository() {
    let mut index = Index::default();
    index.put(repository("team/web", &[("1.2", 1)]));
    index.put(repository("team/api", &[("1.2", 2)]));
    assert_eq!(find(&index, "web:1.2").tags.len(), 1);
    assert_eq!(find(&index, "team 1").tags.len(), 2);
    assert_eq!(find(&index, "team web").repositories.len(), 1);
    assert_eq!(find(&index, "shop:1.2"), Found::default());
}

#[test]
fn digest_is_found_by_how_it_begins() {
    let mut index = Index::default();
    let digest = Digest::parse(&format!("sha256:{}", "ab".repeat(32))).expect("digest");
    let mut one = repository("a", &[]);
    one.digests = vec![DigestStart::of(&digest).expect("start")];
    let id = one.id;
    index.put(one);
    index.put(repository("b", &[]));
    for text in ["abab", "sha256:ababab", digest.as_str(), "a@sha256:abab"] {
        assert_eq!(find(&index, text).holders, [id], "{text}");
    }
    assert!(find(&index, "abac").holders.is_empty());
    assert!(find(&index, "b@sha256:abab").holders.is_empty());
}

#[test]
fn what_is_put_again_replaces_and_what_is_removed_is_gone() {
    let mut index = Index::default();
    let mut one = repository("a", &[("old", 1), ("kept", 2)]);
    index.put(one.clone());
    one.tags.remove(0);
    one.tags.push(("New".to_owned(), at(3)));
    index.put(one.clone());
    assert_eq!(index.size(), (1, 2));
    assert!(find(&index, "old").tags.is_empty());
    let tidied = index.tidied();
    index.tidy(tidied);
    assert_eq!(tags(&find(&index, "new")), ["New"], "as it is written");
    index.remove_registry(RegistryId::new());
    assert!(index.knows(one.registry_id));
    index.remove_registry(one.registry_id);
    assert_eq!(
        (index.size(), index.knows(one.registry_id)),
        ((0, 0), false)
    );
    assert!(find(&index, "kept").tags.is_empty());
}

#[test]
fn only_so_many_are_told_and_that_there_are_more() {
    let mut index = Index::default();
    let many: Vec<String> = (0..30).map(|n| format!("v{n}")).collect();
    let tags: Vec<(&str, i64)> = many.iter().map(String::as_str).zip(0..).collect();
    index.put(repository("a", &tags));
    let found = find(&index, "v");
    assert_eq!((found.tags.len(), found.more_tags), (10, true));
    assert_eq!(found.tags[0].1, "v29");
}

#[test]
fn lists_are_made_anew_once_much_came_since() {
    let mut index = Index::default();
    let many: Vec<String> = (0..3_000).map(|n| format!("v{n}")).collect();
    let tags: Vec<(&str, i64)> = many.iter().map(String::as_str).zip(0..).collect();
    let (one, other) = (repository("a", &tags), repository("b", &tags));
    index.put(one.clone());
    index.put(other.clone());
    assert!(index.is_untidy(), "6,000 tags that no list holds");
    let tidied = index.tidied();
    index.tidy(tidied);
    assert!(!index.is_untidy());
    // However often it is put, its tags are late once: those in the lists and those it has now.
    for _ in 0..10 {
        index.remove(one.id);
    }
    assert!(!index.is_untidy());
    index.put(repository("c", &tags));
    assert!(index.is_untidy());
    assert_eq!(find(&index, "v2999").tags.len(), 2);
    index.remove(other.id);
    let tidied = index.tidied();
    index.tidy(tidied);
    assert!(!index.is_untidy());
    assert_eq!(find(&index, "v2999").tags.len(), 1);
}

/// A source of numbers with a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % sides
    }

    fn text(&mut self) -> String {
        let length = 1 + self.roll(5);
        (0..length)
            .map(|_| ["a", "b", "A", "1", "-", "."][self.roll(6)])
            .collect()
    }
}

/// Two thousand worlds, five askers each: what is found is what a plain look over what each may see
/// finds, and nothing of what they may not.
#[test]
fn sec_18_search_never_leaves_the_set_of_spaces() {
    let seed = 0x5eed_0018;
    println!("seed {seed:#x}");
    let mut dice = Dice(seed);
    let (mut found_some, mut hidden_some) = (0, 0);
    for world in 0..2_000 {
        let mut index = Index::default();
        let spaces: Vec<SpaceId> = (0..1 + dice.roll(4)).map(|_| SpaceId::new()).collect();
        let mut all = HashMap::new();
        for _ in 0..dice.roll(8) {
            let names: Vec<String> = (0..dice.roll(6)).map(|_| dice.text()).collect();
            let unique: HashSet<&str> = names.iter().map(String::as_str).collect();
            let tags: Vec<(&str, i64)> = unique.into_iter().map(|name| (name, 1)).collect();
            let mut one = repository(&dice.text().to_lowercase(), &tags);
            one.space_id = spaces[dice.roll(spaces.len())];
            index.put(one.clone());
            all.insert(one.id, one);
        }
        if world % 3 == 0 {
            let tidied = index.tidied();
            index.tidy(tidied);
        }
        for _ in 0..5 {
            let set: HashSet<SpaceId> = spaces
                .iter()
                .copied()
                .filter(|_| dice.roll(2) == 0)
                .collect();
            let word = dice.text();
            let Some(query) = Query::parse(&word) else {
                continue;
            };
            let found = index.find(&query, &SpaceSet::Spaces(set.clone()), None, 1_000);
            let lower = word.to_lowercase();
            let mut expected = HashSet::new();
            for one in all.values() {
                let seen = set.contains(&one.space_id);
                for (tag, _) in &one.tags {
                    if tag.to_lowercase().contains(&lower) {
                        hidden_some += usize::from(!seen);
                        if seen {
                            expected.insert((one.id, tag.clone()));
                        }
                    }
                }
            }
            let tags: HashSet<(RepositoryId, String)> = found.tags.into_iter().collect();
            found_some += tags.len();
            assert_eq!(tags, expected, "world {world}, {word}");
            let names: HashSet<RepositoryId> = found.repositories.into_iter().collect();
            let expected: HashSet<RepositoryId> = all
                .values()
                .filter(|one| set.contains(&one.space_id) && one.name.contains(&lower))
                .map(|one| one.id)
                .collect();
            assert_eq!(names, expected, "world {world}, {word}");
        }
    }
    // Not a test of empty worlds.
    assert!(
        found_some > 2_000 && hidden_some > 2_000,
        "{found_some}, {hidden_some}"
    );
}
