//! Decisions without side effects.

mod authorize;
mod health;
mod visible;

pub use authorize::{admit, authorize, holds};
pub use health::{HealthObservation, HealthSchedule, HealthTracker};
pub use visible::{Visible, sees_change, visible};
