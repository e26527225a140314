//! Puts a backup into an empty data directory. Everything is checked, copied and marked beside its
//! place; the database gets its name last, so a restore that was killed leaves no database at all
//! and can be run again.

use crate::backup::{
    BackupError, DATABASE, FORMAT, KEYS, MANIFEST, Manifest, Part, clear, hash, key_suffices,
};
use crate::command::Command;
use crate::data_dir::{DataDir, at, create_private, rename};
use crate::entity::{api_token, installation, session, setup_link, user_link};
use crate::fault::driver_store_error;
use crate::{Backend, OpenError, Store, StoreConfig, audit, schema};
use roadstead_core::model::{AuditEntry, AuditObject, RequestId, Timestamp};
use roadstead_core::ports::StoreError;
use sea_orm::EntityTrait;
use sea_orm::sea_query::Expr;
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions as _, Connection as _};
use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// Where a restore works until it is whole.
const PARTIAL: &str = "restore.partial";
const ACTION: &str = "installation.restore";

/// What was restored.
#[derive(Debug, Clone, PartialEq)]
pub struct Restored {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// When it was restored.
    pub restored_at: Timestamp,
    /// Where the master key must be put before the start; `None` when it is there or not needed.
    pub key_wanted: Option<PathBuf>,
}

/// Restores a backup into the data directory `path`, which must be empty or missing.
///
/// # Errors
/// When the directory is not empty, or the backup is damaged, no backup, or of a newer version.
pub async fn restore(source: &Path, path: &Path) -> Result<Restored, BackupError> {
    let manifest = read_manifest(source)?;
    schema::check_known(std::iter::once(manifest.schema.clone()))?;
    refuse_occupied(path)?;
    let dir = DataDir::open(path)?;
    // Once more, now that nobody else can fill it.
    refuse_occupied(path)?;
    let partial = path.join(PARTIAL);
    clear(&partial).map_err(at(&partial))?;
    DirBuilder::new()
        .mode(0o700)
        .create(&partial)
        .map_err(at(&partial))?;
    let restored_at = match prepare(source, &partial, &manifest).await {
        Ok(restored_at) => restored_at,
        Err(error) => {
            // The reason matters more than what is left of it.
            let _ = clear(&partial);
            return Err(error);
        }
    };
    for name in KEYS.iter().chain(&[DATABASE]) {
        let (from, to) = (partial.join(name), path.join(name));
        if from.try_exists().map_err(at(&from))? {
            rename(&from, &to).map_err(at(&to))?;
        }
    }
    clear(&partial).map_err(at(&partial))?;
    let key_wanted =
        (!manifest.holds_key() && !manifest.key_ids.is_empty()).then(|| dir.master_key());
    Ok(Restored {
        manifest,
        restored_at,
        key_wanted,
    })
}

fn read_manifest(source: &Path) -> Result<Manifest, BackupError> {
    let path = source.join(MANIFEST);
    let not = |why: String| BackupError::NotABackup {
        path: source.to_owned(),
        why,
    };
    let text = fs::read(&path).map_err(|e| not(format!("{MANIFEST}: {e}")))?;
    let value: serde_json::Value =
        serde_json::from_slice(&text).map_err(|e| not(format!("{MANIFEST}: {e}")))?;
    match value["format"].as_u64() {
        Some(found) if found > u64::from(FORMAT) => {
            return Err(BackupError::NewerFormat { found });
        }
        _ => {}
    }
    let manifest: Manifest =
        serde_json::from_value(value).map_err(|e| not(format!("{MANIFEST}: {e}")))?;
    // A name is part of a path: only those that we write.
    let known = |part: &Part| part.name == DATABASE || KEYS.contains(&part.name.as_str());
    if let Some(part) = manifest.parts.iter().find(|part| !known(part)) {
        return Err(not(format!("it lists {:?}", part.name)));
    }
    if !manifest.parts.iter().any(|part| part.name == DATABASE) {
        return Err(not("it lists no database".to_owned()));
    }
    Ok(manifest)
}

/// A data directory is empty when it is missing or holds nothing but the lock and what an
/// interrupted restore has left.
fn refuse_occupied(path: &Path) -> Result<(), BackupError> {
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(at(path))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(at(path))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    let interrupted = names.iter().any(|name| name == PARTIAL);
    let ours = |name: &String| {
        name == "lock" || name == PARTIAL || (interrupted && KEYS.contains(&name.as_str()))
    };
    match names.iter().find(|name| !ours(name)) {
        None => Ok(()),
        Some(found) => Err(BackupError::Occupied {
            path: path.to_owned(),
            found: found.clone(),
        }),
    }
}

/// Copies, checks and marks.
async fn prepare(
    source: &Path,
    partial: &Path,
    manifest: &Manifest,
) -> Result<Timestamp, BackupError> {
    for part in &manifest.parts {
        copy(source, partial, part)?;
    }
    if manifest.holds_key() {
        key_suffices(partial, &manifest.key_ids)?;
    }
    let database = partial.join(DATABASE);
    let damaged = |why: String| BackupError::Damaged {
        part: DATABASE.to_owned(),
        why,
    };
    let store = Store::open(StoreConfig {
        backend: Backend::Sqlite {
            path: database.clone(),
        },
    })
    .await?;
    if store.installation_id() != manifest.installation_id {
        return Err(damaged("it is of another installation".to_owned()));
    }
    let problems = store.integrity().await.map_err(OpenError::from)?;
    if let Some(problem) = problems.into_iter().next() {
        return Err(damaged(problem));
    }
    let restored_at = Timestamp::from_system_clock();
    store
        .mark_restored(restored_at, manifest)
        .await
        .map_err(OpenError::from)?;
    store.close().await;
    into_one_file(&database).await?;
    Ok(restored_at)
}

/// Copies one file and checks the bytes that were copied.
fn copy(source: &Path, partial: &Path, part: &Part) -> Result<(), BackupError> {
    let damaged = |why: String| BackupError::Damaged {
        part: part.name.clone(),
        why,
    };
    let (from, to) = (source.join(&part.name), partial.join(&part.name));
    let from = File::open(&from).map_err(|e| damaged(e.to_string()))?;
    let mut file = create_private(&to).map_err(at(&to))?;
    let (size_bytes, sha256) = hash(from, &mut file).map_err(at(&to))?;
    file.sync_all().map_err(at(&to))?;
    if size_bytes != part.size_bytes {
        return Err(damaged(format!(
            "{size_bytes} bytes, not {}",
            part.size_bytes
        )));
    }
    if sha256 != part.sha256 {
        return Err(damaged("its checksum differs".to_owned()));
    }
    Ok(())
}

/// Folds the write-ahead log into the database, which is moved without it.
async fn into_one_file(database: &Path) -> Result<(), BackupError> {
    let failed = |error: sqlx::Error| OpenError::from(driver_store_error(&error));
    let connection = SqliteConnectOptions::new()
        .filename(database)
        .journal_mode(SqliteJournalMode::Delete)
        .connect()
        .await
        .map_err(failed)?;
    connection.close().await.map_err(failed)?;
    let log = database.with_extension("db-wal");
    if log.try_exists().map_err(at(&log))? {
        return Err(OpenError::Database("its log could not be folded in".to_owned()).into());
    }
    File::open(database)
        .and_then(|file| file.sync_all())
        .map_err(at(database))?;
    Ok(())
}

impl Store {
    /// Marks the installation as restored, and ends what was open then: a session, a token
    /// or a one-time link that was revoked or used after the backup must not come back with it.
    async fn mark_restored(&self, at: Timestamp, from: &Manifest) -> Result<(), StoreError> {
        let id = self.installation_id().to_string();
        let object = AuditObject {
            kind: "installation".to_owned(),
            id,
            name: "installation".to_owned(),
        };
        let audit = &AuditEntry {
            after: Some(json!({"restored_at": at, "backup_created_at": from.created_at})),
            ..AuditEntry::effect(&RequestId::make(), at, ACTION, object)
        };
        self.db()
            .write(Command::MarkRestored, |tx| {
                Box::pin(async move {
                    installation::Entity::update_many()
                        .col_expr(
                            installation::Column::RestoredAt,
                            Expr::value(at.as_micros()),
                        )
                        .exec(tx)
                        .await?;
                    session::Entity::delete_many().exec(tx).await?;
                    setup_link::Entity::delete_many().exec(tx).await?;
                    user_link::Entity::delete_many().exec(tx).await?;
                    api_token::Entity::delete_many().exec(tx).await?;
                    audit::insert(tx, audit).await
                })
            })
            .await
    }
}
