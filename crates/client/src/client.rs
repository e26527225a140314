//! Calls with JSON in and out.

use crate::events::{self, Event};
use crate::lines;
use crate::{ClientError, Problem};
use futures::Stream;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, IF_MATCH,
    ORIGIN, SET_COOKIE,
};
use reqwest::{Certificate, Method, RequestBuilder, Response};
use roadstead_core::model::Secret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use url::Url;

const SESSION_COOKIE: &str = "roadstead_session";
const CSRF_HEADER: HeaderName = HeaderName::from_static("x-roadstead-csrf");

/// How long the server may take to connect and to begin its answer.
const ANSWER_DEADLINE: Duration = Duration::from_secs(60);

/// How long a file may take.
const FILE_DEADLINE: Duration = Duration::from_secs(300);

/// An answer as it came.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; null when it is empty or no JSON.
    pub body: Value,
}

#[derive(Default)]
struct Identity {
    cookie: Option<Secret<String>>,
    csrf: Option<Secret<String>>,
    token: Option<Secret<String>>,
}

/// A client of one server, with at most one identity: a session, kept as a browser would keep
/// it, or a token.
pub struct Client {
    http: reqwest::Client,
    base: Url,
    identity: Mutex<Identity>,
}

impl Client {
    /// Sets a client up for `http://host:port` or `https://host`. No I/O happens. Proxy settings
    /// of the environment are not used.
    ///
    /// # Errors
    /// [`ClientError::Address`] for anything else, [`ClientError::Transport`] when the system has
    /// no certificate authorities for https.
    pub fn new(base: &str) -> Result<Self, ClientError> {
        Self::trusting(base, None)
    }

    /// As [`Self::new`], and over https by these certificate authorities alone. There is no way to
    /// leave the server's certificate unchecked.
    ///
    /// # Errors
    /// Those of [`Self::new`], and [`ClientError::Authority`] when the text holds no certificate.
    pub fn trusting(base: &str, authorities_pem: Option<&str>) -> Result<Self, ClientError> {
        let base = Url::parse(base).map_err(|_| ClientError::Address)?;
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(10));
        match base.scheme() {
            "https" => {
                if let Some(pem) = authorities_pem {
                    let certificates = Certificate::from_pem_bundle(pem.as_bytes())
                        .ok()
                        .filter(|found| !found.is_empty())
                        .ok_or(ClientError::Authority)?;
                    builder = builder.tls_certs_only(certificates);
                }
            }
            // Without this a machine without certificate authorities could not use http either.
            "http" => builder = builder.tls_certs_only([]),
            _ => return Err(ClientError::Address),
        }
        Ok(Self {
            http: builder.build()?,
            base,
            identity: Mutex::default(),
        })
    }

    /// Carries this API token from now on.
    #[must_use]
    pub fn with_token(self, token: Secret<String>) -> Self {
        self.identity().token = Some(token);
        self
    }

    /// Carries this session from now on: its cookie's secret, and what its mutations carry.
    #[must_use]
    pub fn with_session(self, cookie: Secret<String>, csrf_token: Secret<String>) -> Self {
        {
            let mut identity = self.identity();
            identity.cookie = Some(cookie);
            identity.csrf = Some(csrf_token);
        }
        self
    }

    /// Carries this value with every mutation from now on; it comes with the session.
    pub fn set_csrf_token(&self, token: String) {
        self.identity().csrf = Some(Secret::new(token));
    }

    /// The secret of the session cookie, for tests that speak HTTP by hand.
    #[must_use]
    pub fn session_cookie(&self) -> Option<Secret<String>> {
        self.identity().cookie.clone()
    }

    /// Whether a session cookie is carried.
    #[must_use]
    pub fn has_session(&self) -> bool {
        self.identity().cookie.is_some()
    }

    /// Calls and gives the answer as it came, whatever its status.
    ///
    /// # Errors
    /// [`ClientError::Address`], [`ClientError::Transport`].
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: HeaderMap,
        body: Option<&Value>,
    ) -> Result<Answer, ClientError> {
        let mut request = self.request(method, path)?.headers(headers);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.timeout(ANSWER_DEADLINE).send().await?;
        self.keep_session(&response);
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await?;
        Ok(Answer {
            status,
            headers,
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        })
    }

    /// Calls and gives a good answer as it came. `generation` is what was read before: the server
    /// refuses when it has changed since.
    ///
    /// # Errors
    /// [`ClientError::Problem`] when the server refuses, [`ClientError::Unreadable`] for what is no
    /// answer of this API, and those of [`Self::send`].
    pub async fn answer(
        &self,
        method: Method,
        path: &str,
        generation: Option<i64>,
        body: Option<&Value>,
    ) -> Result<Answer, ClientError> {
        let entity = generation.map(|generation| generation.to_string());
        self.answer_for(method, path, entity.as_deref(), body).await
    }

    /// The same for what is known by another mark than its generation: an artifact by its digest.
    ///
    /// # Errors
    /// Those of [`Self::answer`].
    pub async fn answer_for(
        &self,
        method: Method,
        path: &str,
        entity: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer, ClientError> {
        let mut headers = HeaderMap::new();
        if let Some(entity) = entity {
            let tag = HeaderValue::from_str(&format!("\"{entity}\""));
            headers.insert(IF_MATCH, tag.map_err(|_| ClientError::Address)?);
        }
        let answer = self.send(method, path, headers, body).await?;
        if (200..300).contains(&answer.status) {
            return Ok(answer);
        }
        Err(problem(answer.body).unwrap_or(ClientError::Unreadable {
            status: answer.status,
        }))
    }

    /// Calls and reads a good answer.
    ///
    /// # Errors
    /// Those of [`Self::answer`], and [`ClientError::Unreadable`] when it is not what is wanted.
    pub async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<T, ClientError> {
        let body = body
            .map(serde_json::to_value)
            .transpose()
            .map_err(|_| ClientError::Unreadable { status: 0 })?;
        let answer = self.answer(method, path, None, body.as_ref()).await?;
        serde_json::from_value(answer.body).map_err(|_| ClientError::Unreadable {
            status: answer.status,
        })
    }

    /// Reads: `GET`.
    ///
    /// # Errors
    /// Those of [`Self::call`].
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.call(Method::GET, path, None::<&Value>).await
    }

    /// Reads a file: `GET`, of at most `most` bytes, within five minutes.
    ///
    /// # Errors
    /// [`ClientError::Problem`] when the server refuses, [`ClientError::Unreadable`] for more bytes
    /// or for what is no file of this API, [`ClientError::Transport`], also for one that breaks off.
    pub async fn bytes(&self, path: &str, most: usize) -> Result<Vec<u8>, ClientError> {
        let request = self.request(Method::GET, path)?.timeout(FILE_DEADLINE);
        let mut response = self.open(request).await?;
        let unreadable = || ClientError::Unreadable { status: 200 };
        // Somebody else's page would come as what a browser shows.
        let kind = response.headers().get(CONTENT_TYPE);
        if kind.is_none_or(|kind| kind != "application/octet-stream") {
            return Err(unreadable());
        }
        let mut bytes = Vec::new();
        while let Some(piece) = response.chunk().await? {
            if bytes.len() + piece.len() > most {
                return Err(unreadable());
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }

    /// Calls a route that answers one JSON value a line (NDJSON), as they come.
    ///
    /// # Errors
    /// Those of [`Self::call`]; within the stream, [`ClientError::Transport`] and
    /// [`ClientError::Unreadable`], after which it ends.
    pub async fn lines(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<impl Stream<Item = Result<Value, ClientError>> + Send + use<>, ClientError> {
        let request = self.request(method, path)?.json(body);
        let response = self.open(request).await?;
        Ok(lines::json(response))
    }

    /// Follows a stream of events (SSE), after `last_event_id` if given.
    ///
    /// # Errors
    /// Those of [`Self::lines`].
    pub async fn events(
        &self,
        path: &str,
        last_event_id: Option<&str>,
    ) -> Result<impl Stream<Item = Result<Event, ClientError>> + Send + use<>, ClientError> {
        let mut request = self
            .request(Method::GET, path)?
            .header(ACCEPT, "text/event-stream");
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        let response = self.open(request).await?;
        Ok(events::read(response))
    }

    async fn open(&self, request: RequestBuilder) -> Result<Response, ClientError> {
        let response = request.send().await?;
        self.keep_session(&response);
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = response.bytes().await?;
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Err(problem(body).unwrap_or(ClientError::Unreadable {
            status: status.as_u16(),
        }))
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, ClientError> {
        let url = self.base.join(path).map_err(|_| ClientError::Address)?;
        // A path like `//elsewhere` would carry the identity away.
        if url.origin() != self.base.origin() {
            return Err(ClientError::Address);
        }
        let mut request = self.http.request(method.clone(), url);
        let identity = self.identity();
        if let Some(token) = &identity.token {
            request = request.header(
                AUTHORIZATION,
                secret(&format!("Bearer {}", token.expose()))?,
            );
        } else if let Some(cookie) = &identity.cookie {
            request = request.header(
                COOKIE,
                secret(&format!("{SESSION_COOKIE}={}", cookie.expose()))?,
            );
        }
        if !matches!(method, Method::GET | Method::HEAD) {
            request = request.header(ORIGIN, self.base.origin().ascii_serialization());
            // Without a session any value will do: setting the header at all is the point.
            let csrf = identity
                .csrf
                .as_ref()
                .map_or("1", |csrf| csrf.expose().as_str());
            request = request.header(CSRF_HEADER, secret(csrf)?);
        }
        Ok(request)
    }

    fn keep_session(&self, response: &Response) {
        for value in response.headers().get_all(SET_COOKIE) {
            let cookie = value
                .to_str()
                .ok()
                .and_then(|v| v.split(';').next())
                .and_then(|pair| pair.split_once('='))
                .filter(|(name, _)| name.trim() == SESSION_COOKIE);
            if let Some((_, value)) = cookie {
                let mut identity = self.identity();
                // An empty value is how a server takes a cookie back.
                identity.cookie = (!value.is_empty()).then(|| Secret::new(value.to_owned()));
                if identity.cookie.is_none() {
                    identity.csrf = None;
                }
            }
        }
    }

    fn identity(&self) -> std::sync::MutexGuard<'_, Identity> {
        self.identity.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn secret(text: &str) -> Result<HeaderValue, ClientError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| ClientError::Address)?;
    value.set_sensitive(true);
    Ok(value)
}

fn problem(body: Value) -> Option<ClientError> {
    serde_json::from_value::<Problem>(body)
        .ok()
        .map(|p| ClientError::Problem(Box::new(p)))
}
