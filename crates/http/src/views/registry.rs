//! Registries.

use super::page::TotalView;
use super::words::{
    ConditionStatusWord, ConditionTypeWord, ErrorCodeWord, HealthWord, PermissionWord,
    RegistryKindWord,
};
use roadstead_app::services::{IntegrateInput, ListInput, Listed};
use roadstead_core::model::{
    Account, Actor, Address, Condition, ConditionStatus, ConditionType, Description, Generation,
    Health, HealthReport, Name, Observed, Owner, Registry, RegistryId, RegistryKind, RegistrySort,
    RegistryStatistics, RequestContext, Secret, Timestamp, TlsPolicy, Unavailable, UserId,
    WorkspaceId,
};
use roadstead_core::rules::authorize;
use roadstead_core::{ErrorCode, Failure, FieldFailure, Permission};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

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

/// Whom a registry belongs to.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
#[schema(as = Owner)]
pub(crate) enum OwnerView {
    /// The installation.
    Platform,
    /// One workspace.
    Workspace {
        /// Which one.
        id: Uuid,
    },
}

impl From<Owner> for OwnerView {
    fn from(owner: Owner) -> Self {
        match owner {
            Owner::Platform => Self::Platform,
            Owner::Workspace { id } => Self::Workspace { id: id.0 },
        }
    }
}

impl From<OwnerView> for Owner {
    fn from(owner: OwnerView) -> Self {
        match owner {
            OwnerView::Platform => Self::Platform,
            OwnerView::Workspace { id } => Self::Workspace {
                id: WorkspaceId(id),
            },
        }
    }
}

/// How the registry's certificate is judged.
#[derive(Serialize, Deserialize, Default, ToSchema)]
#[serde(tag = "mode", rename_all = "lowercase", deny_unknown_fields)]
#[schema(as = TlsPolicy)]
pub(crate) enum TlsPolicyView {
    /// By the system's certificate authorities.
    #[default]
    Verify,
    /// By this certificate authority alone.
    Ca {
        /// One or more PEM certificates.
        ca_pem: String,
    },
    /// Not at all.
    Skip,
}

impl From<TlsPolicy> for TlsPolicyView {
    fn from(policy: TlsPolicy) -> Self {
        match policy {
            TlsPolicy::Verify => Self::Verify,
            TlsPolicy::Ca { ca_pem } => Self::Ca { ca_pem },
            TlsPolicy::Skip => Self::Skip,
        }
    }
}

impl TlsPolicyView {
    fn parse(self, pointer: &str, fields: &mut Vec<FieldFailure>) -> TlsPolicy {
        match self {
            Self::Verify => TlsPolicy::Verify,
            Self::Skip => TlsPolicy::Skip,
            Self::Ca { ca_pem } => {
                let looks_right = ca_pem.len() <= 32 * 1024
                    && ca_pem.contains("-----BEGIN CERTIFICATE-----")
                    && ca_pem.contains("-----END CERTIFICATE-----");
                if !looks_right {
                    fields.push(FieldFailure::new(
                        format!("{pointer}/ca_pem"),
                        ErrorCode::TlsCertificateInvalid,
                    ));
                }
                TlsPolicy::Ca { ca_pem }
            }
        }
    }
}

/// A registry to integrate.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegistryInput {
    /// The product.
    #[schema(value_type = RegistryKindWord)]
    kind: RegistryKind,
    /// Its name; it cannot be changed later.
    name: String,
    /// Whom it will belong to; the platform when absent.
    #[serde(default)]
    owner: Option<OwnerView>,
    /// `https://host[:port][/path]`.
    address: String,
    /// The integration account.
    #[serde(default)]
    username: Option<String>,
    /// Its password or token. It is never answered.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    password: Option<Secret<String>>,
    /// How the certificate is judged.
    #[serde(default)]
    tls: TlsPolicyView,
    /// What people say about it.
    #[serde(default)]
    description: String,
    /// Whether plain http is accepted.
    #[serde(default)]
    plain_http_consent: bool,
    /// Whether to store what could not be checked.
    #[serde(default)]
    save_anyway: bool,
}

/// The parts of a connection as they are typed.
pub(crate) struct Typed {
    pub(crate) address: Option<Address>,
    pub(crate) account: Option<Account>,
    pub(crate) tls: TlsPolicy,
}

/// Checks address, account and TLS together and collects everything that is wrong with them.
pub(crate) fn typed(
    prefix: &str,
    address: &str,
    username: Option<String>,
    password: Option<Secret<String>>,
    tls: TlsPolicyView,
    fields: &mut Vec<FieldFailure>,
) -> Typed {
    let address = Address::parse(address)
        .map_err(|code| {
            let mut failure = FieldFailure::new(format!("{prefix}/address"), code);
            match code {
                ErrorCode::AddressSchemeMissing => {
                    failure = failure.with("suggestion", format!("https://{}", address.trim()));
                }
                ErrorCode::AddressTooLong => failure = failure.with("max", Address::MAX),
                _ => {}
            }
            fields.push(failure);
        })
        .ok();
    let username = username.filter(|u| !u.is_empty());
    let password = password.filter(|p| !p.expose().is_empty());
    if username
        .as_ref()
        .is_some_and(|u| u.chars().count() > 255 || u.chars().any(char::is_control))
    {
        fields.push(
            FieldFailure::new(format!("{prefix}/username"), ErrorCode::TextTooLong)
                .with("max", 255),
        );
    }
    if password.as_ref().is_some_and(|p| p.expose().len() > 8_192) {
        fields.push(
            FieldFailure::new(format!("{prefix}/password"), ErrorCode::TextTooLong)
                .with("max", 8_192),
        );
    }
    let account = match (username, password) {
        (Some(username), Some(password)) => Some(Account { username, password }),
        (None, None) => None,
        (Some(_), None) => {
            fields.push(FieldFailure::new(
                format!("{prefix}/password"),
                ErrorCode::RegistryPasswordMissing,
            ));
            None
        }
        (None, Some(_)) => {
            fields.push(FieldFailure::new(
                format!("{prefix}/username"),
                ErrorCode::RegistryUsernameMissing,
            ));
            None
        }
    };
    let tls = tls.parse(&format!("{prefix}/tls"), fields);
    Typed {
        address,
        account,
        tls,
    }
}

impl RegistryInput {
    /// The input in the domain's words, or everything that is wrong with it at once.
    pub(crate) fn parse(self) -> Result<IntegrateInput, Failure> {
        let mut fields = Vec::new();
        let name = Name::parse(&self.name)
            .map_err(|code| {
                let code = if self.name.is_empty() {
                    ErrorCode::FieldRequired
                } else {
                    code
                };
                fields.push(FieldFailure::new("/name", code));
            })
            .ok();
        let typed = typed(
            "",
            &self.address,
            self.username,
            self.password,
            self.tls,
            &mut fields,
        );
        let description = Description::parse(&self.description)
            .map_err(|code| {
                fields.push(FieldFailure::new("/description", code).with("max", Description::MAX));
            })
            .ok();
        match (name, typed.address, description) {
            (Some(name), Some(address), Some(description)) if fields.is_empty() => {
                Ok(IntegrateInput {
                    kind: self.kind,
                    name,
                    owner: self.owner.map_or(Owner::Platform, Owner::from),
                    address,
                    account: typed.account,
                    tls: typed.tls,
                    description,
                    plain_http_consent: self.plain_http_consent,
                    save_anyway: self.save_anyway,
                })
            }
            _ => Err(Failure::fields(fields)),
        }
    }
}

/// An edit of a registry.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegistryEdit {
    /// What people say about it.
    description: String,
}

impl RegistryEdit {
    pub(crate) fn parse(&self) -> Result<Description, Failure> {
        Description::parse(&self.description).map_err(|code| {
            Failure::fields(vec![
                FieldFailure::new("/description", code).with("max", Description::MAX),
            ])
        })
    }
}

/// Which registries are asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RegistryQuery {
    /// `platform`, or a workspace's id.
    owner: Option<String>,
    /// Only of this kind.
    #[param(value_type = Option<RegistryKindWord>)]
    kind: Option<RegistryKind>,
    /// Only with this health.
    #[param(value_type = Option<HealthWord>)]
    health: Option<Health>,
    /// Only those whose name or address contains this.
    #[param(max_length = 200)]
    q: Option<String>,
    /// `attention` (the default), `name`, `-name`, `created_at` or `-created_at`.
    sort: Option<String>,
    /// Rows, 1 to 200; 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl RegistryQuery {
    pub(crate) fn parse(self) -> Result<ListInput, Failure> {
        let refuse = |name: &str| Failure::new(ErrorCode::RequestQueryInvalid).with("detail", name);
        let owner = match self.owner.as_deref() {
            None => None,
            Some("platform") => Some(Owner::Platform),
            Some(id) => Some(Owner::Workspace {
                id: id.parse().map_err(|_| refuse("owner"))?,
            }),
        };
        let sort = match self.sort.as_deref() {
            None | Some("attention") => RegistrySort::Attention,
            Some("name") => RegistrySort::Name,
            Some("-name") => RegistrySort::NameDescending,
            Some("created_at") => RegistrySort::CreatedAt,
            Some("-created_at") => RegistrySort::CreatedAtDescending,
            Some(_) => return Err(refuse("sort")),
        };
        let limit = self.limit.unwrap_or(50);
        if !(1..=200).contains(&limit) {
            return Err(refuse("limit"));
        }
        if self.q.as_ref().is_some_and(|q| q.chars().count() > 200) {
            return Err(refuse("q"));
        }
        Ok(ListInput {
            owner,
            kind: self.kind,
            health: self.health,
            text: self.q.filter(|q| !q.is_empty()),
            sort,
            limit,
            cursor: self.cursor,
        })
    }
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
    /// Bytes stored.
    storage_bytes: ObservedView,
}

impl From<RegistryStatistics> for RegistryStatisticsView {
    fn from(statistics: RegistryStatistics) -> Self {
        Self {
            spaces: statistics.spaces.into(),
            repositories: statistics.repositories.into(),
            artifacts: statistics.artifacts.into(),
            tags: statistics.tags.into(),
            storage_bytes: statistics.storage_bytes.into(),
        }
    }
}

/// A person as others see them.
#[derive(Serialize, ToSchema)]
#[schema(as = UserRef)]
pub(crate) struct UserRefView {
    /// Their id.
    #[schema(value_type = Uuid)]
    id: UserId,
    /// Their name.
    #[schema(value_type = String)]
    name: Name,
}

/// An integrated registry.
#[derive(Serialize, ToSchema)]
#[schema(as = Registry)]
pub(crate) struct RegistryView {
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
    /// How its certificate is judged.
    tls: TlsPolicyView,
    /// What people say about it.
    description: String,
    /// Whether the whole connection test has passed.
    verified: bool,
    /// The product's version, when it says.
    version: Option<String>,
    /// Whether it works.
    health: HealthView,
    /// Every observed aspect.
    conditions: Vec<ConditionView>,
    /// What it holds.
    statistics: RegistryStatisticsView,
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
            Permission::RegistryDisconnect,
        ];
        Self {
            allowed_actions: allowed(&ctx.actor, registry.owner, &actions),
            id: registry.id,
            name: registry.name,
            kind: registry.kind,
            owner: registry.owner.into(),
            address: registry.address.to_string(),
            username: registry.username,
            tls: registry.tls.into(),
            description: registry.description.as_str().to_owned(),
            verified: registry.verified,
            version: registry.version,
            health: registry.health.into(),
            conditions: registry.conditions.into_iter().map(Into::into).collect(),
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
    items: Vec<RegistryView>,
    /// Where the next page starts; null on the last one.
    next_cursor: Option<String>,
    /// How many match.
    total: TotalView,
    /// Counts beside the list.
    facets: RegistryFacetsView,
}

impl RegistryPage {
    pub(crate) fn new(ctx: &RequestContext, listed: Listed) -> Self {
        Self {
            items: listed
                .items
                .into_iter()
                .map(|r| RegistryView::new(ctx, r))
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
