//! The connection test: its input and the lines of its answer.

use super::registry_input::{OwnerView, TlsPolicyView, typed};
use super::words::{ErrorCodeWord, RegistryKindWord, StepNameWord};
use roadstead_app::services::{TestEvent, TestTarget};
use roadstead_core::model::{
    Connection, Listed, Owner, RegistryId, RegistryKind, Secret, StepName, StepStatus,
};
use roadstead_core::{ErrorCode, Failure, FieldFailure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// What is being typed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegistryTestInput {
    /// The product expected.
    #[schema(value_type = RegistryKindWord)]
    kind: RegistryKind,
    /// Whom it would belong to; the platform when absent.
    #[serde(default)]
    owner: Option<OwnerView>,
    /// `https://host[:port][/path]`.
    address: String,
    /// The integration account.
    #[serde(default)]
    username: Option<String>,
    /// Its password or token.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    password: Option<Secret<String>>,
    /// How the certificate is judged.
    #[serde(default)]
    tls: TlsPolicyView,
    /// Whether plain http is accepted.
    #[serde(default)]
    plain_http_consent: bool,
}

/// Either what is being typed or a stored registry, never both: a stored secret goes nowhere but
/// to its stored address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegistryTestRequest {
    /// What is being typed.
    #[serde(default)]
    registry: Option<RegistryTestInput>,
    /// Whether to try the account too.
    #[serde(default)]
    credential: Option<bool>,
    /// A stored registry.
    #[serde(default)]
    registry_id: Option<Uuid>,
}

impl RegistryTestRequest {
    pub(crate) fn parse(self) -> Result<TestTarget, Failure> {
        match (self.registry, self.registry_id, self.credential) {
            (None, Some(id), None) => Ok(TestTarget::Stored(RegistryId(id))),
            (Some(input), None, credential) => {
                let mut fields = Vec::new();
                let typed = typed(
                    "/registry",
                    &input.address,
                    input.username,
                    input.password,
                    input.tls,
                    &mut fields,
                );
                match typed.address {
                    Some(address) if fields.is_empty() => Ok(TestTarget::Unsaved {
                        owner: input.owner.map_or(Owner::Platform, Owner::from),
                        connection: Box::new(Connection {
                            kind: input.kind,
                            address,
                            tls: typed.tls,
                            account: typed.account,
                            token_service: None,
                            identity: None,
                            listed: Listed::default(),
                        }),
                        credential: credential.unwrap_or(false),
                        plain_http_consent: input.plain_http_consent,
                    }),
                    _ => Err(Failure::fields(fields)),
                }
            }
            (None, None, _) => Err(Failure::field("/registry", ErrorCode::FieldRequired)),
            _ => Err(Failure::fields(vec![FieldFailure::new(
                "/registry_id",
                ErrorCode::FieldInvalid,
            )])),
        }
    }
}

/// How a step ended.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StepStatusView {
    /// It worked.
    Ok,
    /// It did not.
    Failed,
    /// It was not tried.
    Skipped,
}

/// A line of the answer.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[schema(as = RegistryTestLine)]
pub(crate) enum TestLine {
    /// A step has finished.
    Step {
        /// Which step.
        #[schema(value_type = StepNameWord)]
        step: &'static str,
        /// How it ended.
        status: StepStatusView,
        /// How long it took.
        duration_ms: u64,
        /// Why it failed.
        #[schema(value_type = Option<ErrorCodeWord>)]
        code: Option<ErrorCode>,
        /// Parameters of the sentence.
        params: BTreeMap<String, String>,
        /// What was found.
        facts: BTreeMap<&'static str, String>,
    },
    /// The test has finished.
    Result {
        /// `ok`, or `failed` when a step failed.
        status: StepStatusView,
        /// How long all of it took.
        duration_ms: u64,
        /// The product that answered.
        #[schema(value_type = Option<RegistryKindWord>)]
        detected_kind: Option<RegistryKind>,
        /// Its version, when it says.
        version: Option<String>,
        /// What would refuse it when it is integrated as it was tested; absent when nothing would.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        #[schema(value_type = Vec<ErrorCodeWord>)]
        warnings: Vec<ErrorCode>,
    },
}

impl From<TestEvent> for TestLine {
    fn from(event: TestEvent) -> Self {
        match event {
            TestEvent::Step(step) => {
                let (status, error) = match step.status {
                    StepStatus::Ok => (StepStatusView::Ok, None),
                    StepStatus::Skipped => (StepStatusView::Skipped, None),
                    StepStatus::Failed(error) => (StepStatusView::Failed, Some(error)),
                };
                Self::Step {
                    step: StepName::as_str(step.name),
                    status,
                    duration_ms: millis(step.duration),
                    code: error.as_ref().map(|e| e.code()),
                    params: error
                        .iter()
                        .flat_map(|e| e.params())
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                    facts: step.facts,
                }
            }
            TestEvent::Result {
                report,
                duration,
                warnings,
            } => Self::Result {
                status: if report.outcome.is_ok() {
                    StepStatusView::Ok
                } else {
                    StepStatusView::Failed
                },
                duration_ms: millis(duration),
                detected_kind: report.detected_kind,
                version: report.version,
                warnings,
            },
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
