//! What travels: one file per noun. Inputs refuse unknown fields; outputs never hold a secret.

mod api_token;
mod artifact;
mod audit;
mod audit_export;
mod capability;
mod changes;
mod chart;
mod crawl;
mod deletion;
mod description;
mod disconnection;
mod health_history;
mod hook;
mod identity;
mod image;
mod inventory;
mod layers;
mod listed;
mod member;
mod page;
mod problem;
mod registry;
mod registry_edit;
mod registry_input;
mod registry_outline;
mod registry_test;
mod session;
mod setup;
mod sharing;
mod user;
pub(crate) mod words;
mod workspace;

pub(crate) use api_token::{CreatedToken, TokenList, TokenRequest};
pub(crate) use artifact::ArtifactView;
pub(crate) use audit::{AuditExportQuery, AuditPage, AuditQuery, ExportFormat};
pub(crate) use audit_export::{CSV_HEADING, csv as audit_csv, jsonl as audit_jsonl};
pub(crate) use changes::ChangeView;
pub(crate) use crawl::CrawlView;
pub(crate) use deletion::{DeletionQuery, DeletionView};
pub(crate) use description::{DESCRIPTION_BODY, DescriptionInput, DescriptionView};
pub(crate) use disconnection::{CleanupPage, CleanupQuery, DisconnectQuery, DisconnectionCostView};
pub(crate) use health_history::{HealthHistoryQuery, HealthHistoryView};
pub(crate) use hook::{HookView, IssuedHookView};
pub(crate) use identity::IdentityConfirmationInput;
pub(crate) use image::{ImagePage, ImageQuery, SearchEverywhereQuery, SearchResults};
pub(crate) use inventory::{
    RepositoryDetail, RepositoryPage, RepositoryQuery, SpacePage, SpaceQuery, SpaceView,
    StatisticsHistory, TagPage, TagQuery,
};
pub(crate) use layers::SharedLayersView;
pub(crate) use member::{
    MachineAccountPage, MachineAccountView, MemberInput, MemberPage, MemberRole, MemberView,
};
pub(crate) use page::{PageQuery, SearchQuery};
pub(crate) use problem::{FieldProblem, Problem};
pub(crate) use registry::{RegistryPage, RegistryView};
pub(crate) use registry_edit::RegistryEdit;
pub(crate) use registry_input::{RegistryInput, RegistryQuery};
pub(crate) use registry_outline::SeenRegistryView;
pub(crate) use registry_test::{RegistryTestRequest, TestLine};
pub(crate) use session::{LoginRequest, SessionList, SessionView};
pub(crate) use setup::{SetupRequest, SetupState};
pub(crate) use sharing::{PullAccountInput, SharingInput, SharingQuery, SharingView};
pub(crate) use user::{
    CreatedUser, LinkView, PasswordChange, PasswordReset, ProfileEdit, UserEdit, UserInput,
    UserPage, UserView,
};
pub(crate) use workspace::{WorkspaceEdit, WorkspaceInput, WorkspacePage, WorkspaceView};
