//! What people can ask for, one noun per file. Each service loads what it acts on as the asker
//! sees it, authorises, applies the core's rules and calls one store command.

mod audit;
mod changes;
mod registries;
mod registry_tests;
mod sessions;
mod setup;

pub use audit::{AuditInput, AuditListed, AuditService};
pub use changes::{ChangeService, Followed};
pub use registries::{IntegrateInput, ListInput, Listed, RegistryService};
pub(crate) use registries::{connection_of, millis};
pub use registry_tests::{TestEvent, TestTarget};
pub use sessions::{OpenedSession, SessionService};
pub use setup::{SetupLink, SetupService};
