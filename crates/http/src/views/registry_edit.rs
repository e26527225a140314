//! An edit of a registry as it is sent.

use super::listed::ListedView;
use super::registry_input::{TlsPolicyView, check_account_lengths, parse_address};
use roadstead_app::services::RegistryChanges;
use roadstead_core::model::{Description, Secret};
use roadstead_core::{Failure, FieldFailure};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

/// An edit of a registry; what is absent stays. Whoever changes address, account or certificate
/// check gives the password anew.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegistryEdit {
    /// What people say about it.
    #[serde(default)]
    description: Option<String>,
    /// `https://host[:port][/path]`.
    #[serde(default)]
    address: Option<String>,
    /// The integration account; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    username: Option<Option<String>>,
    /// Its password or token, given anew. It is never answered.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    password: Option<Secret<String>>,
    /// How the certificate is judged.
    #[serde(default)]
    tls: Option<TlsPolicyView>,
    /// The repositories to look at, where the registry gives no catalogue: all of them, replacing
    /// those of before.
    #[serde(default)]
    listed: Option<ListedView>,
    /// Whether plain http is accepted; needed for an address that is new.
    #[serde(default)]
    plain_http_consent: bool,
    /// Whether to store a connection that could not be checked.
    #[serde(default)]
    save_anyway: bool,
}

/// Tells null apart from absent.
fn given<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

impl RegistryEdit {
    /// The edit in the domain's words, or everything that is wrong with it at once.
    pub(crate) fn parse(self) -> Result<RegistryChanges, Failure> {
        let mut fields = Vec::new();
        let description = self.description.as_deref().and_then(|text| {
            let parsed = Description::parse(text);
            parsed
                .map_err(|code| {
                    let failure = FieldFailure::new("/description", code);
                    fields.push(failure.with("max", Description::MAX));
                })
                .ok()
        });
        let address = self
            .address
            .as_deref()
            .and_then(|text| parse_address("", text, &mut fields));
        let listed = self.listed.map(|listed| listed.parse(&mut fields));
        let tls = self.tls.map(|tls| tls.parse("/tls", &mut fields));
        // An empty name or password is none.
        let username = self
            .username
            .map(|name| name.filter(|name| !name.is_empty()));
        let password = self.password.filter(|p| !p.expose().is_empty());
        let name = username.as_ref().and_then(Option::as_deref);
        check_account_lengths("", name, password.as_ref(), &mut fields);
        if !fields.is_empty() {
            return Err(Failure::fields(fields));
        }
        Ok(RegistryChanges {
            description,
            address,
            tls,
            username,
            password,
            listed,
            plain_http_consent: self.plain_http_consent,
            save_anyway: self.save_anyway,
        })
    }
}
