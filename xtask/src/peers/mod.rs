//! Real programs started on this machine for the tests, each on a leash.

pub(crate) mod postgres;
pub(crate) mod roadstead;
