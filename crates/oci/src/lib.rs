//! The OCI distribution protocol as Roadstead speaks it: an HTTP client for one registry at one
//! address, guarded against destinations it must not reach. It knows no product and stores nothing.

mod challenge;
mod client;
mod credential;
mod error;
mod guard;
mod listing;
mod paging;
mod ping;
mod reference;
mod resolver;
mod retry_after;
mod tls;
mod transport;

pub use challenge::Challenge;
pub use client::{Deadlines, OciClient, OciSettings};
pub use guard::{OutboundPolicy, Refused};
pub use listing::{ListPage, Listing};
pub use ping::{Access, Identity, Pong};
pub use reference::{Digest, Reference, ReferenceError, RepositoryName, Tag};
