//! The real binary, on loopback, with real peers.

mod bad_input;
mod changes;
mod registries;
mod session;
mod setup;
mod start;

/// The binary under test.
const ROADSTEAD: &str = env!("CARGO_BIN_EXE_roadstead");
