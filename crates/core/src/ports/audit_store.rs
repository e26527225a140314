//! The audit log as it is read and kept. Entries of changes are written by the commands that make
//! the changes.

use super::StoreError;
use crate::model::{AuditEntry, AuditFilter, AuditPosition, Page, PageRequest, Timestamp, Total};
use async_trait::async_trait;

/// A page of audit entries with its count.
#[derive(Debug, Clone)]
pub struct AuditList {
    /// The rows, newest first.
    pub page: Page<AuditEntry, AuditPosition>,
    /// How many match.
    pub total: Total,
}

/// The audit log.
#[async_trait]
pub trait AuditStore: Send + Sync {
    /// A page of entries and their total. At most two queries.
    async fn audit_entries(
        &self,
        filter: &AuditFilter,
        page: &PageRequest<AuditPosition>,
    ) -> Result<AuditList, StoreError>;

    /// A page of entries alone, for those who read all of them. One query.
    async fn audit_page(
        &self,
        filter: &AuditFilter,
        page: &PageRequest<AuditPosition>,
    ) -> Result<Page<AuditEntry, AuditPosition>, StoreError>;

    /// Writes one entry that belongs to no change: something was read that leaves a trace.
    async fn record_audit(&self, entry: AuditEntry) -> Result<(), StoreError>;

    /// Writes refusals in the crawl lane.
    async fn record_refusals(&self, batch: Vec<AuditEntry>) -> Result<(), StoreError>;

    /// Deletes entries older than `before`, a bounded number in each transaction; answers how many.
    async fn prune_audit(&self, before: Timestamp) -> Result<u64, StoreError>;
}
