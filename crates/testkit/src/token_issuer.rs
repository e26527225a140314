//! A token service for a real registry: signs what `docker-registry` verifies (ES256, the
//! certificate in `x5c`), for two users with different rights.

use crate::http1::{Head, read_head};
use crate::scripted::describe;
use crate::{Certificate, Guise};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rustls::SignatureScheme;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// The service. [`Guise::USERNAME`] gets whatever is asked for, [`Guise::OTHER_USERNAME`] may
/// pull and nothing else, nobody else gets a token. Ends when dropped.
pub struct TokenIssuer {
    address: SocketAddr,
    log: Arc<Mutex<Vec<Head>>>,
    accepting: JoinHandle<()>,
}

impl TokenIssuer {
    /// The registry's name for tokens.
    pub const SERVICE: &str = "roadstead-test-registry";
    /// Who issues them.
    pub const ISSUER: &str = "roadstead-test-issuer";

    /// Starts one on a free port of 127.0.0.1.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let accepting = tokio::spawn({
            let log = Arc::clone(&log);
            async move {
                let mut connections = JoinSet::new();
                while let Ok((stream, _)) = listener.accept().await {
                    let log = Arc::clone(&log);
                    connections.spawn(async move { serve(stream, &log).await });
                }
            }
        });
        Self {
            address,
            log,
            accepting,
        }
    }

    /// Its origin, by name: no client takes an address of loopback for a token service.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// What a registry is configured with.
    #[must_use]
    pub fn realm(&self) -> String {
        format!("{}/token", self.url())
    }

    /// Every request so far, as `GET /token?..`, with ` +auth` behind those with a credential.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.log.lock().unwrap().iter().map(describe).collect()
    }

    /// Forgets the requests so far.
    pub fn clear_log(&self) {
        self.log.lock().unwrap().clear();
    }
}

impl Drop for TokenIssuer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn serve(stream: TcpStream, log: &Mutex<Vec<Head>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let (head, _) = read_head(&mut stream).await?;
        let mut body = vec![0; head.content_length()];
        stream.read_exact(&mut body).await.ok()?;
        let (status, body) = answer(&head);
        log.lock().unwrap().push(head);
        let text = format!(
            "HTTP/1.1 {status} Issuer\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(text.as_bytes()).await.ok()?;
        stream.flush().await.ok()?;
    }
}

fn answer(head: &Head) -> (u16, String) {
    let request = head.request();
    let Some(target) = request.strip_prefix("GET /token") else {
        return (404, "{}".to_owned());
    };
    let query: Vec<(String, String)> = pairs(target.trim_start_matches('?'));
    if !query.contains(&("service".to_owned(), TokenIssuer::SERVICE.to_owned())) {
        return (400, "{}".to_owned());
    }
    let Some(user) = head.header("authorization").and_then(user) else {
        return (401, "{}".to_owned());
    };
    let scopes: Vec<&str> = query
        .iter()
        .filter(|(name, _)| name == "scope")
        .flat_map(|(_, value)| value.split(' '))
        .collect();
    let token = issue(user, &scopes);
    let body = json!({"token": token, "access_token": token, "expires_in": 300});
    (200, body.to_string())
}

/// The pairs of a query, decoded.
fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                bytes.extend(hex::decode(&tail[..2]).unwrap());
                rest = &tail[2..];
            }
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn user(authorization: &str) -> Option<&'static str> {
    let pair = STANDARD
        .decode(authorization.strip_prefix("Basic ")?)
        .ok()?;
    [
        (Guise::USERNAME, Guise::PASSWORD),
        (Guise::OTHER_USERNAME, Guise::OTHER_PASSWORD),
    ]
    .into_iter()
    .find(|(name, password)| pair == format!("{name}:{password}").as_bytes())
    .map(|(name, _)| name)
}

/// A signed token for `scopes`, cut to what the user may do.
pub(crate) fn issue(user: &str, scopes: &[&str]) -> String {
    let access: Vec<_> = scopes
        .iter()
        .filter_map(|scope| {
            let (kind, rest) = scope.split_once(':')?;
            let (name, actions) = rest.rsplit_once(':')?;
            let actions: Vec<&str> = actions
                .split(',')
                .filter(|action| user == Guise::USERNAME || *action == "pull")
                .collect();
            Some(json!({"type": kind, "name": name, "actions": actions}))
        })
        .collect();
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let claims = json!({
        "iss": TokenIssuer::ISSUER,
        "sub": user,
        "aud": TokenIssuer::SERVICE,
        "iat": now,
        "nbf": now - 30,
        "exp": now + 300,
        "jti": uuid::Uuid::now_v7().to_string(),
        "access": access,
    });
    let (certificate, _) = Certificate::Good.pem();
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
    let header = json!({
        "typ": "JWT",
        "alg": "ES256",
        "x5c": [STANDARD.encode(&certificate)],
    });
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// ES256: the two numbers of the signature, 32 bytes each.
fn sign(message: &[u8]) -> Vec<u8> {
    let (_, key) = Certificate::Good.pem();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let key = rustls::crypto::aws_lc_rs::sign::any_ecdsa_type(&key).unwrap();
    let signer = key
        .choose_scheme(&[SignatureScheme::ECDSA_NISTP256_SHA256])
        .unwrap();
    let der = signer.sign(message).unwrap();
    // SEQUENCE { INTEGER r, INTEGER s }, all of them shorter than 128 bytes.
    let mut rest = &der[2..];
    let mut raw = Vec::with_capacity(64);
    for _ in 0..2 {
        let length = usize::from(rest[1]);
        let (number, tail) = rest[2..].split_at(length);
        rest = tail;
        let number: Vec<u8> = number.iter().copied().skip_while(|b| *b == 0).collect();
        raw.resize(raw.len() + 32 - number.len(), 0);
        raw.extend(number);
    }
    raw
}
