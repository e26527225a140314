//! Which registries may be asked for what they hold.

use roadstead_core::ErrorCode;
use roadstead_core::model::{ConditionStatus, ConditionType, Reason, Registry};

/// Whether the registry may be read now: the server that was pinned answers, and it accepts its
/// account.
pub(crate) fn may_read(registry: &Registry) -> Result<(), ErrorCode> {
    if registry.suspension.is_some() {
        return Err(ErrorCode::UpstreamIdentityChanged);
    }
    let condition = |kind| registry.conditions.iter().find(|c| c.kind == kind);
    match condition(ConditionType::Reachable) {
        Some(reachable) if reachable.status == ConditionStatus::True => {}
        Some(reachable) => return Err(code_of(reachable.reason)),
        None => return Err(ErrorCode::UpstreamUnavailable),
    }
    match condition(ConditionType::CredentialsValid) {
        // Asking on with a rejected password locks the account.
        Some(valid) if valid.status == ConditionStatus::False => {
            Err(ErrorCode::UpstreamUnauthorized)
        }
        _ => Ok(()),
    }
}

const fn code_of(reason: Reason) -> ErrorCode {
    match reason {
        Reason::ConnectionRefused => ErrorCode::UpstreamConnectionRefused,
        Reason::ConnectionReset => ErrorCode::UpstreamConnectionReset,
        Reason::NameUnresolved => ErrorCode::UpstreamNameUnresolved,
        Reason::Timeout => ErrorCode::UpstreamTimeout,
        Reason::TlsFailed => ErrorCode::UpstreamTlsFailed,
        Reason::NotARegistry => ErrorCode::UpstreamNotARegistry,
        Reason::RateLimited => ErrorCode::UpstreamRateLimited,
        Reason::AddressRefused => ErrorCode::OutboundAddressRefused,
        Reason::CredentialsRejected => ErrorCode::UpstreamUnauthorized,
        _ => ErrorCode::UpstreamUnavailable,
    }
}
