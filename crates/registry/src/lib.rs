//! Adapters: the products behind the one registry port of `roadstead_core`. Each is a folder that
//! knows its product; nothing outside this crate does.

mod connector;
mod docker;
mod instrument;
mod instrument_contents;
mod instrument_deletion;
mod instrument_pulls;
mod steps;

pub use connector::Connector;
pub use instrument::{Instrumented, Limits};
pub use roadstead_oci::{Names, OutboundPolicy, Refused};
