//! The index against a plain look over everything, whatever was changed before.

use super::super::Index;
use super::{Dice, at, repository};
use crate::search::query::Query;
use roadstead_core::model::{
    ArtifactKind, DigestStart, IndexedRepository, RegistryId, RepositoryId, SpaceId, SpaceSet,
};
use std::cmp::Reverse;
use std::collections::HashMap;

/// How well a text matches, and how new it is: what results are ranked by. Among those that are
/// equal any order is right.
type Rank = (u8, i64);

/// All that match, each with its rank.
type Ranked<T> = Vec<(Rank, T)>;

struct World {
    index: Index,
    all: HashMap<RepositoryId, IndexedRepository>,
    spaces: Vec<SpaceId>,
    registries: Vec<RegistryId>,
}

/// What is asked.
struct Asked {
    text: String,
    set: SpaceSet,
    kind: Option<ArtifactKind>,
    most: usize,
}

fn class(text: &str, part: &str) -> u8 {
    let text = text.to_lowercase();
    let place = |at: usize| {
        let behind = &text[at + part.len()..];
        match text[..at].chars().next_back() {
            None | Some('/') if behind.is_empty() => 4,
            None => 3,
            Some('/' | '-' | '_' | '.' | '+') => 2,
            Some(_) => 1,
        }
    };
    let places = (0..text.len()).filter(|at| text[*at..].starts_with(part));
    places.map(place).max().unwrap_or(0)
}

impl World {
    fn new(dice: &mut Dice) -> Self {
        Self {
            index: Index::default(),
            all: HashMap::new(),
            spaces: (0..1 + dice.roll(20)).map(|_| SpaceId::new()).collect(),
            registries: (0..1 + dice.roll(3)).map(|_| RegistryId::new()).collect(),
        }
    }

    fn some_repository(&self, dice: &mut Dice) -> Option<IndexedRepository> {
        let mut ids: Vec<RepositoryId> = self.all.keys().copied().collect();
        // A map has another order each time.
        ids.sort_unstable_by_key(|id| self.all[id].place);
        let id = ids.get(dice.roll(ids.len().max(1)))?;
        self.all.get(id).cloned()
    }

    fn put(&mut self, one: IndexedRepository) {
        self.index.put(one.clone());
        self.all.insert(one.id, one);
    }

    fn grow(&mut self, dice: &mut Dice, place: i64) {
        let mut one = repository(&some_name(dice), &[]);
        one.place = place;
        one.space_id = self.spaces[dice.roll(self.spaces.len())];
        one.registry_id = self.registries[dice.roll(self.registries.len())];
        one.at = at(place_in_time(dice));
        if dice.roll(3) == 0 {
            one.kinds = vec![ArtifactKind::Index];
        }
        for _ in 0..dice.roll(12) {
            add_tag(&mut one, dice);
        }
        one.digests = (0..dice.roll(4)).map(|_| some_digest(dice)).collect();
        self.put(one);
    }

    /// Changes one thing.
    fn change(&mut self, dice: &mut Dice, place: i64) {
        let Some(mut one) = self.some_repository(dice) else {
            return self.grow(dice, place);
        };
        match dice.roll(9) {
            0 | 1 => return self.grow(dice, place),
            2 => add_tag(&mut one, dice),
            3 if !one.tags.is_empty() => {
                one.tags.swap_remove(dice.roll(one.tags.len()));
            }
            // A tag moves: it is pushed again.
            4 if !one.tags.is_empty() => {
                let tag = dice.roll(one.tags.len());
                one.tags[tag].1 = at(place_in_time(dice));
            }
            5 => one.name = some_name(dice),
            6 => one.space_id = self.spaces[dice.roll(self.spaces.len())],
            7 => one.digests.push(some_digest(dice)),
            _ => {
                if dice.roll(6) == 0 {
                    self.index.remove_registry(one.registry_id);
                    self.all
                        .retain(|_, other| other.registry_id != one.registry_id);
                } else {
                    self.index.remove(one.id);
                    self.all.remove(&one.id);
                }
                return;
            }
        }
        self.put(one);
    }

    fn tidy(&mut self) {
        let tidied = self.index.tidied();
        self.index.tidy(tidied);
    }

    fn asked(&self, dice: &mut Dice) -> Asked {
        let some = self.spaces.iter().copied();
        let set = match dice.roll(3) {
            0 => SpaceSet::Everything,
            1 => SpaceSet::Spaces(some.filter(|_| dice.roll(2) == 0).collect()),
            _ => SpaceSet::Spaces(some.take(1).collect()),
        };
        let text = match dice.roll(4) {
            0 => ["abcd", "abcd1", "1111", "abcd111111111111"][dice.roll(4)].to_owned(),
            1 => format!("{} {}", dice.text(), dice.text()),
            _ => {
                let text = dice.text();
                text[..1 + dice.roll(text.len())].to_owned()
            }
        };
        Asked {
            text,
            set,
            kind: (dice.roll(4) == 0).then_some(ArtifactKind::Image),
            most: [1, 3, 1_000][dice.roll(3)],
        }
    }

    /// What must be found: repositories, tags, holders.
    fn expected(
        &self,
        asked: &Asked,
        query: &Query,
    ) -> (
        Ranked<RepositoryId>,
        Ranked<(RepositoryId, String)>,
        Ranked<RepositoryId>,
    ) {
        let (mut repositories, mut tags, mut holders) = (Vec::new(), Vec::new(), Vec::new());
        for one in self.all.values() {
            let called = query.others().iter().map(|word| class(&one.name, word));
            let called = called.min().unwrap_or(4);
            let kind = asked.kind.is_none_or(|kind| one.kinds.contains(&kind));
            if called == 0 || !kind || !asked.set.contains(one.space_id) {
                continue;
            }
            let name = class(&one.name, query.last()).min(called);
            if name > 0 {
                repositories.push(((name, one.at.as_micros()), one.id));
            }
            for (tag, at) in &one.tags {
                let class = class(tag, query.last());
                if class > 0 {
                    tags.push(((class, at.as_micros()), (one.id, tag.clone())));
                }
            }
            let range = query.digest();
            let holds = range.is_some_and(|(low, high)| {
                let mut digests = one.digests.iter();
                digests.any(|start| low <= *start && *start <= high)
            });
            if holds {
                holders.push(((0, one.at.as_micros()), one.id));
            }
        }
        (repositories, tags, holders)
    }
}

fn place_in_time(dice: &mut Dice) -> i64 {
    i64::try_from(dice.roll(6)).expect("small")
}

fn some_name(dice: &mut Dice) -> String {
    let name = dice.text().to_lowercase();
    if dice.roll(2) == 0 {
        return name;
    }
    format!("{name}/{}", dice.text().to_lowercase())
}

fn some_digest(dice: &mut Dice) -> DigestStart {
    let starts = [0xabcd_1111_1111_1111, 0xabcd_1111_2222_2222, 0x1111 << 48];
    DigestStart(starts[dice.roll(3)])
}

fn add_tag(one: &mut IndexedRepository, dice: &mut Dice) {
    let name = dice.text();
    if one.tags.iter().all(|(there, _)| *there != name) {
        one.tags.push((name, at(place_in_time(dice))));
    }
}

/// The best so many, each once, and nothing else.
fn check<T: PartialEq + std::fmt::Debug>(
    found: &[T],
    more: Option<bool>,
    mut expected: Ranked<T>,
    most: usize,
) {
    expected.sort_by_key(|(rank, _)| Reverse(*rank));
    let rank = |one: &T| expected.iter().find(|(_, other)| other == one);
    let ranks: Vec<Option<Rank>> = found.iter().map(|one| Some(rank(one)?.0)).collect();
    let best: Vec<Option<Rank>> = expected.iter().take(most).map(|one| Some(one.0)).collect();
    assert_eq!(ranks, best, "{found:?} of {expected:?}");
    let twice = |(no, one): (usize, &T)| found[..no].contains(one);
    assert!(!found.iter().enumerate().any(twice), "{found:?}");
    if let Some(more) = more {
        assert_eq!(more, expected.len() > most, "{found:?} of {expected:?}");
    }
}

/// Three hundred worlds, forty changes each: names of repositories and tags change, tags move,
/// repositories and registries go, order is made now and then, and whoever asks finds the best of
/// what they may see.
#[test]
fn whatever_was_changed_a_search_finds_what_a_plain_look_finds() {
    let seed = 0x5eed_0014;
    println!("seed {seed:#x}");
    let mut dice = Dice(seed);
    let (mut walked, mut listed, mut cut, mut held) = (0, 0, 0, 0);
    for _ in 0..300 {
        let mut world = World::new(&mut dice);
        for place in 0..15 {
            world.grow(&mut dice, place);
        }
        for place in 15..55 {
            world.change(&mut dice, place);
            if dice.roll(10) == 0 {
                world.tidy();
            }
            let asked = world.asked(&mut dice);
            let Some(query) = Query::parse(&asked.text) else {
                continue;
            };
            let found = world.index.find(&query, &asked.set, asked.kind, asked.most);
            let (repositories, tags, holders) = world.expected(&asked, &query);
            let seen = world.index.seen(query.others(), &asked.set, asked.kind);
            let hits = world.index.tag_names.hits(query.last());
            let late = world.index.late.len();
            if world.index.is_walked(&hits, &seen) {
                walked += usize::from(!tags.is_empty());
            } else if late < world.all.len() / 2 {
                listed += usize::from(!tags.is_empty());
            }
            cut += usize::from(found.more_tags && found.more_repositories);
            held += holders.len();
            check(
                &found.repositories,
                Some(found.more_repositories),
                repositories,
                asked.most,
            );
            check(&found.tags, Some(found.more_tags), tags, asked.most);
            check(&found.holders, None, holders, asked.most);
        }
        let repositories = world.all.len();
        let tags: usize = world.all.values().map(|one| one.tags.len()).sum();
        assert_eq!(world.index.size(), (repositories, tags));
    }
    // Not a test of one way only.
    assert!(
        walked > 100 && listed > 1_000 && cut > 300 && held > 2_000,
        "{walked}, {listed}, {cut}, {held}"
    );
}
