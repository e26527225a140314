//! What the core asks of the world. Adapters in other crates implement these; `app` uses them.

mod audit_store;
mod change_feed;
mod cleanups;
mod clock;
mod contents;
mod deletions;
mod descriptions;
mod hooks;
mod inventory;
mod inventory_lists;
mod ledger;
mod pull_probe;
mod reading;
mod registry;
mod search;
mod sessions;
mod sharing;
mod store;
mod tag_check;
mod users;
mod vault;
mod workspaces;

pub use audit_store::{AuditList, AuditStore};
pub use change_feed::ChangeFeed;
pub use cleanups::{CleanupList, CleanupStore, CleanupTarget};
pub use clock::{Clock, SystemClock};
pub use contents::{Contents, Document, Documents};
pub use deletions::{Deletable, Deletion, DeletionStore, EndDeletion, KnownTag};
pub use descriptions::{DescribeRepository, DescriptionStore};
pub use hooks::{HookActivity, HookHolder, HookStore, SetHook};
pub use inventory::{
    ConfigDue, ConfigRead, CrawlKey, CrawlReport, InventoryStore, ManifestDue, ManifestOutcome,
    ManifestRead, NamesPage, Place, ProvisionalTag, ReadArtifact, ReadConfig, Recorded,
    RepositoryDue, RepositoryMark, SeenRepository, SeenSpace, SeenTag, Source, TagDue,
    TagsRecorded,
};
pub use inventory_lists::{FoundRepository, FoundSpace, InventoryLists};
pub use ledger::LedgerStore;
pub use pull_probe::{AnonymousPull, PullProbe, Sample, Sampled, UploadTrial};
pub use reading::{ArtifactPointer, Read, TagList};
pub use registry::{
    CrawlBatch, CrawlCursor, CrawlScope, Crawled, Observation, RegistryAdapter, RegistryConnector,
    RegistryError, StepSink, TlsFault,
};
pub use search::{SearchStore, Wanted};
pub use sessions::{SessionOwner, SessionStore, TokenOwner, TokenStore};
pub use sharing::{
    PullObservation, PullTarget, SealedPullAccount, SetPullAccount, ShareRegistry, SharingStore,
};
pub use store::{
    CapabilityObservation, CreateFirstAdmin, DisconnectRegistry, EditRegistry, IntegrateRegistry,
    PinIdentity, Reconnect, RegistryList, RegistryObservation, RegistryStore, RegistryTarget,
    SetupStore, StatisticsObservation, StoreError, SuspendRegistry,
};
pub use tag_check::{TagCheck, TagOutcome};
pub use users::{ChangePassword, EditUser, OneTimeLink, UseLink, UserStore};
pub use vault::{CredentialBinding, CredentialPurpose, SealedCredential, Vault, VaultError};
pub use workspaces::{EditWorkspace, SetMember, WorkspaceStore};
