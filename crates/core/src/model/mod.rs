//! The nouns of the product, one per file.

mod actor;
mod address;
mod audit;
mod change;
mod condition;
mod connection;
mod health;
mod id;
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

pub use actor::{Actor, Person, RequestContext};
pub use address::{Address, Origin, Scheme};
pub use audit::{
    AuditActor, AuditBy, AuditEntry, AuditFilter, AuditObject, AuditOutcome, AuditPosition,
};
pub use change::{Change, ChangeId, Topic};
pub use condition::{Condition, ConditionStatus, ConditionType};
pub use connection::{Account, Connection, TlsPolicy};
pub use health::{Health, HealthReport, Reason};
pub use id::{AuditEntryId, InstallationId, RegistryId, RequestId, SessionId, UserId, WorkspaceId};
pub use name::Name;
pub use observed::{Observed, Unavailable};
pub use page::{Cursor, Page, PageRequest, Total};
pub use probe::{ProbeDepth, ProbeOutcome, ProbeReport, ProbeStep, StepName, StepStatus};
pub use registry::{
    Generation, Owner, Registry, RegistryFacets, RegistryFilter, RegistryKind, RegistryPosition,
    RegistrySort, RegistryStatistics,
};
pub use secret::Secret;
pub use session::{Session, SessionToken, TokenDigest};
pub use text::Description;
pub use timestamp::Timestamp;
pub use user::{PasswordHash, PlatformRole, User, UserRef, WorkspaceRole};
