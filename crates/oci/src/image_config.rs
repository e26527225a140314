//! An image's configuration (image-spec 1.1 "Image Configuration"). Everything in it is optional
//! and untrusted; what cannot be read is left out.

use crate::error::protocol;
use crate::manifest::{text, texts};
use roadstead_core::ports::RegistryError;
use serde_json::Value;
use std::collections::BTreeMap;

/// The most bytes of a configuration that are read.
pub(crate) const CONFIG_BYTES: u64 = 4 << 20;

/// The most entries of a list that are kept.
const MAX_ENTRIES: usize = 1_000;

/// What an image was built as.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageConfig {
    /// When it was built, in its own words.
    pub created: Option<String>,
    /// Who built it.
    pub author: Option<String>,
    /// `amd64`.
    pub architecture: Option<String>,
    /// `linux`.
    pub os: Option<String>,
    /// `v8`.
    pub variant: Option<String>,
    /// Of Windows.
    pub os_version: Option<String>,
    /// The user it runs as.
    pub user: Option<String>,
    /// Where it runs.
    pub working_dir: Option<String>,
    /// The signal that stops it.
    pub stop_signal: Option<String>,
    /// `NAME=value` each.
    pub env: Vec<String>,
    /// What it runs.
    pub entrypoint: Vec<String>,
    /// With what.
    pub cmd: Vec<String>,
    /// `8080/tcp` each.
    pub exposed_ports: Vec<String>,
    /// Paths.
    pub volumes: Vec<String>,
    /// Free texts.
    pub labels: BTreeMap<String, String>,
    /// How many layers it is made of.
    pub layers: usize,
    /// How it was built, the first step first.
    pub history: Vec<HistoryStep>,
}

/// One step of a build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryStep {
    /// When, in its own words.
    pub created: Option<String>,
    /// The command.
    pub created_by: Option<String>,
    /// What was said about it.
    pub comment: Option<String>,
    /// It made no layer.
    pub empty_layer: bool,
}

impl ImageConfig {
    /// Reads a configuration.
    ///
    /// # Errors
    /// [`RegistryError::Protocol`] when it is no JSON object.
    pub fn decode(bytes: &[u8]) -> Result<Self, RegistryError> {
        let all: Value = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
        if !all.is_object() {
            return Err(unreadable());
        }
        let nothing = Value::Null;
        let field = |name: &str| all.get(name).unwrap_or(&nothing);
        let run = field("config");
        let running = |name: &str| run.get(name).unwrap_or(&nothing);
        Ok(Self {
            created: text(field("created")),
            author: text(field("author")),
            architecture: text(field("architecture")),
            os: text(field("os")),
            variant: text(field("variant")),
            os_version: text(field("os.version")),
            user: text(running("User")),
            working_dir: text(running("WorkingDir")),
            stop_signal: text(running("StopSignal")),
            env: list(running("Env")),
            entrypoint: list(running("Entrypoint")),
            cmd: list(running("Cmd")),
            exposed_ports: keys(running("ExposedPorts")),
            volumes: keys(running("Volumes")),
            labels: texts(running("Labels")),
            layers: field("rootfs")
                .get("diff_ids")
                .and_then(Value::as_array)
                .map_or(0, Vec::len),
            history: field("history")
                .as_array()
                .into_iter()
                .flatten()
                .take(MAX_ENTRIES)
                .map(step)
                .collect(),
        })
    }
}

fn unreadable() -> RegistryError {
    protocol("the configuration cannot be read")
}

/// A list of texts, or one text that stands for a list of one.
fn list(value: &Value) -> Vec<String> {
    match value {
        Value::String(_) => text(value).into_iter().collect(),
        Value::Array(all) => all.iter().filter_map(text).take(MAX_ENTRIES).collect(),
        _ => Vec::new(),
    }
}

fn keys(value: &Value) -> Vec<String> {
    let keys = value.as_object().into_iter().flatten().map(|(key, _)| key);
    keys.take(MAX_ENTRIES).cloned().collect()
}

fn step(value: &Value) -> HistoryStep {
    let field = |name: &str| value.get(name).and_then(text);
    HistoryStep {
        created: field("created"),
        created_by: field("created_by"),
        comment: field("comment"),
        empty_layer: value.get("empty_layer").and_then(Value::as_bool) == Some(true),
    }
}
