//! The engine that fills the inventory: what it asks, what it keeps, and what it bears. In this
//! process, turn by turn, on a real database; registries are scripted or real.

mod counts;
mod deletions;
mod engine;
mod events;
mod faults;
mod kill;
mod odd;
mod sweep;
