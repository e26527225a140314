//! Schemas of the core's words: the core knows nothing of OpenAPI, so their names and values are
//! written into the document here.

use roadstead_core::model::{
    ArtifactKind, AuditOutcome, Capability, CapabilityName, CapabilityReason, ConditionStatus,
    ConditionType, CrawlPhase, CrawlStatus, CredentialMode, Health, LedgerKind, PlatformRole,
    RegistryKind, SpaceClass, StepName, Topic, Visibility, WorkspaceRole,
};
use roadstead_core::{ErrorCode, Permission};
use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $values:expr;)*) => {$(
        $(#[$doc])*
        pub(crate) struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let values: Vec<String> = $values;
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(values)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name).trim_end_matches("Word"))
            }
        }
    )*};
}

fn owned<T>(all: impl IntoIterator<Item = T>, text: impl Fn(T) -> &'static str) -> Vec<String> {
    all.into_iter().map(|item| text(item).to_owned()).collect()
}

words! {
    /// Every error code.
    ErrorCodeWord = owned(ErrorCode::ALL.iter().copied(), ErrorCode::as_str);
    /// Every permission.
    PermissionWord = owned(Permission::ALL.iter().copied(), Permission::as_str);
    /// Kinds of registries.
    RegistryKindWord = owned(RegistryKind::ALL, RegistryKind::as_str);
    /// Kinds of things that are made in registries.
    LedgerKindWord = owned(LedgerKind::ALL, LedgerKind::as_str);
    /// Health.
    HealthWord = owned(Health::ALL, Health::as_str);
    /// Steps of the connection test.
    StepNameWord = owned(StepName::ALL, StepName::as_str);
    /// Roles over the installation.
    PlatformRoleWord = owned(PlatformRole::ALL, PlatformRole::as_str);
    /// Roles in a workspace.
    WorkspaceRoleWord = owned(WorkspaceRole::ALL, WorkspaceRole::as_str);
    /// What a registry may be able to do.
    CapabilityNameWord = owned(CapabilityName::ALL, CapabilityName::as_str);
    /// Why it is not seen to.
    CapabilityReasonWord = owned(CapabilityReason::ALL, CapabilityReason::as_str);
    /// Whether it was seen to.
    CapabilityStatusWord = owned(
        [
            Capability::Available,
            Capability::Missing(CapabilityReason::NotOffered),
            Capability::Unknown(CapabilityReason::NoAnswer),
        ],
        Capability::status,
    );
    /// Topics of the change feed.
    TopicWord = owned(Topic::ALL, Topic::as_str);
    /// What artifacts are.
    ArtifactKindWord = owned(ArtifactKind::ALL, ArtifactKind::as_str);
    /// What can be done with spaces.
    SpaceClassWord = owned(SpaceClass::ALL, SpaceClass::as_str);
    /// Who may pull from spaces.
    VisibilityWord = owned([Visibility::Public, Visibility::Private], Visibility::as_str);
    /// Whether a crawl goes on.
    CrawlStatusWord = owned(CrawlStatus::ALL, CrawlStatus::as_str);
    /// What a crawl reads.
    CrawlPhaseWord = owned(CrawlPhase::ALL, CrawlPhase::as_str);
    /// Outcomes in the audit log.
    AuditOutcomeWord = owned(AuditOutcome::ALL, AuditOutcome::as_str);
    /// Types of conditions.
    ConditionTypeWord = owned(ConditionType::ALL, ConditionType::as_str);
    /// Everything is told.
    FullWord = vec!["full".to_owned()];
    /// Only the outside is told.
    OutlineWord = vec!["outline".to_owned()];
    /// With which account namespaces pull.
    CredentialModeWord = owned(CredentialMode::ALL, CredentialMode::as_str);
    /// Statuses of conditions.
    ConditionStatusWord = owned(
        [ConditionStatus::True, ConditionStatus::False, ConditionStatus::Unknown],
        |s| match s {
            ConditionStatus::True => "true",
            ConditionStatus::False => "false",
            ConditionStatus::Unknown => "unknown",
        },
    );
}
