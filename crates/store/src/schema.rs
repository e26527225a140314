//! Brings the schema up to what this binary knows, and refuses one that is ahead of it.

use crate::OpenError;
use crate::backend::Db;
use crate::entity::installation;
use crate::fault::{driver_store_error, store_error};
use crate::migration::Migrator;
use roadstead_core::model::{InstallationId, Timestamp};
use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QuerySelect,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use uuid::Uuid;

/// Our advisory lock; any number will do as long as it stays the same.
const LOCK: i64 = 0x726f_6164_7374_6561;

/// Migrates SQLite's file. The data directory's lock keeps others out.
pub(crate) async fn prepare(db: &Db) -> Result<InstallationId, OpenError> {
    // One transaction, also on SQLite, where migrations run without one by default: a crash half
    // way would leave tables behind that the next start trips over.
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let tx = db
        .writer()
        .begin_with_options(options)
        .await
        .map_err(open_error)?;
    refuse_newer(&tx).await?;
    Migrator::up(&tx, None).await.map_err(open_error)?;
    let id = installation(&tx).await.map_err(open_error)?;
    tx.commit().await.map_err(open_error)?;
    Ok(id)
}

/// Migrates PostgreSQL. Replicas may start at once: all but one wait for the lock, which is held
/// on a connection of its own and falls with it, however that ends.
pub(crate) async fn prepare_under_lock(
    db: &Db,
    options: &PgConnectOptions,
) -> Result<InstallationId, OpenError> {
    // Waiting for a long migration elsewhere is fine here.
    let options = options.clone().options([("lock_timeout", "0")]);
    let mut connection: PgConnection = options.connect().await.map_err(driver_error)?;
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(LOCK)
        .execute(&mut connection)
        .await
        .map_err(driver_error)?;
    let result = prepare(db).await;
    // When closing fails the connection is gone, and the lock with it.
    let _ = connection.close().await;
    result
}

async fn refuse_newer(tx: &DatabaseTransaction) -> Result<(), OpenError> {
    let applied = Migrator::get_migration_models(tx)
        .await
        .map_err(open_error)?;
    check_known(applied.into_iter().map(|row| row.version))
}

/// Refuses a schema that holds a migration this binary does not know.
pub(crate) fn check_known(applied: impl Iterator<Item = String>) -> Result<(), OpenError> {
    let known = known();
    match applied.filter(|version| !known.contains(version)).max() {
        None => Ok(()),
        Some(found) => Err(OpenError::NewerSchema {
            found,
            known: newest(),
        }),
    }
}

fn known() -> Vec<String> {
    Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect()
}

/// The newest migration this binary knows.
pub(crate) fn newest() -> String {
    known().into_iter().max().unwrap_or_default()
}

/// What a database that is only read says of itself: its migrations, and whose it is.
pub(crate) async fn look(db: &Db) -> Result<(Vec<String>, InstallationId), OpenError> {
    let versions = Query::select()
        .column("version")
        .from(Migrator::migration_table_name())
        .to_owned();
    let rows = db.read().query_all(&versions).await.map_err(open_error)?;
    let applied = rows
        .iter()
        .map(|row| row.try_get("", "version"))
        .collect::<Result<Vec<String>, _>>()
        .map_err(open_error)?;
    check_known(applied.iter().cloned())?;
    // Only the id: an older schema has fewer columns.
    let own: Option<Uuid> = installation::Entity::find()
        .select_only()
        .column(installation::Column::Id)
        .into_tuple()
        .one(db.read())
        .await
        .map_err(open_error)?;
    let own = own.ok_or_else(|| OpenError::Database("it names no installation".to_owned()))?;
    Ok((applied, InstallationId(own)))
}

/// Refuses a schema that is behind this binary, whose queries it would not understand.
pub(crate) fn refuse_older(applied: &[String]) -> Result<(), OpenError> {
    if known().iter().all(|name| applied.contains(name)) {
        return Ok(());
    }
    Err(OpenError::OlderSchema {
        found: applied.iter().max().cloned().unwrap_or_default(),
        known: newest(),
    })
}

async fn installation(tx: &impl ConnectionTrait) -> Result<InstallationId, DbErr> {
    if let Some(row) = installation::Entity::find().one(tx).await? {
        return Ok(InstallationId(row.id));
    }
    let id = InstallationId::new();
    let row = installation::ActiveModel {
        id: Set(id.0),
        key_check: Set(None),
        created_at: Set(Timestamp::from_system_clock().as_micros()),
        restored_at: Set(None),
        audit_pruned_before: Set(None),
    };
    installation::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(id)
}

fn open_error(error: DbErr) -> OpenError {
    store_error(&error).into()
}

fn driver_error(error: sqlx::Error) -> OpenError {
    driver_store_error(&error).into()
}
