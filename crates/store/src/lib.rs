//! What Roadstead remembers: one code path on SQLite and PostgreSQL. Commands own their
//! transaction and write state, audit entry and change-feed entry together.
//!
//! Only this crate names the database and sealing crates. It implements the store ports, the
//! change feed and the vault of `roadstead-core`, and points at nothing else.

mod audit;
mod audit_list;
mod backend;
mod backup;
mod binding;
mod changes;
mod cleanup_keys;
mod cleanup_row;
mod cleanups;
mod command;
mod consistency;
mod data_dir;
mod entity;
pub mod failpoint;
mod fault;
mod health_turns;
mod holders;
mod hooks;
mod identity;
mod inventory;
mod key_rotation;
mod key_source;
mod lanes;
mod ledger;
mod listed;
mod master_key;
mod members;
mod migration;
mod named_list;
mod observations;
mod open_error;
mod paging;
mod passwords;
mod pull_access;
mod registries;
mod registry_list;
mod registry_row;
mod restore;
mod schema;
mod sessions;
mod setup;
mod sharing;
mod signals;
mod store;
mod tokens;
mod trust;
mod tx;
mod users;
mod vault;
mod verify;
mod workspace_counts;
mod workspaces;

pub use backup::{BackupError, Manifest, Part, backup};
pub use consistency::ConsistencyReport;
pub use data_dir::DataDir;
pub use key_rotation::{KeyRotation, RotationProgress};
pub use key_source::MasterKeySource;
pub use master_key::MasterKey;
pub use open_error::OpenError;
pub use restore::{Restored, restore};
pub use store::{Backend, Store, StoreConfig};
pub use vault::MasterKeyVault;
pub use verify::{CredentialFinding, KeyState, VerifyReport};
