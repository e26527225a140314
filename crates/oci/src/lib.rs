//! The OCI distribution protocol as Roadstead speaks it: an HTTP client for one registry at one
//! address, guarded against destinations it must not reach. It knows no product and stores nothing.

mod authority;
mod blob;
mod challenge;
mod chart_config;
mod client;
mod credential;
mod deletion;
mod doors;
mod error;
mod guard;
mod handshake;
mod hashing;
mod image_config;
mod listed;
mod listing;
mod loose;
mod manifest;
mod media;
#[cfg(test)]
mod mutations;
mod observe;
mod paging;
mod peer;
mod permits;
mod ping;
mod pull_trial;
mod realm;
mod reference;
mod referrers;
mod repository;
mod resolver;
mod retry_after;
mod scope;
#[cfg(any(test, feature = "fuzz"))]
#[doc(hidden)]
pub mod targets;
mod tls;
mod token;
mod token_cache;
mod transport;
mod upload;
mod upload_trial;

pub use blob::Blob;
pub use challenge::Challenge;
pub use chart_config::{ChartConfig, ChartDependency};
pub use client::{Deadlines, OciClient, OciSettings};
pub use guard::{OutboundPolicy, Refused};
pub use image_config::{HistoryStep, ImageConfig};
pub use listing::{ListPage, Listing};
pub use manifest::{Content, Descriptor, Image, Index, Manifest, OciPlatform};
pub use ping::{Access, Identity, Pong};
pub use pull_trial::Pulled;
pub use reference::{Digest, Reference, ReferenceError, RepositoryName, Tag};
pub use referrers::Referrers;
pub use repository::{ManifestHead, Pointer, Repository};
pub use resolver::{Names, SystemNames};
pub use upload_trial::Opened;
