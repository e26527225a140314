//! Free text with a bound.

use crate::{ErrorCode, FieldFailure};
use serde::Serialize;

/// A description: any text up to 2,000 characters, shown as text and never as markup.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Description(String);

impl Description {
    /// The most characters a description may have.
    pub const MAX: usize = 2_000;

    /// Checks and takes a description.
    ///
    /// # Errors
    /// [`ErrorCode::TextTooLong`] above [`Self::MAX`] characters, [`ErrorCode::FieldInvalid`] for a
    /// NUL character.
    pub fn parse(text: &str) -> Result<Self, ErrorCode> {
        if text.chars().count() > Self::MAX {
            return Err(ErrorCode::TextTooLong);
        }
        // Not every database keeps it.
        if text.contains('\0') {
            return Err(ErrorCode::FieldInvalid);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What others call a person: any text up to 100 characters without control characters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct DisplayName(String);

impl DisplayName {
    /// The most characters a display name may have.
    pub const MAX: usize = 100;

    /// Checks and takes a display name.
    ///
    /// # Errors
    /// [`ErrorCode::TextTooLong`] above [`Self::MAX`] characters, [`ErrorCode::FieldInvalid`] with
    /// control characters.
    pub fn parse(text: &str) -> Result<Self, ErrorCode> {
        let text = text.trim();
        if text.chars().count() > Self::MAX {
            return Err(ErrorCode::TextTooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(ErrorCode::FieldInvalid);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text in Markdown of up to 64 KiB, as it was typed: whoever shows it makes nothing of it that
/// could act.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Markdown(String);

impl Markdown {
    /// The most bytes of UTF-8 such a text may have.
    pub const MAX_BYTES: usize = 64 << 10;

    /// Checks and takes a text. Line breaks of other systems become `\n`, and a text of nothing but
    /// white space becomes the empty one.
    ///
    /// # Errors
    /// What is wrong with the field `pointer`: [`ErrorCode::DescriptionTooLong`] above
    /// [`Self::MAX_BYTES`], [`ErrorCode::DescriptionControlCharacter`] for a control character that
    /// is neither tab nor line break.
    pub fn parse(pointer: &str, text: &str) -> Result<Self, FieldFailure> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        if text.len() > Self::MAX_BYTES {
            let failure = FieldFailure::new(pointer, ErrorCode::DescriptionTooLong);
            return Err(failure
                .with("bytes", text.len())
                .with("max_bytes", Self::MAX_BYTES));
        }
        for (at, line) in text.split('\n').enumerate() {
            if line.chars().any(|c| c.is_control() && c != '\t') {
                let failure = FieldFailure::new(pointer, ErrorCode::DescriptionControlCharacter);
                return Err(failure.with("line", at + 1));
            }
        }
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        Ok(Self(text))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How it begins, in at most so many bytes.
    #[must_use]
    pub fn start(&self, bytes: usize) -> &str {
        self.0
            .get(..self.0.floor_char_boundary(bytes))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Markdown;
    use crate::ErrorCode;

    #[test]
    fn markdown_keeps_what_was_typed_and_line_breaks_become_one_kind() {
        let parsed = |text: &str| Markdown::parse("/text", text).expect("text");
        assert_eq!(parsed("# a\r\nb\rc\n\td ").as_str(), "# a\nb\nc\n\td ");
        assert!(parsed(" \r\n\t").is_empty());
        assert_eq!(parsed("a\u{e9}b").start(2), "a");
        assert_eq!(parsed("ab").start(100), "ab");
    }

    #[test]
    fn markdown_is_refused_by_bytes_and_by_the_line_of_a_control_character() {
        let most = "\u{e9}".repeat(Markdown::MAX_BYTES / 2);
        assert!(Markdown::parse("/text", &most).is_ok());
        let refused = Markdown::parse("/text", &format!("{most}a")).expect_err("too long");
        assert_eq!(refused.code, ErrorCode::DescriptionTooLong);
        assert_eq!(refused.params["bytes"], "65537");
        // Counted as it would be kept.
        assert!(Markdown::parse("/text", &"\r\n".repeat(Markdown::MAX_BYTES)).is_ok());
        for bad in ["a\nb\u{0}", "a\n\u{1b}[31m", "a\n\u{7f}", "a\n\u{85}"] {
            let refused = Markdown::parse("/text", bad).expect_err(bad);
            assert_eq!(refused.code, ErrorCode::DescriptionControlCharacter);
            assert_eq!(refused.params["line"], "2", "{bad:?}");
        }
    }
}
