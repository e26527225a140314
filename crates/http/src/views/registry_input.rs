//! Registries as they are typed: inputs and queries.

use super::words::{HealthWord, RegistryKindWord};
use roadstead_app::services::{IntegrateInput, ListInput};
use roadstead_core::model::{
    Account, Address, Description, Health, Name, Owner, RegistryKind, RegistrySort, Secret,
    TlsPolicy, WorkspaceId,
};
use roadstead_core::{ErrorCode, Failure, FieldFailure};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Whom a registry belongs to.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
#[schema(as = Owner)]
pub(crate) enum OwnerView {
    // The braces matter: a variant without any lets unknown fields pass.
    /// The installation.
    Platform {},
    /// One workspace.
    Workspace {
        /// Which one.
        id: Uuid,
    },
}

impl From<Owner> for OwnerView {
    fn from(owner: Owner) -> Self {
        match owner {
            Owner::Platform => Self::Platform {},
            Owner::Workspace { id } => Self::Workspace { id: id.0 },
        }
    }
}

impl From<OwnerView> for Owner {
    fn from(owner: OwnerView) -> Self {
        match owner {
            OwnerView::Platform {} => Self::Platform,
            OwnerView::Workspace { id } => Self::Workspace {
                id: WorkspaceId(id),
            },
        }
    }
}

/// How the registry's certificate is judged.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(tag = "mode", rename_all = "lowercase", deny_unknown_fields)]
#[schema(as = TlsPolicy)]
pub(crate) enum TlsPolicyView {
    /// By the system's certificate authorities.
    Verify {},
    /// By this certificate authority alone.
    Ca {
        /// One or more PEM certificates.
        ca_pem: String,
    },
    /// Not at all.
    Skip {},
}

impl Default for TlsPolicyView {
    fn default() -> Self {
        Self::Verify {}
    }
}

impl From<TlsPolicy> for TlsPolicyView {
    fn from(policy: TlsPolicy) -> Self {
        match policy {
            TlsPolicy::Verify => Self::Verify {},
            TlsPolicy::Ca { ca_pem } => Self::Ca { ca_pem },
            TlsPolicy::Skip => Self::Skip {},
        }
    }
}

impl TlsPolicyView {
    fn parse(self, pointer: &str, fields: &mut Vec<FieldFailure>) -> TlsPolicy {
        match self {
            Self::Verify {} => TlsPolicy::Verify,
            Self::Skip {} => TlsPolicy::Skip,
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
