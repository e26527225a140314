//! The connection test: named steps, each with what was found or what went wrong.

use super::{Origin, Reason, RegistryKind, ServerIdentity};
use crate::ports::RegistryError;
use std::collections::BTreeMap;
use std::time::Duration;

/// A step of the connection test, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepName {
    /// The host name becomes addresses.
    Resolve,
    /// A connection is made, with TLS where the address says https.
    Connect,
    /// The product and its version are recognised.
    Detect,
    /// The account is accepted.
    Authenticate,
    /// The account's rights are held against those needed.
    Rights,
}

impl StepName {
    /// Every step, in order.
    pub const ALL: [Self; 5] = [
        Self::Resolve,
        Self::Connect,
        Self::Detect,
        Self::Authenticate,
        Self::Rights,
    ];

    /// The step in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Detect => "detect",
            Self::Authenticate => "authenticate",
            Self::Rights => "rights",
        }
    }
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq)]
pub enum StepStatus {
    /// It worked.
    Ok,
    /// It did not work; the steps after it are skipped.
    Failed(RegistryError),
    /// It was not tried: an earlier step failed, or it was not asked for.
    Skipped,
}

/// One finished step.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeStep {
    /// Which step.
    pub name: StepName,
    /// How it ended.
    pub status: StepStatus,
    /// How long it took.
    pub duration: Duration,
    /// What was found: fixed names, short values, never a secret.
    pub facts: BTreeMap<&'static str, String>,
}

/// How far a probe goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeDepth {
    /// One anonymous question on a kept connection: is it alive? For the health loop.
    Liveness,
    /// One question with the account: is it still accepted? For the health loop.
    Credential,
    /// Every step that needs no credential, each by itself. For a form being typed.
    Anonymous,
    /// Every step.
    Full,
}

/// What a probe found.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeReport {
    /// How it ended: the first failed step's error, or how long the registry's answer took.
    pub outcome: ProbeOutcome,
    /// The product that answered, when it could be told.
    pub detected_kind: Option<RegistryKind>,
    /// Its version, when it says.
    pub version: Option<String>,
    /// Where the registry sends whoever wants a token, when it takes tokens. Saving an account
    /// that was tested confirms this origin for it ([`Connection::token_service`]).
    ///
    /// [`Connection::token_service`]: super::Connection::token_service
    pub token_service: Option<Origin>,
    /// Who answered, when the answer to a question without credential tells.
    pub identity: Option<ServerIdentity>,
}

/// How a probe ended.
pub type ProbeOutcome = Result<Duration, RegistryError>;

impl ProbeReport {
    /// Nothing but a failure.
    #[must_use]
    pub const fn failed(error: RegistryError) -> Self {
        Self {
            outcome: Err(error),
            detected_kind: None,
            version: None,
            token_service: None,
            identity: None,
        }
    }

    /// The reason for a condition made from this report.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match &self.outcome {
            Ok(_) => Reason::Reachable,
            Err(error) => error.reason(),
        }
    }
}
