//! From a connection to an adapter.

use crate::docker::DockerAdapter;
use crate::instrument::{Instrumented, Limits};
use roadstead_core::model::{Connection, RegistryKind};
use roadstead_core::ports::{RegistryAdapter, RegistryConnector, RegistryError};
use roadstead_oci::{Names, OutboundPolicy, SystemNames};
use std::sync::Arc;

/// What we call ourselves to registries.
const USER_AGENT: &str = concat!("roadstead/", env!("CARGO_PKG_VERSION"));

/// Makes adapters for registries whose owners share one outbound policy: one connector for the
/// platform's registries, one for those of workspaces.
#[derive(Clone)]
pub struct Connector {
    policy: Arc<OutboundPolicy>,
    names: Arc<dyn Names>,
    limits: Limits,
}

impl Connector {
    /// A connector under this policy.
    #[must_use]
    pub fn new(policy: OutboundPolicy) -> Self {
        Self {
            policy: Arc::new(policy),
            names: Arc::new(SystemNames),
            limits: Limits::default(),
        }
    }

    /// The same with another idea of what names stand for.
    #[must_use]
    pub fn with_names(mut self, names: Arc<dyn Names>) -> Self {
        self.names = names;
        self
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
                let (policy, names) = (Arc::clone(&self.policy), Arc::clone(&self.names));
                let adapter = DockerAdapter::new(connection, policy, names, USER_AGENT)?;
                Ok(Arc::new(Instrumented::new(adapter, self.limits)))
            }
            RegistryKind::Harbor | RegistryKind::Jfrog => Err(RegistryError::Unsupported),
        }
    }
}
