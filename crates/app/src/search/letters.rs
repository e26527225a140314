//! Which characters texts hold, one bit each: a part of one character is in so many of them that
//! looking for each place takes longer than anything else.

/// Which bit stands for a character; `None` for those that names hardly have.
pub(super) const fn bit(byte: u8) -> Option<u64> {
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
    Some(1 << place)
}

/// Whether a word begins behind this.
pub(super) const fn ends_word(byte: u8) -> bool {
    matches!(byte, b'/' | b'-' | b'_' | b'.' | b'+')
}

/// The characters of one text.
#[derive(Clone, Copy, Default)]
pub(super) struct Letters {
    anywhere: u64,
    begin: u64,
}

impl Letters {
    /// Of a text in lower case.
    pub(super) fn of(text: &str) -> Self {
        let mut letters = Self::default();
        let mut begins = true;
        for byte in text.bytes() {
            let bit = bit(byte).unwrap_or(0);
            letters.anywhere |= bit;
            if begins {
                letters.begin |= bit;
            }
            begins = ends_word(byte);
        }
        letters
    }

    /// Whether the text holds a character.
    pub(super) const fn holds(self, bit: u64) -> bool {
        self.anywhere & bit != 0
    }

    /// Whether the text or a word of it begins with a character.
    pub(super) const fn begins(self, bit: u64) -> bool {
        self.begin & bit != 0
    }
}
