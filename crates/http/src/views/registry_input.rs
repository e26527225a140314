//! Registries as they are typed: inputs and queries.

use base64::Engine as _;

use super::listed::ListedView;
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
    pub(crate) fn parse(self, pointer: &str, fields: &mut Vec<FieldFailure>) -> TlsPolicy {
        match self {
            Self::Verify {} => TlsPolicy::Verify,
            Self::Skip {} => TlsPolicy::Skip,
            Self::Ca { ca_pem } => {
                let ca_pem = certificates(&ca_pem).unwrap_or_else(|| {
                    let pointer = format!("{pointer}/ca_pem");
                    fields.push(FieldFailure::new(pointer, ErrorCode::TlsCertificateInvalid));
                    String::new()
                });
                TlsPolicy::Ca { ca_pem }
            }
        }
    }
}

/// The certificates of a PEM text, written anew, so that nothing pasted along with them is kept.
/// `None` when there is none, when something else is among them (a private key!), or when the text
/// is larger than any bundle for one registry.
fn certificates(text: &str) -> Option<String> {
    const BEGIN: &str = "-----BEGIN ";
    const LABEL: &str = "CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    if text.len() > 32 * 1024 {
        return None;
    }
    let mut kept = String::new();
    let mut rest = text;
    while let Some((_, block)) = rest.split_once(BEGIN) {
        let (body, after) = block.strip_prefix(LABEL)?.split_once(END)?;
        let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
        let der = base64::engine::general_purpose::STANDARD
            .decode(&body)
            .ok()?;
        // A certificate is an ASN.1 sequence; the TLS library reads the rest.
        if der.first() != Some(&0x30) {
            return None;
        }
        kept.push_str(BEGIN);
        kept.push_str(LABEL);
        kept.push('\n');
        for line in body.as_bytes().chunks(64) {
            kept.push_str(std::str::from_utf8(line).ok()?);
            kept.push('\n');
        }
        kept.push_str(END);
        kept.push('\n');
        rest = after;
    }
    (!kept.is_empty()).then_some(kept)
}

/// A registry to integrate.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegistryInput {
    /// The product.
    #[schema(value_type = RegistryKindWord)]
    kind: RegistryKind,
    /// Its name; it cannot be changed later.
    #[schema(pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", max_length = 63)]
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
    /// The repositories to look at, where the registry gives no catalogue.
    #[serde(default)]
    listed: ListedView,
    /// Whether plain http is accepted.
    #[serde(default)]
    plain_http_consent: bool,
    /// Whether to store what could not be checked.
    #[serde(default)]
    save_anyway: bool,
}

/// An address as it is typed.
pub(crate) fn parse_address(
    prefix: &str,
    address: &str,
    fields: &mut Vec<FieldFailure>,
) -> Option<Address> {
    Address::parse(address)
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
        .ok()
}

/// Refuses an account no registry can have.
pub(crate) fn check_account_lengths(
    prefix: &str,
    username: Option<&str>,
    password: Option<&Secret<String>>,
    fields: &mut Vec<FieldFailure>,
) {
    if username.is_some_and(|u| u.chars().count() > 255 || u.chars().any(char::is_control)) {
        fields.push(
            FieldFailure::new(format!("{prefix}/username"), ErrorCode::TextTooLong)
                .with("max", 255),
        );
    }
    if password.is_some_and(|p| p.expose().len() > 8_192) {
        fields.push(
            FieldFailure::new(format!("{prefix}/password"), ErrorCode::TextTooLong)
                .with("max", 8_192),
        );
    }
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
    let address = parse_address(prefix, address, fields);
    let username = username.filter(|u| !u.is_empty());
    let password = password.filter(|p| !p.expose().is_empty());
    check_account_lengths(prefix, username.as_deref(), password.as_ref(), fields);
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
        let listed = self.listed.parse(&mut fields);
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
                    listed,
                    plain_http_consent: self.plain_http_consent,
                    save_anyway: self.save_anyway,
                })
            }
            _ => Err(Failure::fields(fields)),
        }
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
        if self
            .q
            .as_ref()
            .is_some_and(|q| q.chars().count() > 200 || q.contains('\0'))
        {
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

#[cfg(test)]
mod tests {
    use super::certificates;

    const GOOD: &str = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n";

    #[test]
    fn ca_text_with_a_private_key_is_refused() {
        let key = "-----BEGIN PRIVATE KEY-----\nMAMCAQE=\n-----END PRIVATE KEY-----\n";
        assert_eq!(certificates(GOOD).as_deref(), Some(GOOD));
        assert_eq!(
            certificates(&format!("# comment\r\n{GOOD}{GOOD}")),
            Some(GOOD.repeat(2))
        );
        let broken = GOOD.replace("MAMCAQE=", "ZZZ");
        for bad in [
            "",
            "text",
            &format!("{GOOD}{key}"),
            &format!("{key}{GOOD}"),
            &broken,
            &GOOD.repeat(1_000),
        ] {
            assert_eq!(certificates(bad), None, "{bad:.60}");
        }
    }
}
