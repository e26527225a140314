//! Decisions without side effects.

mod audit;
mod authorize;
mod health;
mod identity;
mod visible;

pub use audit::{AuditSet, audit_set, is_refusal};
pub use authorize::{admit, authorize, holds};
pub use health::{HealthObservation, HealthSchedule, HealthTracker};
pub use identity::{KNOWN_NAMES, KnownNames, identify, same_server};
pub use visible::{Visible, sees_change, visible};
