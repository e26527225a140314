//! Decisions without side effects.

mod audit;
mod authorize;
mod health;
mod health_history;
mod identity;
mod visible;

pub use audit::{AuditSet, audit_set, is_refusal};
pub use authorize::{admit, authorize, holds};
pub use health::{HealthObservation, HealthSchedule, HealthTracker};
pub use health_history::{HealthLog, health_strip};
pub use identity::{KNOWN_NAMES, KnownNames, identify, same_server};
pub use visible::{Visible, sees_change, visible};
