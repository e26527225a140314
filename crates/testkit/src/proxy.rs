//! A logging proxy before a real server: what was really asked of it?

use crate::http1::{Head, read_head};
use crate::scripted::describe;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// Passes bytes through and logs the head of every request. Plain HTTP; bodies with a length
/// only. Ends when dropped.
pub struct Proxy {
    address: SocketAddr,
    log: Arc<Mutex<Vec<Head>>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Starts one before `upstream`, on a free port of 127.0.0.1.
    pub async fn start(upstream: SocketAddr) -> Self {
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
                        if let Ok(server) = TcpStream::connect(upstream).await {
                            pass(client, server, &log).await;
                        }
                    });
                }
            }
        });
        Self {
            address,
            log,
            accepting,
        }
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address as a URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
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

async fn pass(client: TcpStream, server: TcpStream, log: &Mutex<Vec<Head>>) {
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let mut from_client = BufReader::new(from_client);
    let requests = async {
        while let Some((head, raw)) = read_head(&mut from_client).await {
            let length = head.content_length() as u64;
            log.lock().unwrap().push(head);
            to_server.write_all(&raw).await.ok()?;
            let mut body = (&mut from_client).take(length);
            tokio::io::copy(&mut body, &mut to_server).await.ok()?;
        }
        Some(())
    };
    let answers = async {
        let _ = tokio::io::copy(&mut from_server, &mut to_client).await;
    };
    // Whichever side hangs up first ends both.
    tokio::select! {
        _ = requests => {}
        () = answers => {}
    }
}
