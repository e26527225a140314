//! Which repositories have each text and each digest: what a search costs by what it finds, and
//! not by what there is. Made of everything at once; what changes later stands beside until it is
//! made anew.

use roadstead_core::model::DigestStart;

/// Two numbers, in the order of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Pair(u64);

impl Pair {
    fn of(first: u32, second: u32) -> Self {
        Self(u64::from(first) << 32 | u64::from(second))
    }

    const fn first(self) -> u32 {
        (self.0 >> 32) as u32
    }

    const fn second(self) -> u32 {
        self.0 as u32
    }
}

/// What a list is made of: one repository.
pub(super) struct Listed<'a> {
    /// Its number.
    pub(super) no: u32,
    /// The texts of its tags, and when each was pushed.
    pub(super) names: &'a [u32],
    /// Of the same length.
    pub(super) at: &'a [u32],
    /// The starts of its digests.
    pub(super) digests: &'a [DigestStart],
}

/// The lists.
#[derive(Default)]
pub(super) struct Lists {
    /// When a text was pushed as a tag, and to which repository: text by text, the newest first.
    uses: Vec<Pair>,
    /// Where the uses of each text begin, and where they end.
    starts: Vec<u32>,
    /// When each text was pushed last. Apart, because a search looks at most of these and at few
    /// of the uses.
    newest: Vec<u32>,
    /// The first half of each digest's start, and a repository it is in; in order.
    digests: Vec<Pair>,
}

impl Lists {
    /// Of repositories whose tags have `texts` different texts, each of which has a new number
    /// in `numbers`.
    pub(super) fn of<'a>(
        texts: usize,
        numbers: &[u32],
        all: impl Iterator<Item = Listed<'a>> + Clone,
    ) -> Self {
        let number = |name: &u32| {
            numbers
                .get(*name as usize)
                .map_or(usize::MAX, |no| *no as usize)
        };
        let mut starts = vec![0_u32; texts + 1];
        for name in all.clone().flat_map(|one| one.names) {
            if let Some(count) = starts.get_mut(number(name)) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += std::mem::replace(start, sum);
        }
        let mut uses = vec![Pair(0); sum as usize];
        for one in all.clone() {
            for (name, at) in one.names.iter().zip(one.at) {
                // Each start moves to where its text ends, which is where the next begins.
                let Some(next) = starts.get_mut(number(name)) else {
                    continue;
                };
                if let Some(place) = uses.get_mut(*next as usize) {
                    *place = Pair::of(*at, one.no);
                }
                *next += 1;
            }
        }
        starts.rotate_right(1);
        if let Some(first) = starts.first_mut() {
            *first = 0;
        }
        let mut newest = Vec::with_capacity(texts);
        for ends in starts.windows(2) {
            let part = match ends {
                [start, end] => uses.get_mut(*start as usize..*end as usize),
                _ => None,
            };
            let part = part.unwrap_or_default();
            part.sort_unstable_by(|a, b| b.cmp(a));
            newest.push(part.first().map_or(0, |first| first.first()));
        }
        let mut digests = Vec::with_capacity(all.clone().map(|one| one.digests.len()).sum());
        digests.extend(all.flat_map(|one| {
            let pair = move |start: &DigestStart| Pair::of(half(*start), one.no);
            one.digests.iter().map(pair)
        }));
        digests.sort_unstable();
        Self {
            uses,
            starts,
            newest,
            digests,
        }
    }

    /// Bytes it takes.
    pub(super) const fn bytes(&self) -> usize {
        (self.uses.capacity() + self.digests.capacity()) * size_of::<Pair>()
            + (self.starts.capacity() + self.newest.capacity()) * 4
    }

    /// When and to which repositories a text was pushed as a tag, the newest first.
    pub(super) fn of_text(&self, text: u32) -> impl Iterator<Item = (u32, u32)> {
        let (start, end) = self.ends(text);
        let uses = self.uses.get(start..end).unwrap_or_default();
        uses.iter().map(|one| (one.first(), one.second()))
    }

    /// How many there are.
    pub(super) fn count(&self, text: u32) -> usize {
        let (start, end) = self.ends(text);
        end - start
    }

    fn ends(&self, text: u32) -> (usize, usize) {
        let at = |no: usize| self.starts.get(no).map(|start| *start as usize);
        let no = text as usize;
        match (at(no), at(no + 1)) {
            (Some(start), Some(end)) => (start, end),
            _ => (0, 0),
        }
    }

    /// When a text was pushed last; `None` of one that no list is of.
    pub(super) fn newest(&self, text: u32) -> Option<u32> {
        self.newest.get(text as usize).copied()
    }

    /// The repositories that may hold a digest between two, each once. Only half of a start is
    /// known here.
    pub(super) fn holders(&self, low: DigestStart, high: DigestStart) -> Vec<u32> {
        let (low, high) = (half(low), half(high));
        let first = self.digests.partition_point(|one| one.first() < low);
        let found = self.digests.get(first..).unwrap_or_default().iter();
        let mut found: Vec<u32> = found
            .take_while(|one| one.first() <= high)
            .map(|one| one.second())
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

const fn half(start: DigestStart) -> u32 {
    (start.0 >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::{Listed, Lists};
    use roadstead_core::model::DigestStart;

    #[test]
    fn texts_are_listed_with_the_newest_first_and_digests_by_how_they_begin() {
        let start = |high: u64| DigestStart(high << 32 | 7);
        let (one, two) = ([start(5), start(9)], [start(9)]);
        let all = [
            Listed {
                no: 4,
                names: &[2, 0],
                at: &[50, 10],
                digests: &one,
            },
            Listed {
                no: 1,
                names: &[0, 2],
                at: &[30, 50],
                digests: &two,
            },
        ];
        let numbers = [0, 3, 2];
        let lists = Lists::of(4, &numbers, all.iter().map(|one| Listed { ..*one }));
        let of = |text: u32| lists.of_text(text).collect::<Vec<_>>();
        assert_eq!(of(0), [(30, 1), (10, 4)]);
        assert_eq!(of(1), []);
        assert_eq!(of(2), [(50, 4), (50, 1)]);
        assert_eq!([of(3), of(4)], [[], []], "neither used nor known");
        let newest: Vec<Option<u32>> = (0..5).map(|text| lists.newest(text)).collect();
        assert_eq!(newest, [Some(30), Some(0), Some(50), Some(0), None]);
        assert_eq!([0, 1, 4].map(|text| lists.count(text)), [2, 0, 0]);
        assert_eq!(lists.holders(start(9), start(9)), [1, 4]);
        assert_eq!(lists.holders(start(0), start(9)), [1, 4]);
        assert_eq!(lists.holders(start(5), start(8)), [4]);
        assert!(lists.holders(start(6), start(8)).is_empty());
    }
}
