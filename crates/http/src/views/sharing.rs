//! Who may pull from a Docker Registry.

use super::registry::{ConditionView, UserRefView};
use super::registry_input::check_account_lengths;
use super::words::{CredentialModeWord, ErrorCodeWord};
use roadstead_app::services::SeenSharing;
use roadstead_core::model::{
    Account, Condition, ConditionStatus, ConditionType, Consent, CredentialMode, Generation,
    PullAccount, Reason, Secret, Timestamp, UserRef,
};
use roadstead_core::rules::{
    ConsentNeeded, DockerSpace, Standing, delivered, may_share, mode, standing,
};
use roadstead_core::{ErrorCode, Failure, FieldFailure};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A pull-only account as it is sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PullAccountInput {
    /// Its name.
    username: String,
    /// Its password or token. It is never answered.
    #[schema(value_type = String)]
    password: Secret<String>,
}

impl PullAccountInput {
    /// The account, or everything that is wrong with it at once.
    pub(crate) fn parse(self) -> Result<Account, Failure> {
        let mut fields = Vec::new();
        if self.username.is_empty() {
            fields.push(FieldFailure::new("/username", ErrorCode::FieldRequired));
        }
        let password = self.password.expose();
        if password.is_empty() {
            fields.push(FieldFailure::new("/password", ErrorCode::FieldRequired));
        } else if password.chars().any(char::is_control) {
            // None has one, and a line break is easily pasted along.
            fields.push(FieldFailure::new("/password", ErrorCode::FieldInvalid));
        }
        check_account_lengths("", Some(&self.username), Some(&self.password), &mut fields);
        if !fields.is_empty() {
            return Err(Failure::fields(fields));
        }
        Ok(Account {
            username: self.username,
            password: self.password,
        })
    }
}

/// A decision to share as it is sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SharingInput {
    /// Whether the person consents that every namespace may pull everything; recorded with name
    /// and time. A preview needs none.
    #[serde(default)]
    pub(crate) consent: bool,
}

/// Whether to decide or only to look.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SharingQuery {
    /// Answer what sharing would mean, and change nothing.
    #[serde(default)]
    pub(crate) dry_run: bool,
}

/// A pull-only account, without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = PullAccount)]
pub(crate) struct PullAccountView {
    /// Its name.
    username: String,
    /// Who gave it.
    set_by: Option<UserRefView>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    set_at: Timestamp,
}

impl From<PullAccount> for PullAccountView {
    fn from(account: PullAccount) -> Self {
        Self {
            username: account.username,
            set_by: account.set_by.map(user),
            set_at: account.set_at,
        }
    }
}

fn user(user: UserRef) -> UserRefView {
    UserRefView {
        id: user.id,
        name: user.name,
    }
}

/// The account that would be delivered.
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveredAccount)]
pub(crate) struct DeliveredView {
    /// A pull-only account that was supplied, or the integration account, shared.
    #[schema(value_type = CredentialModeWord)]
    mode: CredentialMode,
    /// Its name.
    username: String,
}

/// A recorded consent.
#[derive(Serialize, ToSchema)]
#[schema(as = SharingConsent)]
pub(crate) struct ConsentView {
    /// Who consented.
    by: UserRefView,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// To the delivery of which account.
    account: DeliveredView,
    /// To pulls from where.
    address: String,
}

impl From<Consent> for ConsentView {
    fn from(consent: Consent) -> Self {
        Self {
            by: user(consent.by),
            at: consent.at,
            account: DeliveredView {
                mode: consent.mode,
                username: consent.username,
            },
            address: consent.address,
        }
    }
}

/// What has become of a consent.
#[derive(Serialize, ToSchema)]
pub(crate) enum SharingState {
    /// There is none.
    NotShared,
    /// Every namespace may pull.
    InForce,
    /// That the account cannot write has to be proved again first.
    ProofMissing,
    /// Somebody has to consent again.
    ConsentNeeded,
}

/// Why somebody has to consent again.
#[derive(Serialize, ToSchema)]
pub(crate) enum ConsentReason {
    /// Another account would be delivered, or none is left.
    OtherAccount,
    /// The account can write now.
    CanWrite,
    /// The registry is at another address.
    AddressChanged,
}

/// Which namespaces sharing reaches.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NamespaceSet {
    /// Every one, of every workspace and of none, present and future.
    All,
}

/// Why there is nothing to deliver to yet.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReachUnavailable {
    /// No cluster is connected.
    NoClusters,
}

/// Whom sharing reaches.
#[derive(Serialize, ToSchema)]
#[schema(as = SharingReach)]
pub(crate) struct ReachView {
    /// Which set.
    namespaces: NamespaceSet,
    /// How many namespaces there are now; null with the reason beside it.
    namespace_count: Option<u64>,
    /// Why they cannot be counted.
    unavailable: Option<ReachUnavailable>,
    /// How many workspaces there are now.
    workspaces: u64,
}

/// Who may pull from a registry.
#[derive(Serialize, ToSchema)]
#[schema(as = RegistrySharing)]
pub(crate) struct SharingView {
    /// With which account every namespace may pull now; `none` when not every one may.
    #[schema(value_type = CredentialModeWord)]
    mode: CredentialMode,
    /// What was tried out: `AnonymousPull`, and `PullOnly` of the account that would be delivered.
    conditions: Vec<ConditionView>,
    /// On how many repositories each of them was tried, in the same order.
    repositories: Vec<u32>,
    /// The pull-only account.
    pull_account: Option<PullAccountView>,
    /// The account that would be delivered.
    delivered: Option<DeliveredView>,
    /// What has become of the consent.
    state: SharingState,
    /// Why somebody has to consent again.
    consent_reason: Option<ConsentReason>,
    /// The consent.
    consent: Option<ConsentView>,
    /// Whether it may be shared now.
    may_share: bool,
    /// Why not.
    #[schema(value_type = Option<ErrorCodeWord>)]
    refusal: Option<ErrorCode>,
    /// Whom sharing reaches.
    reach: ReachView,
    /// The registry's generation; send it as `If-Match`.
    generation: Generation,
}

impl SharingView {
    pub(crate) fn new(seen: SeenSharing) -> Self {
        let address = seen.registry.address.to_string();
        let space = DockerSpace {
            registry_id: seen.registry.id,
            owner: seen.registry.owner,
            kind: seen.registry.kind,
            address: &address,
            username: seen.registry.username.as_deref(),
            access: &seen.access,
        };
        let refusal = may_share(&space).err();
        let (state, consent_reason) = state(standing(&space));
        let mode = mode(&space);
        let delivered = delivered(&space).map(|account| DeliveredView {
            mode: account.mode,
            username: account.username,
        });
        let (conditions, repositories) = conditions(&seen).into_iter().unzip();
        Self {
            mode,
            conditions,
            repositories,
            delivered,
            state,
            consent_reason,
            may_share: refusal.is_none(),
            refusal,
            pull_account: seen.access.account.map(Into::into),
            consent: seen.access.consent.map(Into::into),
            reach: ReachView {
                namespaces: NamespaceSet::All,
                namespace_count: None,
                unavailable: Some(ReachUnavailable::NoClusters),
                workspaces: seen.workspaces,
            },
            generation: seen.registry.generation,
        }
    }

    pub(crate) const fn generation(&self) -> Generation {
        self.generation
    }
}

const fn state(standing: Standing) -> (SharingState, Option<ConsentReason>) {
    match standing {
        Standing::NotShared => (SharingState::NotShared, None),
        Standing::InForce => (SharingState::InForce, None),
        Standing::ProofMissing => (SharingState::ProofMissing, None),
        Standing::ConsentNeeded(why) => (
            SharingState::ConsentNeeded,
            Some(match why {
                ConsentNeeded::OtherAccount => ConsentReason::OtherAccount,
                ConsentNeeded::CanWrite => ConsentReason::CanWrite,
                ConsentNeeded::AddressChanged => ConsentReason::AddressChanged,
            }),
        ),
    }
}

/// What was tried out, each with the number of repositories.
fn conditions(seen: &SeenSharing) -> Vec<(ConditionView, u32)> {
    let since = seen.registry.updated_at;
    let condition = |kind, status, reason, since| {
        ConditionView::from(Condition {
            kind,
            status,
            reason,
            message: None,
            since,
        })
    };
    let anonymous = match &seen.access.anonymous {
        Some(proof) => (
            condition(
                ConditionType::AnonymousPull,
                proof.status,
                proof.reason,
                proof.since,
            ),
            proof.repositories,
        ),
        None => (
            condition(
                ConditionType::AnonymousPull,
                ConditionStatus::Unknown,
                Reason::NotChecked,
                since,
            ),
            0,
        ),
    };
    let write = seen.access.write.as_ref().map(|proof| {
        (
            condition(
                ConditionType::PullOnly,
                proof.status,
                proof.reason,
                proof.since,
            ),
            proof.repositories,
        )
    });
    std::iter::once(anonymous).chain(write).collect()
}
