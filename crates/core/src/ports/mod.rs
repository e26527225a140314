//! What the core asks of the world. Adapters in other crates implement these; `app` uses them.

mod audit_store;
mod change_feed;
mod clock;
mod hooks;
mod inventory;
mod inventory_lists;
mod reading;
mod registry;
mod sessions;
mod store;
mod users;
mod vault;
mod workspaces;

pub use audit_store::{AuditList, AuditStore};
pub use change_feed::ChangeFeed;
pub use clock::{Clock, SystemClock};
pub use hooks::{HookActivity, HookHolder, HookStore, SetHook};
pub use inventory::{
    ConfigDue, ConfigRead, CrawlKey, CrawlReport, InventoryStore, ManifestDue, ManifestOutcome,
    ManifestRead, NamesPage, Place, ProvisionalTag, ReadArtifact, ReadConfig, Recorded,
    RepositoryDue, RepositoryMark, SeenRepository, SeenSpace, SeenTag, Source, TagCheck, TagDue,
    TagOutcome, TagsRecorded,
};
pub use inventory_lists::{FoundRepository, FoundSpace, InventoryLists};
pub use reading::{ArtifactPointer, Read, TagList};
pub use registry::{
    CrawlBatch, CrawlCursor, CrawlScope, Crawled, RegistryAdapter, RegistryConnector,
    RegistryError, StepSink,
};
pub use sessions::{SessionOwner, SessionStore, TokenOwner, TokenStore};
pub use store::{
    CreateFirstAdmin, DisconnectRegistry, EditRegistry, IntegrateRegistry, Reconnect, RegistryList,
    RegistryObservation, RegistryStore, RegistryTarget, SetupStore, StatisticsObservation,
    StoreError,
};
pub use users::{ChangePassword, EditUser, OneTimeLink, UseLink, UserStore};
pub use vault::{CredentialBinding, SealedCredential, Vault, VaultError};
pub use workspaces::{EditWorkspace, SetMember, WorkspaceStore};
