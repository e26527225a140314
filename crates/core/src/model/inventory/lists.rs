//! Orders, places and figures of the inventory's lists.

use crate::model::{Page, Timestamp, Total};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The orders a list of spaces can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpaceSort {
    /// By name.
    Name,
    /// What takes most first; what does not say comes last.
    StorageDescending,
}

/// The orders a list of repositories can have; each is served by an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepositorySort {
    /// By name.
    Name,
    /// By name, backwards.
    NameDescending,
    /// What was pushed to last first.
    PushedDescending,
    /// The largest first.
    SizeDescending,
    /// Those with most tags first.
    TagsDescending,
}

/// Which repositories a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RepositoryFilter<'a> {
    /// Only those whose name contains this.
    pub text: Option<&'a str>,
    /// Only those that could not be read the last time.
    pub broken: bool,
}

/// Which tags of a repository a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TagFilter<'a> {
    /// Only those whose name contains this.
    pub text: Option<&'a str>,
    /// Also those that clients keep for what is about other artifacts: named after a digest, as
    /// distribution-spec (referrers tag schema) and cosign do it. Nobody pulls them by name.
    pub attached: bool,
}

/// The orders a list of tags can have; each is served by an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagSort {
    /// By name.
    Name,
    /// By name, backwards.
    NameDescending,
    /// The newest first.
    Newest,
    /// By the versions they name, the oldest first ([`crate::rules::version_key`]).
    Version,
    /// By the versions they name, the newest first.
    VersionDescending,
}

/// A place in one of these lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// The name, in the orders by name; the key of the version, in those by version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The figure, in the other orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<i64>,
    /// Which repository; of tags nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Which tag, in the other orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no: Option<i64>,
}

/// A page of one of these lists with its count.
#[derive(Debug, Clone)]
pub struct Listing<T> {
    /// The rows.
    pub page: Page<T, Placed>,
    /// How many match.
    pub total: Total,
}

/// How many manifests of those known were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManifestsRead {
    /// Manifests that were read.
    pub read: u64,
    /// Manifests that are known of: those, those listed or told of, and one for each tag nobody has
    /// looked behind.
    pub known: u64,
}

/// What is known about how much a registry holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryFigures {
    /// Which server they are of: that of its last crawl.
    pub server: String,
    /// Whether all names of this server were read at least once.
    pub complete: bool,
    /// Registry spaces.
    pub spaces: u64,
    /// Repositories.
    pub repositories: u64,
    /// Artifacts, those that indexes list included; each once, however many repositories hold it.
    pub artifacts: u64,
    /// Tags.
    pub tags: u64,
    /// Bytes of all blobs known, each once.
    pub storage_bytes: u64,
    /// Bytes of those that more than one repository holds, each once.
    pub shared_bytes: u64,
    /// How much of it was read.
    pub manifests: ManifestsRead,
    /// When any of it last changed, or was last seen to be so.
    pub as_of: Timestamp,
}

/// A registry's figures on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatisticsDay {
    /// When they were noted, the last time that day.
    pub at: Timestamp,
    /// Registry spaces.
    pub spaces: u64,
    /// Repositories.
    pub repositories: u64,
    /// Artifacts.
    pub artifacts: u64,
    /// Tags.
    pub tags: u64,
    /// Bytes stored.
    pub storage_bytes: u64,
}
