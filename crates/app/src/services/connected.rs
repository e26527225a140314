//! A registry that may be asked because a person asks for it.

use super::connection_of;
use crate::context::Ports;
use crate::reconcilers::{may_read, may_show_account};
use roadstead_core::model::Registry;
use roadstead_core::ports::{RegistryAdapter, RegistryTarget, Source};
use roadstead_core::{ErrorCode, Failure};
use std::sync::Arc;

/// A registry that may be asked.
pub(super) struct Connected {
    pub(super) source: Source,
    pub(super) registry: Registry,
    pub(super) adapter: Arc<dyn RegistryAdapter>,
}

impl Connected {
    /// The registry, if it may be asked: proved, answering, the one that was pinned, and accepting
    /// its account.
    pub(super) async fn to(ports: &Ports, target: RegistryTarget) -> Result<Self, Failure> {
        let registry = &target.registry;
        if registry.suspension.is_some() {
            return Err(Failure::new(ErrorCode::RegistrySuspended));
        }
        if !registry.verified {
            return Err(Failure::new(ErrorCode::RegistryUnverified));
        }
        may_read(registry).map_err(Failure::new)?;
        let source = Source {
            registry_id: registry.id,
            generation: registry.generation,
        };
        let adapter = ports
            .connector_of(registry.owner)
            .connect(connection_of(ports, &target)?)?;
        may_show_account(adapter.as_ref(), registry).await?;
        Ok(Self {
            source,
            registry: target.registry,
            adapter,
        })
    }
}
