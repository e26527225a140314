//! What people have written about repositories.

use super::StoreError;
use crate::model::{
    AuditEntry, Generation, Markdown, RepositoryDescription, RepositoryId, Timestamp, UserRef,
};
use async_trait::async_trait;

/// A text for a repository.
#[derive(Debug, Clone)]
pub struct DescribeRepository {
    /// Which one.
    pub repository_id: RepositoryId,
    /// The revision that was read: [`RepositoryDescription::revision`].
    pub expected: Generation,
    /// The text; an empty one takes the description away.
    pub text: Markdown,
    /// Who wrote it.
    pub by: Option<UserRef>,
    /// Now.
    pub now: Timestamp,
}

/// Descriptions of repositories. They go with the repository's row.
#[async_trait]
pub trait DescriptionStore: Send + Sync {
    /// What is written about a repository that may be seen; nothing where nobody wrote anything. One
    /// query.
    async fn repository_description(
        &self,
        id: RepositoryId,
    ) -> Result<RepositoryDescription, StoreError>;

    /// Writes a description or takes it away, and answers its revision, which is 0 then. The change
    /// (topic `repository`) tells pages. [`StoreError::NotFound`] when the repository is gone,
    /// [`StoreError::Stale`] when somebody wrote since.
    async fn describe_repository(
        &self,
        command: DescribeRepository,
        audit: AuditEntry,
    ) -> Result<Generation, StoreError>;
}
