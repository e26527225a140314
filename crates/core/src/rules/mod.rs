//! Decisions without side effects.

mod advisories;
mod audit;
mod authorize;
mod deletion;
mod document_title;
mod entitlement;
mod file_name;
mod health;
mod health_history;
mod identity;
mod sharing;
mod tag_order;
mod visible;

pub use advisories::{Advisory, advisories};
pub use audit::{AuditSet, audit_set, is_refusal};
pub use authorize::{admit, authorize, holds};
pub use deletion::deletion_way;
pub use document_title::document_title;
pub use entitlement::{Because, DockerSpace, Subject, allowed, opened};
pub use file_name::{file_name, manifest_file_name};
pub use health::{HealthObservation, HealthSchedule, HealthTracker};
pub use health_history::{HealthLog, health_strip};
pub use identity::{KNOWN_NAMES, KnownNames, identify, same_server};
pub use sharing::{ConsentNeeded, Delivered, Standing, delivered, may_share, mode, standing};
pub use tag_order::version_key;
pub use visible::{Visible, sees_change, visible};
