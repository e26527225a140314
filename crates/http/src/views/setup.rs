//! First start.

use roadstead_core::model::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether the installation still lacks its first administrator.
#[derive(Serialize, ToSchema)]
pub(crate) struct SetupState {
    /// It does.
    pub(crate) needed: bool,
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetupRequest {
    /// The token from the set-up link's fragment.
    #[schema(value_type = String)]
    pub(crate) token: Secret<String>,
    /// The administrator's name.
    #[schema(pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", max_length = 63)]
    pub(crate) name: String,
    /// The administrator's password, 12 to 128 characters.
    #[schema(value_type = String, min_length = 12, max_length = 128)]
    pub(crate) password: Secret<String>,
}
