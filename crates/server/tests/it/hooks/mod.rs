//! Where registries post their events.

mod door;
mod peer;
