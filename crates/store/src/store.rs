//! The store itself: opening, closing, and what belongs to no noun.

use crate::backend::{Db, postgres_options};
use crate::command::Command;
use crate::entity::{credential, installation, pull_account};
use crate::fault::{Fault, driver_store_error};
use crate::schema;
use crate::signals::watch_others;
use crate::vault::MasterKeyVault;
use crate::{OpenError, cleanup_keys};
use roadstead_core::model::{InstallationId, Secret};
use roadstead_core::ports::StoreError;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use tokio::task::AbortHandle;

/// Which database.
#[derive(Clone)]
pub enum Backend {
    /// A file, made when it is missing. One process only: hold a [`crate::DataDir`].
    Sqlite {
        /// The file.
        path: PathBuf,
    },
    /// A PostgreSQL database that exists.
    Postgres {
        /// `postgres://user:password@host:port/database`. Secret because of the password.
        url: Secret<String>,
    },
}

/// How to open the store.
#[derive(Clone)]
pub struct StoreConfig {
    /// Which database.
    pub backend: Backend,
}

/// Everything Roadstead remembers. Clones share connections. It implements the store ports and the
/// change feed of `roadstead-core`.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    installation_id: InstallationId,
    watcher: AbortHandle,
    keys: OnceLock<MasterKeyVault>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.watcher.abort();
    }
}

impl Store {
    /// Opens the database and brings its schema up to date.
    ///
    /// # Errors
    /// Each with a sentence that says what to do; [`OpenError::NewerSchema`] when a newer
    /// Roadstead has written it.
    pub async fn open(config: StoreConfig) -> Result<Self, OpenError> {
        let (db, installation_id) = match config.backend {
            Backend::Sqlite { path } => {
                let db = Db::sqlite(&path).await.map_err(connect_error)?;
                let id = schema::prepare(&db).await?;
                (db, id)
            }
            Backend::Postgres { url } => {
                let options =
                    postgres_options(url.expose()).map_err(|_| OpenError::UrlMalformed)?;
                let db = Db::postgres(options.clone()).await.map_err(connect_error)?;
                let id = schema::prepare_under_lock(&db, &options).await?;
                (db, id)
            }
        };
        let watcher = tokio::spawn(watch_others(
            db.signals.clone(),
            db.read().clone(),
            db.postgres.clone(),
        ));
        Ok(Self {
            inner: Arc::new(Inner {
                db,
                installation_id,
                watcher: watcher.abort_handle(),
                keys: OnceLock::new(),
            }),
        })
    }

    /// Opens a database only to look: nothing in it is changed, its schema neither. SQLite's file
    /// may be held by a running server.
    ///
    /// # Errors
    /// As for [`Self::open`], and [`OpenError::OlderSchema`].
    pub async fn open_read_only(config: StoreConfig) -> Result<Self, OpenError> {
        let db = match config.backend {
            Backend::Sqlite { path } => Db::sqlite_read_only(&path).await,
            Backend::Postgres { url } => {
                let options =
                    postgres_options(url.expose()).map_err(|_| OpenError::UrlMalformed)?;
                Db::postgres(options.options([("default_transaction_read_only", "on")])).await
            }
        }
        .map_err(connect_error)?;
        let (applied, installation_id) = schema::look(&db).await?;
        schema::refuse_older(&applied)?;
        Ok(Self {
            inner: Arc::new(Inner {
                db,
                installation_id,
                // There is nobody to wake.
                watcher: tokio::spawn(async {}).abort_handle(),
                keys: OnceLock::new(),
            }),
        })
    }

    pub(crate) fn db(&self) -> &Db {
        &self.inner.db
    }

    /// Learns the master keys, so that no credential is kept under one the database has left.
    pub(crate) fn adopt(&self, keys: &MasterKeyVault) {
        // The keys of a process do not change while it runs: whoever comes second has the same.
        let _ = self.inner.keys.set(keys.clone());
    }

    pub(crate) fn keys(&self) -> Option<&MasterKeyVault> {
        self.inner.keys.get()
    }

    /// Who this installation is.
    #[must_use]
    pub fn installation_id(&self) -> InstallationId {
        self.inner.installation_id
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// When it gives none.
    pub async fn health(&self) -> Result<(), StoreError> {
        self.db()
            .read()
            .execute_unprepared("SELECT 1")
            .await
            .map_err(Fault::from)?;
        Ok(())
    }

    /// How many statements were sent since the store was opened, for tests and benches.
    #[must_use]
    pub fn queries(&self) -> u64 {
        self.db().queries()
    }

    /// Closes the connections. Calls after this, on any clone, fail.
    pub async fn close(&self) {
        self.inner.watcher.abort();
        self.db().close().await;
    }

    /// Whether any credential is sealed.
    pub(crate) async fn has_sealed_credentials(&self) -> Result<bool, StoreError> {
        let any = credential::Entity::find()
            .one(self.db().read())
            .await
            .map_err(Fault::from)?;
        let other = pull_account::Entity::find()
            .one(self.db().read())
            .await
            .map_err(Fault::from)?;
        Ok(any.is_some() || other.is_some() || cleanup_keys::any(self).await?)
    }

    /// Notes the master key's check value unless there is one; answers the one that is there.
    pub(crate) async fn note_key_check(&self, check: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.db()
            .write(Command::Prepare, |tx| {
                Box::pin(async move {
                    installation::Entity::update_many()
                        .col_expr(installation::Column::KeyCheck, Expr::value(check.to_vec()))
                        .filter(installation::Column::KeyCheck.is_null())
                        .exec(tx)
                        .await?;
                    let row = installation::Entity::find().one(tx).await?;
                    Ok(row.and_then(|row| row.key_check).unwrap_or_default())
                })
            })
            .await
    }

    /// Forgets the check value of a master key that nothing is sealed with.
    pub(crate) async fn forget_key_check(&self) -> Result<(), StoreError> {
        self.db()
            .write(Command::Prepare, |tx| {
                Box::pin(async move {
                    installation::Entity::update_many()
                        .col_expr(
                            installation::Column::KeyCheck,
                            Expr::value(Option::<Vec<u8>>::None),
                        )
                        .exec(tx)
                        .await?;
                    Ok(())
                })
            })
            .await
    }
}

fn connect_error(error: sqlx::Error) -> OpenError {
    match driver_store_error(&error) {
        // Whatever else goes wrong while connecting (wrong password, no such database), the
        // person must look at the address.
        StoreError::Internal(text) => OpenError::Unreachable(text),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Backend, Store, StoreConfig};
    use roadstead_core::ports::StoreError;
    use sea_orm::ConnectionTrait as _;

    #[tokio::test]
    async fn sqlite_that_turned_read_only_still_reads_and_says_so_when_written() {
        let dir = tempfile::tempdir().expect("directory");
        let backend = Backend::Sqlite {
            path: dir.path().join("roadstead.db"),
        };
        let store = Store::open(StoreConfig { backend }).await.expect("store");
        store.note_key_check(b"check").await.expect("writable");
        let writer = store.db().writer();
        writer
            .execute_unprepared("PRAGMA query_only = ON")
            .await
            .expect("pragma");
        let refused = store.forget_key_check().await;
        assert!(
            matches!(refused, Err(StoreError::ReadOnly(_))),
            "{refused:?}"
        );
        assert!(!store.has_sealed_credentials().await.expect("reads"));
    }
}
