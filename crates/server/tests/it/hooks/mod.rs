//! Where registries post their events.

mod account;
mod door;
mod peer;
