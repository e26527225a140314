//! Decisions without side effects.

mod advisories;
mod audit;
mod authorize;
mod health;
mod visible;

pub use advisories::{Advisory, advisories};
pub use audit::{AuditSet, audit_set, is_refusal};
pub use authorize::{admit, authorize, holds};
pub use health::{HealthObservation, HealthSchedule, HealthTracker};
pub use visible::{Visible, sees_change, visible};
