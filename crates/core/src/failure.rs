//! What a service answers when it cannot do what was asked: a code with public parameters, kept
//! apart from the internal context that only the log may see.

use crate::model::AuditObject;
use crate::{ErrorCode, Permission};
use std::collections::BTreeMap;
use std::fmt;

/// One field of the input that is not acceptable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFailure {
    /// JSON pointer to the field: `/address`.
    pub pointer: String,
    /// Why the field is refused.
    pub code: ErrorCode,
    /// Parameters of the sentence, all safe to show.
    pub params: BTreeMap<String, String>,
}

impl FieldFailure {
    /// A refused field without parameters.
    #[must_use]
    pub fn new(pointer: impl Into<String>, code: ErrorCode) -> Self {
        Self {
            pointer: pointer.into(),
            code,
            params: BTreeMap::new(),
        }
    }

    /// Adds a public parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

/// A refusal or failure with everything needed to answer it and to log it.
///
/// `Display` prints the code only, never the internal context: whoever wants that asks for
/// [`Failure::internal`] and is then writing to the log.
pub struct Failure {
    /// The stable reason; it also decides the HTTP status.
    pub code: ErrorCode,
    /// Public parameters of the sentence.
    pub params: BTreeMap<String, String>,
    /// Refused fields, for [`ErrorCode::RequestInvalid`].
    pub fields: Vec<FieldFailure>,
    /// The permission that is missing, for [`ErrorCode::PermissionDenied`].
    pub permission: Option<Permission>,
    /// What it was about, for the audit log. It never reaches an answer.
    pub about: Option<Box<AuditObject>>,
    internal: Option<String>,
}

impl Failure {
    /// A failure without parameters.
    #[must_use]
    pub const fn new(code: ErrorCode) -> Self {
        Self {
            code,
            params: BTreeMap::new(),
            fields: Vec::new(),
            permission: None,
            about: None,
            internal: None,
        }
    }

    /// Adds a public parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }

    /// Names what it was about, for the audit log.
    #[must_use]
    pub fn about(mut self, object: AuditObject) -> Self {
        self.about = Some(Box::new(object));
        self
    }

    /// Adds context for the log. It never reaches an answer.
    #[must_use]
    pub fn because(mut self, context: impl fmt::Display) -> Self {
        self.internal = Some(context.to_string());
        self
    }

    /// The refusal of one or more fields. With no fields it is still a refusal.
    #[must_use]
    pub fn fields(fields: Vec<FieldFailure>) -> Self {
        Self {
            fields,
            ..Self::new(ErrorCode::RequestInvalid)
        }
    }

    /// The refusal of one field.
    #[must_use]
    pub fn field(pointer: &str, code: ErrorCode) -> Self {
        Self::fields(vec![FieldFailure::new(pointer, code)])
    }

    /// Seen but not permitted: names the missing permission.
    #[must_use]
    pub fn denied(permission: Permission) -> Self {
        Self {
            permission: Some(permission),
            ..Self::new(ErrorCode::PermissionDenied).with("permission", permission.as_str())
        }
    }

    /// Absent, or not to be known about: the two are the same answer.
    #[must_use]
    pub const fn not_found() -> Self {
        Self::new(ErrorCode::ObjectNotFound)
    }

    /// Context for the log, if there is any.
    #[must_use]
    pub fn internal(&self) -> Option<&str> {
        self.internal.as_deref()
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("code", &self.code.as_str())
            .field("params", &self.params)
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)
    }
}

impl std::error::Error for Failure {}
