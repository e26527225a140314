//! What Roadstead remembers: one code path on SQLite and PostgreSQL. Commands own their
//! transaction and write state, audit entry and change-feed entry together.
//!
//! Only this crate names the database and sealing crates. It implements the store ports, the
//! change feed and the vault of `roadstead-core`, and points at nothing else.

mod audit;
mod backend;
mod binding;
mod changes;
mod command;
mod consistency;
mod data_dir;
mod entity;
pub mod failpoint;
mod fault;
mod holders;
mod lanes;
mod master_key;
mod members;
mod migration;
mod named_list;
mod observations;
mod open_error;
mod paging;
mod passwords;
mod registries;
mod registry_list;
mod registry_row;
mod schema;
mod sessions;
mod setup;
mod signals;
mod store;
mod tokens;
mod tx;
mod users;
mod vault;
mod workspaces;

pub use consistency::ConsistencyReport;
pub use data_dir::DataDir;
pub use master_key::MasterKey;
pub use open_error::OpenError;
pub use store::{Backend, Store, StoreConfig};
pub use vault::{MasterKeySource, MasterKeyVault};
