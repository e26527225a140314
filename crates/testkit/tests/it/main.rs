//! The test helpers themselves, and the API client against a scripted server.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

mod app;
mod client;
mod registry;
