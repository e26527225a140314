//! What the tests of every crate share. Nothing of it is part of the product.
//!
//! | file | holds |
//! |---|---|
//! | `scripted.rs` | [`Scripted`]: an HTTP server that does what it is told, down to the byte: hang, reset, drip, never end; keeps a log of requests. Plain or TLS |
//! | `tls.rs` | [`Certificate`]: fixed certificates for the above, good and bad |
//! | `docker_registry.rs` | [`DockerRegistry`]: a real Distribution, 2.8 or 3.x, as a child process, in guises |
//! | `token_issuer.rs` | [`TokenIssuer`]: a token service whose tokens the above takes |
//! | `fill.rs` | tiny images into a registry, by hand over HTTP or by `skopeo` |
//! | `storage.rs` | [`Storage`]: thousands of tags written straight into a registry's storage |
//! | `proxy.rs` | [`Proxy`]: stands before a real server and logs the requests it gets, with or without TLS |
//! | `app.rs` | [`TestApp`]: the real `roadstead serve` as a child process, and [`Api`] to talk to it |
//! | `postgres.rs` | a PostgreSQL server made from scratch, on a private socket |
//! | `corpus.rs` | hostile inputs from `corpus/<area>.toml`; a row without expectation fails |
//! | `odd_manifest.rs` | [`OddManifest`]: the corpus of manifests, with what stands around each in a registry |
//! | `http1.rs` | the HTTP/1.1 that the above speak, written by hand so that tests share no code with what they test |
//!
//! Everything listens on loopback, on a port the system gives, and ends when it is dropped.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of tests fails a test by panicking"
)]

mod app;
mod corpus;
mod docker_registry;
pub mod fill;
mod http1;
mod odd_manifest;
pub mod postgres;
mod proxy;
mod scripted;
pub mod storage;
mod tls;
mod token_issuer;

pub use app::{Answer, Api, TestApp, TestAppOptions};
pub use corpus::{Row, corpus};
pub use docker_registry::{Distribution, DockerRegistry, Guise, RegistryOptions};
pub use http1::Head;
pub use odd_manifest::OddManifest;
pub use proxy::Proxy;
pub use roadstead_client::Method;
pub use scripted::{ClosedPort, Reply, Scripted};
pub use storage::Storage;
pub use tls::Certificate;
pub use token_issuer::TokenIssuer;
