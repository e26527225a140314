//! Conditions and what they mean: what was seen before a start, and of a certificate.

use roadstead_core::model::{
    ConditionStatus, ConditionType, Health, PeerCertificate, Reason, Registry, Timestamp,
};
use roadstead_core::rules::HealthTracker;

/// What a certificate means for whoever looks after the registry.
pub(crate) fn certificate_condition(
    certificate: &PeerCertificate,
    now: Timestamp,
) -> (ConditionType, ConditionStatus, Reason) {
    let kind = ConditionType::CertificateExpiring;
    if certificate.expires_at < now {
        (kind, ConditionStatus::True, Reason::CertificateExpired)
    } else if certificate.expires_soon(now) {
        (kind, ConditionStatus::True, Reason::CertificateExpiresSoon)
    } else {
        (kind, ConditionStatus::False, Reason::CertificateValid)
    }
}

pub(super) fn resume_liveness(registry: &Registry) -> HealthTracker {
    let reachable = registry
        .conditions
        .iter()
        .find(|c| c.kind == ConditionType::Reachable);
    match reachable.map(|c| (c.status, c.reason)) {
        Some((ConditionStatus::False, reason)) => HealthTracker::resume(Health::Unhealthy, reason),
        Some((ConditionStatus::True, Reason::Unstable)) => {
            HealthTracker::resume(Health::Degraded, Reason::Unstable)
        }
        Some((ConditionStatus::True, reason)) => HealthTracker::resume(Health::Healthy, reason),
        _ => HealthTracker::resume(Health::Unknown, Reason::NotChecked),
    }
}

pub(super) fn resume_credential(registry: &Registry) -> HealthTracker {
    let valid = registry
        .conditions
        .iter()
        .find(|c| c.kind == ConditionType::CredentialsValid);
    let tracker = match valid.map(|c| (c.status, c.reason)) {
        Some((ConditionStatus::False, Reason::CredentialsRejected)) => {
            HealthTracker::resume(Health::Unhealthy, Reason::CredentialsRejected)
        }
        Some((ConditionStatus::True, _)) => {
            HealthTracker::resume(Health::Healthy, Reason::Reachable)
        }
        _ => HealthTracker::resume(Health::Unknown, Reason::NotChecked),
    };
    tracker.of_account()
}
