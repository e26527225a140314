//! Texts worth a look, one bit each: a few kilobytes that stay next to the processor while it walks
//! over a million tags.

use super::names::Class;

/// The numbers of the texts that match well enough.
pub(super) struct Chosen {
    words: Vec<u64>,
    least: Class,
}

impl Chosen {
    /// Those of at least a class.
    pub(super) fn of(classes: &[Class], least: Class) -> Self {
        let word = |classes: &[Class]| {
            let bits = classes.iter().zip(0..);
            bits.fold(0_u64, |word, (class, place)| {
                word | u64::from(*class >= least) << place
            })
        };
        Self {
            words: classes.chunks(64).map(word).collect(),
            least,
        }
    }

    /// The lowest class among them.
    pub(super) const fn least(&self) -> Class {
        self.least
    }

    /// Whether a text is one of them.
    pub(super) fn has(&self, no: u32) -> bool {
        let word = self.words.get((no / 64) as usize);
        word.is_some_and(|word| word >> (no % 64) & 1 == 1)
    }
}
