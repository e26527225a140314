//! Texts that are looked for, each once, one after the other in memory: looking for a part of them
//! is one walk over bytes, whatever the part.

use super::letters::{Letter, Letters, ends_word};
use memchr::memmem::Finder;
use std::collections::HashMap;

/// Ends each text. No name holds it, and no part that is looked for.
const END: u8 = b'\n';

/// How well a text matches; more is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Class(u8);

impl Class {
    /// The part is nowhere in it.
    pub(super) const NONE: Self = Self(0);
    /// It is somewhere inside of a word.
    pub(super) const INSIDE: Self = Self(1);
    /// It begins a word.
    pub(super) const WORD: Self = Self(2);
    /// It begins the text.
    pub(super) const PREFIX: Self = Self(3);
    /// It is the text, or what stands behind its last slash.
    pub(super) const WHOLE: Self = Self(4);

    /// All but none, the best first.
    pub(super) const MATCHES: [Self; 4] = [Self::WHOLE, Self::PREFIX, Self::WORD, Self::INSIDE];
}

/// The texts that a part is in, by how well they match.
#[derive(Default)]
pub(super) struct Hits {
    whole: Vec<u32>,
    prefix: Vec<u32>,
    word: Vec<u32>,
    inside: Vec<u32>,
    /// Those of class [`Class::INSIDE`] are what holds this letter and none of the others: so many
    /// that they are only looked for when nothing better is left.
    letter: Option<Letter>,
}

impl Hits {
    fn of_class(&self, class: Class) -> &[u32] {
        match class {
            Class::WHOLE => &self.whole,
            Class::PREFIX => &self.prefix,
            Class::WORD => &self.word,
            Class::INSIDE => &self.inside,
            _ => &[],
        }
    }

    fn push(&mut self, no: u32, class: Class) {
        match class {
            Class::WHOLE => self.whole.push(no),
            Class::PREFIX => self.prefix.push(no),
            Class::WORD => self.word.push(no),
            Class::INSIDE => self.inside.push(no),
            _ => {}
        }
    }
}

/// Texts by number.
#[derive(Default)]
pub(super) struct Names {
    /// In lower case, each with [`END`] behind it.
    text: Vec<u8>,
    /// Where each begins.
    starts: Vec<u32>,
    letters: Letters,
    /// Those that are written otherwise.
    written: HashMap<u32, Box<str>>,
    /// How many of the first are in order.
    sorted: usize,
    /// The others.
    late: HashMap<Box<str>, u32>,
}

impl Names {
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Bytes it takes, roughly.
    pub(super) fn bytes(&self) -> usize {
        self.text.capacity()
            + self.starts.capacity() * 4
            + self.letters.bytes()
            + self.late.capacity() * 40
    }

    /// How many were added since the order was made.
    pub(super) fn late(&self) -> usize {
        self.late.len()
    }

    fn lower(&self, no: u32) -> &[u8] {
        let at = no as usize;
        let start = self.starts.get(at).copied().unwrap_or_default() as usize;
        let end = self
            .starts
            .get(at + 1)
            .map_or(self.text.len(), |end| *end as usize);
        let with_end = self.text.get(start..end).unwrap_or_default();
        with_end.strip_suffix(&[END]).unwrap_or(with_end)
    }

    /// The text of a number.
    pub(super) fn of(&self, no: u32) -> &str {
        match self.written.get(&no) {
            Some(text) => text,
            None => std::str::from_utf8(self.lower(no)).unwrap_or_default(),
        }
    }

    /// The number of a text.
    pub(super) fn add(&mut self, text: &str) -> u32 {
        if let Some(no) = self.late.get(text) {
            return *no;
        }
        let lower = text.to_lowercase();
        if let Some(no) = self.find_sorted(&lower, text) {
            return no;
        }
        let no = self.push(&lower, text);
        self.late.insert(text.into(), no);
        no
    }

    fn push(&mut self, lower: &str, text: &str) -> u32 {
        // Four billion texts, or bytes of them, are more than any memory here.
        let no = number(self.starts.len());
        self.starts.push(number(self.text.len()));
        self.letters.push(lower);
        self.text.extend_from_slice(lower.as_bytes());
        self.text.push(END);
        if lower != text {
            self.written.insert(no, text.into());
        }
        no
    }

    fn find_sorted(&self, lower: &str, text: &str) -> Option<u32> {
        let (mut low, mut high) = (0, self.sorted);
        while low < high {
            let middle = usize::midpoint(low, high);
            let no = u32::try_from(middle).ok()?;
            match self
                .lower(no)
                .cmp(lower.as_bytes())
                .then_with(|| self.of(no).cmp(text))
            {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(no),
            }
        }
        None
    }

    /// The same texts in order without those nobody uses, and the new number of each.
    pub(super) fn in_order(&self, used: &[bool]) -> (Self, Vec<u32>) {
        let mut order: Vec<u32> = (0..)
            .take(self.len())
            .filter(|no| used.get(*no as usize).copied().unwrap_or(false))
            .collect();
        order.sort_unstable_by(|a, b| {
            (self.lower(*a), self.of(*a)).cmp(&(self.lower(*b), self.of(*b)))
        });
        let mut names = Self::default();
        names.text.reserve_exact(self.text.len());
        names.starts.reserve_exact(order.len());
        names.letters.reserve(order.len());
        let mut numbers = vec![u32::MAX; self.len()];
        for no in order {
            let lower = std::str::from_utf8(self.lower(no)).unwrap_or_default();
            if let Some(number) = numbers.get_mut(no as usize) {
                *number = names.push(lower, self.of(no));
            }
        }
        names.text.shrink_to_fit();
        names.sorted = names.len();
        (names, numbers)
    }

    /// The texts that a part in lower case is in.
    pub(super) fn hits(&self, part: &str) -> Hits {
        let mut hits = Hits::default();
        if part.is_empty() || part.as_bytes().contains(&END) {
            return hits;
        }
        if let [byte] = part.as_bytes()
            && let Some(letter) = Letter::of(*byte)
        {
            for (no, class) in self.letters.begun_by(letter) {
                hits.push(no, class);
            }
            hits.letter = Some(letter);
            return hits;
        }
        let finder = Finder::new(part.as_bytes());
        let (mut no, mut best, mut from) = (0, Class::NONE, 0);
        while let Some(found) = self.text.get(from..).and_then(|rest| finder.find(rest)) {
            let at = from + found;
            let holds = self.holding(no, at);
            if holds != no {
                hits.push(number(no), best);
                (no, best) = (holds, Class::NONE);
            }
            best = best.max(self.class(no, at, part.len()));
            // Inside of a text there may be a better place; behind the best there is none.
            from = if best == Class::WHOLE {
                self.starts
                    .get(no + 1)
                    .map_or(self.text.len(), |next| *next as usize)
            } else {
                at + 1
            };
        }
        hits.push(number(no), best);
        hits
    }

    /// Tells the texts among some hits that are of a class, in order.
    pub(super) fn each(&self, hits: &Hits, class: Class, mut tell: impl FnMut(u32)) {
        hits.of_class(class).iter().copied().for_each(&mut tell);
        if let Some(letter) = hits.letter
            && class == Class::INSIDE
        {
            self.letters.holding_inside(letter).for_each(tell);
        }
    }

    /// How well each text matches; `None` when nothing does.
    pub(super) fn classes(&self, hits: &Hits) -> Option<Vec<Class>> {
        let mut classes: Vec<Class> = Vec::new();
        for class in Class::MATCHES {
            self.each(hits, class, |no| {
                if classes.is_empty() {
                    classes.resize(self.len(), Class::NONE);
                }
                if let Some(place) = classes.get_mut(no as usize) {
                    *place = class;
                }
            });
        }
        (!classes.is_empty()).then_some(classes)
    }

    /// The text, at `from` or behind it, that holds a place: found by ever longer steps, because
    /// the next one is mostly near.
    fn holding(&self, from: usize, at: usize) -> usize {
        let begins_before = |no: usize| {
            self.starts
                .get(no)
                .is_some_and(|start| *start as usize <= at)
        };
        let (mut low, mut step) = (from, 1);
        while begins_before(low + step) {
            low += step;
            step *= 2;
        }
        let mut high = (low + step).min(self.len());
        while low + 1 < high {
            let middle = usize::midpoint(low, high);
            if begins_before(middle) {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    /// How well a text matches a part of a length by this place of it.
    fn class(&self, no: usize, at: usize, length: usize) -> Class {
        let start = self.starts.get(no).copied().unwrap_or_default() as usize;
        let byte = |at: usize| self.text.get(at).copied();
        let before = at.checked_sub(1).and_then(byte).filter(|_| at > start);
        let to_the_end = byte(at + length) == Some(END);
        match before {
            None if to_the_end => Class::WHOLE,
            Some(b'/') if to_the_end => Class::WHOLE,
            None => Class::PREFIX,
            Some(before) if ends_word(before) => Class::WORD,
            Some(_) => Class::INSIDE,
        }
    }
}

/// A number as it is kept.
fn number(no: usize) -> u32 {
    u32::try_from(no).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Class, Names};

    fn classes(names: &Names, part: &str) -> Option<Vec<Class>> {
        names.classes(&names.hits(part))
    }

    fn names(all: &[&str]) -> Names {
        let mut names = Names::default();
        for name in all {
            names.add(name);
        }
        names
    }

    #[test]
    fn part_is_found_wherever_it_is_and_classed_by_where() {
        let all = [
            "nginx",
            "team/nginx",
            "nginx-unit",
            "my-nginx",
            "unginx",
            "other",
        ];
        let names = names(&all);
        let found = classes(&names, "nginx").expect("found");
        assert_eq!(
            found,
            [
                Class::WHOLE,
                Class::WHOLE,
                Class::PREFIX,
                Class::WORD,
                Class::INSIDE,
                Class::NONE
            ]
        );
        assert_eq!(classes(&names, "zz"), None);
        assert_eq!(
            classes(&names, "x\nt"),
            None,
            "no part reaches over the end"
        );
        assert_eq!(classes(&names, ""), None);
    }

    #[test]
    fn best_place_within_a_text_counts() {
        let names = names(&["banana-na", "xna/na", "na/na"]);
        assert_eq!(
            classes(&names, "na"),
            Some(vec![Class::WORD, Class::WHOLE, Class::WHOLE])
        );
    }

    #[test]
    fn one_character_is_classed_as_a_walk_would() {
        let all = [
            "a", "b", "ba", "ab", "a/b", "b/a", "a/a", "x-a", "xa", "v1.0", "1", "10/1", "-", "a-",
            "-a", "x+1", "é", "a_é", "~",
        ];
        let names = names(&all);
        for part in ["a", "b", "1", "0", "-", "+", "/", "_", "~", "x", "z"] {
            let placed = |text: &str| {
                let place = |at: usize| {
                    let behind = &text[at + 1..];
                    match text[..at].chars().next_back() {
                        None | Some('/') if behind.is_empty() => Class::WHOLE,
                        None => Class::PREFIX,
                        Some('/' | '-' | '_' | '.' | '+') => Class::WORD,
                        Some(_) => Class::INSIDE,
                    }
                };
                let best = text.match_indices(part).map(|(at, _)| place(at)).max();
                best.unwrap_or(Class::NONE)
            };
            let expected: Vec<Class> = all.iter().map(|text| placed(text)).collect();
            let some = expected.iter().any(|class| *class > Class::NONE);
            assert_eq!(classes(&names, part), some.then_some(expected), "{part}");
        }
    }

    #[test]
    fn text_keeps_its_number_until_the_order_is_made_and_its_writing_always() {
        let mut names = names(&["b", "A", "a", "c"]);
        assert_eq!((names.add("A"), names.add("a")), (1, 2));
        let (mut ordered, numbers) = names.in_order(&[true, true, true, false]);
        assert_eq!(numbers, [2, 0, 1, u32::MAX]);
        let texts: Vec<&str> = (0..3).map(|no| ordered.of(no)).collect();
        assert_eq!(texts, ["A", "a", "b"]);
        assert_eq!(
            (ordered.add("a"), ordered.add("B"), ordered.add("B")),
            (1, 3, 3)
        );
        assert_eq!(ordered.of(3), "B");
    }
}
