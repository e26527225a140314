//! Registries.

use super::capability::{AdvisoryView, CapabilityView, capabilities, known_holes};
use super::crawl::ManifestsReadView;
use super::identity::SuspensionView;
use super::listed::ListedView;
use super::page::TotalView;
use super::registry_input::{OwnerView, TlsPolicyView};
use super::registry_outline::SeenRegistryView;
use super::words::{
    ConditionStatusWord, ConditionTypeWord, ErrorCodeWord, FullWord, HealthWord, PermissionWord,
    RegistryKindWord,
};
use roadstead_app::services::ListedRegistries;
use roadstead_core::model::{
    Actor, Condition, ConditionStatus, ConditionType, Generation, Health, HealthReport, Name,
    Observed, Owner, PeerCertificate, Registry, RegistryId, RegistryKind, RegistryStatistics,
    RequestContext, Timestamp, Unavailable, UserId,
};
use roadstead_core::rules::{Visible, authorize, holds};
use roadstead_core::{ErrorCode, Permission};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether the asker may do something now, and if not, why.
#[derive(Serialize, ToSchema)]
pub(crate) struct AllowedAction {
    /// The permission.
    #[schema(value_type = PermissionWord)]
    action: Permission,
    /// Whether it is given.
    allowed: bool,
    /// Why not.
    #[schema(value_type = Option<ErrorCodeWord>)]
    reason: Option<ErrorCode>,
}

/// The answers of the permission table for these permissions.
pub(crate) fn allowed(
    actor: &Actor,
    owner: Owner,
    permissions: &[Permission],
) -> Vec<AllowedAction> {
    permissions
        .iter()
        .map(|permission| {
            let reason = authorize(actor, *permission, owner).err().map(|f| f.code);
            AllowedAction {
                action: *permission,
                allowed: reason.is_none(),
                reason,
            }
        })
        .collect()
}

/// Health with its reason and times.
#[derive(Serialize, ToSchema)]
pub(crate) struct HealthView {
    /// The verdict.
    #[schema(value_type = HealthWord)]
    status: Health,
    /// Why: a CamelCase word.
    reason: &'static str,
    /// The registry's own short text, untrusted.
    message: Option<String>,
    /// When this verdict began.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// When it was last asked.
    #[schema(value_type = Option<String>, format = DateTime)]
    checked_at: Option<Timestamp>,
    /// When it last answered well.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_success_at: Option<Timestamp>,
    /// How long the last good answer took.
    latency_ms: Option<i64>,
}

impl From<HealthReport> for HealthView {
    fn from(report: HealthReport) -> Self {
        Self {
            status: report.status,
            reason: report.reason.as_str(),
            message: report.message,
            since: report.since,
            checked_at: report.checked_at,
            last_success_at: report.last_success_at,
            latency_ms: report.latency_ms,
        }
    }
}

/// One observed aspect.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConditionView {
    /// Which aspect.
    #[serde(rename = "type")]
    #[schema(value_type = ConditionTypeWord)]
    kind: ConditionType,
    /// Whether it holds.
    #[schema(value_type = ConditionStatusWord)]
    status: ConditionStatus,
    /// Why: a CamelCase word.
    reason: &'static str,
    /// The upstream's own short text, untrusted.
    message: Option<String>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

impl From<Condition> for ConditionView {
    fn from(condition: Condition) -> Self {
        Self {
            kind: condition.kind,
            status: condition.status,
            reason: condition.reason.as_str(),
            message: condition.message,
            since: condition.since,
        }
    }
}

/// Why a figure has no value.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Unavailable)]
pub(crate) enum UnavailableView {
    /// Nobody has asked yet.
    NotMeasuredYet,
    /// This registry cannot say.
    NotOffered,
    /// The registry did not answer and never has.
    Unreachable,
}

/// A figure with its age; unknown is null with a reason, never 0.
#[derive(Serialize, ToSchema)]
#[schema(as = Observed)]
pub(crate) struct ObservedView {
    /// The figure.
    value: Option<i64>,
    /// When it was true.
    #[schema(value_type = Option<String>, format = DateTime)]
    as_of: Option<Timestamp>,
    /// Why it is not known.
    unavailable: Option<UnavailableView>,
}

impl From<Observed> for ObservedView {
    fn from(observed: Observed) -> Self {
        Self {
            value: observed.value,
            as_of: observed.as_of,
            unavailable: observed.unavailable.map(|why| match why {
                Unavailable::NotMeasuredYet => UnavailableView::NotMeasuredYet,
                Unavailable::NotOffered => UnavailableView::NotOffered,
                Unavailable::Unreachable => UnavailableView::Unreachable,
            }),
        }
    }
}

/// What a registry holds.
#[derive(Serialize, ToSchema)]
#[schema(as = RegistryStatistics)]
pub(crate) struct RegistryStatisticsView {
    /// Registry spaces.
    spaces: ObservedView,
    /// Repositories.
    repositories: ObservedView,
    /// Artifacts.
    artifacts: ObservedView,
    /// Tags.
    tags: ObservedView,
    /// Bytes stored: those of all blobs known, each once.
    storage_bytes: ObservedView,
    /// Bytes of blobs that more than one repository holds, each once.
    shared_bytes: ObservedView,
    /// How much of it was read; null before anything was.
    manifests_read: Option<ManifestsReadView>,
}

impl From<RegistryStatistics> for RegistryStatisticsView {
    fn from(statistics: RegistryStatistics) -> Self {
        Self {
            spaces: statistics.spaces.into(),
            repositories: statistics.repositories.into(),
            artifacts: statistics.artifacts.into(),
            tags: statistics.tags.into(),
            storage_bytes: statistics.storage_bytes.into(),
            shared_bytes: statistics.shared_bytes.into(),
            manifests_read: statistics.manifests.map(Into::into),
        }
    }
}

/// The certificate a registry presented. Names in it are the server's own words.
#[derive(Serialize, ToSchema)]
#[schema(as = Certificate)]
pub(crate) struct CertificateView {
    /// The last moment it is valid at.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Who issued it.
    issuer: String,
    /// Whom it is for.
    subject: String,
    /// Whether it is signed by itself.
    self_signed: bool,
}

impl From<PeerCertificate> for CertificateView {
    fn from(seen: PeerCertificate) -> Self {
        Self {
            expires_at: seen.expires_at,
            issuer: seen.issuer,
            subject: seen.subject,
            self_signed: seen.self_signed,
        }
    }
}

/// A person as others see them.
#[derive(Serialize, ToSchema)]
#[schema(as = UserRef)]
pub(crate) struct UserRefView {
    /// Their id.
    #[schema(value_type = Uuid)]
    pub(crate) id: UserId,
    /// Their name.
    #[schema(value_type = String)]
    pub(crate) name: Name,
}

/// An integrated registry.
#[derive(Serialize, ToSchema)]
#[schema(as = Registry)]
pub(crate) struct RegistryView {
    /// Everything is told of it.
    #[schema(value_type = FullWord)]
    detail: &'static str,
    /// Its id.
    #[schema(value_type = Uuid)]
    id: RegistryId,
    /// Its name.
    #[schema(value_type = String)]
    name: Name,
    /// The product.
    #[schema(value_type = RegistryKindWord)]
    kind: RegistryKind,
    /// Whom it belongs to.
    owner: OwnerView,
    /// Where it is.
    address: String,
    /// The integration account's name.
    username: Option<String>,
    /// The token service the account was confirmed for: an origin.
    token_service: Option<String>,
    /// How its certificate is judged.
    tls: TlsPolicyView,
    /// What people say about it.
    description: String,
    /// Whether the whole connection test has passed.
    verified: bool,
    /// Another server answers in its place.
    suspension: Option<SuspensionView>,
    /// The product's version, when it says.
    version: Option<String>,
    /// Whether it works.
    health: HealthView,
    /// Every observed aspect.
    conditions: Vec<ConditionView>,
    /// The certificate it presented last; null over plain http and before the first one.
    certificate: Option<CertificateView>,
    /// What it holds.
    statistics: RegistryStatisticsView,
    /// The product that answered, when it gave itself away; it may be another than the kind.
    #[schema(value_type = Option<RegistryKindWord>)]
    product: Option<RegistryKind>,
    /// What was seen that it can do.
    capabilities: Vec<CapabilityView>,
    /// When that was last looked at as a whole.
    #[schema(value_type = Option<String>, format = DateTime)]
    capabilities_as_of: Option<Timestamp>,
    /// What is known against this version of the product.
    advisories: Vec<AdvisoryView>,
    /// The repositories a person listed; null in lists.
    listed: Option<ListedView>,
    /// Who integrated it.
    integrated_by: Option<UserRefView>,
    /// When it was integrated.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last edited.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Grows with every edit; send it as `If-Match`.
    generation: Generation,
    /// What the asker may do with it.
    allowed_actions: Vec<AllowedAction>,
}

impl RegistryView {
    pub(crate) fn new(ctx: &RequestContext, registry: Registry) -> Self {
        let actions = [
            Permission::RegistryTest,
            Permission::RegistryEdit,
            Permission::RegistryHook,
            Permission::RegistryRefresh,
            Permission::RegistryDisconnect,
            Permission::PullAccountSet,
            Permission::RegistryShare,
        ];
        // Who may not edit it learns that another server answers, and nothing of either.
        let told = ctx.visible == Visible::Everything
            || holds(&ctx.actor, Permission::RegistryEdit, registry.owner);
        let expected = registry.identity.clone();
        let suspension = registry
            .suspension
            .clone()
            .map(|suspension| SuspensionView::new(suspension, expected, told));
        Self {
            detail: "full",
            allowed_actions: allowed(&ctx.actor, registry.owner, &actions),
            advisories: known_holes(&registry),
            product: registry.capabilities.product,
            capabilities: capabilities(&registry.capabilities),
            capabilities_as_of: registry.capabilities.as_of,
            listed: registry.listed.map(Into::into),
            id: registry.id,
            name: registry.name,
            kind: registry.kind,
            owner: registry.owner.into(),
            address: registry.address.to_string(),
            username: registry.username,
            token_service: registry.token_service.as_ref().map(ToString::to_string),
            tls: registry.tls.into(),
            description: registry.description.as_str().to_owned(),
            verified: registry.verified,
            suspension,
            version: registry.version,
            health: registry.health.into(),
            conditions: registry.conditions.into_iter().map(Into::into).collect(),
            certificate: registry.certificate.map(Into::into),
            statistics: registry.statistics.into(),
            integrated_by: registry.integrated_by.map(|u| UserRefView {
                id: u.id,
                name: u.name,
            }),
            created_at: registry.created_at,
            updated_at: registry.updated_at,
            generation: registry.generation,
        }
    }

    pub(crate) const fn generation(&self) -> Generation {
        self.generation
    }

    pub(crate) const fn id(&self) -> RegistryId {
        self.id
    }
}

/// Counts by health.
#[derive(Serialize, ToSchema)]
pub(crate) struct HealthFacet {
    /// How many are healthy.
    healthy: u64,
    /// How many are degraded.
    degraded: u64,
    /// How many are unhealthy.
    unhealthy: u64,
    /// How many are unknown.
    unknown: u64,
}

/// Counts beside the list, over the same filter without its health part.
#[derive(Serialize, ToSchema)]
#[schema(as = RegistryFacets)]
pub(crate) struct RegistryFacetsView {
    /// By health.
    health: HealthFacet,
}

/// A page of registries.
#[derive(Serialize, ToSchema)]
pub(crate) struct RegistryPage {
    /// The rows.
    items: Vec<SeenRegistryView>,
    /// Where the next page starts; null on the last one.
    next_cursor: Option<String>,
    /// How many match.
    total: TotalView,
    /// Counts beside the list.
    facets: RegistryFacetsView,
}

impl RegistryPage {
    pub(crate) fn new(ctx: &RequestContext, listed: ListedRegistries) -> Self {
        Self {
            items: listed
                .items
                .into_iter()
                .map(|r| SeenRegistryView::new(ctx, r))
                .collect(),
            next_cursor: listed.next_cursor,
            total: listed.total.into(),
            facets: RegistryFacetsView {
                health: HealthFacet {
                    healthy: listed.facets.healthy,
                    degraded: listed.facets.degraded,
                    unhealthy: listed.facets.unhealthy,
                    unknown: listed.facets.unknown,
                },
            },
        }
    }
}
