//! Names to addresses, with the outbound guard in between: the addresses that were checked are
//! the ones connected to, so a name cannot change its mind in between.

use crate::guard::{OutboundPolicy, Refused};
use futures::future::BoxFuture;
use roadstead_core::ports::RegistryError;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// What addresses a name stands for. It is asked anew for every connection; whatever it says is
/// held against the outbound policy before anything is sent there.
pub trait Names: Send + Sync {
    /// The addresses of a name.
    fn addresses(&self, name: String, port: u16)
    -> BoxFuture<'static, io::Result<Vec<SocketAddr>>>;
}

/// The names as this machine knows them.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemNames;

impl Names for SystemNames {
    fn addresses(
        &self,
        name: String,
        port: u16,
    ) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, port)).await?.collect()) })
    }
}

/// Looks names up for one port.
#[derive(Clone)]
pub(crate) struct Resolver {
    policy: Arc<OutboundPolicy>,
    names: Arc<dyn Names>,
    port: u16,
}

impl Resolver {
    pub(crate) fn new(policy: Arc<OutboundPolicy>, names: Arc<dyn Names>, port: u16) -> Self {
        Self {
            policy,
            names,
            port,
        }
    }

    /// The allowed addresses of a host, at least one. A literal is not looked up.
    pub(crate) async fn lookup(&self, host: &str) -> Result<Vec<SocketAddr>, RegistryError> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let found: Vec<SocketAddr> = match bare.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, self.port)],
            Err(_) => self
                .names
                .addresses(bare.to_owned(), self.port)
                .await
                .map_err(|_| RegistryError::NameUnresolved)?,
        };
        if found.is_empty() {
            return Err(RegistryError::NameUnresolved);
        }
        let allowed: Vec<SocketAddr> = found
            .into_iter()
            .filter(|a| self.policy.check(a.ip(), a.port()).is_ok())
            .collect();
        if allowed.is_empty() {
            return Err(RegistryError::Refused);
        }
        Ok(allowed)
    }
}

impl reqwest::dns::Resolve for Resolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            match resolver.lookup(name.as_str()).await {
                Ok(addresses) => Ok(Box::new(addresses.into_iter()) as reqwest::dns::Addrs),
                Err(RegistryError::Refused) => Err(Refused.into()),
                Err(other) => Err(other.into()),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Resolver, SystemNames};
    use crate::guard::OutboundPolicy;
    use roadstead_core::ports::RegistryError;
    use std::sync::Arc;

    fn resolver() -> Resolver {
        let policy = Arc::new(OutboundPolicy::default());
        Resolver::new(policy, Arc::new(SystemNames), 5000)
    }

    #[tokio::test]
    async fn sec_10_name_of_a_refused_address_is_refused() {
        let resolver = resolver();
        assert_eq!(
            resolver.lookup("localhost").await,
            Err(RegistryError::Refused)
        );
        assert_eq!(resolver.lookup("[::1]").await, Err(RegistryError::Refused));
    }

    #[tokio::test]
    async fn name_without_address_is_unresolved() {
        let resolver = resolver();
        assert_eq!(
            resolver.lookup("nowhere.invalid").await,
            Err(RegistryError::NameUnresolved)
        );
    }
}
