//! The index: what repositories there are, with their tags and digests, as numbers.
//!
//! A search is two walks: one over the texts, each of which stands there once, and one over the tags
//! of the repositories the asker may see. Both are over memory in a row, so they take about as long
//! for every part that is looked for.

use super::best::Best;
use super::chosen::Chosen;
use super::names::{Class, Names};
use super::query::Query;
use roadstead_core::model::{
    ArtifactKind, DigestStart, IndexedRepository, RegistryId, RepositoryId, SpaceId, SpaceSet,
};
use std::cmp::Reverse;
use std::collections::HashMap;

/// Texts that may be out of order before it is made anew.
const LATE: usize = 4_096;

/// The tags of a repository, the newest first.
struct Tags {
    /// Which text each is. Apart from its age, because a search looks at all of these and at the age
    /// of few.
    names: Box<[u32]>,
    /// When each was pushed or first seen: seconds since 1970, until 2106.
    at: Box<[u32]>,
}

struct Entry {
    id: RepositoryId,
    registry_id: RegistryId,
    space: u32,
    name: u32,
    kinds: u8,
    at: u32,
    tags: Tags,
    /// In order.
    digests: Box<[DigestStart]>,
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
    free: Vec<u32>,
    by_id: HashMap<RepositoryId, u32>,
    spaces: Vec<SpaceId>,
    space_numbers: HashMap<SpaceId, u32>,
    repository_names: Names,
    tag_names: Names,
    tags: usize,
}

impl Index {
    /// Puts a repository in the place of what was known of it.
    pub(crate) fn put(&mut self, repository: IndexedRepository) {
        self.remove(repository.id);
        let entry = self.entry(repository);
        let id = entry.id;
        self.tags += entry.tags.names.len();
        let no = if let Some(no) = self.free.pop() {
            if let Some(place) = self.repositories.get_mut(no as usize) {
                *place = Some(entry);
            }
            no
        } else {
            self.repositories.push(Some(entry));
            u32::try_from(self.repositories.len() - 1).unwrap_or(u32::MAX)
        };
        self.by_id.insert(id, no);
    }

    fn entry(&mut self, repository: IndexedRepository) -> Entry {
        let mut tags: Vec<(u32, u32)> = repository
            .tags
            .iter()
            .map(|(name, at)| (seconds(at.as_micros()), self.tag_names.add(name)))
            .collect();
        tags.sort_unstable_by_key(|(at, _)| Reverse(*at));
        let (at, names): (Vec<u32>, Vec<u32>) = tags.into_iter().unzip();
        let mut digests = repository.digests;
        digests.sort_unstable();
        Entry {
            id: repository.id,
            registry_id: repository.registry_id,
            space: self.space(repository.space_id),
            name: self.repository_names.add(&repository.name),
            kinds: repository
                .kinds
                .iter()
                .fold(0, |bits, kind| bits | bit(*kind)),
            at: seconds(repository.at.as_micros()),
            tags: Tags {
                names: names.into_boxed_slice(),
                at: at.into_boxed_slice(),
            },
            digests: digests.into_boxed_slice(),
        }
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
        if let Some(entry) = self
            .repositories
            .get_mut(no as usize)
            .and_then(Option::take)
        {
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
        entries + self.repository_names.bytes() + self.tag_names.bytes()
    }

    /// Whether so many texts came since that their order is worth making anew.
    pub(crate) fn is_untidy(&self) -> bool {
        let untidy = |names: &Names| names.late() > LATE.max(names.len() / 8);
        untidy(&self.tag_names) || untidy(&self.repository_names)
    }

    /// The texts in order, without those nobody uses: prepared while others search.
    pub(crate) fn tidied(&self) -> Tidied {
        let mut tags = vec![false; self.tag_names.len()];
        let mut repositories = vec![false; self.repository_names.len()];
        for entry in self.entries() {
            for no in &entry.tags.names {
                if let Some(used) = tags.get_mut(*no as usize) {
                    *used = true;
                }
            }
            if let Some(used) = repositories.get_mut(entry.name as usize) {
                *used = true;
            }
        }
        Tidied {
            tags: self.tag_names.in_order(&tags),
            repositories: self.repository_names.in_order(&repositories),
        }
    }

    /// Takes what was prepared. Nothing may have been put since.
    pub(crate) fn tidy(&mut self, tidied: Tidied) {
        let (tag_names, tags) = tidied.tags;
        let (repository_names, repositories) = tidied.repositories;
        let number = |numbers: &[u32], no: u32| numbers.get(no as usize).copied().unwrap_or(no);
        for entry in self.repositories.iter_mut().flatten() {
            entry.name = number(&repositories, entry.name);
            for name in &mut entry.tags.names {
                *name = number(&tags, *name);
            }
        }
        self.tag_names = tag_names;
        self.repository_names = repository_names;
    }

    /// Searches what is in the set.
    pub(crate) fn find(
        &self,
        query: &Query,
        set: &SpaceSet,
        kind: Option<ArtifactKind>,
        most: usize,
    ) -> Found {
        let seen: Vec<bool> = self.spaces.iter().map(|id| set.contains(*id)).collect();
        let is_seen = |entry: &Entry| {
            seen.get(entry.space as usize).copied().unwrap_or(false)
                && kind.is_none_or(|kind| entry.kinds & bit(kind) != 0)
        };
        let class = |classes: Option<&Vec<Class>>, no: u32| {
            classes
                .and_then(|all| all.get(no as usize).copied())
                .unwrap_or(Class::NONE)
        };
        // All words but the last are of the repository's name; the last may be of a tag's.
        let (last, others) = (query.last(), query.others());
        let others: Vec<Option<Vec<Class>>> = others
            .iter()
            .map(|word| self.repository_names.classes(word))
            .collect();
        let by_name = self.repository_names.classes(last);
        let by_tag = self.tag_names.classes(last);
        let mut chosen = by_tag
            .as_deref()
            .map(|classes| (classes, Chosen::of(classes, Class::INSIDE)));
        let mut repositories = Best::of(most);
        let mut tags = Best::of(most);
        let mut holders = Best::of(most);
        for (entry, no) in self.repositories.iter().zip(0_u32..) {
            let Some(entry) = entry.as_ref().filter(|entry| is_seen(entry)) else {
                continue;
            };
            let named = others
                .iter()
                .map(|one| class(one.as_ref(), entry.name))
                .min();
            if named == Some(Class::NONE) {
                continue;
            }
            let own = class(by_name.as_ref(), entry.name);
            if own > Class::NONE {
                repositories.offer(named.map_or(own, |named| named.min(own)), entry.at, no);
            }
            if let Some((classes, chosen)) = &mut chosen {
                for (name, place) in entry.tags.names.iter().zip(0_u32..) {
                    if !chosen.has(*name) {
                        continue;
                    }
                    let at = entry.tags.at.get(place as usize);
                    let class = classes.get(*name as usize);
                    if let (Some(class), Some(at)) = (class, at) {
                        tags.offer(*class, *at, (no, place));
                    }
                    if tags.least() > chosen.least() {
                        *chosen = Chosen::of(classes, tags.least());
                    }
                }
            }
            if let Some((low, high)) = query.digest() {
                let first = entry.digests.partition_point(|start| *start < low);
                if entry.digests.get(first).is_some_and(|start| *start <= high) {
                    holders.offer(Class::NONE, entry.at, no);
                }
            }
        }
        let (more_repositories, more_tags) = (repositories.more(), tags.more());
        let entry = |no: u32| self.repositories.get(no as usize).and_then(Option::as_ref);
        let id = |no: u32| entry(no).map(|entry| entry.id);
        let tag = |(no, place): (u32, u32)| {
            let entry = entry(no)?;
            let name = entry.tags.names.get(place as usize)?;
            Some((entry.id, self.tag_names.of(*name).to_owned()))
        };
        Found {
            repositories: repositories.in_order().into_iter().filter_map(id).collect(),
            more_repositories,
            tags: tags.in_order().into_iter().filter_map(tag).collect(),
            more_tags,
            holders: holders.in_order().into_iter().filter_map(id).collect(),
        }
    }
}

/// Texts in order, and the new number of each, of tags and of repositories.
pub(crate) struct Tidied {
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
