//! The server a command talks to, and who it talks as.

use super::logins::{self, Identity, Login, Logins};
use super::secret_input;
use super::trouble::Trouble;
use crate::wiring;
use clap::Args;
use roadstead_client::{Answer, Client, ClientError, Method};
use roadstead_core::model::{ApiTokenText, Secret};
use serde_json::Value;
use std::path::{Path, PathBuf};
use url::{Host, Url};

const DEFAULT_SERVER: &str = "http://127.0.0.1:8470";

/// Said under the help of every command that talks to a server.
pub(super) const AFTER_HELP: &str = "\
Environment: ROADSTEAD_URL is the server. ROADSTEAD_TOKEN_FILE names a file with an API token \
(ROADSTEAD_TOKEN is the token itself); it goes before what `roadstead login` has kept.

Exit codes: 0 done; 1 refused or failed; 2 the command line is wrong; 69 the server does not \
answer; 77 not signed in, or not permitted.";

/// Where the server is and how it is trusted.
#[derive(Args)]
pub(super) struct Remote {
    /// The server; else ROADSTEAD_URL, else where you signed in last, else http://127.0.0.1:8470.
    #[arg(long, global = true, value_name = "URL", help_heading = "Server")]
    server: Option<String>,
    /// Trusts the certificate authorities in this PEM file, and no others, for the server itself.
    #[arg(long, global = true, value_name = "FILE", help_heading = "Server")]
    server_ca_file: Option<PathBuf>,
    /// Accepts a server on another machine over plain http: everybody on the way can read the
    /// password or token.
    #[arg(long, global = true, help_heading = "Server")]
    allow_plain_http: bool,
}

/// A server and how it is trusted.
pub(super) struct Server {
    pub(super) origin: String,
    pub(super) ca_pem: Option<String>,
    pub(super) plain_http: bool,
}

impl Remote {
    /// Which server it is. Nothing is sent.
    pub(super) fn server(&self, logins: &Logins) -> Result<Server, Trouble> {
        let asked = self.server.clone();
        let asked = asked.or_else(|| variable("ROADSTEAD_URL"));
        let text = asked.or_else(|| logins.current.clone());
        let url = parse(text.as_deref().unwrap_or(DEFAULT_SERVER))?;
        let origin = url.origin().ascii_serialization();
        let kept = logins.servers.get(&origin);
        let ca_pem = match &self.server_ca_file {
            Some(path) => Some(read_pem(path)?),
            None => kept.and_then(|login| login.ca_pem.clone()),
        };
        let accepted = self.allow_plain_http || kept.is_some_and(|login| login.plain_http);
        check_transport(&url, accepted)?;
        Ok(Server {
            origin,
            ca_pem,
            plain_http: accepted && url.scheme() == "http",
        })
    }

    /// A client of the server, as whoever the environment or the last login says.
    pub(super) fn connect(&self) -> Result<Connected, Trouble> {
        let token = token_of_environment()?;
        let directory = logins::directory();
        let mut logins = Logins::read(directory.as_deref())?;
        let server = self.server(&logins)?;
        let connected = Connected::to(&server)?;
        let kept = logins.servers.remove(&server.origin);
        Ok(match (token, kept) {
            (Some(token), _) => connected.with(Identity::Token(token)),
            (None, Some(Login { identity, .. })) => connected.with(identity),
            (None, None) => connected,
        })
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn token_of_environment() -> Result<Option<Secret<String>>, Trouble> {
    let (token, file) = (
        variable("ROADSTEAD_TOKEN"),
        variable("ROADSTEAD_TOKEN_FILE"),
    );
    let token = match (token, file) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(Trouble::Usage(
                "ROADSTEAD_TOKEN and ROADSTEAD_TOKEN_FILE are both set; leave one".to_owned(),
            ));
        }
        (Some(token), None) => Secret::new(token),
        (None, Some(path)) => secret_input::from_file(Path::new(&path))?,
    };
    check_token(&token)?;
    Ok(Some(token))
}

/// What is no token is not sent anywhere: it may be another secret, taken by mistake.
pub(super) fn check_token(token: &Secret<String>) -> Result<(), Trouble> {
    match ApiTokenText::parse(token.expose()) {
        Some(_) => Ok(()),
        None => Err(Trouble::Usage(
            "what was given as API token is none; tokens begin with rst_".to_owned(),
        )),
    }
}

/// The address of a server. It is not quoted when it is refused: it may hold a password.
fn parse(text: &str) -> Result<Url, Trouble> {
    let wrong = |why: &str| {
        Trouble::Usage(format!(
            "the server's address {why}; write it like https://roadstead.example (--server, ROADSTEAD_URL)"
        ))
    };
    let url = Url::parse(text.trim()).map_err(|_| wrong("is no URL"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong("does not begin with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("has an account in it, which does not belong there"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("has something behind host and port"));
    }
    Ok(url)
}

/// Passwords and tokens do not travel in clear silently.
fn check_transport(url: &Url, accepted: bool) -> Result<(), Trouble> {
    let own_machine = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if url.scheme() == "https" || own_machine || accepted {
        return Ok(());
    }
    Err(Trouble::Usage(format!(
        "over plain http everybody on the way to {} can read your password or token; nothing was sent\n  \
         what to do: use https://, or accept it with --allow-plain-http",
        url.origin().ascii_serialization()
    )))
}

/// A file of certificates, as text.
pub(super) fn read_pem(path: &Path) -> Result<String, Trouble> {
    // Certificates are no secret, but the bounds of one suit them.
    secret_input::from_file(path).map(|text| text.expose().clone())
}

/// A client of one server.
pub(super) struct Connected {
    client: Client,
    origin: String,
}

impl Connected {
    /// A client without identity. Nothing is sent.
    pub(super) fn to(server: &Server) -> Result<Self, Trouble> {
        wiring::install_crypto();
        let origin = server.origin.clone();
        match Client::trusting(&origin, server.ca_pem.as_deref()) {
            Ok(client) => Ok(Self { client, origin }),
            Err(error) => Err(Trouble::Server {
                server: origin,
                error,
                or: None,
            }),
        }
    }

    /// The same with an identity.
    pub(super) fn with(self, identity: Identity) -> Self {
        let client = match identity {
            Identity::Token(token) => self.client.with_token(token),
            Identity::Session { cookie, csrf_token } => {
                self.client.with_session(cookie, csrf_token)
            }
        };
        Self { client, ..self }
    }

    /// The client below.
    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    /// What went wrong, with the server it went wrong with.
    pub(super) fn trouble(&self, error: ClientError) -> Trouble {
        Trouble::Server {
            server: self.origin.clone(),
            error,
            or: None,
        }
    }

    /// Calls; anything but a good answer is trouble.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        generation: Option<i64>,
        body: Option<&Value>,
    ) -> Result<Answer, Trouble> {
        let answer = self.client.answer(method, path, generation, body).await;
        answer.map_err(|error| self.trouble(error))
    }

    /// Calls and takes the document that was answered. A good status without one is somebody else's
    /// page, and must not look like an empty answer.
    pub(super) async fn document(
        &self,
        method: Method,
        path: &str,
        generation: Option<i64>,
        body: Option<&Value>,
    ) -> Result<Value, Trouble> {
        let answer = self.call(method, path, generation, body).await?;
        if answer.body.is_object() {
            return Ok(answer.body);
        }
        Err(self.trouble(ClientError::Unreadable {
            status: answer.status,
        }))
    }

    /// Deletes what was seen as `entity`: the server refuses when it is something else by now.
    pub(super) async fn delete_seen(
        &self,
        path: &str,
        entity: Option<&str>,
    ) -> Result<Value, Trouble> {
        let answer = self.client.answer_for(Method::DELETE, path, entity, None);
        match answer.await {
            Ok(answer) if answer.body.is_object() => Ok(answer.body),
            Ok(answer) => Err(self.trouble(ClientError::Unreadable {
                status: answer.status,
            })),
            Err(error) => Err(self.trouble(error)),
        }
    }

    /// Reads.
    pub(super) async fn get(&self, path: &str) -> Result<Value, Trouble> {
        self.document(Method::GET, path, None, None).await
    }

    /// Reads a file, of at most so many bytes.
    pub(super) async fn bytes(&self, path: &str, most: usize) -> Result<Vec<u8>, Trouble> {
        let bytes = self.client.bytes(path, most).await;
        bytes.map_err(|error| self.trouble(error))
    }

    /// Reads every page of a list.
    pub(super) async fn items(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Vec<Value>, Trouble> {
        let items = self.client.items(path, query).await;
        items.map_err(|error| self.trouble(error))
    }
}

#[cfg(test)]
mod tests {
    use super::{check_transport, parse};

    #[test]
    fn address_of_a_server_is_scheme_host_and_port_and_never_quoted() {
        for good in [
            "https://roadstead.example",
            " http://127.0.0.1:8470/ ",
            "http://[::1]:1",
        ] {
            assert!(parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "roadstead.example",
            "roadstead.example:8470",
            "ftp://canary.example",
            "https://me:canary@roadstead.example",
            "https://canary@roadstead.example",
            "https://roadstead.example/canary",
            "https://roadstead.example/?canary",
            "https://roadstead.example/#canary",
        ] {
            let refused = parse(bad).expect_err(bad);
            assert_eq!(refused.exit_code(), 2, "{bad}");
            assert!(!refused.to_string().contains("canary"), "{refused}");
        }
    }

    #[test]
    fn sec_32_plain_http_leaves_the_machine_only_when_it_is_accepted() {
        for (address, free) in [
            ("https://roadstead.example", true),
            ("http://127.0.0.1:8470", true),
            ("http://127.1.2.3", true),
            ("http://[::1]:8470", true),
            ("http://localhost:8470", true),
            ("http://roadstead.example", false),
            ("http://127.0.0.1.roadstead.example", false),
            ("http://localhost.roadstead.example", false),
            ("http://10.0.0.1", false),
            ("http://0.0.0.0", false),
            ("http://[fe80::1]", false),
        ] {
            let url = parse(address).expect(address);
            assert_eq!(check_transport(&url, false).is_ok(), free, "{address}");
            assert!(check_transport(&url, true).is_ok(), "{address}");
        }
    }
}
