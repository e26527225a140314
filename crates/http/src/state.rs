//! What every handler can reach.

use futures::future::BoxFuture;
use ipnet::IpNet;
use roadstead_app::App;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use url::Url;

/// Settings of the main port.
#[derive(Debug, Clone, Default)]
pub struct HttpConfig {
    /// How people reach Roadstead from outside; decides whether the cookie is `Secure` and which
    /// foreign origin is our own.
    pub public_url: Option<Url>,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

impl HttpConfig {
    /// Whether the session cookie may only travel over TLS.
    pub(crate) fn secure_cookie(&self) -> bool {
        self.public_url
            .as_ref()
            .is_some_and(|url| url.scheme() == "https")
    }
}

/// Says whether the process can serve.
pub trait Readiness: Send + Sync {
    /// Whether the database answers.
    fn ready(&self) -> BoxFuture<'_, bool>;
}

#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) app: Arc<App>,
    pub(crate) config: Arc<HttpConfig>,
    pub(crate) readiness: Arc<dyn Readiness>,
    pub(crate) stop: CancellationToken,
}
