//! Registry spaces.

use crate::model::{Observed, RegistryId, SpaceId, Timestamp};
use serde::{Deserialize, Serialize};

/// What can be done with a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SpaceClass {
    /// Holds its own content.
    Normal,
    /// Fetches from elsewhere and keeps copies; nothing is pushed to it.
    Proxy,
    /// Shows what other spaces of its registry hold.
    Aggregate,
}

impl SpaceClass {
    /// Every class.
    pub const ALL: [Self; 3] = [Self::Normal, Self::Proxy, Self::Aggregate];

    /// The class in the API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Proxy => "proxy",
            Self::Aggregate => "aggregate",
        }
    }

    /// Reads a class.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == text)
    }
}

/// Who may pull from a space, as its registry says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody.
    Public,
    /// Accounts that were given it.
    Private,
}

impl Visibility {
    /// The word in the API and the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Public, Self::Private]
            .into_iter()
            .find(|v| v.as_str() == text)
    }
}

/// A registry space: a Harbor project, an Artifactory repository, or the whole of a Docker Registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// Its id.
    pub id: SpaceId,
    /// Whose it is.
    pub registry_id: RegistryId,
    /// What the registry itself calls it and never gives to another: a project's number. Empty for
    /// the whole of a registry.
    pub upstream_id: String,
    /// Its name.
    pub name: String,
    /// What can be done with it.
    pub class: SpaceClass,
    /// Who may pull; `None` when nobody knows.
    pub visibility: Option<Visibility>,
    /// The names of the spaces an aggregate shows.
    pub members: Vec<String>,
    /// Its repositories.
    pub repositories: Observed,
    /// Its tags.
    pub tags: Observed,
    /// Bytes it takes.
    pub storage_bytes: Observed,
    /// Bytes it may take.
    pub quota_bytes: Option<u64>,
    /// When it was first seen.
    pub created_at: Timestamp,
    /// When it was last seen.
    pub seen_at: Timestamp,
}
