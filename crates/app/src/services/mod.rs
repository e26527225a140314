//! What people can ask for, one noun per file. Each service loads what it acts on as the asker
//! sees it, authorises, applies the core's rules and calls one store command.

mod audit;
mod changes;
mod connected;
mod contents;
mod deletion;
mod deletion_look;
pub(crate) mod deletion_run;
mod descriptions;
mod disconnection;
mod health_history;
mod hooks;
mod identity;
mod images;
mod inventory;
mod listing;
mod machine_accounts;
mod members;
mod passwords;
pub(crate) mod pull_trial;
mod registries;
mod registry_edit;
mod registry_refresh;
mod registry_tests;
mod room;
mod sessions;
mod setup;
mod sharing;
mod tested;
mod tokens;
mod users;
mod workspaces;

pub use audit::{AuditInput, AuditListed, AuditService};
pub use changes::{ChangeService, Followed};
pub use contents::{ContentsService, ReadFile};
pub use deletion::{DeletionInput, DeletionService, SeenDeletion};
pub use descriptions::{DescriptionService, SeenDescription};
pub use disconnection::{CleanupsInput, CleanupsListed, DisconnectionCost};
pub use hooks::{HookService, IssuedHook, Post};
pub use identity::IdentityConfirmation;
pub use images::{ImageService, SearchAnswer, SearchInput};
pub use inventory::{InventoryService, SeenCrawl, SeenHistory};
pub use listing::{ListRequest, NamedList};
pub use members::MemberService;
pub use passwords::PasswordService;
pub use registries::{IntegrateInput, ListInput, ListedRegistries, RegistryService};
pub(crate) use registries::{connection_of, connection_with, millis};
pub use registry_edit::RegistryChanges;
pub use registry_tests::{TestEvent, TestTarget};
pub use room::Held;
pub use sessions::{OpenedSession, SessionService};
pub use setup::{SetupLink, SetupService, own_context};
pub use sharing::SeenSharing;
pub use tokens::{IssuedToken, TokenInput, TokenService};
pub use users::{NewUser, UserLink, UserService};
pub use workspaces::{SeenWorkspace, WorkspaceService};

use roadstead_core::model::AuditObject;

/// What an audit entry is about.
fn object(kind: &str, id: impl ToString, name: impl ToString) -> AuditObject {
    AuditObject {
        kind: kind.to_owned(),
        id: id.to_string(),
        name: name.to_string(),
    }
}
