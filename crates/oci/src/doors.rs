//! The HTTP clients: one for the registry's own origin, one for each other origin that may be
//! contacted. Each checks the addresses of its names against the outbound policy for its port.

use crate::client::{Deadlines, OciSettings};
use crate::error::protocol;
use crate::guard::OutboundPolicy;
use crate::peer::Presented;
use crate::resolver::{Names, Resolver};
use crate::tls;
use roadstead_core::model::{Origin, Scheme, TlsPolicy};
use roadstead_core::ports::RegistryError;
use rustls::ClientConfig;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// How many other origins are remembered: a token service and a few stores of blobs.
const MAX_OTHERS: usize = 8;

pub(crate) struct Doors {
    own: reqwest::Client,
    /// Keeps no connection: each request looks the name up, connects and shakes hands anew, and in
    /// full: a resumed session shows no certificate.
    fresh: reqwest::Client,
    others: Mutex<HashMap<Origin, reqwest::Client>>,
    pub(crate) resolver: Resolver,
    /// Without resumption, as for `fresh`.
    pub(crate) tls: Arc<ClientConfig>,
    /// The certificate the registry presented last.
    pub(crate) presented: Presented,
    pub(crate) registry: Origin,
    pub(crate) policy: Arc<OutboundPolicy>,
    names: Arc<dyn Names>,
    tls_policy: TlsPolicy,
    deadlines: Deadlines,
    user_agent: String,
}

impl Doors {
    pub(crate) fn new(settings: &OciSettings) -> Result<Self, RegistryError> {
        let registry = settings.address.origin();
        settings.policy.check_literal(&registry)?;
        let presented = Presented::default();
        let plain = settings.address.is_plain_http();
        let tls = tls::config(&settings.tls, plain, &presented, None)?;
        let mut full = tls;
        full.resumption = rustls::client::Resumption::disabled();
        // Whoever is only looked at may be anybody; the account goes to the pinned key alone.
        let pinned = settings.pinned_key.as_deref();
        let pinned = tls::config(&settings.tls, plain, &presented, pinned)?;
        let names = Arc::clone(&settings.names);
        let resolver = Resolver::new(Arc::clone(&settings.policy), names, registry.port);
        let client = |tls, idle| {
            build(
                tls,
                &resolver,
                settings.deadlines,
                &settings.user_agent,
                idle,
            )
        };
        Ok(Self {
            own: client(&pinned, 4)?,
            fresh: client(&full, 0)?,
            others: Mutex::default(),
            resolver,
            tls: Arc::new(full),
            presented,
            registry,
            policy: Arc::clone(&settings.policy),
            names: Arc::clone(&settings.names),
            tls_policy: settings.tls.clone(),
            deadlines: settings.deadlines,
            user_agent: settings.user_agent.clone(),
        })
    }

    /// The client that may ask for this URL.
    ///
    /// # Errors
    /// [`RegistryError::Refused`] for an address literal the policy forbids.
    pub(crate) fn to(&self, url: &Url, fresh: bool) -> Result<reqwest::Client, RegistryError> {
        let origin = Origin::of(url).ok_or_else(|| protocol("that is no http address"))?;
        self.policy.check_literal(&origin)?;
        if origin == self.registry {
            return Ok(if fresh { &self.fresh } else { &self.own }.clone());
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = others.get(&origin) {
            return Ok(client.clone());
        }
        let plain = origin.scheme == Scheme::Http;
        let policy = self.tls_policy_of(&origin);
        let tls = tls::config(policy, plain, &Presented::default(), None)?;
        let names = Arc::clone(&self.names);
        let resolver = Resolver::new(Arc::clone(&self.policy), names, origin.port);
        let client = build(&tls, &resolver, self.deadlines, &self.user_agent, 1)?;
        if others.len() >= MAX_OTHERS {
            others.clear();
        }
        others.insert(origin, client.clone());
        Ok(client)
    }

    /// Not judging certificates was allowed for one host and holds for no other.
    fn tls_policy_of(&self, origin: &Origin) -> &TlsPolicy {
        if self.tls_policy == TlsPolicy::Skip && origin.host != self.registry.host {
            &TlsPolicy::Verify
        } else {
            &self.tls_policy
        }
    }
}

fn build(
    tls: &ClientConfig,
    resolver: &Resolver,
    deadlines: Deadlines,
    user_agent: &str,
    idle: usize,
) -> Result<reqwest::Client, RegistryError> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls.clone())
        .dns_resolver(resolver.clone())
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .tls_info(true)
        .no_proxy()
        .connect_timeout(deadlines.connect)
        .pool_max_idle_per_host(idle)
        .user_agent(user_agent)
        .build()
        .map_err(|_| protocol("the HTTP client could not be set up"))
}
