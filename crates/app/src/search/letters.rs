//! Which characters texts hold, one bit each: a part of one character is in so many of them that
//! looking for each place takes longer than anything else.

use super::names::Class;

/// A character that names are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Letter {
    /// Below [`LETTERS`].
    place: u8,
}

const LETTERS: u64 = 43;
/// Where the mask of what words begin with keeps the first letter's number, and that of a letter
/// that is all there is behind the last slash; both count from one.
const FIRST: u64 = 48;
const ONLY: u64 = 56;
const NUMBER: u64 = 0x3f;
const _: () = assert!(LETTERS < FIRST && LETTERS < NUMBER);

impl Letter {
    /// `None` for what names hardly have.
    pub(super) const fn of(byte: u8) -> Option<Self> {
        let place = match byte {
            b'a'..=b'z' => byte - b'a',
            b'0'..=b'9' => 26 + byte - b'0',
            b'/' => 36,
            b'-' => 37,
            b'_' => 38,
            b'.' => 39,
            b'+' => 40,
            b':' => 41,
            b'@' => 42,
            _ => return None,
        };
        Some(Self { place })
    }

    const fn bit(self) -> u64 {
        1 << self.place
    }

    const fn number(self) -> u64 {
        self.place as u64 + 1
    }
}

/// Whether a word begins behind this.
pub(super) const fn ends_word(byte: u8) -> bool {
    matches!(byte, b'/' | b'-' | b'_' | b'.' | b'+')
}

/// The letters of texts by their numbers. What begins words stands apart: most parts are found by
/// that alone.
#[derive(Default)]
pub(super) struct Letters {
    anywhere: Vec<u64>,
    begin: Vec<u64>,
}

impl Letters {
    /// Makes room for exactly so many more.
    pub(super) fn reserve(&mut self, more: usize) {
        self.anywhere.reserve_exact(more);
        self.begin.reserve_exact(more);
    }

    /// Bytes it takes, roughly.
    pub(super) const fn bytes(&self) -> usize {
        (self.anywhere.capacity() + self.begin.capacity()) * 8
    }

    /// Takes the next text, in lower case.
    pub(super) fn push(&mut self, text: &str) {
        let (mut anywhere, mut begin) = (0, 0);
        let mut begins = true;
        for byte in text.bytes() {
            let bit = Letter::of(byte).map_or(0, Letter::bit);
            anywhere |= bit;
            if begins {
                begin |= bit;
            }
            begins = ends_word(byte);
        }
        let number = |byte: u8| Letter::of(byte).map_or(0, Letter::number);
        let first = text.bytes().next().map_or(0, number);
        let only = match text.as_bytes() {
            [.., b'/', only] | [only] => number(*only),
            _ => 0,
        };
        self.anywhere.push(anywhere);
        self.begin.push(begin | first << FIRST | only << ONLY);
    }

    /// The texts of which a word begins with a letter, and how well they match it.
    pub(super) fn begun_by(&self, letter: Letter) -> impl Iterator<Item = (u32, Class)> {
        let class = move |mask: u64| {
            if mask >> ONLY == letter.number() {
                Class::WHOLE
            } else if mask >> FIRST & NUMBER == letter.number() {
                Class::PREFIX
            } else {
                Class::WORD
            }
        };
        let all = self.begin.iter().zip(0..);
        all.filter(move |(mask, _)| **mask & letter.bit() != 0)
            .map(move |(mask, no)| (no, class(*mask)))
    }

    /// The texts that hold a letter only inside of their words.
    pub(super) fn holding_inside(&self, letter: Letter) -> impl Iterator<Item = u32> {
        let all = self.anywhere.iter().zip(&self.begin).zip(0..);
        all.filter(move |((anywhere, begin), _)| **anywhere & !**begin & letter.bit() != 0)
            .map(|(_, no)| no)
    }
}
