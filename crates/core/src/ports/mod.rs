//! What the core asks of the world. Adapters in other crates implement these; `app` uses them.

mod audit_store;
mod change_feed;
mod clock;
mod registry;
mod store;
mod vault;

pub use audit_store::{AuditList, AuditStore};
pub use change_feed::ChangeFeed;
pub use clock::{Clock, SystemClock};
pub use registry::{
    CrawlBatch, CrawlCursor, CrawlScope, Crawled, RegistryAdapter, RegistryConnector,
    RegistryError, StepSink,
};
pub use store::{
    CreateFirstAdmin, DisconnectRegistry, EditRegistry, IntegrateRegistry, RegistryList,
    RegistryObservation, RegistryStore, RegistryTarget, SessionOwner, SessionStore, SetupStore,
    StatisticsObservation, StoreError, UserStore,
};
pub use vault::{CredentialBinding, SealedCredential, Vault, VaultError};
