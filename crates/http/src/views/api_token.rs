//! API tokens.

use super::words::PermissionWord;
use roadstead_app::services::{IssuedToken, TokenInput};
use roadstead_core::model::{ApiToken, ApiTokenId, Name, Timestamp, WorkspaceId};
use roadstead_core::{ErrorCode, Failure, FieldFailure, Permission};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// An API token, without its text.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiToken)]
pub(crate) struct TokenView {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: ApiTokenId,
    /// What its owner calls it.
    #[schema(value_type = String)]
    name: Name,
    /// The permissions it can use, as far as its owner holds them.
    #[schema(value_type = Vec<PermissionWord>)]
    scope: Vec<Permission>,
    /// The only workspace it reaches.
    #[schema(value_type = Option<Uuid>)]
    workspace_id: Option<WorkspaceId>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// When it was last used, within a minute.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
}

impl From<ApiToken> for TokenView {
    fn from(token: ApiToken) -> Self {
        Self {
            id: token.id,
            name: token.name,
            scope: token.cut.scope,
            workspace_id: token.cut.workspace_id,
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
        }
    }
}

/// All tokens of one owner, the newest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenList {
    /// The rows.
    items: Vec<TokenView>,
}

impl From<Vec<ApiToken>> for TokenList {
    fn from(tokens: Vec<ApiToken>) -> Self {
        Self {
            items: tokens.into_iter().map(Into::into).collect(),
        }
    }
}

/// A token that was just made. This is the only answer that shows its text.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedToken {
    /// The token.
    #[serde(flatten)]
    token: TokenView,
    /// What programs send in `Authorization: Bearer`.
    text: String,
}

impl From<IssuedToken> for CreatedToken {
    fn from(issued: IssuedToken) -> Self {
        Self {
            text: issued.text.expose().to_owned(),
            token: issued.token.into(),
        }
    }
}

/// A token to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenRequest {
    /// What its owner calls it.
    #[schema(pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", max_length = 63)]
    name: String,
    /// The permissions it can use, as far as its owner holds them.
    #[schema(value_type = Vec<PermissionWord>)]
    scope: Vec<String>,
    /// The only workspace it reaches; a machine account's token reaches its own in any case.
    #[serde(default)]
    workspace_id: Option<Uuid>,
    /// When it ends, within 366 days.
    #[schema(value_type = String, format = DateTime)]
    expires_at: String,
}

impl TokenRequest {
    pub(crate) fn parse(self) -> Result<TokenInput, Failure> {
        let mut fields = Vec::new();
        let name = Name::parse(&self.name)
            .map_err(|code| fields.push(FieldFailure::new("/name", code)))
            .ok();
        let expires_at = Timestamp::parse(&self.expires_at)
            .map_err(|_| fields.push(FieldFailure::new("/expires_at", ErrorCode::FieldInvalid)))
            .ok();
        let words = self.scope.iter().enumerate();
        let scope = words
            .filter_map(|(n, word)| {
                let permission = Permission::parse(word);
                if permission.is_none() {
                    fields.push(unknown_permission(n, word));
                }
                permission
            })
            .collect();
        match (name, expires_at) {
            (Some(name), Some(expires_at)) if fields.is_empty() => Ok(TokenInput {
                name,
                scope,
                workspace_id: self.workspace_id.map(WorkspaceId),
                expires_at,
            }),
            _ => Err(Failure::fields(fields)),
        }
    }
}

/// A word that is no permission. It is named where it looks like one: what does not may be a secret
/// in the wrong place.
fn unknown_permission(n: usize, word: &str) -> FieldFailure {
    let refused = FieldFailure::new(format!("/scope/{n}"), ErrorCode::TokenScopeInvalid);
    let part =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    match word.split_once('.') {
        Some((noun, verb)) if part(noun) && part(verb) && word.len() <= 64 => {
            refused.with("permission", word)
        }
        _ => refused,
    }
}
