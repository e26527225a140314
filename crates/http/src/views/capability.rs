//! What was seen that a registry can do, and what is known against its version.

use super::words::{CapabilityNameWord, CapabilityReasonWord, CapabilityStatusWord};
use roadstead_core::model::{Capabilities, Capability, CapabilityName, Registry};
use roadstead_core::rules::{Advisory, advisories};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether a registry can do something, by observation.
#[derive(Serialize, ToSchema)]
#[schema(as = Capability)]
pub(crate) struct CapabilityView {
    /// What.
    #[schema(value_type = CapabilityNameWord)]
    name: &'static str,
    /// Whether it was seen to work.
    #[schema(value_type = CapabilityStatusWord)]
    status: &'static str,
    /// Why it is not available.
    #[schema(value_type = Option<CapabilityReasonWord>)]
    reason: Option<&'static str>,
}

impl CapabilityView {
    pub(crate) fn new(name: CapabilityName, seen: Capability) -> Self {
        Self {
            name: name.as_str(),
            status: seen.status(),
            reason: seen.reason().map(|reason| reason.as_str()),
        }
    }
}

/// All of them, in the order people read them.
pub(crate) fn capabilities(seen: &Capabilities) -> Vec<CapabilityView> {
    seen.all()
        .map(|(name, seen)| CapabilityView::new(name, seen))
        .collect()
}

/// A hole that is known in this version of the product.
#[derive(Serialize, ToSchema)]
#[schema(as = Advisory)]
pub(crate) struct AdvisoryView {
    /// Its number.
    id: &'static str,
    /// The first version without it.
    fixed_in: &'static str,
}

impl From<Advisory> for AdvisoryView {
    fn from(advisory: Advisory) -> Self {
        Self {
            id: advisory.id,
            fixed_in: advisory.fixed_in,
        }
    }
}

/// What is known against the version a registry says it has; nothing when it says none.
pub(crate) fn known_holes(registry: &Registry) -> Vec<AdvisoryView> {
    let product = registry.capabilities.product.unwrap_or(registry.kind);
    let version = registry.version.as_deref();
    version
        .map(|version| advisories(product, version))
        .unwrap_or_default()
        .into_iter()
        .map(Into::into)
        .collect()
}
