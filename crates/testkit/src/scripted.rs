//! An HTTP/1.1 server that does exactly what a test tells it.

use crate::Certificate;
use crate::http1::{Head, read_head};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server does with a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A whole answer.
    Respond {
        /// The status.
        status: u16,
        /// Headers beside `Content-Length`.
        headers: Vec<(String, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// These bytes and nothing else, then the connection is closed in order.
    Raw(Vec<u8>),
    /// Takes the request and never says a word.
    Hang,
    /// Cuts the connection with a TCP reset.
    Reset,
    /// Closes the connection in order, without an answer.
    Close,
    /// A good head, then one byte of `body` after each pause.
    Drip {
        /// What is dripped.
        body: Vec<u8>,
        /// The pause before each byte.
        every: Duration,
    },
    /// A good head, then this text for ever.
    Endless(&'static str),
    /// These bytes, and the connection stays.
    Head(Vec<u8>),
    /// Promises the whole body, sends half of it and closes.
    Truncated(Vec<u8>),
}

impl Reply {
    /// A status with an empty body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::Respond {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// A 200 with JSON.
    #[must_use]
    pub fn json(body: &str) -> Self {
        Self::status(200)
            .header("Content-Type", "application/json")
            .body(body)
    }

    /// A web page.
    #[must_use]
    pub fn html() -> Self {
        Self::status(200)
            .header("Content-Type", "text/html; charset=utf-8")
            .body("<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>")
    }

    /// What an open registry answers to `GET /v2/`.
    #[must_use]
    pub fn registry() -> Self {
        Self::json("{}").header("Docker-Distribution-Api-Version", "registry/2.0")
    }

    /// What a registry with passwords answers to whoever has none.
    #[must_use]
    pub fn basic_challenge() -> Self {
        Self::status(401)
            .header("Docker-Distribution-Api-Version", "registry/2.0")
            .header("WWW-Authenticate", "Basic realm=\"registry\"")
    }

    /// Adds a header; only to a [`Self::Respond`].
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match &mut self {
            Self::Respond { headers, .. } => headers.push((name.to_owned(), value.to_owned())),
            other => panic!("{other:?} has no headers"),
        }
        self
    }

    /// The same to a `HEAD`: headers with the length of a body that does not come.
    fn without_body(self) -> Self {
        let Self::Respond {
            status,
            headers,
            body,
        } = self
        else {
            return self;
        };
        let mut text = format!(
            "HTTP/1.1 {status} Scripted\r\nContent-Length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        Self::Head(text.into_bytes())
    }

    /// Sets the body; only of a [`Self::Respond`].
    #[must_use]
    pub fn body(mut self, text: impl Into<Vec<u8>>) -> Self {
        match &mut self {
            Self::Respond { body, .. } => *body = text.into(),
            other => panic!("{other:?} has no body"),
        }
        self
    }
}

struct Rule {
    request: String,
    /// Holds only for requests with this `Authorization`.
    authorization: Option<String>,
    reply: Reply,
    left: Option<usize>,
}

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    log: Vec<Head>,
    bodies: Vec<Vec<u8>>,
    connections: usize,
}

/// The server. Rules are tried from the newest to the oldest; a request that no rule matches is
/// answered 404. Ends when dropped.
pub struct Scripted {
    address: SocketAddr,
    tls: bool,
    state: Arc<Mutex<State>>,
    accepting: JoinHandle<()>,
}

impl Scripted {
    /// Starts one on a free port of 127.0.0.1.
    pub async fn start() -> Self {
        Self::listen(None).await
    }

    /// Starts one that speaks TLS with this certificate.
    pub async fn start_tls(certificate: Certificate) -> Self {
        Self::listen(Some(certificate)).await
    }

    async fn listen(certificate: Option<Certificate>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let acceptor = certificate.map(|c| tokio_rustls::TlsAcceptor::from(c.server_config()));
        let tls = acceptor.is_some();
        let accepting = tokio::spawn({
            let state = Arc::clone(&state);
            async move {
                // Connections end with the server.
                let mut connections = tokio::task::JoinSet::new();
                while let Ok((stream, _)) = listener.accept().await {
                    state.lock().unwrap().connections += 1;
                    let (state, acceptor) = (Arc::clone(&state), acceptor.clone());
                    connections.spawn(async move {
                        match acceptor {
                            None => serve(stream, &state).await,
                            Some(acceptor) => {
                                if let Ok(stream) = acceptor.accept(stream).await {
                                    serve(stream, &state).await;
                                }
                            }
                        }
                    });
                }
            }
        });
        Self {
            address,
            tls,
            state,
            accepting,
        }
    }

    /// Ends it and waits until its port is closed and its connections are cut. Dropping it does
    /// the same a little later.
    pub async fn stop(mut self) {
        self.accepting.abort();
        let _ = (&mut self.accepting).await;
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address as a URL. With TLS the host is `localhost`, which the good certificate names.
    #[must_use]
    pub fn url(&self) -> String {
        if self.tls {
            format!("https://localhost:{}", self.address.port())
        } else {
            format!("http://{}", self.address)
        }
    }

    /// From now on: this reply to `GET /path?query`, exactly. A request of only a method and a
    /// path without query (`GET /v2/`) also matches that path with any query.
    pub fn on(&self, request: &str, reply: Reply) -> &Self {
        self.add(request, reply, None)
    }

    /// The next `times` requests get this reply, then older rules hold again.
    pub fn on_times(&self, times: usize, request: &str, reply: Reply) -> &Self {
        self.add(request, reply, Some(times))
    }

    /// From now on: this reply to requests that also carry exactly this `Authorization`.
    pub fn on_with(&self, request: &str, authorization: &str, reply: Reply) -> &Self {
        self.add(request, reply, None);
        if let Some(rule) = self.state.lock().unwrap().rules.last_mut() {
            rule.authorization = Some(authorization.to_owned());
        }
        self
    }

    fn add(&self, request: &str, reply: Reply, left: Option<usize>) -> &Self {
        self.state.lock().unwrap().rules.push(Rule {
            request: request.to_owned(),
            authorization: None,
            reply,
            left,
        });
        self
    }

    /// Every request so far.
    #[must_use]
    pub fn log(&self) -> Vec<Head> {
        self.state.lock().unwrap().log.clone()
    }

    /// The body of every request so far.
    #[must_use]
    pub fn bodies(&self) -> Vec<Vec<u8>> {
        self.state.lock().unwrap().bodies.clone()
    }

    /// Every request so far, as `GET /v2/`, with ` +auth` behind those that carried a credential.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.log().iter().map(describe).collect()
    }

    /// Forgets the requests so far.
    pub fn clear_log(&self) {
        let mut state = self.state.lock().unwrap();
        state.log.clear();
        state.bodies.clear();
    }

    /// How many connections were accepted.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }
}

/// A port of 127.0.0.1 at which nothing listens, and which nobody else is given while this is held.
pub struct ClosedPort {
    address: SocketAddr,
    _held: tokio::net::TcpSocket,
}

impl ClosedPort {
    /// Takes one.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it takes a port")]
    pub fn new() -> Self {
        let held = tokio::net::TcpSocket::new_v4().unwrap();
        held.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = held.local_addr().unwrap();
        Self {
            address,
            _held: held,
        }
    }

    /// Its address as a URL: whoever connects is refused.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

pub(crate) fn describe(head: &Head) -> String {
    let mark = if head.is_authorized() { " +auth" } else { "" };
    format!("{}{mark}", head.request())
}

trait Stream: AsyncRead + AsyncWrite + Unpin {
    fn reset_on_close(&self);
}

impl Stream for TcpStream {
    fn reset_on_close(&self) {
        let _ = self.set_zero_linger();
    }
}

impl Stream for tokio_rustls::server::TlsStream<TcpStream> {
    fn reset_on_close(&self) {
        self.get_ref().0.reset_on_close();
    }
}

async fn serve(stream: impl Stream, state: &Mutex<State>) {
    let mut stream = BufReader::new(stream);
    while let Some((head, _)) = read_head(&mut stream).await {
        let mut body = vec![0; head.content_length()];
        if stream.read_exact(&mut body).await.is_err() {
            return;
        }
        let mut reply = {
            let mut state = state.lock().unwrap();
            let reply = choose(&mut state.rules, &head);
            state.log.push(head.clone());
            state.bodies.push(body);
            reply
        };
        if head.first_line.starts_with("HEAD ") {
            reply = reply.without_body();
        }
        if play(&mut stream, reply).await.is_none() {
            return;
        }
    }
}

fn choose(rules: &mut [Rule], head: &Head) -> Reply {
    let request = head.request();
    let request = request.as_str();
    let given = head.header("authorization");
    let path = request.split('?').next().unwrap_or(request);
    let rule = rules
        .iter_mut()
        .rev()
        .filter(|rule| rule.left != Some(0))
        .filter(|rule| rule.authorization.is_none() || rule.authorization.as_deref() == given)
        .find(|rule| {
            let begins = rule.request.strip_suffix('*');
            rule.request == request
                || rule.request == path
                || begins.is_some_and(|begins| path.starts_with(begins))
        });
    match rule {
        Some(rule) => {
            rule.left = rule.left.map(|n| n - 1);
            rule.reply.clone()
        }
        None => Reply::status(404),
    }
}

/// Plays a reply; `None` ends the connection.
async fn play(stream: &mut BufReader<impl Stream>, reply: Reply) -> Option<()> {
    const OPEN: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDocker-Distribution-Api-Version: registry/2.0\r\n";
    match reply {
        Reply::Respond {
            status,
            headers,
            body,
        } => {
            let mut text = format!(
                "HTTP/1.1 {status} Scripted\r\nContent-Length: {}\r\n",
                body.len()
            );
            for (name, value) in headers {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
            text.push_str("\r\n");
            let mut bytes = text.into_bytes();
            bytes.extend(body);
            stream.write_all(&bytes).await.ok()?;
            stream.flush().await.ok()
        }
        Reply::Raw(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            stream.shutdown().await.ok()?;
            None
        }
        Reply::Head(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            stream.flush().await.ok()
        }
        Reply::Hang => std::future::pending().await,
        Reply::Reset => {
            stream.get_ref().reset_on_close();
            None
        }
        Reply::Close => None,
        Reply::Drip { body, every } => {
            let head = format!("{OPEN}Content-Length: {}\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).await.ok()?;
            for byte in body {
                tokio::time::sleep(every).await;
                stream.write_all(&[byte]).await.ok()?;
                stream.flush().await.ok()?;
            }
            Some(())
        }
        Reply::Endless(text) => {
            let head = format!("{OPEN}Connection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await.ok()?;
            let block = text.repeat((64 << 10) / text.len().max(1));
            loop {
                stream.write_all(block.as_bytes()).await.ok()?;
            }
        }
        Reply::Truncated(body) => {
            let head = format!("{OPEN}Content-Length: {}\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).await.ok()?;
            stream.write_all(&body[..body.len() / 2]).await.ok()?;
            stream.shutdown().await.ok()?;
            None
        }
    }
}
