//! The real binary, on loopback, with real peers.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops where its expectation fails and prints its figures, in helpers too"
)]

mod audit;
mod backup;
mod bad_input;
mod cast;
mod changes;
mod cli;
mod contents;
mod crawl;
mod deletion;
mod descriptions;
mod disconnection;
mod health;
mod hooks;
mod identity;
mod inventory;
mod key_rotate;
mod listed;
mod log;
mod matrix;
mod people;
mod postgres;
mod registries;
mod registry_edit;
mod search;
mod sec;
mod session;
mod setup;
mod sharing;
mod start;
mod token_registry;
mod tool;
mod workspaces;

/// The binary under test.
const ROADSTEAD: &str = env!("CARGO_BIN_EXE_roadstead");

/// HTTP by hand, for requests no client would send. Answers status and body.
async fn raw(
    method: &str,
    host: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> (u16, String) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(host).await.expect("connect");
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    stream.write_all(head.as_bytes()).await.expect("head");
    // The server may refuse and close before it has read everything.
    let _ = stream.write_all(&body).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|s| s.parse().ok())
        .unwrap_or(0);
    let body = answer
        .split_once("\r\n\r\n")
        .map_or("", |(_, b)| b)
        .to_owned();
    (status, body)
}
