//! What can go wrong between client and server.

use crate::Problem;
use std::error::Error as _;

/// Why a call gave no result.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is no URL of a server, or a path leads away from it.
    #[error("the server address or path is malformed")]
    Address,
    /// What was given as certificate authorities holds no certificate.
    #[error("there is no certificate in PEM form in what was given as certificate authority")]
    Authority,
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

impl ClientError {
    /// What lies at the bottom of it, when the server could not be reached: `Connection refused`,
    /// `invalid peer certificate: ..`. No address and nothing that was sent is in it.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        let Self::Transport(error) = self else {
            return None;
        };
        let mut cause: &dyn std::error::Error = error;
        while let Some(below) = cause.source() {
            cause = below;
        }
        let text = cause.to_string();
        // With nothing below, the text is reqwest's own, which names the address.
        error.source().is_some().then_some(text)
    }
}

impl From<reqwest::Error> for ClientError {
    fn from(error: reqwest::Error) -> Self {
        Self::Transport(error)
    }
}
