//! The OCI distribution protocol as Roadstead speaks it: an HTTP client for one registry at one
//! address, guarded against destinations it must not reach. It knows no product and stores nothing.

mod authority;
mod challenge;
mod client;
mod credential;
mod doors;
mod error;
mod guard;
mod handshake;
mod listing;
mod paging;
mod permits;
mod ping;
mod realm;
mod reference;
mod resolver;
mod retry_after;
mod scope;
mod tls;
mod token;
mod token_cache;
mod transport;

pub use challenge::Challenge;
pub use client::{Deadlines, OciClient, OciSettings};
pub use guard::{OutboundPolicy, Refused};
pub use listing::{ListPage, Listing};
pub use ping::{Access, Identity, Pong};
pub use reference::{Digest, Reference, ReferenceError, RepositoryName, Tag};
