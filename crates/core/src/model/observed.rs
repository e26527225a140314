//! Figures that were observed somewhere at some time: unknown is null with a code, never zero.

use super::Timestamp;
use serde::{Deserialize, Serialize};

/// Why a figure has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unavailable {
    /// Nobody has asked yet.
    NotMeasuredYet,
    /// This registry cannot say.
    NotOffered,
    /// The registry did not answer and never has.
    Unreachable,
}

/// A figure with its age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// The figure, if known.
    pub value: Option<i64>,
    /// When it was true.
    pub as_of: Option<Timestamp>,
    /// Why it is not known.
    pub unavailable: Option<Unavailable>,
}

impl Observed {
    /// A known figure.
    #[must_use]
    pub const fn known(value: i64, as_of: Timestamp) -> Self {
        Self {
            value: Some(value),
            as_of: Some(as_of),
            unavailable: None,
        }
    }

    /// An unknown one.
    #[must_use]
    pub const fn unknown(why: Unavailable) -> Self {
        Self {
            value: None,
            as_of: None,
            unavailable: Some(why),
        }
    }
}
