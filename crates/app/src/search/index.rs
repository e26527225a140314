//! The index: what repositories there are, with their tags and digests, as numbers.
//!
//! A search looks over the texts, each of which stands there once, for those that match, and then
//! takes from the list of each (`lists`) what is newest. What was put since the lists were made, and
//! all there is when the asker sees little of it, is walked over tag by tag.

use super::best::Best;
use super::lists::{Listed, Lists};
use super::names::{Class, Hits, Names};
use super::query::Query;
use roadstead_core::model::{
    ArtifactKind, DigestStart, IndexedRepository, RegistryId, RepositoryId, SpaceId, SpaceSet,
};
use std::cmp::Reverse;
use std::collections::HashMap;

/// Texts and tags that may be out of order before it is made anew, or an eighth of all.
const LATE: usize = 4_096;
/// A tag is looked at faster one behind the other than in the lists, where it is one of many that
/// are not seen.
const WALKS_FASTER: usize = 8;

/// The tags of a repository, the newest first.
struct Tags {
    /// Which text each is. Apart from its age, because a walk looks at all of these and at the age
    /// of few.
    names: Box<[u32]>,
    /// When each was pushed or first seen: seconds since 1970, until 2106.
    at: Box<[u32]>,
}

struct Entry {
    id: RepositoryId,
    registry_id: RegistryId,
    tags: Tags,
    /// In order.
    digests: Box<[DigestStart]>,
}

/// What every search looks at of a repository.
#[derive(Clone, Copy)]
struct Place {
    space: u32,
    name: u32,
    at: u32,
    tags: u32,
    kinds: u8,
    /// It was put or taken away since the lists were made: what they say of it is not true.
    late: bool,
}

impl Place {
    /// Of a repository that is not there any more.
    const FREE: Self = Self {
        space: u32::MAX,
        name: u32::MAX,
        at: 0,
        tags: 0,
        kinds: 0,
        late: true,
    };
}

/// What was found, the best first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Found {
    /// Repositories by name.
    pub(crate) repositories: Vec<RepositoryId>,
    /// There are more.
    pub(crate) more_repositories: bool,
    /// Tags by name.
    pub(crate) tags: Vec<(RepositoryId, String)>,
    /// There are more.
    pub(crate) more_tags: bool,
    /// Repositories that hold something whose digest begins so.
    pub(crate) holders: Vec<RepositoryId>,
}

/// Everything that can be searched for.
#[derive(Default)]
pub(crate) struct Index {
    repositories: Vec<Option<Entry>>,
    /// As many.
    places: Vec<Place>,
    free: Vec<u32>,
    by_id: HashMap<RepositoryId, u32>,
    spaces: Vec<SpaceId>,
    space_numbers: HashMap<SpaceId, u32>,
    repository_names: Names,
    tag_names: Names,
    tags: usize,
    lists: Lists,
    /// The repositories that are late, each once.
    late: Vec<u32>,
    /// How many tags they have that the lists still hold.
    late_tags: usize,
}

impl Index {
    /// Puts a repository in the place of what was known of it.
    pub(crate) fn put(&mut self, repository: IndexedRepository) {
        self.remove(repository.id);
        let (entry, place) = self.entry(repository);
        let id = entry.id;
        self.tags += entry.tags.names.len();
        let no = match self.free.pop() {
            Some(no) => no,
            None => {
                self.repositories.push(None);
                self.places.push(Place {
                    late: false,
                    ..Place::FREE
                });
                u32::try_from(self.repositories.len() - 1).unwrap_or(u32::MAX)
            }
        };
        self.set(no, Some(entry), place);
        self.by_id.insert(id, no);
    }

    /// Puts something in a place, which is late from then on; answers what was there.
    fn set(&mut self, no: u32, entry: Option<Entry>, place: Place) -> Option<Entry> {
        let at = no as usize;
        let (Some(entry_there), Some(there)) =
            (self.repositories.get_mut(at), self.places.get_mut(at))
        else {
            return None;
        };
        if !there.late {
            self.late.push(no);
            self.late_tags += there.tags as usize;
        }
        *there = Place {
            late: true,
            ..place
        };
        std::mem::replace(entry_there, entry)
    }

    fn entry(&mut self, repository: IndexedRepository) -> (Entry, Place) {
        let mut tags: Vec<(u32, u32)> = repository
            .tags
            .iter()
            .map(|(name, at)| (seconds(at.as_micros()), self.tag_names.add(name)))
            .collect();
        tags.sort_unstable_by_key(|(at, _)| Reverse(*at));
        let (at, names): (Vec<u32>, Vec<u32>) = tags.into_iter().unzip();
        let mut digests = repository.digests;
        digests.sort_unstable();
        let place = Place {
            space: self.space(repository.space_id),
            name: self.repository_names.add(&repository.name),
            at: seconds(repository.at.as_micros()),
            tags: u32::try_from(names.len()).unwrap_or(u32::MAX),
            kinds: repository
                .kinds
                .iter()
                .fold(0, |bits, kind| bits | bit(*kind)),
            late: true,
        };
        let entry = Entry {
            id: repository.id,
            registry_id: repository.registry_id,
            tags: Tags {
                names: names.into_boxed_slice(),
                at: at.into_boxed_slice(),
            },
            digests: digests.into_boxed_slice(),
        };
        (entry, place)
    }

    fn space(&mut self, id: SpaceId) -> u32 {
        if let Some(no) = self.space_numbers.get(&id) {
            return *no;
        }
        let no = u32::try_from(self.spaces.len()).unwrap_or(u32::MAX);
        self.spaces.push(id);
        self.space_numbers.insert(id, no);
        no
    }

    /// A repository is not there any more.
    pub(crate) fn remove(&mut self, id: RepositoryId) {
        let Some(no) = self.by_id.remove(&id) else {
            return;
        };
        if let Some(entry) = self.set(no, None, Place::FREE) {
            self.tags -= entry.tags.names.len();
            self.free.push(no);
        }
    }

    /// A registry is not there any more.
    pub(crate) fn remove_registry(&mut self, id: RegistryId) {
        let ids: Vec<RepositoryId> = self
            .entries()
            .filter(|entry| entry.registry_id == id)
            .map(|entry| entry.id)
            .collect();
        for id in ids {
            self.remove(id);
        }
    }

    /// Whether something of a registry is known.
    pub(crate) fn knows(&self, id: RegistryId) -> bool {
        self.entries().any(|entry| entry.registry_id == id)
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.repositories.iter().flatten()
    }

    /// How many repositories and tags it holds.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.by_id.len(), self.tags)
    }

    /// Bytes it takes, roughly.
    pub(crate) fn bytes(&self) -> usize {
        let entries: usize = self
            .entries()
            .map(|entry| 128 + entry.tags.names.len() * 8 + entry.digests.len() * 8)
            .sum();
        let places = self.places.capacity() * size_of::<Place>();
        let names = self.repository_names.bytes() + self.tag_names.bytes();
        entries + places + names + self.lists.bytes()
    }

    /// Whether so much came since that its order and the lists are worth making anew.
    pub(crate) fn is_untidy(&self) -> bool {
        let untidy = |names: &Names| names.late() > LATE.max(names.len() / 8);
        let late = self.late.iter().filter_map(|no| self.place(*no));
        let late: usize = late.map(|place| place.tags as usize).sum();
        untidy(&self.tag_names)
            || untidy(&self.repository_names)
            || late + self.late_tags > LATE.max(self.tags / 8)
    }

    fn place(&self, no: u32) -> Option<&Place> {
        self.places.get(no as usize)
    }

    /// The texts in order, without those nobody uses, and the lists: prepared while others search.
    pub(crate) fn tidied(&self) -> Tidied {
        let mut tags = vec![false; self.tag_names.len()];
        let mut repositories = vec![false; self.repository_names.len()];
        for (entry, place) in self.repositories.iter().zip(&self.places) {
            let Some(entry) = entry else { continue };
            for no in &entry.tags.names {
                if let Some(used) = tags.get_mut(*no as usize) {
                    *used = true;
                }
            }
            if let Some(used) = repositories.get_mut(place.name as usize) {
                *used = true;
            }
        }
        let tags = self.tag_names.in_order(&tags);
        let all = self.repositories.iter().zip(0..);
        let all = all.filter_map(|(entry, no)| {
            entry.as_ref().map(|entry| Listed {
                no,
                names: &entry.tags.names,
                at: &entry.tags.at,
                digests: &entry.digests,
            })
        });
        Tidied {
            lists: Lists::of(tags.0.len(), &tags.1, all),
            tags,
            repositories: self.repository_names.in_order(&repositories),
        }
    }

    /// Takes what was prepared. Nothing may have been put since.
    pub(crate) fn tidy(&mut self, tidied: Tidied) {
        let (tag_names, tags) = tidied.tags;
        let (repository_names, repositories) = tidied.repositories;
        let number = |numbers: &[u32], no: u32| numbers.get(no as usize).copied().unwrap_or(no);
        for (entry, place) in self.repositories.iter_mut().zip(&mut self.places) {
            place.late = false;
            let Some(entry) = entry else { continue };
            place.name = number(&repositories, place.name);
            for name in &mut entry.tags.names {
                *name = number(&tags, *name);
            }
        }
        self.tag_names = tag_names;
        self.repository_names = repository_names;
        self.lists = tidied.lists;
        self.late = Vec::new();
        self.late_tags = 0;
    }

    /// Searches what is in the set.
    pub(crate) fn find(
        &self,
        query: &Query,
        set: &SpaceSet,
        kind: Option<ArtifactKind>,
        most: usize,
    ) -> Found {
        let mut seen = self.seen(query.others(), set, kind);
        let repositories = self.by_name(query.last(), &seen, most);
        let holders = self.by_digest(query, &seen, most);
        let tags = self.by_tag(query.last(), &mut seen, most);
        let (more_repositories, more_tags) = (repositories.more(), tags.more());
        let entry = |no: u32| self.repositories.get(no as usize).and_then(Option::as_ref);
        let id = |no: u32| entry(no).map(|entry| entry.id);
        let tag = |(no, name)| Some((id(no)?, self.tag_names.of(name).to_owned()));
        Found {
            repositories: repositories.in_order().into_iter().filter_map(id).collect(),
            more_repositories,
            tags: tags.in_order().into_iter().filter_map(tag).collect(),
            more_tags,
            holders: holders.in_order().into_iter().filter_map(id).collect(),
        }
    }

    /// The repositories that are searched, and how well each is called by all words but the last,
    /// which must be of its name.
    fn seen(&self, others: &[String], set: &SpaceSet, kind: Option<ArtifactKind>) -> Seen {
        let spaces: Vec<bool> = self.spaces.iter().map(|id| set.contains(*id)).collect();
        let is_seen = |place: &Place| {
            spaces.get(place.space as usize).copied().unwrap_or(false)
                && kind.is_none_or(|kind| place.kinds & bit(kind) != 0)
        };
        let names = &self.repository_names;
        let others: Vec<Option<Vec<Class>>> = others
            .iter()
            .map(|word| names.classes(&names.hits(word)))
            .collect();
        let called = |place: &Place| {
            if !is_seen(place) {
                return Class::NONE;
            }
            let all = others
                .iter()
                .map(|one| class_of(one.as_deref(), place.name));
            all.min().unwrap_or(Class::WHOLE)
        };
        Seen(self.places.iter().map(called).collect())
    }

    /// The repositories whose names hold a part.
    fn by_name(&self, part: &str, seen: &Seen, most: usize) -> Best<u32> {
        let mut best = Best::of(most);
        let hits = self.repository_names.hits(part);
        if let Some(classes) = self.repository_names.classes(&hits) {
            for ((place, called), no) in self.places.iter().zip(&seen.0).zip(0..) {
                let class = class_of(Some(&classes), place.name).min(*called);
                if class > Class::NONE {
                    best.offer(class, place.at, no);
                }
            }
        }
        best
    }

    /// The repositories that hold what begins with a digest's digits.
    fn by_digest(&self, query: &Query, seen: &Seen, most: usize) -> Best<u32> {
        let mut best = Best::of(most);
        let Some((low, high)) = query.digest() else {
            return best;
        };
        let holds = |entry: &Entry| {
            let first = entry.digests.partition_point(|start| *start < low);
            entry.digests.get(first).is_some_and(|start| *start <= high)
        };
        let listed = self.lists.holders(low, high);
        let listed = listed
            .iter()
            .filter(|no| self.place(**no).is_some_and(|place| !place.late));
        for no in listed.chain(&self.late) {
            let entry = self.repositories.get(*no as usize).and_then(Option::as_ref);
            if let (Some(entry), Some(place)) = (entry, self.place(*no))
                && seen.has(*no)
                && holds(entry)
            {
                best.offer(Class::NONE, place.at, *no);
            }
        }
        best
    }

    /// The tags that hold a part, by the numbers of their repository and of their text.
    fn by_tag(&self, part: &str, seen: &mut Seen, most: usize) -> Best<(u32, u32)> {
        let mut best = Best::of(most);
        let hits = self.tag_names.hits(part);
        if self.is_walked(&hits, seen) {
            let all = (0..).take(self.places.len());
            self.walk(all.filter(|no| seen.has(*no)), &hits, &mut best);
            return best;
        }
        let late = self.late.iter().copied();
        let late: Vec<u32> = late.filter(|no| seen.take(*no)).collect();
        self.walk(late.into_iter(), &hits, &mut best);
        for class in Class::MATCHES {
            self.tag_names.each(&hits, class, |text| {
                let Some(newest) = self.lists.newest(text) else {
                    return;
                };
                if best.is_past_all(class, newest) {
                    return;
                }
                for (at, no) in self.lists.of_text(text) {
                    if best.is_past(class, at, (no, text)) {
                        return;
                    }
                    if seen.has(no) {
                        best.offer(class, at, (no, text));
                    }
                }
            });
        }
        best
    }

    /// Whether the tags that are seen are so few of those that match that they are walked over.
    fn is_walked(&self, hits: &Hits, seen: &Seen) -> bool {
        let places = self.places.iter().zip(&seen.0);
        let places = places.filter(|(_, called)| **called > Class::NONE);
        let tags: usize = places.map(|(place, _)| place.tags as usize).sum();
        if tags.saturating_mul(WALKS_FASTER) > self.tags {
            return false;
        }
        let mut matching = 0;
        for class in Class::MATCHES {
            self.tag_names
                .each(hits, class, |text| matching += self.lists.count(text));
        }
        tags.saturating_mul(WALKS_FASTER) <= matching
    }

    /// Looks at the tags of some repositories one by one.
    fn walk(&self, all: impl Iterator<Item = u32>, hits: &Hits, best: &mut Best<(u32, u32)>) {
        let mut all = all.peekable();
        // Most searches have nothing to walk over.
        if all.peek().is_none() {
            return;
        }
        let Some(classes) = self.tag_names.classes(hits) else {
            return;
        };
        for no in all {
            let entry = self.repositories.get(no as usize).and_then(Option::as_ref);
            let Some(tags) = entry.map(|entry| &entry.tags) else {
                continue;
            };
            for (name, at) in tags.names.iter().zip(&tags.at) {
                let class = class_of(Some(&classes), *name);
                if class > Class::NONE {
                    best.offer(class, *at, (no, *name));
                }
            }
        }
    }
}

/// What is searched: of each repository how well it is called, [`Class::NONE`] for those that are
/// not.
struct Seen(Vec<Class>);

impl Seen {
    fn has(&self, no: u32) -> bool {
        let called = self.0.get(no as usize);
        called.is_some_and(|called| *called > Class::NONE)
    }

    /// Leaves one out from now on; answers whether it was among them.
    fn take(&mut self, no: u32) -> bool {
        let called = self.0.get_mut(no as usize);
        called.is_some_and(|called| std::mem::replace(called, Class::NONE) > Class::NONE)
    }
}

fn class_of(classes: Option<&[Class]>, no: u32) -> Class {
    let class = classes.and_then(|all| all.get(no as usize));
    class.copied().unwrap_or(Class::NONE)
}

/// Texts in order, and the new number of each, of tags and of repositories; and the lists of the
/// tags by their new numbers.
pub(crate) struct Tidied {
    lists: Lists,
    tags: (Names, Vec<u32>),
    repositories: (Names, Vec<u32>),
}

fn seconds(micros: i64) -> u32 {
    u32::try_from(micros.div_euclid(1_000_000)).unwrap_or(if micros < 0 { 0 } else { u32::MAX })
}

fn bit(kind: ArtifactKind) -> u8 {
    let place = ArtifactKind::ALL.iter().position(|one| *one == kind);
    1 << place.unwrap_or(0)
}

#[cfg(test)]
mod tests;
