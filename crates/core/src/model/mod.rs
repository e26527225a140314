//! The nouns of the product, one per file.

mod actor;
mod address;
mod api_token;
mod audit;
mod change;
mod condition;
mod connection;
mod health;
mod hook;
mod id;
mod inventory;
mod name;
mod observed;
mod page;
mod probe;
mod registry;
mod secret;
mod session;
mod text;
mod timestamp;
mod user;
mod workspace;

pub use actor::{Actor, CameBy, Person, RequestContext};
pub use address::{Address, Origin, Scheme};
pub use api_token::{ApiToken, ApiTokenText, TokenCut};
pub use audit::{
    AuditActor, AuditBy, AuditEntry, AuditFilter, AuditObject, AuditOutcome, AuditPosition,
};
pub use change::{Change, ChangeId, Topic};
pub use condition::{Condition, ConditionStatus, ConditionType};
pub use connection::{Account, Connection, TlsPolicy};
pub use health::{Health, HealthReport, Reason};
pub use hook::{Hook, HookCounts, HookId, HookSecret};
pub use id::{
    ApiTokenId, AuditEntryId, InstallationId, RegistryId, RepositoryId, RequestId, SessionId,
    SpaceId, UserId, WorkspaceId,
};
pub use inventory::{
    Artifact, ArtifactKind, Certainty, Child, ConfigSummary, CrawlCounts, CrawlPhase, CrawlState,
    CrawlStatus, Descriptor, Digest, Epoch, HistoryStep, Listing, ManifestsRead, NoDigest,
    OciPlatform, Placed, RegistryFigures, Repository, RepositorySort, RepositoryState, Space,
    SpaceClass, StatisticsDay, Tag, TagSort, Visibility,
};
pub use name::Name;
pub use observed::{Observed, Unavailable};
pub use page::{Counted, Cursor, NamePosition, Page, PageRequest, Total};
pub use probe::{ProbeDepth, ProbeOutcome, ProbeReport, ProbeStep, StepName, StepStatus};
pub use registry::{
    Generation, Owner, Registry, RegistryFacets, RegistryFilter, RegistryKind, RegistryPosition,
    RegistrySort, RegistryStatistics,
};
pub use secret::Secret;
pub use session::{Session, SessionToken, TokenDigest};
pub use text::{Description, DisplayName};
pub use timestamp::Timestamp;
pub use user::{PasswordHash, PlatformRole, User, UserChanges, UserFilter, UserRef, WorkspaceRole};
pub use workspace::{Member, Membership, Workspace, WorkspaceCounts, WorkspaceFilter};
