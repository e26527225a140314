//! Why the process does not start or go on: sentences that say what to do.

use crate::cli::Trouble;
use roadstead_core::Failure;
use roadstead_store::{BackupError, OpenError};
use std::io;
use std::net::SocketAddr;

/// Why the process does not start or go on.
#[derive(Debug)]
pub(crate) enum StartError {
    /// The configuration is not acceptable.
    Config(String),
    /// Data directory, database or vault cannot be opened.
    Open(OpenError),
    /// A backup cannot be made or restored.
    Backup(BackupError),
    /// An address cannot be listened on.
    Listen(&'static str, SocketAddr, io::Error),
    /// The app refused what the configuration asked of it.
    App(Failure),
    /// A command that talks to a server did not do what was asked.
    Remote(Box<Trouble>),
    /// Everything else.
    Other(String),
}

impl StartError {
    /// The exit code: 78 (`EX_CONFIG`) when starting again without changing anything cannot help.
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) => 78,
            Self::Open(error) => error.exit_code(),
            Self::Backup(error) => error.exit_code(),
            Self::Remote(trouble) => trouble.exit_code(),
            Self::Listen(..) | Self::App(_) | Self::Other(_) => 1,
        }
    }
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Config(text) | Self::Other(text) => f.write_str(text),
            Self::Remote(trouble) => trouble.fmt(f),
            Self::Open(error) => error.fmt(f),
            Self::Backup(error) => error.fmt(f),
            Self::Listen(key, address, error) if error.kind() == io::ErrorKind::AddrInUse => {
                write!(
                    f,
                    "{address} is in use by another program; stop that one, or set {key} to another port"
                )
            }
            Self::Listen(key, address, error) => {
                write!(
                    f,
                    "cannot listen on {address} ({error}); set {key} to an address of this machine"
                )
            }
            Self::App(failure) => {
                f.write_str(failure.code.title())?;
                for field in &failure.fields {
                    write!(f, " {}: {}", field.pointer, field.code.title())?;
                }
                failure
                    .internal()
                    .map_or(Ok(()), |cause| write!(f, " ({cause})"))
            }
        }
    }
}

impl From<Trouble> for StartError {
    fn from(trouble: Trouble) -> Self {
        Self::Remote(Box::new(trouble))
    }
}

impl From<OpenError> for StartError {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

impl From<BackupError> for StartError {
    fn from(error: BackupError) -> Self {
        Self::Backup(error)
    }
}

impl From<Failure> for StartError {
    fn from(failure: Failure) -> Self {
        Self::App(failure)
    }
}
