//! What can go wrong between us and the database, and what the core is told of it. The one place
//! that reads error codes.

use roadstead_core::ports::StoreError;
use sea_orm::{DbErr, RuntimeErr};
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

/// Why a transaction was not committed.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The state does not allow it.
    Refused(StoreError),
    /// The database failed.
    Db(DbErr),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl From<DbErr> for Fault {
    fn from(error: DbErr) -> Self {
        Self::Db(error)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(error) => error,
            Fault::Db(error) => store_error(&error),
        }
    }
}

impl Fault {
    /// Whether the same transaction may go through when it is tried again at once.
    pub(crate) fn is_retryable(&self) -> bool {
        let Self::Db(error) = self else {
            return false;
        };
        matches!(
            driver_error(error).map(kind),
            Some(Kind::SerializationFailure)
        )
    }
}

/// A damaged row: something is stored that the core's rules do not allow.
pub(crate) fn damaged(what: &str, found: impl std::fmt::Display) -> StoreError {
    StoreError::Internal(format!("stored {what} cannot be read: {found}"))
}

/// The core's word for a database error.
pub(crate) fn store_error(error: &DbErr) -> StoreError {
    if matches!(error, DbErr::ConnectionAcquire(_)) {
        return StoreError::Unavailable(error.to_string());
    }
    let text = error.to_string();
    match driver_error(error).map(kind) {
        Some(Kind::NameTaken) => StoreError::NameTaken,
        Some(Kind::ReadOnly) => StoreError::ReadOnly(text),
        Some(Kind::Unavailable | Kind::SerializationFailure) => StoreError::Unavailable(text),
        Some(Kind::Other) | None => StoreError::Internal(text),
    }
}

/// Whether the connection was gone, so that the statement may go through over another one.
pub(crate) fn is_lost(error: &DbErr) -> bool {
    match driver_error(error) {
        Some(sqlx::Error::Io(_)) => true,
        Some(sqlx::Error::Database(database)) => database
            .try_downcast_ref::<PgDatabaseError>()
            // Shut down, crashed, connection trouble.
            .is_some_and(|e| matches!(e.code(), "57P01" | "57P02") || e.code().starts_with("08")),
        _ => false,
    }
}

/// The same for errors of the driver itself.
pub(crate) fn driver_store_error(error: &sqlx::Error) -> StoreError {
    match kind(error) {
        Kind::NameTaken => StoreError::NameTaken,
        Kind::ReadOnly => StoreError::ReadOnly(error.to_string()),
        Kind::Unavailable | Kind::SerializationFailure => {
            StoreError::Unavailable(error.to_string())
        }
        Kind::Other => StoreError::Internal(error.to_string()),
    }
}

enum Kind {
    NameTaken,
    ReadOnly,
    SerializationFailure,
    Unavailable,
    Other,
}

fn driver_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(e))
        | DbErr::Exec(RuntimeErr::SqlxError(e))
        | DbErr::Query(RuntimeErr::SqlxError(e)) => Some(e),
        _ => None,
    }
}

fn kind(error: &sqlx::Error) -> Kind {
    let sqlx::Error::Database(database) = error else {
        return match error {
            sqlx::Error::Io(io) if io.kind() == std::io::ErrorKind::ReadOnlyFilesystem => {
                Kind::ReadOnly
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => Kind::Unavailable,
            _ => Kind::Other,
        };
    };
    if let Some(postgres) = database.try_downcast_ref::<PgDatabaseError>() {
        postgres_kind(postgres)
    } else if let Some(sqlite) = database.try_downcast_ref::<SqliteError>() {
        sqlite_kind(sqlite)
    } else {
        Kind::Other
    }
}

fn postgres_kind(error: &PgDatabaseError) -> Kind {
    match error.code() {
        "23505"
            if error.constraint().is_some_and(|c| {
                ["registry_name_", "user_name", "workspace_name"]
                    .iter()
                    .any(|index| c.starts_with(index))
            }) =>
        {
            Kind::NameTaken
        }
        // Serialization failure, deadlock.
        "40001" | "40P01" => Kind::SerializationFailure,
        "25006" => Kind::ReadOnly,
        // Lock timeout; idle in transaction too long; shut down, crashed, starting up.
        "55P03" | "25P03" | "57P01" | "57P02" | "57P03" => Kind::Unavailable,
        // Connection trouble; out of disk, memory or connections; system errors.
        code if ["08", "53", "58"].iter().any(|c| code.starts_with(c)) => Kind::Unavailable,
        _ => Kind::Other,
    }
}

fn sqlite_kind(error: &SqliteError) -> Kind {
    use sqlx::error::DatabaseError as _;
    let code = error
        .code()
        .and_then(|code| code.parse::<i32>().ok())
        .unwrap_or(0);
    // The low byte is the kind of error, the rest its detail.
    match code & 0xff {
        // SQLITE_CONSTRAINT. SQLite names the columns of the index, not the index.
        19 if [
            "registry.name",
            "registry.workspace_id, registry.name",
            "user.name",
            "user.machine_of, user.name",
            "workspace.name",
        ]
        .iter()
        .any(|columns| error.message() == format!("UNIQUE constraint failed: {columns}")) =>
        {
            Kind::NameTaken
        }
        // SQLITE_READONLY
        8 => Kind::ReadOnly,
        // SQLITE_BUSY, LOCKED, NOMEM, IOERR, FULL, CANTOPEN
        5 | 6 | 7 | 10 | 13 | 14 => Kind::Unavailable,
        _ => Kind::Other,
    }
}
