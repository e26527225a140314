//! As much HTTP/1.1 (RFC 9112) as the test servers need.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The head of a request or answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// `GET /v2/ HTTP/1.1`, or `HTTP/1.1 200 OK`.
    pub first_line: String,
    /// Names in lower case, in order.
    pub headers: Vec<(String, String)>,
}

impl Head {
    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Method and target: `GET /v2/_catalog?n=1000`.
    #[must_use]
    pub fn request(&self) -> String {
        self.first_line
            .rsplit_once(' ')
            .map_or_else(String::new, |(request, _)| request.to_owned())
    }

    /// Whether it carries a credential.
    #[must_use]
    pub fn is_authorized(&self) -> bool {
        self.header("authorization").is_some()
    }

    pub(crate) fn content_length(&self) -> usize {
        self.header("content-length")
            .and_then(|v| v.parse().ok())
            .unwrap_or(0)
    }
}

/// Reads up to the empty line; the raw bytes, too. `None` when the other side hung up.
pub(crate) async fn read_head(from: &mut (impl AsyncRead + Unpin)) -> Option<(Head, Vec<u8>)> {
    let mut raw = Vec::new();
    while !raw.ends_with(b"\r\n\r\n") {
        raw.push(from.read_u8().await.ok()?);
        assert!(raw.len() < 64 << 10, "head without end");
    }
    let text = String::from_utf8_lossy(&raw).into_owned();
    let mut lines = text.trim_end().split("\r\n");
    let head = Head {
        first_line: lines.next().unwrap_or_default().to_owned(),
        headers: lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect(),
    };
    Some((head, raw))
}

/// One request on a connection of its own, bounded to a minute.
pub(crate) async fn exchange(
    address: SocketAddr,
    request: &str,
    headers: &[(&str, String)],
    body: &[u8],
) -> std::io::Result<(u16, Head, Vec<u8>)> {
    tokio::time::timeout(Duration::from_secs(60), async {
        let mut stream = tokio::io::BufReader::new(TcpStream::connect(address).await?);
        let mut text = format!(
            "{request} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n",
            body.len()
        );
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        stream.write_all(text.as_bytes()).await?;
        stream.write_all(body).await?;
        let (head, _) = read_head(&mut stream)
            .await
            .ok_or(std::io::ErrorKind::UnexpectedEof)?;
        let mut rest = Vec::new();
        if head.header("content-length").is_some() {
            rest.resize(head.content_length(), 0);
            stream.read_exact(&mut rest).await?;
        } else {
            stream.read_to_end(&mut rest).await?;
        }
        let status = head
            .first_line
            .split(' ')
            .nth(1)
            .and_then(|s| s.parse().ok())
            .ok_or(std::io::ErrorKind::InvalidData)?;
        Ok((status, head, rest))
    })
    .await
    .map_err(|_| std::io::ErrorKind::TimedOut)?
}
