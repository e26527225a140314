//! One request and its answer: guarded, bounded in time and size, with the account only where it
//! belongs.

use crate::authority::Authority;
use crate::client::{Deadlines, OciSettings};
use crate::credential::Bound;
use crate::doors::Doors;
use crate::error::{from_reqwest, from_status, protocol};
use crate::handshake;
use crate::permits::{Permit, Permits};
use crate::ping::Identity;
use crate::scope::Scopes;
use bytes::{Bytes, BytesMut};
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION,
};
use reqwest::tls::TlsInfo;
use reqwest::{Method, StatusCode};
use roadstead_core::model::Origin;
use roadstead_core::ports::RegistryError;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::time::timeout;
use url::Url;

/// How many redirects are followed.
const MAX_REDIRECTS: usize = 3;

/// The most bytes of an answer's headers.
const MAX_HEADERS: usize = 64 << 10;

/// The most bytes of a refusal that are read before it is answered.
const REFUSAL_BYTES: usize = 64 << 10;

/// How often one question is asked again at most.
const MAX_RETRIES: u32 = 2;

/// The way to one registry.
pub(crate) struct Transport {
    pub(crate) doors: Doors,
    pub(crate) authority: Authority,
    deadlines: Deadlines,
    permits: Permits,
    /// Requests sent so far.
    pub(crate) sent: AtomicU64,
}

/// What is asked.
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) identity: Identity,
    /// What a token must be good for; `None`: no token is fetched, whatever the registry says.
    pub(crate) scopes: Option<&'a Scopes>,
    /// A question about health, which waits for no other.
    pub(crate) health: bool,
    /// Whether a redirect may lead to another origin, without any credential.
    pub(crate) elsewhere: bool,
    /// The answer may take as long as storing a large blob does.
    pub(crate) patient: bool,
}

impl Ask<'_> {
    /// A plain `GET` of JSON.
    pub(crate) fn get(url: Url, identity: Identity) -> Self {
        let json = HeaderValue::from_static("application/json");
        Self {
            method: Method::GET,
            url,
            headers: HeaderMap::from_iter([(ACCEPT, json)]),
            body: None,
            identity,
            scopes: None,
            health: false,
            elsewhere: false,
            patient: false,
        }
    }

    /// Whether asking twice is as good as asking once.
    fn is_repeatable(&self) -> bool {
        !self.health && matches!(self.method, Method::GET | Method::HEAD)
    }
}

/// An answer whose body is still on its way.
pub(crate) struct Open {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) response: reqwest::Response,
    /// From sending to the answer's headers.
    pub(crate) latency: Duration,
    permit: Option<Permit>,
}

impl Open {
    /// Tells the registry's permits how it went, and gives the permit back.
    pub(crate) fn done(&mut self, error: Option<&RegistryError>) {
        if let Some(permit) = self.permit.take() {
            permit.done(error);
        }
    }
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
    /// The certificate it came with, in DER.
    pub(crate) certificate: Option<Vec<u8>>,
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

    /// The error of an answer that says stop or that it cannot.
    fn failure(&self) -> Option<RegistryError> {
        match self.status.as_u16() {
            429 | 500.. => Some(from_status(self.status, &self.headers)),
            _ => None,
        }
    }
}

impl Transport {
    pub(crate) fn new(settings: &OciSettings) -> Result<Self, RegistryError> {
        Ok(Self {
            doors: Doors::new(settings)?,
            deadlines: settings.deadlines,
            permits: Permits::new(),
            sent: AtomicU64::new(0),
            authority: Authority::new(settings),
        })
    }

    pub(crate) async fn resolve(&self) -> Result<Vec<SocketAddr>, RegistryError> {
        let lookup = self.doors.resolver.lookup(&self.doors.registry.host);
        timeout(self.deadlines.connect, lookup)
            .await
            .unwrap_or(Err(RegistryError::Timeout))
    }

    pub(crate) async fn connect(
        &self,
        addresses: &[SocketAddr],
    ) -> Result<SocketAddr, RegistryError> {
        handshake::run(&self.doors, addresses, self.deadlines.connect).await
    }

    pub(crate) async fn speaks_tls(&self, address: SocketAddr) -> bool {
        // A server of plain http may wait for the rest of what it takes for a request.
        let deadline = self.deadlines.connect.min(Duration::from_secs(1));
        handshake::speaks_tls(&self.doors, address, deadline).await
    }

    /// Asks and reads at most `cap` bytes of the body. What may be asked twice is, when it failed
    /// and the budget of retries allows it.
    pub(crate) async fn ask(&self, ask: &Ask<'_>, cap: usize) -> Result<Answer, RegistryError> {
        let mut attempt = 0;
        if ask.is_repeatable() {
            self.permits.earn();
        }
        loop {
            let answer = self.ask_once(ask, cap).await;
            let failed = match &answer {
                Ok(answer) => answer.failure(),
                Err(error) => Some(error.clone()),
            };
            let again = failed.is_some_and(|error| may_pass(&error))
                && ask.is_repeatable()
                && attempt < MAX_RETRIES;
            let Some(pause) = again.then(|| self.permits.retry(attempt)).flatten() else {
                return answer;
            };
            attempt += 1;
            tokio::time::sleep(pause).await;
        }
    }

    async fn ask_once(&self, ask: &Ask<'_>, cap: usize) -> Result<Answer, RegistryError> {
        let open = self.open(ask).await?;
        self.read(open, cap).await
    }

    /// Reads an open answer to its end, or to `cap`.
    pub(crate) async fn read(&self, mut open: Open, cap: usize) -> Result<Answer, RegistryError> {
        let body = timeout(
            self.deadlines.body,
            read_body(&mut open.response, cap, self.deadlines.idle),
        )
        .await
        .unwrap_or(Err(RegistryError::Timeout));
        let (body, truncated) = match body {
            Ok(body) => body,
            Err(error) => {
                open.done(Some(&error));
                return Err(error);
            }
        };
        let answer = Answer {
            status: open.status,
            headers: std::mem::take(&mut open.headers),
            body,
            truncated,
            latency: open.latency,
            certificate: open
                .response
                .extensions()
                .get::<TlsInfo>()
                .and_then(TlsInfo::peer_certificate)
                .map(Vec::from),
        };
        open.done(answer.failure().as_ref());
        Ok(answer)
    }

    /// Asks with the credential that fits, up to the answer's headers. A 401 that says what would
    /// be accepted is answered with it, once for each way there is.
    pub(crate) async fn open(&self, ask: &Ask<'_>) -> Result<Open, RegistryError> {
        let mut proof = self.prove(ask).await?;
        loop {
            let mut open = self.follow(ask, proof.bound.as_ref()).await?;
            if open.status != StatusCode::UNAUTHORIZED {
                return Ok(open);
            }
            // A token may need a permit, and this may hold the last one.
            open.done(None);
            match self.prove_again(ask, &proof, &open.headers).await? {
                Some(next) => {
                    // The connection can be used again once the refusal is read.
                    self.read(open, REFUSAL_BYTES).await?;
                    proof = next;
                }
                None => return Ok(open),
            }
        }
    }

    /// Asks for the URL, following redirects inside the registry's own origin. A redirect to
    /// another origin ends the request before anything is sent there, unless the request may go
    /// elsewhere; then it goes without a credential.
    async fn follow(&self, ask: &Ask<'_>, bound: Option<&Bound>) -> Result<Open, RegistryError> {
        let mut url = ask.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let mut open = self.hop(ask, &url, bound).await?;
            let Some(location) = redirect_target(ask, &open) else {
                return Ok(open);
            };
            let next = url
                .join(location)
                .map_err(|_| protocol("the redirect cannot be read"))?;
            open.done(None);
            match Origin::of(&next) {
                Some(origin) if origin == self.doors.registry => url = next,
                Some(origin) if ask.elsewhere && !self.is_downgrade(&origin) => url = next,
                _ => return Err(protocol("it redirects to another address")),
            }
        }
        Err(protocol("it redirects in circles"))
    }

    /// Whether going there gives up the protection the registry was entered with.
    fn is_downgrade(&self, origin: &Origin) -> bool {
        use roadstead_core::model::Scheme::{Http, Https};
        self.doors.registry.scheme == Https && origin.scheme == Http
    }

    /// One request, no redirect followed.
    pub(crate) async fn hop(
        &self,
        ask: &Ask<'_>,
        url: &Url,
        bound: Option<&Bound>,
    ) -> Result<Open, RegistryError> {
        let http = self.doors.to(url, ask.identity == Identity::Fresh)?;
        let mut permit = self.permits.acquire(ask.health).await?;
        let mut request = http
            .request(ask.method.clone(), url.clone())
            .headers(ask.headers.clone());
        if let Some(header) = bound.and_then(|bound| bound.given(url)) {
            request = request.header(AUTHORIZATION, header.clone());
        }
        if let Some(body) = &ask.body {
            request = request.body(body.clone());
        }
        self.sent.fetch_add(1, Ordering::Relaxed);
        let started = Instant::now();
        let deadline = if ask.patient {
            self.deadlines.commit
        } else {
            self.deadlines.answer
        };
        let sent = timeout(deadline, request.send())
            .await
            .map_err(|_| RegistryError::Timeout)
            .and_then(|sent| sent.map_err(|e| from_reqwest(&e)))
            .and_then(check_head);
        let mut response = match sent {
            Ok(response) => response,
            Err(error) => {
                permit.done(Some(&error));
                return Err(error);
            }
        };
        let latency = started.elapsed();
        permit.answered(latency);
        Ok(Open {
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            response,
            latency,
            permit: Some(permit),
        })
    }
}

/// Headers without end, and bodies packed in ways we did not ask for: a small one could become a
/// huge one.
fn check_head(response: reqwest::Response) -> Result<reqwest::Response, RegistryError> {
    let headers = response.headers();
    let size: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if size > MAX_HEADERS {
        return Err(protocol("the answer's headers are too large"));
    }
    let packed = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|v| !v.as_bytes().eq_ignore_ascii_case(b"identity"));
    if packed {
        return Err(protocol(
            "the answer is compressed though nobody asked for it",
        ));
    }
    Ok(response)
}

/// Whether the same question may have an answer a moment later.
const fn may_pass(error: &RegistryError) -> bool {
    matches!(
        error,
        RegistryError::ConnectionReset
            | RegistryError::Unavailable {
                status: 500 | 502 | 503 | 504
            }
    )
}

/// Reads up to `cap` bytes, piece by piece, so that an endless body costs no more than that.
async fn read_body(
    response: &mut reqwest::Response,
    cap: usize,
    idle: Duration,
) -> Result<(Bytes, bool), RegistryError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = next_chunk(response, idle).await? {
        let room = cap - body.len();
        if chunk.len() > room {
            body.extend_from_slice(&chunk[..room]);
            return Ok((body.freeze(), true));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((body.freeze(), false))
}

/// The next piece of a body; silence in the middle of one has a deadline of its own.
pub(crate) async fn next_chunk(
    response: &mut reqwest::Response,
    idle: Duration,
) -> Result<Option<Bytes>, RegistryError> {
    timeout(idle, response.chunk())
        .await
        .map_err(|_| RegistryError::Timeout)?
        .map_err(|e| from_reqwest(&e))
}

fn redirect_target<'a>(ask: &Ask<'_>, open: &'a Open) -> Option<&'a str> {
    if matches!(ask.method, Method::GET | Method::HEAD)
        && matches!(open.status.as_u16(), 301 | 302 | 303 | 307 | 308)
    {
        open.headers.get(LOCATION).and_then(|v| v.to_str().ok())
    } else {
        None
    }
}
