//! A logging proxy before a real server: what was really asked of it?

use crate::Certificate;
use crate::http1::{Head, read_head};
use crate::scripted::describe;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Passes bytes through and logs the head of every request. Bodies with a length only. Ends when
/// dropped.
pub struct Proxy {
    address: SocketAddr,
    tls: bool,
    log: Arc<Mutex<Vec<Head>>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Starts one before `upstream`, on a free port of 127.0.0.1.
    pub async fn start(upstream: SocketAddr) -> Self {
        Self::listen(upstream, false).await
    }

    /// Starts one before a server that speaks TLS as `localhost`, and speaks TLS itself with
    /// [`Certificate::Good`].
    pub async fn start_tls(upstream: SocketAddr) -> Self {
        Self::listen(upstream, true).await
    }

    async fn listen(upstream: SocketAddr, tls: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let accepting = tokio::spawn({
            let log = Arc::clone(&log);
            async move {
                let mut connections = JoinSet::new();
                while let Ok((client, _)) = listener.accept().await {
                    let log = Arc::clone(&log);
                    connections.spawn(async move {
                        let Ok(server) = TcpStream::connect(upstream).await else {
                            return;
                        };
                        if !tls {
                            pass(client, server, &log).await;
                        } else if let Some((client, server)) = secure(client, server).await {
                            pass(client, server, &log).await;
                        }
                    });
                }
            }
        });
        Self {
            address,
            tls,
            log,
            accepting,
        }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address as a URL. With TLS the host is `localhost`.
    #[must_use]
    pub fn url(&self) -> String {
        if self.tls {
            format!("https://localhost:{}", self.address.port())
        } else {
            format!("http://{}", self.address)
        }
    }

    /// Every request so far.
    #[must_use]
    pub fn log(&self) -> Vec<Head> {
        self.log.lock().unwrap().clone()
    }

    /// Every request so far, as `GET /v2/`, with ` +auth` behind those that carried a credential.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.log().iter().map(describe).collect()
    }

    /// Forgets the requests so far.
    pub fn clear_log(&self) {
        self.log.lock().unwrap().clear();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn secure(
    client: TcpStream,
    server: TcpStream,
) -> Option<(
    tokio_rustls::server::TlsStream<TcpStream>,
    tokio_rustls::client::TlsStream<TcpStream>,
)> {
    let name = rustls::pki_types::ServerName::try_from("localhost").unwrap();
    let server = TlsConnector::from(Certificate::client_config())
        .connect(name, server)
        .await
        .ok()?;
    let client = TlsAcceptor::from(Certificate::Good.server_config())
        .accept(client)
        .await
        .ok()?;
    Some((client, server))
}

async fn pass(
    client: impl AsyncRead + AsyncWrite,
    server: impl AsyncRead + AsyncWrite,
    log: &Mutex<Vec<Head>>,
) {
    let (from_client, mut to_client) = tokio::io::split(client);
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let mut from_client = BufReader::new(from_client);
    let requests = async {
        while let Some((head, raw)) = read_head(&mut from_client).await {
            let length = head.content_length() as u64;
            log.lock().unwrap().push(head);
            to_server.write_all(&raw).await.ok()?;
            let mut body = (&mut from_client).take(length);
            tokio::io::copy(&mut body, &mut to_server).await.ok()?;
            to_server.flush().await.ok()?;
        }
        Some(())
    };
    let answers = async {
        let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
        let _ = to_client.shutdown().await;
    };
    // Whichever side hangs up first ends both.
    tokio::select! {
        _ = requests => {}
        () = answers => {}
    }
}
