//! Free text with a bound.

use crate::ErrorCode;
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
