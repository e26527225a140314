//! The data directory: who may read it, who holds it, where things are in it.

use crate::OpenError;
use roadstead_core::model::InstallationId;
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};

/// A data directory held by this process until it is dropped.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    /// The lock is the system's, on the open file: it ends with the process, however that ends.
    _lock: File,
}

impl DataDir {
    /// Makes the directory if it is missing, closes it to other accounts (mode 0700) and takes
    /// hold of it.
    ///
    /// # Errors
    /// When it cannot be made or written, or another process holds it.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        make(path)?;
        let lock_path = path.join("lock");
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&lock_path)
            .map_err(at(&lock_path))?;
        match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => return Err(locked(path, &mut lock)),
            Err(error) => return Err(at(&lock_path)(error.into())),
        }
        lock.set_len(0)
            .and_then(|()| lock.rewind())
            .and_then(|()| writeln!(lock, "{}", std::process::id()))
            .map_err(at(&lock_path))?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// The directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where SQLite's file is.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        Self::database_in(&self.path)
    }

    /// Where the master key is.
    #[must_use]
    pub fn master_key(&self) -> PathBuf {
        Self::master_key_in(&self.path)
    }

    /// Where the new master key is while it takes over.
    #[must_use]
    pub fn next_master_key(&self) -> PathBuf {
        Self::next_master_key_in(&self.path)
    }

    /// Where SQLite's file is in a data directory that somebody else may hold.
    #[must_use]
    pub fn database_in(path: &Path) -> PathBuf {
        path.join("roadstead.db")
    }

    /// Where the master key is in a data directory that somebody else may hold.
    #[must_use]
    pub fn master_key_in(path: &Path) -> PathBuf {
        path.join("master.key")
    }

    /// Where the new master key is in a data directory that somebody else may hold.
    #[must_use]
    pub fn next_master_key_in(path: &Path) -> PathBuf {
        path.join("master.key.next")
    }

    /// Where the set-up link is while it can be used.
    #[must_use]
    pub fn setup_link(&self) -> PathBuf {
        self.path.join("setup-link")
    }

    /// Writes the set-up link (mode 0600) in place of an earlier one.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub fn write_setup_link(&self, link: &str) -> Result<(), OpenError> {
        self.remove_setup_link()?;
        write_new(&self.setup_link(), link.as_bytes()).map_err(at(&self.setup_link()))
    }

    /// Removes the set-up link; fine when there is none.
    ///
    /// # Errors
    /// When the directory cannot be written.
    pub fn remove_setup_link(&self) -> Result<(), OpenError> {
        match fs::remove_file(self.setup_link()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(at(&self.setup_link())(error))
            }
            _ => Ok(()),
        }
    }

    /// Notes which installation this directory belongs to, and refuses the database of another.
    ///
    /// # Errors
    /// [`OpenError::OtherInstallation`], or when the directory cannot be written.
    pub fn claim(&self, installation: InstallationId) -> Result<(), OpenError> {
        let path = self.path.join("installation-id");
        match fs::read_to_string(&path) {
            Ok(found) if found.trim() == installation.to_string() => Ok(()),
            Ok(found) => Err(OpenError::OtherInstallation {
                path,
                found: found.trim().to_owned(),
                expected: installation.to_string(),
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                write_new(&path, installation.to_string().as_bytes()).map_err(at(&path))
            }
            Err(error) => Err(at(&path)(error)),
        }
    }
}

fn locked(path: &Path, lock: &mut File) -> OpenError {
    let mut holder = String::new();
    // The sentence is useful without the number too.
    let _ = lock.take(32).read_to_string(&mut holder);
    let holder = match holder.trim() {
        "" => "(unknown)",
        pid => pid,
    };
    OpenError::Locked {
        path: path.to_owned(),
        holder: holder.to_owned(),
    }
}

fn make(path: &Path) -> Result<(), OpenError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(at(path))?;
    let open_to_others = fs::metadata(path).map_err(at(path))?.mode() & 0o077 != 0;
    if open_to_others && fs::set_permissions(path, Permissions::from_mode(0o700)).is_err() {
        // A mounted volume often belongs to another account. The files inside have modes of
        // their own, so this is no reason not to start.
        tracing::warn!("data directory is open to other accounts and cannot be closed to them");
    }
    Ok(())
}

/// Refuses what other accounts may read, write or enter.
pub(crate) fn refuse_open_to_others(path: &Path, wanted: u32) -> Result<(), OpenError> {
    let mode = fs::metadata(path).map_err(at(path))?.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(OpenError::TooOpen {
        path: path.to_owned(),
        mode,
        wanted,
    })
}

/// Writes a file that must not exist yet (mode 0600, one line), down to the disk with its name.
/// It appears whole or not at all: half a key would keep the next start from going on. Nobody else
/// makes files here, because the directory is locked.
pub(crate) fn write_new(path: &Path, line: &[u8]) -> io::Result<()> {
    if path.try_exists()? {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let unfinished = path.with_extension("new");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = create_private(&unfinished)?;
    file.write_all(line)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    rename(&unfinished, path)
}

/// Gives a file its name, in place of what has it, down to the disk.
pub(crate) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    match to.parent() {
        Some(parent) if parent.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

/// Makes an empty file that only our account can read.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

/// Puts the path to an error of the file system.
pub(crate) fn at(path: &Path) -> impl Fn(io::Error) -> OpenError {
    let path = path.to_owned();
    move |error| OpenError::DataDir {
        path: path.clone(),
        error,
    }
}
