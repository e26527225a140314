//! Problems (RFC 9457).

use super::words::{ErrorCodeWord, PermissionWord};
use roadstead_core::{ErrorCode, Permission};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A field that was refused.
#[derive(Serialize, ToSchema)]
pub(crate) struct FieldProblem {
    /// JSON pointer to the field.
    pub(crate) pointer: String,
    /// Why.
    #[schema(value_type = ErrorCodeWord)]
    pub(crate) code: ErrorCode,
    /// Parameters of the sentence.
    pub(crate) params: BTreeMap<String, String>,
}

/// What went wrong.
#[derive(Serialize, ToSchema)]
pub(crate) struct Problem {
    /// `/problems/<code>`.
    pub(crate) r#type: String,
    /// One English sentence.
    pub(crate) title: String,
    /// The HTTP status.
    pub(crate) status: u16,
    /// The sentence with those of the refused fields.
    pub(crate) detail: String,
    /// The stable reason.
    #[schema(value_type = ErrorCodeWord)]
    pub(crate) code: ErrorCode,
    /// Parameters of the sentence.
    pub(crate) params: BTreeMap<String, String>,
    /// Refused fields.
    pub(crate) errors: Vec<FieldProblem>,
    /// The permission that is missing.
    #[schema(value_type = Option<PermissionWord>)]
    pub(crate) permission: Option<Permission>,
    /// Finds this answer in log and audit log.
    pub(crate) request_id: String,
}

impl Problem {
    pub(crate) const NAME: &str = "Problem";
}
