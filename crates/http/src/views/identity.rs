//! Which server a registry is, and which one answers in its place.

use super::words::RegistryKindWord;
use roadstead_app::services::IdentityConfirmation;
use roadstead_core::model::{
    AuthScheme, RegistryKind, Secret, ServerIdentity, Suspension, SuspensionCause, Timestamp,
};
use roadstead_core::{ErrorCode, Failure, FieldFailure};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a server asks for before it answers.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AuthScheme)]
pub(crate) enum AuthSchemeView {
    /// Nothing.
    Open,
    /// A name and a password.
    Basic,
    /// A token.
    Bearer,
    /// Either.
    BasicOrBearer,
}

impl From<AuthScheme> for AuthSchemeView {
    fn from(auth: AuthScheme) -> Self {
        match auth {
            AuthScheme::Open => Self::Open,
            AuthScheme::Basic => Self::Basic,
            AuthScheme::Bearer => Self::Bearer,
            AuthScheme::BasicOrBearer => Self::BasicOrBearer,
        }
    }
}

impl From<AuthSchemeView> for AuthScheme {
    fn from(auth: AuthSchemeView) -> Self {
        match auth {
            AuthSchemeView::Open => Self::Open,
            AuthSchemeView::Basic => Self::Basic,
            AuthSchemeView::Bearer => Self::Bearer,
            AuthSchemeView::BasicOrBearer => Self::BasicOrBearer,
        }
    }
}

/// What tells one server from another, as far as it says so itself.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ServerIdentity)]
pub(crate) struct ServerIdentityView {
    /// The product.
    #[schema(value_type = RegistryKindWord)]
    product: RegistryKind,
    /// What it asks for.
    auth: AuthSchemeView,
    /// A hash of what its tokens are for.
    service: Option<String>,
    /// Where its tokens come from: `own`, or an origin; for passwords a hash of the text
    /// it shows.
    realm: Option<String>,
    /// The SHA-256 of its public key, where its certificate is not judged.
    key: Option<String>,
}

impl From<ServerIdentity> for ServerIdentityView {
    fn from(identity: ServerIdentity) -> Self {
        Self {
            product: identity.product,
            auth: identity.auth.into(),
            service: identity.service,
            realm: identity.realm,
            key: identity.key,
        }
    }
}

/// Why a registry is suspended.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SuspensionCause)]
pub(crate) enum SuspensionCauseView {
    /// It answers otherwise than the server that was pinned.
    Answers,
    /// It holds none of the repositories that were known.
    Content,
}

/// Another server answers: nothing secret is sent until a person has confirmed it.
#[derive(Serialize, ToSchema)]
#[schema(as = Suspension)]
pub(crate) struct SuspensionView {
    /// Why.
    cause: SuspensionCauseView,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// The server that was pinned; null for those who may not edit the registry.
    expected: Option<ServerIdentityView>,
    /// The server that answers; null for those who may not edit the registry.
    seen: Option<ServerIdentityView>,
}

impl SuspensionView {
    /// What may be told to somebody who may see the servers, or only that there are two.
    pub(crate) fn new(
        suspension: Suspension,
        expected: Option<ServerIdentity>,
        told: bool,
    ) -> Self {
        Self {
            cause: match suspension.cause {
                SuspensionCause::Answers => SuspensionCauseView::Answers,
                SuspensionCause::Content => SuspensionCauseView::Content,
            },
            since: suspension.since,
            expected: expected.filter(|_| told).map(Into::into),
            seen: told.then(|| suspension.seen.into()),
        }
    }
}

/// The confirmation of another server.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct IdentityConfirmationInput {
    /// The server as it was read: another one is not confirmed with it.
    seen: ServerIdentityView,
    /// The account's password or token, given anew. It is never answered.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    password: Option<Secret<String>>,
}

impl IdentityConfirmationInput {
    /// The confirmation in the domain's words.
    pub(crate) fn parse(self) -> Result<IdentityConfirmation, Failure> {
        let texts = [&self.seen.service, &self.seen.realm, &self.seen.key];
        let long = |text: &Option<String>| {
            text.as_ref()
                .is_some_and(|t| t.chars().count() > ServerIdentity::MAX_TEXT)
        };
        let mut fields = Vec::new();
        if texts.into_iter().any(long) {
            let failure = FieldFailure::new("/seen", ErrorCode::TextTooLong);
            fields.push(failure.with("max", ServerIdentity::MAX_TEXT));
        }
        super::registry_input::check_account_lengths("", None, self.password.as_ref(), &mut fields);
        if !fields.is_empty() {
            return Err(Failure::fields(fields));
        }
        Ok(IdentityConfirmation {
            seen: ServerIdentity {
                product: self.seen.product,
                auth: self.seen.auth.into(),
                service: self.seen.service,
                realm: self.seen.realm,
                key: self.seen.key,
            },
            password: self.password.filter(|p| !p.expose().is_empty()),
        })
    }
}
