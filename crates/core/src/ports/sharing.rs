//! Who may pull from a registry: its pull-only account, what was proved, and the consent.

use super::{RegistryTarget, SealedCredential, StoreError};
use crate::model::{
    AnonymousProof, AuditEntry, Consent, Generation, Origin, PullAccess, PullAccount, RegistryId,
    Timestamp, WriteProof,
};
use async_trait::async_trait;

/// A registry with everything needed to try out who may pull.
#[derive(Clone)]
pub struct PullTarget {
    /// The registry with its integration credential.
    pub target: RegistryTarget,
    /// What is known.
    pub access: PullAccess,
    /// The pull-only account's credential.
    pub sealed: Option<SealedPullAccount>,
}

/// A pull-only account as the database keeps it.
#[derive(Clone)]
pub struct SealedPullAccount {
    /// The token service it may be sent to besides the registry.
    pub token_service: Option<Origin>,
    /// Its secret.
    pub credential: SealedCredential,
}

/// A pull-only account given, replaced or taken away.
#[derive(Clone)]
pub struct SetPullAccount {
    /// Of which registry.
    pub id: RegistryId,
    /// The generation the person saw.
    pub expected: Generation,
    /// The account; `None` takes it away.
    pub account: Option<(PullAccount, SealedPullAccount)>,
    /// Whether it can write, as it was tried before saving.
    pub write: Option<WriteProof>,
    /// Now.
    pub now: Timestamp,
}

/// A registry shared with every namespace, or no longer.
#[derive(Debug, Clone)]
pub struct ShareRegistry {
    /// Which one.
    pub id: RegistryId,
    /// The generation the person saw.
    pub expected: Generation,
    /// The consent; `None` ends it.
    pub consent: Option<Consent>,
    /// Whether the account can write, as it was tried before.
    pub write: Option<WriteProof>,
    /// Now.
    pub now: Timestamp,
}

/// What was tried out.
#[derive(Debug, Clone)]
pub struct PullObservation {
    /// Of which registry.
    pub id: RegistryId,
    /// The generation that was asked: of a registry edited meanwhile this says nothing.
    pub generation: Generation,
    /// Whether everybody may pull; `None` leaves what is stored.
    pub anonymous: Option<AnonymousProof>,
    /// Whether the account can write; `None` leaves what is stored.
    pub write: Option<WriteProof>,
    /// Now.
    pub now: Timestamp,
}

/// Who may pull from registries.
#[async_trait]
pub trait SharingStore: Send + Sync {
    /// Everything needed to try out who may pull. Three queries.
    async fn pull_target(&self, id: RegistryId) -> Result<Option<PullTarget>, StoreError>;

    /// Gives, replaces or takes away the pull-only account. [`StoreError::Stale`] when the
    /// registry was edited since, [`StoreError::NotFound`] when it is gone, or when there is no
    /// account to take away.
    async fn set_pull_account(
        &self,
        command: SetPullAccount,
        audit: AuditEntry,
    ) -> Result<Generation, StoreError>;

    /// Shares a registry, or ends that. Errors as above.
    async fn share_registry(
        &self,
        command: ShareRegistry,
        audit: AuditEntry,
    ) -> Result<Generation, StoreError>;

    /// Writes what was tried out in the crawl lane; a registry that is gone or was edited since is
    /// passed over.
    async fn record_pull(&self, seen: PullObservation) -> Result<(), StoreError>;
}
