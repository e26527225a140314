//! Builds the adapters and hands them to the app.

use crate::config::Config;
use crate::start_error::StartError;
use futures::future::BoxFuture;
use roadstead_app::services::{SetupLink, UserLink};
use roadstead_app::{App, EventInbox, Ports, SearchIndex, Wishes};
use roadstead_core::model::Secret;
use roadstead_core::ports::SystemClock;
use roadstead_http::Readiness;
use roadstead_oci::OutboundPolicy;
use roadstead_registry::Connector;
use roadstead_store::{
    Backend, DataDir, MasterKeySource, MasterKeyVault, OpenError, Store, StoreConfig,
};
use std::net::SocketAddr;
use std::sync::Arc;
use url::Url;

/// The variable of the master key, for sentences.
pub(crate) const MASTER_KEY: &str = "ROADSTEAD_SECURITY_MASTER_KEY";

/// The process's TLS provider; without one the first TLS connection would panic.
pub(crate) fn install_crypto() {
    // A second installation is refused and changes nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}

/// Database and vault, open.
#[derive(Clone)]
pub(crate) struct Opened {
    pub(crate) store: Store,
    pub(crate) vault: MasterKeyVault,
    /// Held with the embedded database only: it means one process.
    pub(crate) data_dir: Option<Arc<DataDir>>,
}

impl Opened {
    /// Opens what the configuration names.
    pub(crate) async fn open(config: &Config) -> Result<Self, StartError> {
        match (&config.database_url, &config.master_key) {
            (Some(url), Some(key)) => {
                let backend = Backend::Postgres { url: url.clone() };
                let store = Store::open(StoreConfig { backend }).await?;
                let vault = MasterKeyVault::open(&store, key_text(config, key)).await?;
                Ok(Self {
                    store,
                    vault,
                    data_dir: None,
                })
            }
            (_, key) => {
                let dir = DataDir::open(&config.data_dir)?;
                let backend = Backend::Sqlite {
                    path: dir.database(),
                };
                let store = Store::open(StoreConfig { backend }).await?;
                dir.claim(store.installation_id())?;
                let vault = match key {
                    Some(key) => MasterKeyVault::open(&store, key_text(config, key)).await?,
                    None => MasterKeyVault::open(&store, MasterKeySource::File(&dir)).await?,
                };
                Ok(Self {
                    store,
                    vault,
                    data_dir: Some(Arc::new(dir)),
                })
            }
        }
    }

    /// Opens what the configuration names, beside a server that may be running on it.
    pub(crate) async fn open_beside(config: &Config) -> Result<Self, StartError> {
        match Self::open(config).await {
            Err(StartError::Open(OpenError::Locked { .. })) => {}
            other => return other,
        }
        let backend = Backend::Sqlite {
            path: config.data_dir.join("roadstead.db"),
        };
        let store = Store::open(StoreConfig { backend }).await?;
        let vault = match &config.master_key {
            Some(key) => MasterKeyVault::open(&store, key_text(config, key)).await?,
            None => {
                let path = config.data_dir.join("master.key");
                let text = std::fs::read_to_string(&path)
                    .map_err(|e| StartError::Other(format!("{}: {e}", path.display())))?;
                let key = Secret::new(text.trim().to_owned());
                MasterKeyVault::open(&store, key_text(config, &key)).await?
            }
        };
        Ok(Self {
            store,
            vault,
            data_dir: None,
        })
    }

    pub(crate) fn readiness(&self) -> impl Readiness + use<> {
        StoreReadiness(self.store.clone())
    }
}

/// The master key that the configuration gives, with the one before it.
pub(crate) fn key_text<'a>(config: &'a Config, text: &'a Secret<String>) -> MasterKeySource<'a> {
    MasterKeySource::Text {
        text,
        place: MASTER_KEY,
        previous: config.previous_master_key.as_ref(),
    }
}

struct StoreReadiness(Store);

impl Readiness for StoreReadiness {
    fn ready(&self) -> BoxFuture<'_, bool> {
        Box::pin(async { self.0.health().await.is_ok() })
    }
}

/// The app's ports. `own` is where Roadstead and its database listen, which no registry may be.
pub(crate) fn ports(opened: &Opened, config: &Config, own: Vec<SocketAddr>) -> Ports {
    let policy = OutboundPolicy {
        allow: config.outbound_allow.clone(),
        deny: config.outbound_deny.clone(),
        own,
        private_ranges: true,
    };
    // Workspace administrators reach private ranges only where `outbound.allow` says so.
    let of_workspaces = OutboundPolicy {
        private_ranges: false,
        ..policy.clone()
    };
    Ports {
        store: Arc::new(opened.store.clone()),
        vault: Arc::new(opened.vault.clone()),
        connector: Arc::new(Connector::new(policy)),
        workspace_connector: Arc::new(Connector::new(of_workspaces)),
        clock: Arc::new(SystemClock),
        wishes: Wishes::default(),
        events: EventInbox::default(),
        search: SearchIndex::default(),
    }
}

/// The services over the opened store, for commands that talk to no registry.
pub(crate) fn app(opened: &Opened, config: &Config) -> App {
    App::new(&ports(opened, config, Vec::new()))
}

/// Where this process listens, and its database as far as its name can be looked up now.
pub(crate) async fn own_addresses(config: &Config, listening: &[SocketAddr]) -> Vec<SocketAddr> {
    let mut own = listening.to_vec();
    let database = config
        .database_url
        .as_ref()
        .and_then(|url| Url::parse(url.expose()).ok());
    if let Some(url) = database
        && let Some(host) = url.host_str().filter(|host| !host.is_empty())
    {
        let host = host.trim_matches(['[', ']']).to_owned();
        match tokio::net::lookup_host((host, url.port().unwrap_or(5432))).await {
            Ok(addresses) => own.extend(addresses),
            Err(error) => tracing::warn!(%error, "the database's own address is not guarded"),
        }
    }
    own
}

/// The link to set a password with.
pub(crate) fn password_url(config: &Config, address: SocketAddr, link: &UserLink) -> String {
    let base = base_url(config, address);
    format!("{base}/password#token={}", link.token.expose())
}

/// The link for people: the token travels in the fragment, which browsers send to nobody.
pub(crate) fn setup_url(config: &Config, address: SocketAddr, link: &SetupLink) -> String {
    let base = base_url(config, address);
    format!("{base}/setup#token={}", link.token.expose())
}

fn base_url(config: &Config, address: SocketAddr) -> String {
    config.public_url.as_ref().map_or_else(
        || format!("http://{address}"),
        |url| url.as_str().trim_end_matches('/').to_owned(),
    )
}
