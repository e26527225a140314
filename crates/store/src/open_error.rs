//! Why Roadstead does not start: sentences that say what to do.

use roadstead_core::ports::StoreError;
use std::path::PathBuf;

/// What stands in the way of opening data directory, database or vault.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer Roadstead has been here.
    #[error(
        "the database was written by a newer Roadstead (it has {found}, this version knows up to {known}); start that version or a later one, or restore a backup made before the upgrade"
    )]
    NewerSchema {
        /// The newest migration found that this binary does not know.
        found: String,
        /// The newest migration that it knows.
        known: String,
    },
    /// An older Roadstead has been here, and nothing may be changed now.
    #[error(
        "the database was written by an older Roadstead (it has {found}, this version works with {known}); use the version that wrote it, or start this one once"
    )]
    OlderSchema {
        /// The newest migration found.
        found: String,
        /// The newest migration that this binary knows.
        known: String,
    },
    /// The database takes no changes.
    #[error(
        "the database is read-only ({0}); make it writable (file and directory permissions, mount options, or the PostgreSQL role and server mode) and start again"
    )]
    ReadOnly(String),
    /// The database does not answer.
    #[error(
        "the database cannot be reached ({0}); check that it runs and that database.url or data.dir is right"
    )]
    Unreachable(String),
    /// The URL is none.
    #[error(
        "database.url cannot be read; it looks like postgres://user:password@host:5432/database"
    )]
    UrlMalformed,
    /// The database answered something else.
    #[error(
        "the database cannot be used ({0}); if its files were damaged, restore the latest backup"
    )]
    Database(String),
    /// Something in the data directory cannot be read or written.
    #[error("{path}: {error}; the data directory must be writable by the account Roadstead runs as", path = path.display())]
    DataDir {
        /// Which file or directory.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// Others could read what is in the data directory.
    #[error("{path} is open to other accounts (mode {mode:03o}); run: chmod {wanted:03o} {path}", path = path.display())]
    TooOpen {
        /// Which file or directory.
        path: PathBuf,
        /// Its mode now.
        mode: u32,
        /// The mode it should have.
        wanted: u32,
    },
    /// Another process holds the data directory.
    #[error(
        "the data directory {path} is in use by process {holder}; stop that process first, or give this one another data.dir",
        path = path.display()
    )]
    Locked {
        /// The data directory.
        path: PathBuf,
        /// Its process id, as far as it can be read.
        holder: String,
    },
    /// Data directory and database belong to different installations.
    #[error(
        "{path} belongs to installation {found}, but the database is that of installation {expected}; use the data directory that goes with the database, or remove that file if they were meant to be joined",
        path = path.display()
    )]
    OtherInstallation {
        /// The file that names the installation.
        path: PathBuf,
        /// The installation it names.
        found: String,
        /// The installation of the database.
        expected: String,
    },
    /// The master key is not a key.
    #[error(
        "the master key in {0} cannot be read; it must be 32 bytes in base64 (44 characters), as written by: head -c 32 /dev/urandom | base64"
    )]
    KeyMalformed(String),
    /// The master key is another one.
    #[error(
        "the master key in {0} is not the one this database's credentials are sealed with; put the right key back (a new one cannot open them)"
    )]
    WrongMasterKey(String),
    /// The master key is gone, but credentials sealed with it are there.
    #[error(
        "{path} is missing, but the database holds credentials sealed with it; put the key back from its backup (a new one cannot open them)", path = .0.display()
    )]
    KeyMissing(PathBuf),
    /// Both keys are one.
    #[error(
        "{0} and {0}_PREVIOUS are the same key; put the new key in the first and the old one in the second"
    )]
    SameKeys(String),
    /// Rotation needs the key to come from.
    #[error(
        "to rotate the master key, make a new one (head -c 32 /dev/urandom | base64), give it to every replica as {0} and the present one as {0}_PREVIOUS, restart them, and run this again with both set"
    )]
    NoPreviousKey(String),
    /// A credential cannot be wrapped anew, because it cannot be opened.
    #[error(
        "the credential of registry {registry} cannot be opened ({reason}), so the master key cannot be rotated past it; disconnect that registry and run this again. Everything else stays readable with both keys"
    )]
    CredentialUnreadable {
        /// The registry's name.
        registry: String,
        /// What the vault said.
        reason: String,
    },
    /// The system gave no randomness for a key.
    #[error("the system gives no randomness ({0}); a master key cannot be made")]
    Randomness(String),
}

impl OpenError {
    /// The exit code for the server: 78 (`EX_CONFIG`) when starting again without changing
    /// anything cannot help, 1 otherwise.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Unreachable(_) | Self::Locked { .. } | Self::Randomness(_) => 1,
            _ => 78,
        }
    }
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::ReadOnly(text) => Self::ReadOnly(text),
            StoreError::Unavailable(text) => Self::Unreachable(text),
            other => Self::Database(other.to_string()),
        }
    }
}
