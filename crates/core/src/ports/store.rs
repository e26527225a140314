//! What is remembered. One small trait per noun. Every mutating method is one command: it owns its
//! transaction, writes audit entry, change-feed entry and state together, and hands no transaction
//! to anybody. Observations of the outside world (health, figures) are no person's change and take
//! no audit entry.

use super::SealedCredential;
use crate::model::{
    AuditEntry, Capabilities, Cleanup, Condition, Description, Generation, HealthReport,
    HealthTurn, Listed, Observed, Page, PageRequest, PasswordHash, PeerCertificate, Registry,
    RegistryFacets, RegistryFilter, RegistryId, RegistryPosition, RegistrySort, ServerIdentity,
    Session, Suspension, Timestamp, TokenDigest, Total, User,
};
use crate::rules::Visible;
use crate::{ErrorCode, Failure};
use async_trait::async_trait;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It is not there, or not to be seen.
    #[error("not found")]
    NotFound,
    /// The name is taken.
    #[error("the name is taken")]
    NameTaken,
    /// The state no longer allows it (an administrator exists already).
    #[error("already done")]
    AlreadyDone,
    /// A bearer secret does not match or has expired.
    #[error("no match")]
    NoMatch,
    /// No administrator who can sign in would be left.
    #[error("the last administrator")]
    LastAdmin,
    /// There are registries in it.
    #[error("not empty: {registries} registries")]
    NotEmpty {
        /// How many.
        registries: u64,
        /// The names of the first of them.
        names: Vec<String>,
    },
    /// There are as many as there may be.
    #[error("there are {0} already")]
    Full(u64),
    /// It was edited since it was read.
    #[error("stale: generation is {current} now")]
    Stale {
        /// The generation now.
        current: Generation,
    },
    /// The database takes no changes.
    #[error("the database is read-only: {0}")]
    ReadOnly(String),
    /// The database does not answer, or gave up after retries.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Everything else: a bug or a damaged database.
    #[error("database: {0}")]
    Internal(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::NotFound => Self::not_found(),
            StoreError::NameTaken => Self::new(ErrorCode::RegistryNameTaken),
            StoreError::AlreadyDone => Self::new(ErrorCode::SetupDone),
            StoreError::NoMatch => Self::new(ErrorCode::SetupLinkInvalid),
            StoreError::LastAdmin => Self::new(ErrorCode::UserLastAdmin),
            StoreError::NotEmpty { registries, names } => Self::new(ErrorCode::WorkspaceNotEmpty)
                .with("registries", registries)
                .with("names", names.join(", ")),
            StoreError::Full(limit) => Self::new(ErrorCode::TokenLimit).with("limit", limit),
            StoreError::Stale { current } => {
                Self::new(ErrorCode::RequestStale).with("current", current)
            }
            StoreError::ReadOnly(_) => Self::new(ErrorCode::StoreReadOnly).because(&error),
            StoreError::Unavailable(_) => Self::new(ErrorCode::StoreUnavailable).because(&error),
            StoreError::Internal(_) => Self::new(ErrorCode::InternalError).because(&error),
        }
    }
}

/// The first administrator, made with the set-up link.
#[derive(Clone)]
pub struct CreateFirstAdmin {
    /// Digest of the link's token.
    pub link: TokenDigest,
    /// The person.
    pub user: User,
    /// Their password.
    pub password: PasswordHash,
    /// The session they are signed in with at once.
    pub session: Session,
    /// Now.
    pub now: Timestamp,
}

/// First start.
#[async_trait]
pub trait SetupStore: Send + Sync {
    /// Whether an administrator exists.
    async fn has_admin(&self) -> Result<bool, StoreError>;

    /// Remembers a new set-up link and forgets the one before. Nothing is written, and
    /// [`StoreError::AlreadyDone`] answered, when an administrator exists.
    async fn offer_setup_link(
        &self,
        link: TokenDigest,
        expires_at: Timestamp,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// Makes the first administrator. In one transaction: no administrator exists
    /// ([`StoreError::AlreadyDone`]), the link matches and has not expired
    /// ([`StoreError::NoMatch`]), the link is forgotten, person and session are stored.
    async fn create_first_admin(
        &self,
        command: CreateFirstAdmin,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// Makes the first administrator without link or session, from the configuration. Answers
    /// `false` and writes nothing when an administrator exists.
    async fn ensure_admin(
        &self,
        user: User,
        password: PasswordHash,
        audit: AuditEntry,
    ) -> Result<bool, StoreError>;
}

/// A new registry with its sealed credential.
#[derive(Clone)]
pub struct IntegrateRegistry {
    /// The registry; generation 1.
    pub registry: Registry,
    /// Its credential, when it has an account.
    pub credential: Option<SealedCredential>,
}

/// An edit of a registry.
#[derive(Clone)]
pub struct EditRegistry {
    /// Which one.
    pub id: RegistryId,
    /// The generation the person saw.
    pub expected: Generation,
    /// The description from now on.
    pub description: Description,
    /// The connection from now on; `None` leaves it, and what was observed through it, alone.
    pub connection: Option<Reconnect>,
    /// The listed repositories from now on; `None` leaves them alone.
    pub listed: Option<Listed>,
    /// Now.
    pub now: Timestamp,
}

/// A registry with another connection, and what the connection test made of it. Everything that
/// was observed through the old connection is replaced.
#[derive(Clone)]
pub struct Reconnect {
    /// The registry as it will be.
    pub registry: Registry,
    /// Its credential, when it has an account; the old one is forgotten in any case.
    pub credential: Option<SealedCredential>,
}

/// The end of an integration.
#[derive(Clone)]
pub struct DisconnectRegistry {
    /// Which one.
    pub id: RegistryId,
    /// The generation the person saw.
    pub expected: Generation,
    /// What is kept in its place while something we made is still in it; not kept when nothing
    /// is.
    pub cleanup: Cleanup,
    /// The account's secret, sealed for the cleanup.
    pub credential: Option<SealedCredential>,
}

/// The first server that answered for a registry.
#[derive(Clone)]
pub struct PinIdentity {
    /// Which registry.
    pub id: RegistryId,
    /// The generation that was asked.
    pub generation: Generation,
    /// Who answered.
    pub identity: ServerIdentity,
    /// Its credential, sealed for this server.
    pub credential: Option<SealedCredential>,
}

/// Another server answers for a registry.
#[derive(Debug, Clone)]
pub struct SuspendRegistry {
    /// Which registry.
    pub id: RegistryId,
    /// The generation that was asked.
    pub generation: Generation,
    /// What was seen.
    pub suspension: Suspension,
}

/// A page of registries with its counts.
#[derive(Debug, Clone)]
pub struct RegistryList {
    /// The rows.
    pub page: Page<Registry, RegistryPosition>,
    /// How many match.
    pub total: Total,
    /// Counts by health over the same filter without its health part.
    pub facets: RegistryFacets,
}

/// What the health loop needs to talk to a registry.
#[derive(Clone)]
pub struct RegistryTarget {
    /// The registry.
    pub registry: Registry,
    /// Its sealed credential.
    pub credential: Option<SealedCredential>,
}

/// What the health loop saw.
#[derive(Debug, Clone)]
pub struct RegistryObservation {
    /// Which registry.
    pub id: RegistryId,
    /// The generation that was asked: of a registry edited meanwhile this says nothing.
    pub generation: Generation,
    /// The verdict with its times.
    pub health: HealthReport,
    /// Every condition, replacing those stored.
    pub conditions: Vec<Condition>,
    /// Whether the whole test has passed by now.
    pub verified: bool,
    /// The version seen, when one was.
    pub version: Option<String>,
    /// The certificate presented last, when one was.
    pub certificate: Option<PeerCertificate>,
    /// What it adds to the history, in order.
    pub turns: Vec<HealthTurn>,
    /// Whether people should hear of it: the verdict, a reason or a condition changed.
    pub news: bool,
}

/// What counting a registry gave.
#[derive(Debug, Clone, Copy)]
pub struct StatisticsObservation {
    /// Which registry.
    pub id: RegistryId,
    /// The generation that was asked: of a registry edited meanwhile this says nothing.
    pub generation: Generation,
    /// Its registry spaces.
    pub spaces: Observed,
    /// Its repositories.
    pub repositories: Observed,
    /// Whether the figures changed, so that people should hear of it.
    pub news: bool,
}

/// What looking at what a registry can do gave.
#[derive(Debug, Clone)]
pub struct CapabilityObservation {
    /// Which registry.
    pub id: RegistryId,
    /// The generation that was asked: of a registry edited meanwhile this says nothing.
    pub generation: Generation,
    /// Everything known of it now, replacing what is stored.
    pub capabilities: Capabilities,
    /// The version seen, when one was.
    pub version: Option<String>,
    /// Whether any of it changed, so that people should hear of it.
    pub news: bool,
    /// Now.
    pub at: Timestamp,
}

/// Registries.
#[async_trait]
pub trait RegistryStore: Send + Sync {
    /// A page of registries, its total and facets. At most two queries.
    async fn registries(
        &self,
        filter: &RegistryFilter,
        sort: RegistrySort,
        page: &PageRequest<RegistryPosition>,
    ) -> Result<RegistryList, StoreError>;

    /// One registry, if it is in `visible`.
    async fn registry(
        &self,
        id: RegistryId,
        visible: &Visible,
    ) -> Result<Option<Registry>, StoreError>;

    /// Ids of all registries, for the reconcilers.
    async fn registry_ids(&self) -> Result<Vec<RegistryId>, StoreError>;

    /// A registry with its credential, for the reconcilers and stored tests.
    async fn registry_target(&self, id: RegistryId) -> Result<Option<RegistryTarget>, StoreError>;

    /// Stores a new registry. [`StoreError::NameTaken`] when its owner has one of that name.
    async fn integrate_registry(
        &self,
        command: IntegrateRegistry,
        audit: AuditEntry,
    ) -> Result<Generation, StoreError>;

    /// Edits a registry. [`StoreError::Stale`] when it was edited since, [`StoreError::NotFound`]
    /// when it is gone.
    async fn edit_registry(
        &self,
        command: EditRegistry,
        audit: AuditEntry,
    ) -> Result<Generation, StoreError>;

    /// Deletes a registry with its credential. Errors as for an edit.
    async fn disconnect_registry(
        &self,
        command: DisconnectRegistry,
        audit: AuditEntry,
    ) -> Result<(), StoreError>;

    /// Writes a batch of observations in the crawl lane; registries that are gone, or were edited
    /// since they were asked, are passed over.
    /// Those with news get a change entry.
    async fn record_health(&self, batch: Vec<RegistryObservation>) -> Result<(), StoreError>;

    /// The turns of a registry's health since `since`, oldest first, beginning with the one before.
    /// One query.
    async fn health_turns(
        &self,
        id: RegistryId,
        since: Timestamp,
    ) -> Result<Vec<HealthTurn>, StoreError>;

    /// Deletes turns that ended before `before`; answers how many. What held at that time stays.
    async fn prune_health_turns(&self, before: Timestamp) -> Result<u64, StoreError>;

    /// Writes figures in the crawl lane, passing over as above. Those with news get a change entry.
    async fn record_statistics(&self, batch: Vec<StatisticsObservation>) -> Result<(), StoreError>;

    /// Pins the first server that answered, with the credential sealed for it; passes over a
    /// registry that was edited since, or has one pinned.
    async fn pin_identity(&self, command: PinIdentity) -> Result<(), StoreError>;

    /// Suspends a registry, with an audit entry and a change entry; passes over one that was
    /// edited since, or is suspended. Answers whether it was done.
    async fn suspend_registry(
        &self,
        command: SuspendRegistry,
        audit: AuditEntry,
    ) -> Result<bool, StoreError>;

    /// Writes down who answers now for a registry that is suspended.
    async fn record_seen(&self, command: SuspendRegistry) -> Result<(), StoreError>;

    /// Some names of repositories it holds, by which it is known again at another address.
    async fn known_names(&self, id: RegistryId) -> Result<Vec<String>, StoreError>;

    /// Replaces them; passes over a registry that was edited since.
    async fn record_known_names(
        &self,
        id: RegistryId,
        generation: Generation,
        names: Vec<String>,
    ) -> Result<(), StoreError>;

    /// Writes what was seen that registries can do, passing over as above. Those with news get a
    /// change entry.
    async fn record_capabilities(&self, seen: CapabilityObservation) -> Result<(), StoreError>;

    /// Deletes change entries older than `before`, but never the newest; answers how many.
    async fn prune_changes(&self, before: Timestamp) -> Result<u64, StoreError>;
}
