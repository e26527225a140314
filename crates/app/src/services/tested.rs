//! What a connection test says of a registry before it is stored.

use super::registries::millis;
use crate::reconcilers::certificate_condition;
use roadstead_core::model::{
    Capabilities, Condition, ConditionStatus, ConditionType, Health, HealthReport, Origin,
    PeerCertificate, ProbeDepth, ProbeReport, Reason, Registry, StepName, StepStatus, Timestamp,
};
use roadstead_core::ports::{RegistryAdapter, RegistryError};
use roadstead_core::rules::identify;
use std::sync::{Mutex, PoisonError};

/// The end of a connection test: passed, or the first failure with its step.
pub(super) struct Tested {
    pub(super) outcome: Result<(), (RegistryError, StepName)>,
    report: ProbeReport,
    certificate: Option<PeerCertificate>,
}

impl Tested {
    /// Runs every step.
    pub(super) async fn by(adapter: &dyn RegistryAdapter) -> Self {
        let failed = Mutex::new(None);
        let report = adapter
            .probe(ProbeDepth::Full, &|step| {
                if let StepStatus::Failed(error) = step.status {
                    let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                    failed.get_or_insert((error, step.name));
                }
            })
            .await;
        let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        let outcome = match (failed, &report.outcome) {
            (Some(failed), _) => Err(failed),
            (None, Err(error)) => Err((error.clone(), StepName::Detect)),
            (None, Ok(_)) => Ok(()),
        };
        Self {
            outcome,
            report,
            certificate: adapter.certificate(),
        }
    }

    /// The token service the registry named, which the account was tried at.
    pub(super) fn token_service(&self) -> Option<Origin> {
        self.report.token_service.clone()
    }

    /// The registry with everything observed in the place of whatever it had.
    pub(super) fn tell_of(self, registry: Registry, now: Timestamp) -> Registry {
        let passed = self.outcome.is_ok();
        let latency_ms = self.report.outcome.as_ref().ok().map(millis);
        let reason = self.report.reason();
        // An account that was rejected says nothing about whether the registry answers.
        let answers = passed
            || matches!(
                reason,
                Reason::CredentialsRejected | Reason::IdentityChanged
            );
        let credentials = match (&registry.username, passed, reason) {
            (None, _, _) => (ConditionStatus::Unknown, Reason::NoCredentials),
            (_, true, _) => (ConditionStatus::True, Reason::CredentialsAccepted),
            (_, false, Reason::CredentialsRejected) => {
                (ConditionStatus::False, Reason::CredentialsRejected)
            }
            _ => (ConditionStatus::Unknown, Reason::NotChecked),
        };
        let condition = |kind, status, reason| Condition {
            kind,
            status,
            reason,
            message: None,
            since: now,
        };
        let holds = |yes: bool| {
            if yes {
                ConditionStatus::True
            } else {
                ConditionStatus::False
            }
        };
        let ends = self
            .certificate
            .as_ref()
            .map(|certificate| certificate_condition(certificate, now))
            .map(|(kind, status, reason)| condition(kind, status, reason));
        let (identity, suspension) = identify(
            registry.identity.clone(),
            registry.suspension.clone(),
            self.report.identity,
            now,
        );
        let suspended = suspension.is_some();
        let known = identity.is_some();
        let registry = Registry {
            // Whoever saves this has handed the account to the service the registry named, unless
            // it is another server's word.
            token_service: if suspended {
                registry.token_service.clone()
            } else {
                self.report.token_service
            },
            identity,
            suspension,
            verified: passed,
            version: self.report.version,
            // What the registry can do is looked at once it is stored.
            capabilities: Capabilities::of_product(self.report.detected_kind),
            health: HealthReport {
                status: if passed {
                    Health::Healthy
                } else {
                    Health::Unhealthy
                },
                reason,
                message: None,
                since: Some(now),
                checked_at: Some(now),
                last_success_at: passed.then_some(now),
                latency_ms,
            },
            conditions: [
                condition(
                    ConditionType::Reachable,
                    holds(answers),
                    if answers { Reason::Reachable } else { reason },
                ),
                condition(
                    ConditionType::CredentialsValid,
                    credentials.0,
                    credentials.1,
                ),
                condition(
                    ConditionType::Verified,
                    holds(passed),
                    if passed {
                        Reason::Tested
                    } else {
                        Reason::NotTested
                    },
                ),
                condition(
                    ConditionType::IdentityConfirmed,
                    if known {
                        ConditionStatus::True
                    } else {
                        ConditionStatus::Unknown
                    },
                    if known {
                        Reason::IdentityPinned
                    } else {
                        Reason::NotChecked
                    },
                ),
            ]
            .into_iter()
            .chain(ends)
            .collect(),
            certificate: self.certificate,
            ..registry
        };
        if suspended {
            told_suspended(registry, now)
        } else {
            registry
        }
    }
}

/// The registry as it is told of while another server answers.
pub(super) fn told_suspended(mut registry: Registry, now: Timestamp) -> Registry {
    registry.health.status = Health::Unhealthy;
    registry.health.reason = Reason::IdentityChanged;
    for condition in &mut registry.conditions {
        let told = match condition.kind {
            ConditionType::IdentityConfirmed => (ConditionStatus::False, Reason::IdentityChanged),
            ConditionType::Verified => (ConditionStatus::False, Reason::NotTested),
            // Nobody has shown it to this server.
            ConditionType::CredentialsValid if registry.username.is_some() => {
                (ConditionStatus::Unknown, Reason::IdentityChanged)
            }
            _ => continue,
        };
        (condition.status, condition.reason) = told;
        condition.since = now;
    }
    registry
}
