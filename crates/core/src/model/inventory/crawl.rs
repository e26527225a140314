//! How far the reading of a registry is.

use crate::ErrorCode;
use crate::model::{ServerIdentity, Timestamp};
use serde::{Deserialize, Serialize};

/// A reading of a whole registry. Grows by one with each.
pub type Epoch = i64;

/// What a crawl reads at the moment. Each begins when the one before is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrawlPhase {
    /// The names of repositories.
    Names,
    /// The tags of each.
    Tags,
    /// What the tags point at, what that lists, and configurations.
    Manifests,
}

impl CrawlPhase {
    /// Every phase, in order.
    pub const ALL: [Self; 3] = [Self::Names, Self::Tags, Self::Manifests];

    /// The phase in the API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::Tags => "tags",
            Self::Manifests => "manifests",
        }
    }

    /// Reads a phase.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == text)
    }
}

/// Whether a crawl goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CrawlStatus {
    /// It runs, or will as soon as its turn comes.
    Running,
    /// It waits for the registry; `trouble` says why. It goes on by itself.
    Paused,
    /// It has read everything.
    Finished,
    /// Somebody stopped it.
    Cancelled,
}

impl CrawlStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Running, Self::Paused, Self::Finished, Self::Cancelled];

    /// The status in the API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads a status.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    /// Whether there is still something to do.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}

/// What a crawl has done and seen so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CrawlCounts {
    /// Requests sent to the registry.
    pub requests: u64,
    /// Repository names read.
    pub repositories: u64,
    /// Repositories whose tags were read.
    pub repositories_listed: u64,
    /// Repositories that could not be read.
    pub repositories_broken: u64,
    /// Tags read.
    pub tags: u64,
    /// Manifests read.
    pub manifests: u64,
    /// Configurations read.
    pub configs: u64,
    /// Names that are none, and were passed over.
    pub skipped: u64,
}

/// The last crawl of a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrawlState {
    /// Which one.
    pub epoch: Epoch,
    /// Whether it goes on.
    pub status: CrawlStatus,
    /// What it reads.
    pub phase: CrawlPhase,
    /// Which server was read when it began, as [`Self::server`] has it. Of another one nothing read
    /// before counts: the crawl is begun anew.
    pub server: String,
    /// Where in the list of names it is; only the adapter can read it. `None` before the first page,
    /// and after the last, when the phase is another.
    pub cursor: Option<String>,
    /// What it has done.
    pub counts: CrawlCounts,
    /// Requests in a minute, lately.
    pub rate_per_minute: Option<u32>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it last reported.
    pub updated_at: Timestamp,
    /// When it ended, either way.
    pub finished_at: Option<Timestamp>,
    /// Why it waits, or the last thing that went wrong.
    pub trouble: Option<ErrorCode>,
    /// When the next reading of the whole registry is due.
    pub next_at: Option<Timestamp>,
}

impl CrawlState {
    /// A registry's address and what is pinned of the server behind it, as one text.
    #[must_use]
    pub fn server(address: &str, identity: Option<&ServerIdentity>) -> String {
        let known = identity.map(|identity| {
            let (product, auth) = (identity.product.as_str(), identity.auth.as_str());
            let told = [&identity.service, &identity.realm, &identity.key];
            let told = told.map(|text| text.as_deref().unwrap_or_default());
            format!("{product} {auth} {}", told.join(" "))
        });
        format!("{address} {}", known.unwrap_or_default())
    }
}
