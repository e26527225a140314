//! What can go wrong between client and server.

use crate::Problem;

/// Why a call gave no result.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is no URL of a server, or a path leads away from it.
    #[error("the server address or path is malformed")]
    Address,
    /// The server could not be reached, or hung up.
    #[error("the server did not answer")]
    Transport(#[source] reqwest::Error),
    /// The server refused, and says why.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// The answer is not what this client understands.
    #[error("the server's answer (status {status}) cannot be read")]
    Unreadable {
        /// The HTTP status.
        status: u16,
    },
}

impl From<reqwest::Error> for ClientError {
    fn from(error: reqwest::Error) -> Self {
        Self::Transport(error)
    }
}
