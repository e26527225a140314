//! The nouns of the product, one per file.

mod actor;
mod address;
mod api_token;
mod audit;
mod capability;
mod certificate;
mod change;
mod cleanup;
mod condition;
mod connection;
mod deletion;
mod health;
mod health_history;
mod hook;
mod id;
mod identity;
mod inventory;
mod ledger;
mod listed;
mod name;
mod observed;
mod page;
mod probe;
mod registry;
mod secret;
mod session;
mod sharing;
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
pub use capability::{Capabilities, Capability, CapabilityName, CapabilityReason};
pub use certificate::PeerCertificate;
pub use change::{Change, ChangeId, Topic};
pub use cleanup::{CLEANUP_TRIED_FOR, Cleanup, CleanupEntries};
pub use condition::{Condition, ConditionStatus, ConditionType};
pub use connection::{Account, Connection, TlsPolicy};
pub use deletion::{
    Deleted, DeletionIntent, DeletionReach, DeletionTarget, DeletionWay, First, ListedBy,
};
pub use health::{Health, HealthReport, Reason};
pub use health_history::{HealthBucket, HealthStrip, HealthTurn, TimeInState};
pub use hook::{Hook, HookCounts, HookId, HookSecret};
pub use id::{
    ApiTokenId, AuditEntryId, CleanupId, DeletionId, InstallationId, LedgerEntryId, RegistryId,
    RepositoryId, RequestId, SessionId, SpaceId, UserId, WorkspaceId,
};
pub use identity::{AuthScheme, ServerIdentity, Suspension, SuspensionCause};
pub use inventory::{
    Artifact, ArtifactKind, CHART_CONFIG, Certainty, Chart, ChartCut, ChartDependency,
    ChartSummary, Child, ConfigSummary, CrawlCounts, CrawlPhase, CrawlState, CrawlStatus,
    Descriptor, Digest, DigestStart, Epoch, FoundReference, HistoryStep, ImageFilter,
    IndexedRepository, ListedChild, Listing, ManifestsRead, NamedRepository, NoDigest, NoTag,
    OciPlatform, Placed, Referrer, RegistryFigures, Repository, RepositoryDescription,
    RepositoryFilter, RepositorySort, RepositoryState, SharedLayer, SharedLayers, Space,
    SpaceClass, SpaceSet, SpaceSort, StatisticsDay, SummaryCut, Tag, TagFilter, TagName, TagSort,
    TextsCut, Visibility,
};
pub use ledger::{LedgerEntry, LedgerKind};
pub use listed::{Listed, ListedError, REPOSITORY_NAME_MAX, is_repository_name};
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
pub use sharing::{AnonymousProof, Consent, CredentialMode, PullAccess, PullAccount, WriteProof};
pub use text::{Description, DisplayName, Markdown};
pub use timestamp::Timestamp;
pub use user::{PasswordHash, PlatformRole, User, UserChanges, UserFilter, UserRef, WorkspaceRole};
pub use workspace::{Member, Membership, Workspace, WorkspaceCounts, WorkspaceFilter};
