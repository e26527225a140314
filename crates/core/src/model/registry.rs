//! An integrated registry.

use super::{
    Address, Capabilities, Condition, Description, Health, HealthReport, Listed, ManifestsRead,
    Name, Observed, Origin, PeerCertificate, RegistryId, ServerIdentity, Suspension, Timestamp,
    TlsPolicy, Unavailable, UserRef, WorkspaceId,
};
use crate::rules::Visible;
use serde::{Deserialize, Serialize};

/// The product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RegistryKind {
    /// Harbor.
    Harbor,
    /// CNCF Distribution, or any registry with the OCI API.
    Docker,
    /// JFrog Artifactory.
    Jfrog,
}

impl RegistryKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Harbor, Self::Docker, Self::Jfrog];

    /// The kind in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Harbor => "harbor",
            Self::Docker => "docker",
            Self::Jfrog => "jfrog",
        }
    }

    /// Reads a kind.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == text)
    }
}

/// Whom a registry belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum Owner {
    /// The installation.
    Platform,
    /// One workspace.
    Workspace {
        /// Which one.
        id: WorkspaceId,
    },
}

impl Owner {
    /// The workspace, if it is one.
    #[must_use]
    pub const fn workspace(self) -> Option<WorkspaceId> {
        match self {
            Self::Platform => None,
            Self::Workspace { id } => Some(id),
        }
    }
}

/// Grows by one with every edit of an object; the value of its `ETag`.
pub type Generation = i64;

/// What a registry holds, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegistryStatistics {
    /// Registry spaces.
    pub spaces: Observed,
    /// Repositories.
    pub repositories: Observed,
    /// Artifacts.
    pub artifacts: Observed,
    /// Tags.
    pub tags: Observed,
    /// Bytes stored.
    pub storage_bytes: Observed,
    /// Bytes of blobs that more than one repository holds, each once.
    pub shared_bytes: Observed,
    /// How much of it was read; `None` before anything was.
    pub manifests: Option<ManifestsRead>,
}

impl RegistryStatistics {
    /// Before anything was measured.
    #[must_use]
    pub const fn unmeasured() -> Self {
        let unknown = Observed::unknown(Unavailable::NotMeasuredYet);
        Self {
            spaces: unknown,
            repositories: unknown,
            artifacts: unknown,
            tags: unknown,
            storage_bytes: unknown,
            shared_bytes: unknown,
            manifests: None,
        }
    }
}

/// An integrated registry with its observed state. Its credential is not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    /// Its id.
    pub id: RegistryId,
    /// Its name, unique among its owner's registries, never changed.
    pub name: Name,
    /// The product.
    pub kind: RegistryKind,
    /// Whom it belongs to.
    pub owner: Owner,
    /// Where it is.
    pub address: Address,
    /// How its certificate is judged.
    pub tls: TlsPolicy,
    /// The integration account's name.
    pub username: Option<String>,
    /// The token service its account was confirmed for (`docs/adr/0005-token-realm.md`); `None` when
    /// it named none.
    pub token_service: Option<Origin>,
    /// The server that was pinned; `None` before one has answered.
    pub identity: Option<ServerIdentity>,
    /// Another server answers in its place.
    pub suspension: Option<Suspension>,
    /// What people say about it.
    pub description: Description,
    /// Whether the whole connection test has passed since the connection was last changed.
    pub verified: bool,
    /// The product's version, when it says.
    pub version: Option<String>,
    /// Whether it works.
    pub health: HealthReport,
    /// Every observed aspect.
    pub conditions: Vec<Condition>,
    /// The certificate it presented last; `None` over plain http and before the first one.
    pub certificate: Option<PeerCertificate>,
    /// What it holds.
    pub statistics: RegistryStatistics,
    /// What was seen that it can do.
    pub capabilities: Capabilities,
    /// The repositories a person listed; `None` where that was not read, as in lists.
    pub listed: Option<Listed>,
    /// Who integrated it; `None` when that person is gone.
    pub integrated_by: Option<UserRef>,
    /// When it was integrated.
    pub created_at: Timestamp,
    /// When it was last edited.
    pub updated_at: Timestamp,
    /// Grows with every edit.
    pub generation: Generation,
}

/// Which registries are asked for.
#[derive(Debug, Clone)]
pub struct RegistryFilter {
    /// What the asker may see; everything else is as if absent.
    pub visible: Visible,
    /// Only of this owner.
    pub owner: Option<Owner>,
    /// Only of this kind.
    pub kind: Option<RegistryKind>,
    /// Only with this health.
    pub health: Option<Health>,
    /// Only those whose name or address contains this text, in lower case.
    pub text: Option<String>,
}

/// The orders a list of registries can have; each is served by an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistrySort {
    /// What needs attention first, then by name.
    Attention,
    /// By name.
    Name,
    /// By name, backwards.
    NameDescending,
    /// Oldest first.
    CreatedAt,
    /// Newest first.
    CreatedAtDescending,
}

/// A registry's place in a list: the order's key, then the id. For [`RegistrySort::Attention`] the
/// key is rank and name, for the others one of name and creation time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryPosition {
    /// [`Health::rank`], for the attention order.
    pub rank: Option<i16>,
    /// The name, for the attention and name orders.
    pub name: Option<String>,
    /// Microseconds, for the creation orders.
    pub created_at: Option<i64>,
    /// The id, which makes every order total.
    pub id: RegistryId,
}

/// Counts beside a list, over the same filter without the health filter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct RegistryFacets {
    /// How many are healthy.
    pub healthy: u64,
    /// How many are degraded.
    pub degraded: u64,
    /// How many are unhealthy.
    pub unhealthy: u64,
    /// How many are unknown.
    pub unknown: u64,
}
