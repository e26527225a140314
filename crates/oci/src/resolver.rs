//! Names to addresses, with the outbound guard in between: the addresses that were checked are
//! the ones connected to, so a name cannot change its mind in between.

use crate::guard::{OutboundPolicy, Refused};
use roadstead_core::ports::RegistryError;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// Looks names up for one port.
#[derive(Clone)]
pub(crate) struct Resolver {
    policy: Arc<OutboundPolicy>,
    port: u16,
}

impl Resolver {
    pub(crate) const fn new(policy: Arc<OutboundPolicy>, port: u16) -> Self {
        Self { policy, port }
    }

    /// The allowed addresses of a host, at least one. A literal is not looked up.
    pub(crate) async fn lookup(&self, host: &str) -> Result<Vec<SocketAddr>, RegistryError> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let found: Vec<SocketAddr> = match bare.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, self.port)],
            Err(_) => tokio::net::lookup_host((bare, self.port))
                .await
                .map_err(|_| RegistryError::NameUnresolved)?
                .collect(),
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
    use super::Resolver;
    use crate::guard::OutboundPolicy;
    use roadstead_core::ports::RegistryError;
    use std::sync::Arc;

    #[tokio::test]
    async fn sec_10_name_of_a_refused_address_is_refused() {
        let resolver = Resolver::new(Arc::new(OutboundPolicy::default()), 5000);
        assert_eq!(
            resolver.lookup("localhost").await,
            Err(RegistryError::Refused)
        );
        assert_eq!(resolver.lookup("[::1]").await, Err(RegistryError::Refused));
    }

    #[tokio::test]
    async fn name_without_address_is_unresolved() {
        let resolver = Resolver::new(Arc::new(OutboundPolicy::default()), 5000);
        assert_eq!(
            resolver.lookup("nowhere.invalid").await,
            Err(RegistryError::NameUnresolved)
        );
    }
}
