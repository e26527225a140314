//! Trying out who may pull from a registry and who may write to it.

use super::RegistryError;
use async_trait::async_trait;

/// A repository with a tag in it, to try on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sampled {
    /// The repository's full name.
    pub repository: String,
    /// One of its tags.
    pub tag: String,
}

/// What there is to try on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sample {
    /// Some repositories, at least one.
    Some(Vec<Sampled>),
    /// The registry's catalogue names no repository with a tag in it.
    Empty,
    /// The registry gives no catalogue, or not to this account.
    Unknown,
}

/// What came of pulling without an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnonymousPull {
    /// A manifest and one of its blobs were given to nobody in particular, on each of so many
    /// repositories.
    Proved(u32),
    /// At least one of so many repositories was refused.
    Refused(u32),
    /// None of the repositories tried is there any more.
    Gone,
}

/// How a registry answered an account that wanted to upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadTrial {
    /// It refused: the account cannot write there.
    Refused,
    /// It opened an upload, which holds no bytes: at this place in the adapter's own words, or
    /// elsewhere (`None`), where nothing is asked.
    Opened(Option<String>),
}

/// Tries out who may do what. Every call has a deadline, and none leaves anything behind but the
/// uploads it answers: those stand in the ledger, by which
/// [`super::RegistryAdapter::remove_made`] ends them.
#[async_trait]
pub trait PullProbe: Send + Sync {
    /// Repositories to try on, as the account sees them, `most` at most.
    async fn sample(&self, most: usize) -> Result<Sample, RegistryError>;

    /// Pulls from each without an account.
    async fn anonymous_pull(&self, sample: &[Sampled]) -> Result<AnonymousPull, RegistryError>;

    /// Whether a pull without an account would be refused by the registry's challenge, asked of a
    /// repository that is not there. It says something only about a registry without repositories.
    async fn anonymous_admitted(&self) -> Result<bool, RegistryError>;

    /// Whether the account itself may read this, without which a refused upload says nothing.
    async fn account_reads(&self, sampled: &Sampled) -> Result<bool, RegistryError>;

    /// Opens an upload as the account. Written into the ledger before.
    async fn open_upload(&self, repository: &str) -> Result<UploadTrial, RegistryError>;
}
