//! What went wrong, in the words of the port. The only place that decides it.

use crate::challenge::Challenge;
use crate::guard::Refused;
use crate::{retry_after, tls};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use roadstead_core::ports::RegistryError;
use std::error::Error as StdError;
use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

/// A request or an answer's body that failed on the way.
pub(crate) fn from_reqwest(error: &reqwest::Error) -> RegistryError {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(link) = cause {
        if link.is::<Refused>() {
            return RegistryError::Refused;
        }
        if let Some(port) = link.downcast_ref::<RegistryError>() {
            return port.clone();
        }
        if let Some(found) = link.downcast_ref::<rustls::Error>() {
            return tls::failure(found);
        }
        if let Some(io) = link.downcast_ref::<io::Error>()
            && let Some(known) = from_io(io)
        {
            return known;
        }
        if let Some(hyper) = link.downcast_ref::<hyper::Error>() {
            if hyper.is_parse() {
                return RegistryError::NotARegistry;
            }
            if hyper.is_incomplete_message() {
                return RegistryError::ConnectionReset;
            }
        }
        cause = link.source();
    }
    if error.is_timeout() {
        RegistryError::Timeout
    } else if error.is_dns() {
        RegistryError::NameUnresolved
    } else if error.is_connect() {
        RegistryError::ConnectionRefused
    } else if error.is_body() || error.is_decode() {
        RegistryError::ConnectionReset
    } else {
        RegistryError::Protocol("the request could not be made".to_owned())
    }
}

/// A socket that failed; `None` when the kind says nothing.
pub(crate) fn from_io(error: &io::Error) -> Option<RegistryError> {
    // TLS errors travel inside io errors, sometimes two deep, which do not name them as source.
    if let Some(inner) = error.get_ref() {
        if let Some(found) = inner.downcast_ref::<rustls::Error>() {
            return Some(tls::failure(found));
        }
        if let Some(nested) = inner.downcast_ref::<io::Error>() {
            return from_io(nested);
        }
    }
    match error.kind() {
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::AddrNotAvailable => Some(RegistryError::ConnectionRefused),
        io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected
        | io::ErrorKind::UnexpectedEof => Some(RegistryError::ConnectionReset),
        io::ErrorKind::TimedOut => Some(RegistryError::Timeout),
        _ => None,
    }
}

/// A status that is not the one hoped for.
pub(crate) fn from_status(status: StatusCode, headers: &HeaderMap) -> RegistryError {
    match status.as_u16() {
        // The account is good and the token for it too weak: Distribution says it this way.
        401 if is_insufficient(headers) => RegistryError::Forbidden,
        401 => RegistryError::Unauthorized,
        403 => RegistryError::Forbidden,
        404 => RegistryError::NotFound,
        405 => RegistryError::Unsupported,
        409 | 412 => RegistryError::Conflict,
        429 => RegistryError::RateLimited {
            after: headers
                .get(RETRY_AFTER)
                .and_then(|v| v.to_str().ok())
                .and_then(|v| retry_after::parse(v, epoch_seconds())),
        },
        status @ 500.. => RegistryError::Unavailable { status },
        status => protocol(&format!("unexpected status {status}")),
    }
}

fn is_insufficient(headers: &HeaderMap) -> bool {
    Challenge::all(headers)
        .iter()
        .any(|c| c.scheme() == "bearer" && c.param("error") == Some("insufficient_scope"))
}

pub(crate) fn protocol(sentence: &str) -> RegistryError {
    RegistryError::Protocol(sentence.to_owned())
}

fn epoch_seconds() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|d| i64::try_from(d.as_secs()).ok())
        .unwrap_or(0)
}
