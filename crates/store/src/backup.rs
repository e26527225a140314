//! A copy of the embedded database, made while it is in use: a directory with the database, a
//! manifest with checksums and, only when asked for, the master key.

use crate::backend::{Db, sqlite_read_only};
use crate::data_dir::{DataDir, at, create_private, rename, write_new};
use crate::fault::{Fault, driver_store_error};
use crate::master_key::MasterKey;
use crate::{OpenError, entity::credential, schema};
use roadstead_core::model::{InstallationId, Timestamp};
use roadstead_core::ports::StoreError;
use sea_orm::{EntityTrait, QuerySelect};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use sqlx::{ConnectOptions as _, Connection as _};
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// The form of backups this binary writes and reads.
pub(crate) const FORMAT: u32 = 1;
pub(crate) const MANIFEST: &str = "manifest.json";
pub(crate) const DATABASE: &str = "roadstead.db";
/// Key files a backup may hold.
pub(crate) const KEYS: &[&str] = &["master.key", "master.key.next"];

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The form of the backup.
    pub format: u32,
    /// The version that wrote it.
    pub roadstead: String,
    /// Whose it is.
    pub installation_id: InstallationId,
    /// The newest migration of the database.
    pub schema: String,
    /// When it was begun: what was acknowledged before is in it.
    pub created_at: Timestamp,
    /// Names of the master keys its credentials are sealed under.
    pub key_ids: Vec<String>,
    /// Its files.
    pub parts: Vec<Part>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its size.
    pub size_bytes: u64,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
}

impl Manifest {
    /// Whether the master key is in it.
    #[must_use]
    pub fn holds_key(&self) -> bool {
        self.parts.iter().any(|p| KEYS.contains(&p.name.as_str()))
    }
}

/// Why a backup was not made or not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// Database, key or data directory cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The target is there.
    #[error("{path} exists; name a new directory for the backup", path = .0.display())]
    TargetExists(PathBuf),
    /// There is nothing to back up.
    #[error("there is no database in {path}; check data.dir", path = .0.display())]
    NoDatabase(PathBuf),
    /// The key file does not belong to the database.
    #[error(
        "credentials are sealed under master key {0}, which is not in the key files of the data directory; if a key rotation is under way, finish it and run this again"
    )]
    KeyMissing(String),
    /// That is no backup.
    #[error("{path} is no backup of Roadstead ({why})", path = .path.display())]
    NotABackup {
        /// The path.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A newer Roadstead has written it.
    #[error(
        "the backup has format {found}, this version reads up to {FORMAT}; restore it with the version that wrote it or a later one"
    )]
    NewerFormat {
        /// Its format.
        found: u64,
    },
    /// A file of it is not what was written.
    #[error("{part} in the backup is damaged ({why}); restore another backup")]
    Damaged {
        /// The file.
        part: String,
        /// What is wrong.
        why: String,
    },
    /// The data directory is in use by an installation.
    #[error(
        "{path} is not empty (it has {found}); a backup is restored only into an empty data directory: name a new one by data.dir, or move the old one away",
        path = .path.display()
    )]
    Occupied {
        /// The data directory.
        path: PathBuf,
        /// What was found in it.
        found: String,
    },
}

impl BackupError {
    /// 78 (`EX_CONFIG`) when trying again without changing anything cannot help, 1 otherwise.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Open(error) => error.exit_code(),
            Self::NewerFormat { .. } => 78,
            _ => 1,
        }
    }
}

/// Copies the database of a data directory into a new directory `target`, whether a server runs
/// on it or not. The master key goes along only `with_key`.
///
/// # Errors
/// When there is no database, the target exists, or either cannot be read or written.
pub async fn backup(
    data_dir: &Path,
    target: &Path,
    with_key: bool,
) -> Result<Manifest, BackupError> {
    let source = DataDir::database_in(data_dir);
    if !source.try_exists().map_err(at(&source))? {
        return Err(BackupError::NoDatabase(data_dir.to_owned()));
    }
    if target.try_exists().map_err(at(target))? {
        return Err(BackupError::TargetExists(target.to_owned()));
    }
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let partial = target.with_file_name(name);
    clear(&partial).map_err(at(&partial))?;
    DirBuilder::new()
        .mode(0o700)
        .create(&partial)
        .map_err(at(&partial))?;
    let made = fill(data_dir, &partial, with_key).await;
    let manifest = match made {
        Ok(manifest) => manifest,
        Err(error) => {
            // The reason matters more than what is left of it.
            let _ = clear(&partial);
            return Err(error);
        }
    };
    rename(&partial, target).map_err(at(target))?;
    Ok(manifest)
}

async fn fill(data_dir: &Path, target: &Path, with_key: bool) -> Result<Manifest, BackupError> {
    let created_at = Timestamp::from_system_clock();
    let database = target.join(DATABASE);
    copy_database(&DataDir::database_in(data_dir), &database).await?;
    let (schema, installation_id, key_ids) = look(&database).await?;
    let mut parts = vec![part(&database)?];
    if with_key {
        for name in KEYS {
            let (from, to) = (data_dir.join(name), target.join(name));
            if let Some(key) = MasterKey::load(&from)? {
                write_new(&to, key.to_text().expose().as_bytes()).map_err(at(&to))?;
                parts.push(part(&to)?);
            }
        }
        key_suffices(target, &key_ids)?;
    }
    let manifest = Manifest {
        format: FORMAT,
        roadstead: env!("CARGO_PKG_VERSION").to_owned(),
        installation_id,
        schema,
        created_at,
        key_ids,
        parts,
    };
    let text = serde_json::to_vec_pretty(&manifest)
        .map_err(|e| OpenError::Database(format!("manifest: {e}")))?;
    let path = target.join(MANIFEST);
    write_new(&path, &text).map_err(at(&path))?;
    Ok(manifest)
}

/// One statement, so one state of the database: SQLite reads it in a single transaction while
/// others go on writing.
async fn copy_database(source: &Path, target: &Path) -> Result<(), BackupError> {
    let name = target.to_str().ok_or_else(|| BackupError::NotABackup {
        path: target.to_owned(),
        why: "its path is not UTF-8".to_owned(),
    })?;
    // SQLite takes an empty file, and would make one that is readable for all.
    create_private(target).map_err(at(target))?;
    let failed = |error: sqlx::Error| OpenError::from(driver_store_error(&error));
    let mut connection = sqlite_read_only(source).connect().await.map_err(failed)?;
    sqlx::query("VACUUM INTO ?")
        .bind(name)
        .execute(&mut connection)
        .await
        .map_err(failed)?;
    // It was only read; there is nothing to lose by closing.
    let _ = connection.close().await;
    File::open(target)
        .and_then(|file| file.sync_all())
        .map_err(at(target))?;
    Ok(())
}

/// Schema, installation and names of the needed keys of a database file.
async fn look(path: &Path) -> Result<(String, InstallationId, Vec<String>), BackupError> {
    let db = Db::sqlite_read_only(path)
        .await
        .map_err(|e| OpenError::from(driver_store_error(&e)))?;
    let (applied, installation_id) = schema::look(&db).await?;
    let key_ids = credential::Entity::find()
        .select_only()
        .column(credential::Column::KeyId)
        .distinct()
        .into_tuple()
        .all(db.read())
        .await
        .map_err(|e| OpenError::from(StoreError::from(Fault::from(e))))?;
    db.close().await;
    let schema = applied.into_iter().max().unwrap_or_default();
    Ok((schema, installation_id, key_ids))
}

/// A copy that claims to hold its keys must hold them all.
pub(crate) fn key_suffices(dir: &Path, key_ids: &[String]) -> Result<(), BackupError> {
    let mut here = Vec::new();
    for name in KEYS {
        here.extend(MasterKey::load(&dir.join(name))?.map(|key| key.id()));
    }
    match key_ids.iter().find(|id| !here.contains(id)) {
        Some(missing) => Err(BackupError::KeyMissing(missing.clone())),
        None => Ok(()),
    }
}

fn part(path: &Path) -> Result<Part, OpenError> {
    let (size_bytes, sha256) = File::open(path)
        .and_then(|file| hash(file, io::sink()))
        .map_err(at(path))?;
    Ok(Part {
        name: path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        size_bytes,
        sha256,
    })
}

/// Size and SHA-256 of everything that is read, which is also written.
pub(crate) fn hash(mut from: File, mut to: impl io::Write) -> io::Result<(u64, String)> {
    let (mut size, mut sha) = (0, Sha256::new());
    let mut buffer = vec![0_u8; 1 << 16];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok((size, hex::encode(sha.finalize())));
        }
        size += read as u64;
        sha.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
    }
}

/// Removes what an interrupted run has left. Only files of ours: a directory that holds anything
/// else stays.
pub(crate) fn clear(partial: &Path) -> io::Result<()> {
    let ours = KEYS.iter().copied().chain([DATABASE, MANIFEST]);
    let beside = ["", "-wal", "-shm", "-journal"];
    let mut names: Vec<PathBuf> = ours
        .flat_map(|name| beside.map(|end| partial.join(format!("{name}{end}"))))
        .collect();
    // Written under another name first.
    names.extend(["manifest.new", "master.new", "master.key.new"].map(|n| partial.join(n)));
    for path in names {
        gone(fs::remove_file(path))?;
    }
    gone(fs::remove_dir(partial))
}

fn gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
