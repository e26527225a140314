//! The change feed as readers see it.

use super::StoreError;
use crate::model::{Change, ChangeId};
use async_trait::async_trait;
use futures::stream::BoxStream;

/// Reads the change feed. Entries are written by the store's commands, in their transactions.
#[async_trait]
pub trait ChangeFeed: Send + Sync {
    /// Id of the newest entry; 0 when there is none yet.
    ///
    /// # Errors
    /// When the database does not answer.
    async fn head(&self) -> Result<ChangeId, StoreError>;

    /// Entries after `after` in commit order, at most `limit`. `Ok(None)` when entries after
    /// `after` have been pruned already (or `after` was never reached), so that the reader must
    /// start again.
    ///
    /// # Errors
    /// When the database does not answer.
    async fn after(&self, after: ChangeId, limit: u16) -> Result<Option<Vec<Change>>, StoreError>;

    /// A signal whenever there may be new entries. Signals coalesce; they carry no news.
    fn signals(&self) -> BoxStream<'static, ()>;
}
