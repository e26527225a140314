//! Fakes, builders and servers for tests.

pub mod postgres;
