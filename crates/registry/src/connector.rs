//! From a connection to an adapter.

use crate::docker::DockerAdapter;
use crate::instrument::{Instrumented, Limits};
use roadstead_core::model::{Connection, RegistryKind};
use roadstead_core::ports::{RegistryAdapter, RegistryConnector, RegistryError};
use roadstead_oci::OutboundPolicy;
use std::sync::Arc;

/// What we call ourselves to registries.
const USER_AGENT: &str = concat!("roadstead/", env!("CARGO_PKG_VERSION"));

/// Makes adapters for registries whose owners share one outbound policy: one connector for the
/// platform's registries, one for those of workspaces.
#[derive(Debug, Clone)]
pub struct Connector {
    policy: Arc<OutboundPolicy>,
    limits: Limits,
}

impl Connector {
    /// A connector under this policy.
    #[must_use]
    pub fn new(policy: OutboundPolicy) -> Self {
        Self {
            policy: Arc::new(policy),
            limits: Limits::default(),
        }
    }

    /// The same with other limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl RegistryConnector for Connector {
    fn connect(&self, connection: Connection) -> Result<Arc<dyn RegistryAdapter>, RegistryError> {
        match connection.kind {
            RegistryKind::Docker => {
                let adapter = DockerAdapter::new(connection, Arc::clone(&self.policy), USER_AGENT)?;
                Ok(Arc::new(Instrumented::new(adapter, self.limits)))
            }
            RegistryKind::Harbor | RegistryKind::Jfrog => Err(RegistryError::Unsupported),
        }
    }
}
