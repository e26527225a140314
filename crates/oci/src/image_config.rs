//! An image's configuration (image-spec 1.1 "Image Configuration"). Everything in it is optional
//! and untrusted; what cannot be read is left out.

use crate::error::protocol;
use crate::loose::{Entries, Entry, Length, Loose, Named, Names, Object, TextList, Texts};
use roadstead_core::ports::RegistryError;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The most bytes of a configuration that are read.
pub(crate) const CONFIG_BYTES: usize = 4 << 20;

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
        let all: Object<Body> = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
        let all = all.0.ok_or_else(unreadable)?;
        let run = all.config.0.unwrap_or_default();
        Ok(Self {
            created: all.created.text(),
            author: all.author.text(),
            architecture: all.architecture.text(),
            os: all.os.text(),
            variant: all.variant.text(),
            os_version: all.os_version.text(),
            user: run.user.text(),
            working_dir: run.working_dir.text(),
            stop_signal: run.stop_signal.text(),
            env: run.env.0,
            entrypoint: run.entrypoint.0,
            cmd: run.cmd.0,
            exposed_ports: run.exposed_ports.0,
            volumes: run.volumes.0,
            labels: run.labels.0,
            layers: all.rootfs.0.unwrap_or_default().diff_ids.0,
            history: all.history.good,
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    created: Loose,
    author: Loose,
    architecture: Loose,
    os: Loose,
    variant: Loose,
    #[serde(rename = "os.version")]
    os_version: Loose,
    config: Object<Run>,
    rootfs: Object<RootFs>,
    history: Entries<HistoryStep>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Run {
    user: Loose,
    working_dir: Loose,
    stop_signal: Loose,
    env: TextList,
    entrypoint: TextList,
    cmd: TextList,
    exposed_ports: Names,
    volumes: Names,
    labels: Texts,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RootFs {
    diff_ids: Length,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Step {
    created: Loose,
    created_by: Named,
    comment: Loose,
    empty_layer: Loose,
}

impl Entry for HistoryStep {
    type Read = Step;

    /// A bad step still is one: layers are counted along them.
    fn of(read: Object<Step>) -> Option<Self> {
        let step = read.0.unwrap_or_default();
        Some(Self {
            created: step.created.text(),
            created_by: step.created_by.0.filter(|text| !text.is_empty()),
            comment: step.comment.text(),
            empty_layer: step.empty_layer.is_true(),
        })
    }
}

fn unreadable() -> RegistryError {
    protocol("the configuration cannot be read")
}
