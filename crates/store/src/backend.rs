//! Connections to the database, and the only ways to use them: [`Db::read`], [`Db::lookup`] and
//! [`Db::write`].

use crate::command::Command;
use crate::data_dir::create_private;
use crate::failpoint;
use crate::fault::{Fault, is_lost};
use crate::lanes::Lanes;
use crate::signals::Signals;
use crate::trust::Trust;
use crate::tx::{Counted, Tx};
use futures::future::BoxFuture;
use log::LevelFilter;
use roadstead_core::ports::StoreError;
use sea_orm::{
    AccessMode, DatabaseConnection, DatabaseTransaction, DbErr, IsolationLevel,
    SqliteTransactionMode, SqlxPostgresConnector, SqlxSqliteConnector, TransactionOptions,
    TransactionTrait,
};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How often a transaction that lost against another is tried, in all.
const ATTEMPTS: u32 = 6;
const READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 10;
/// PostgreSQL's connections for lookups, beside those.
const POSTGRES_LOOKUPS: u32 = 4;
/// How long a call waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(5);

/// An open database.
pub(crate) struct Db {
    writer: DatabaseConnection,
    reader: Counted<DatabaseConnection>,
    lookup: Counted<DatabaseConnection>,
    lanes: Lanes,
    queries: Arc<AtomicU64>,
    pub(crate) signals: Signals,
    /// PostgreSQL's pool, for what only the driver can do: listening.
    pub(crate) postgres: Option<PgPool>,
}

impl Db {
    /// Opens or makes the SQLite file: one connection that writes, a few that can only read.
    pub(crate) async fn sqlite(path: &Path) -> Result<Self, sqlx::Error> {
        // SQLite would make it readable for all; its other files take the mode of this one.
        if !path.try_exists()? {
            create_private(path)?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .log_statements(LevelFilter::Debug);
        let pool = || {
            SqlitePoolOptions::new()
                .acquire_timeout(ACQUIRE)
                // A local file does not go away; a check before each use would cost a call.
                .test_before_acquire(false)
                .idle_timeout(None)
                .max_lifetime(None)
        };
        let writer = pool()
            .max_connections(1)
            .connect_with(
                options
                    .clone()
                    .journal_mode(SqliteJournalMode::Wal)
                    // Saved means saved, also when the power fails right after the answer.
                    .synchronous(SqliteSynchronous::Full),
            )
            .await?;
        let reader = pool()
            .max_connections(READERS)
            .connect_with(options.read_only(true))
            .await?;
        Ok(Self::new(
            SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
            SqlxSqliteConnector::from_sqlx_sqlite_pool(reader),
            Lanes::one_writer(),
            None,
        ))
    }

    /// Opens a SQLite file that another process may hold, for reading only. Nothing is made.
    pub(crate) async fn sqlite_read_only(path: &Path) -> Result<Self, sqlx::Error> {
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE)
            .connect_with(sqlite_read_only(path))
            .await?;
        let connection = SqlxSqliteConnector::from_sqlx_sqlite_pool(pool);
        Ok(Self::new(
            connection.clone(),
            connection,
            Lanes::one_writer(),
            None,
        ))
    }

    /// Connects to PostgreSQL.
    pub(crate) async fn postgres(options: PgConnectOptions) -> Result<Self, sqlx::Error> {
        let trust = Trust::default();
        let pool = postgres_pool(&trust)
            .max_connections(POSTGRES_CONNECTIONS)
            .connect_with(options.clone())
            .await?;
        let lookups = postgres_pool(&trust)
            .max_connections(POSTGRES_LOOKUPS)
            // The later setting wins.
            .connect_lazy_with(options.options([("plan_cache_mode", "force_generic_plan")]));
        let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
        let mut db = Self::new(
            connection.clone(),
            connection,
            Lanes::side_by_side(),
            Some((pool, trust)),
        );
        db.lookup.inner = SqlxPostgresConnector::from_sqlx_postgres_pool(lookups);
        Ok(db)
    }

    fn new(
        writer: DatabaseConnection,
        reader: DatabaseConnection,
        lanes: Lanes,
        postgres: Option<(PgPool, Trust)>,
    ) -> Self {
        let queries = Arc::new(AtomicU64::new(0));
        let (postgres, trust) = postgres.unzip();
        let reader = Counted {
            inner: reader,
            queries: Arc::clone(&queries),
            trust,
        };
        Self {
            writer,
            lookup: reader.clone(),
            reader,
            lanes,
            queries,
            signals: Signals::new(),
            postgres,
        }
    }

    /// For single queries.
    pub(crate) const fn read(&self) -> &Counted<DatabaseConnection> {
        &self.reader
    }

    /// For single queries that find rows by what is unique of them. PostgreSQL plans each text of
    /// one once for a connection, which takes longer than to run it; so nothing may be in it that
    /// is planned by how many rows it leaves.
    pub(crate) const fn lookup(&self) -> &Counted<DatabaseConnection> {
        &self.lookup
    }

    /// For several queries that must see one state.
    pub(crate) async fn snapshot(&self) -> Result<Counted<DatabaseTransaction>, StoreError> {
        let options = TransactionOptions {
            isolation_level: self
                .postgres
                .is_some()
                .then_some(IsolationLevel::RepeatableRead),
            access_mode: self.postgres.is_some().then_some(AccessMode::ReadOnly),
            ..TransactionOptions::default()
        };
        let inner = self.begin(&self.reader.inner, options).await;
        Ok(Counted {
            inner: inner.map_err(Fault::from)?,
            queries: Arc::clone(&self.queries),
            trust: None,
        })
    }

    /// Begins a transaction; again over another connection if that one was gone.
    async fn begin(
        &self,
        on: &DatabaseConnection,
        options: TransactionOptions,
    ) -> Result<DatabaseTransaction, DbErr> {
        match on.begin_with_options(options).await {
            Err(error) if is_lost(&error) => {
                if let Some(trust) = &self.reader.trust {
                    trust.lost();
                }
                on.begin_with_options(options).await
            }
            begun => begun,
        }
    }

    /// The writing connection itself, for migrations.
    pub(crate) const fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// How many statements were sent.
    pub(crate) fn queries(&self) -> u64 {
        self.queries.load(Ordering::Relaxed)
    }

    /// Closes the connections.
    pub(crate) async fn close(&self) {
        for connection in [&self.writer, &self.reader.inner, &self.lookup.inner] {
            // A connection that cannot be closed is as good as closed.
            let _ = connection.close_by_ref().await;
        }
    }

    /// Runs `work` in one transaction: either everything it did is committed, or nothing is. A
    /// transaction that loses against another one is run again from its start, so `work` must not
    /// use anything up, and must wait for nothing but the database.
    pub(crate) async fn write<'env, T, F>(&self, command: Command, work: F) -> Result<T, StoreError>
    where
        F: for<'tx> Fn(&'tx Tx<'env>) -> BoxFuture<'tx, Result<T, Fault>> + Send + Sync,
        T: Send,
    {
        let _turn = self.lanes.enter(command.lane()).await;
        let mut attempt = 1;
        loop {
            match self.attempt(command, &work).await {
                Err(fault) if fault.is_retryable() && attempt < ATTEMPTS => {
                    tracing::debug!(
                        command = command.name(),
                        attempt,
                        "transaction is tried again"
                    );
                    tokio::time::sleep(backoff(attempt)).await;
                    attempt += 1;
                }
                result => return result.map_err(StoreError::from),
            }
        }
    }

    async fn attempt<'env, T, F>(&self, command: Command, work: &F) -> Result<T, Fault>
    where
        F: for<'tx> Fn(&'tx Tx<'env>) -> BoxFuture<'tx, Result<T, Fault>> + Send + Sync,
        T: Send,
    {
        let options = TransactionOptions {
            // A transaction that reads first and locks later fails at once when another wrote in
            // between, whatever the busy timeout; so it locks first.
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let connection = Counted {
            inner: self.begin(&self.writer, options).await?,
            queries: Arc::clone(&self.queries),
            trust: None,
        };
        let tx = Tx::new(connection, command);
        match work(&tx).await {
            Ok(value) => {
                failpoint::hit(command.name(), "before_commit").await;
                if tx.commit().await? {
                    self.signals.committed();
                }
                failpoint::hit(command.name(), "after_commit").await;
                Ok(value)
            }
            Err(fault) => {
                if let Err(error) = tx.rollback().await {
                    // The database rolls back what was never committed.
                    tracing::debug!(%error, "transaction could not be rolled back");
                }
                Err(fault)
            }
        }
    }
}

/// Options of a connection that writes nothing.
pub(crate) fn sqlite_read_only(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(Duration::from_secs(5))
        .log_statements(LevelFilter::Debug)
}

/// Connections to PostgreSQL that are not asked before each use.
fn postgres_pool(trust: &Trust) -> PgPoolOptions {
    let trust = trust.clone();
    PgPoolOptions::new()
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .before_acquire(move |connection, its| {
            let trusted = trust.is_given(its.idle_for);
            Box::pin(async move {
                if !trusted {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}

/// Reads a PostgreSQL URL and adds what every connection of ours needs.
pub(crate) fn postgres_options(url: &str) -> Result<PgConnectOptions, sqlx::Error> {
    // The driver takes any scheme, and would send the password to whatever answers there.
    if !["postgres://", "postgresql://"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
    {
        return Err(sqlx::Error::Configuration("not a PostgreSQL URL".into()));
    }
    let options: PgConnectOptions = url.parse()?;
    Ok(options
        .application_name("roadstead")
        .options([
            // A generic plan guesses how many rows a text filter leaves, wrongly by a hundredfold.
            ("plan_cache_mode", "force_custom_plan"),
            // Commits queue at the head of the change feed: a peer that vanished inside a
            // transaction must not keep everybody waiting.
            ("idle_in_transaction_session_timeout", "15s"),
            ("lock_timeout", "10s"),
        ])
        .log_statements(LevelFilter::Debug))
}

/// Between 5 and 10 ms after the first attempt, twice that after each further one.
fn backoff(attempt: u32) -> Duration {
    let base = 5_000_u64 << attempt.min(6);
    let mut random = [0_u8; 8];
    // Without randomness the losers meet again; the attempts are bounded all the same.
    let jitter = match getrandom::fill(&mut random) {
        Ok(()) => u64::from_le_bytes(random) % base,
        Err(_) => 0,
    };
    Duration::from_micros(base / 2 + jitter / 2)
}
