//! What the core asks of the world. Adapters in other crates implement these; `app` uses them.

mod audit_store;
mod change_feed;
mod clock;
mod registry;
mod sessions;
mod store;
mod users;
mod vault;
mod workspaces;

pub use audit_store::{AuditList, AuditStore};
pub use change_feed::ChangeFeed;
pub use clock::{Clock, SystemClock};
pub use registry::{
    CrawlBatch, CrawlCursor, CrawlScope, Crawled, Observation, RegistryAdapter, RegistryConnector,
    RegistryError, StepSink,
};
pub use sessions::{SessionOwner, SessionStore, TokenOwner, TokenStore};
pub use store::{
    CapabilityObservation, CreateFirstAdmin, DisconnectRegistry, EditRegistry, IntegrateRegistry,
    Reconnect, RegistryList, RegistryObservation, RegistryStore, RegistryTarget, SetupStore,
    StatisticsObservation, StoreError,
};
pub use users::{ChangePassword, EditUser, OneTimeLink, UseLink, UserStore};
pub use vault::{CredentialBinding, SealedCredential, Vault, VaultError};
pub use workspaces::{EditWorkspace, SetMember, WorkspaceStore};
