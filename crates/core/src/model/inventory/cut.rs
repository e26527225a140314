//! How much of what an artifact tells was too long to be kept.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What was not kept of free texts with names. Nothing, where that was not counted yet when they were
/// written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TextsCut {
    /// How many are left out.
    #[serde(default)]
    pub left_out: u64,
    /// Those of which only the beginning is kept, with the bytes that the whole has.
    #[serde(default)]
    pub cut: BTreeMap<String, u64>,
}

impl TextsCut {
    /// Whether all was kept.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.left_out == 0 && self.cut.is_empty()
    }
}

/// What was not kept of a configuration, by its lists.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SummaryCut {
    /// Of the labels.
    #[serde(default)]
    pub labels: TextsCut,
    /// How many variables are left out.
    #[serde(default)]
    pub env: u64,
    /// How many words of the entrypoint.
    #[serde(default)]
    pub entrypoint: u64,
    /// How many words of the command.
    #[serde(default)]
    pub cmd: u64,
    /// How many ports.
    #[serde(default)]
    pub exposed_ports: u64,
    /// How many volumes.
    #[serde(default)]
    pub volumes: u64,
    /// Steps of the build, by their place, of which only the beginning of the command is kept, with
    /// the bytes that the whole has.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub steps: BTreeMap<u64, u64>,
    /// How many steps of the build; the first ones are kept.
    #[serde(default)]
    pub history: u64,
}

impl SummaryCut {
    /// Whether all was kept.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}
