//! One request and its answer: guarded, bounded in time and size, with the account only where it
//! belongs.

use crate::client::{Deadlines, OciSettings};
use crate::credential::Credential;
use crate::error::{from_io, from_reqwest, protocol};
use crate::guard::OutboundPolicy;
use crate::ping::Identity;
use crate::resolver::Resolver;
use crate::tls;
use bytes::{Bytes, BytesMut};
use reqwest::StatusCode;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use roadstead_core::model::Origin;
use roadstead_core::ports::RegistryError;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

/// How many redirects within the registry are followed.
const MAX_REDIRECTS: usize = 3;

/// The way to one registry.
pub(crate) struct Transport {
    http: reqwest::Client,
    /// Keeps no connection: each request looks the name up, connects and shakes hands anew.
    fresh: reqwest::Client,
    resolver: Resolver,
    tls: Arc<rustls::ClientConfig>,
    policy: Arc<OutboundPolicy>,
    origin: Origin,
    deadlines: Deadlines,
    pub(crate) credential: Credential,
}

/// An answer, with as much of its body as was allowed.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The body went on beyond the cap and was cut.
    pub(crate) truncated: bool,
    /// From sending to the answer's headers.
    pub(crate) latency: Duration,
}

impl Answer {
    /// Whether the answer says it is a web page.
    pub(crate) fn is_html(&self) -> bool {
        let typed = self
            .headers
            .get(CONTENT_TYPE)
            .and_then(|v| v.to_str().ok())
            .is_some_and(|v| v.to_ascii_lowercase().contains("html"));
        typed || self.body.trim_ascii_start().starts_with(b"<")
    }
}

impl Transport {
    pub(crate) fn new(settings: OciSettings) -> Result<Self, RegistryError> {
        let origin = settings.address.origin();
        settings.policy.check_literal(&origin)?;
        let tls = tls::config(&settings.tls, settings.address.is_plain_http())?;
        let resolver = Resolver::new(Arc::clone(&settings.policy), origin.port);
        let client = |idle| {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .dns_resolver(resolver.clone())
                .redirect(reqwest::redirect::Policy::none())
                .referer(false)
                .no_proxy()
                .connect_timeout(settings.deadlines.connect)
                .pool_max_idle_per_host(idle)
                .user_agent(settings.user_agent.clone())
                .build()
                .map_err(|_| protocol("the HTTP client could not be set up"))
        };
        Ok(Self {
            http: client(4)?,
            fresh: client(0)?,
            resolver,
            tls: Arc::new(tls),
            policy: settings.policy,
            deadlines: settings.deadlines,
            credential: Credential::new(settings.account, origin.clone()),
            origin,
        })
    }

    pub(crate) async fn resolve(&self) -> Result<Vec<SocketAddr>, RegistryError> {
        timeout(
            self.deadlines.connect,
            self.resolver.lookup(&self.origin.host),
        )
        .await
        .unwrap_or(Err(RegistryError::Timeout))
    }

    /// Connects to the first address that accepts, with TLS for https, and hangs up.
    pub(crate) async fn connect(
        &self,
        addresses: &[SocketAddr],
    ) -> Result<SocketAddr, RegistryError> {
        timeout(self.deadlines.connect, self.handshake(addresses))
            .await
            .unwrap_or(Err(RegistryError::Timeout))
    }

    async fn handshake(&self, addresses: &[SocketAddr]) -> Result<SocketAddr, RegistryError> {
        let mut last = RegistryError::NameUnresolved;
        // A silent address must leave time for the next one.
        let each = self.deadlines.connect / u32::try_from(addresses.len().max(1)).unwrap_or(1);
        for address in addresses {
            self.policy.check(address.ip(), address.port())?;
            let stream = match timeout(each, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => stream,
                Ok(Err(error)) => {
                    last = from_io(&error).unwrap_or(RegistryError::ConnectionRefused);
                    continue;
                }
                Err(_) => {
                    last = RegistryError::Timeout;
                    continue;
                }
            };
            if self.origin.scheme == roadstead_core::model::Scheme::Https {
                let host = self
                    .origin
                    .host
                    .trim_start_matches('[')
                    .trim_end_matches(']');
                let name =
                    rustls::pki_types::ServerName::try_from(host.to_owned()).map_err(|_| {
                        RegistryError::Tls("the host name cannot be verified".to_owned())
                    })?;
                tokio_rustls::TlsConnector::from(Arc::clone(&self.tls))
                    .connect(name, stream)
                    .await
                    .map_err(|e| {
                        from_io(&e).unwrap_or_else(|| {
                            RegistryError::Tls("the TLS handshake failed".to_owned())
                        })
                    })?;
            }
            return Ok(*address);
        }
        Err(last)
    }

    /// Asks for `url`, following redirects inside the registry's own origin. Nothing here needs
    /// an answer from elsewhere, so a redirect to another origin ends the request before anything
    /// is sent there. At most `cap` bytes of the body are read.
    pub(crate) async fn get(
        &self,
        mut url: Url,
        identity: Identity,
        cap: usize,
    ) -> Result<Answer, RegistryError> {
        for _ in 0..=MAX_REDIRECTS {
            let answer = self.get_once(&url, identity, cap).await?;
            let Some(location) = redirect_target(&answer) else {
                return Ok(answer);
            };
            let next = url
                .join(location)
                .map_err(|_| protocol("the redirect cannot be read"))?;
            match Origin::of(&next) {
                Some(origin) if origin == self.origin => url = next,
                _ => return Err(protocol("it redirects to another address")),
            }
        }
        Err(protocol("it redirects in circles"))
    }

    async fn get_once(
        &self,
        url: &Url,
        identity: Identity,
        cap: usize,
    ) -> Result<Answer, RegistryError> {
        if let Some(origin) = Origin::of(url) {
            self.policy.check_literal(&origin)?;
        }
        let http = match identity {
            Identity::Fresh => &self.fresh,
            Identity::Anonymous | Identity::Account => &self.http,
        };
        let mut request = http
            .get(url.clone())
            .header(ACCEPT, HeaderValue::from_static("application/json"));
        if identity == Identity::Account
            && let Some(authorization) = self.credential.authorization(url)?
        {
            request = request.header(AUTHORIZATION, authorization);
        }
        let started = Instant::now();
        let mut response = timeout(self.deadlines.answer, request.send())
            .await
            .map_err(|_| RegistryError::Timeout)?
            .map_err(|e| from_reqwest(&e))?;
        let latency = started.elapsed();
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let (body, truncated) = timeout(self.deadlines.body, read_body(&mut response, cap))
            .await
            .map_err(|_| RegistryError::Timeout)??;
        Ok(Answer {
            status,
            headers,
            body,
            truncated,
            latency,
        })
    }
}

/// Reads up to `cap` bytes, piece by piece, so that an endless body costs no more than that.
async fn read_body(
    response: &mut reqwest::Response,
    cap: usize,
) -> Result<(Bytes, bool), RegistryError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| from_reqwest(&e))? {
        let room = cap - body.len();
        if chunk.len() > room {
            body.extend_from_slice(&chunk[..room]);
            return Ok((body.freeze(), true));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((body.freeze(), false))
}

fn redirect_target(answer: &Answer) -> Option<&str> {
    if matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308) {
        answer.headers.get(LOCATION).and_then(|v| v.to_str().ok())
    } else {
        None
    }
}
