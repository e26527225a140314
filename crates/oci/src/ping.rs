//! `GET /v2/` (distribution-spec "Determining Support"): is this a registry, which product, and
//! does it want an account?

use crate::challenge::Challenge;
use crate::error::from_status;
use crate::tls;
use crate::transport::Answer;
use reqwest::header::HeaderMap;
use roadstead_core::model::RegistryKind;
use roadstead_core::ports::RegistryError;
use rustls::pki_types::CertificateDer;
use std::time::Duration;
use url::Url;

/// On whose behalf a request is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// Nobody's: no credential is sent.
    Anonymous,
    /// Nobody's, over a connection of its own: a kept one shows neither a certificate that went
    /// bad nor a name that moved.
    Fresh,
    /// The integration account's, if there is one.
    Account,
}

/// What the version check says about access. A granted one does not prove access to content:
/// many registries answer it to everybody and ask for each repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// 200.
    Granted,
    /// 401, with what it asks for.
    Challenged(Vec<Challenge>),
    /// 403.
    Forbidden,
}

/// A registry's answer to the version check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pong {
    /// From sending to the answer's headers.
    pub latency: Duration,
    /// Whether it wants an account.
    pub access: Access,
    /// The product, as far as its answer gives it away. Anything with the OCI API counts as
    /// [`RegistryKind::Docker`].
    pub kind: RegistryKind,
    /// Its version, when it says.
    pub version: Option<String>,
    /// The SHA-256 of the public key it answered with, over https.
    pub key: Option<String>,
}

/// Makes sense of an answer to `GET /v2/`.
pub(crate) fn recognise(answer: &Answer) -> Result<Pong, RegistryError> {
    let marked = answer
        .headers
        .get("docker-distribution-api-version")
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.to_ascii_lowercase().contains("registry/2."));
    let challenges = Challenge::all(&answer.headers);
    let access = match answer.status.as_u16() {
        200 if !answer.truncated
            && (marked && !answer.is_html() || is_empty_object(&answer.body)) =>
        {
            Access::Granted
        }
        401 if marked || challenges.iter().any(is_registry_challenge) => {
            Access::Challenged(challenges)
        }
        403 if marked => Access::Forbidden,
        429 | 500.. => return Err(from_status(answer.status, &answer.headers)),
        _ => return Err(RegistryError::NotARegistry),
    };
    let (kind, version) = product(&answer.headers, &access);
    Ok(Pong {
        latency: answer.latency,
        access,
        kind,
        version,
        key: answer
            .certificate
            .as_deref()
            .and_then(|der| tls::key_of(&CertificateDer::from(der))),
    })
}

fn is_registry_challenge(challenge: &Challenge) -> bool {
    matches!(challenge.scheme(), "basic" | "bearer")
}

fn is_empty_object(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body)
        .is_ok_and(|map| map.is_empty())
}

fn product(headers: &HeaderMap, access: &Access) -> (RegistryKind, Option<String>) {
    let jfrog_version = headers.get("x-jfrog-version").and_then(|v| v.to_str().ok());
    if jfrog_version.is_some()
        || headers.contains_key("x-artifactory-id")
        || headers.contains_key("x-artifactory-node-id")
    {
        // `Artifactory/7.77.5 77705900`
        let version = jfrog_version
            .and_then(|v| v.split_once('/'))
            .and_then(|(_, rest)| rest.split_whitespace().next())
            .filter(|v| is_version(v))
            .map(str::to_owned);
        return (RegistryKind::Jfrog, version);
    }
    if let Access::Challenged(challenges) = access
        && challenges.iter().any(is_harbor_challenge)
    {
        return (RegistryKind::Harbor, None);
    }
    (RegistryKind::Docker, None)
}

fn is_harbor_challenge(challenge: &Challenge) -> bool {
    challenge.param("service") == Some("harbor-registry")
        || challenge
            .param("realm")
            .and_then(|realm| Url::parse(realm).ok())
            .is_some_and(|realm| realm.path() == "/service/token")
}

/// A short text that can stand for a version, so that nothing else of a stranger's header is
/// shown as one.
fn is_version(text: &str) -> bool {
    text.len() <= 32
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::{Access, recognise};
    use crate::transport::Answer;
    use bytes::Bytes;
    use reqwest::StatusCode;
    use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
    use roadstead_core::model::RegistryKind;
    use roadstead_core::ports::RegistryError;
    use std::time::Duration;

    const MARK: (&str, &str) = ("docker-distribution-api-version", "registry/2.0");

    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &'static str) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        Answer {
            status: StatusCode::from_u16(status).expect("status"),
            headers: map,
            body: Bytes::from_static(body.as_bytes()),
            truncated: false,
            latency: Duration::from_millis(1),
            certificate: None,
        }
    }

    #[test]
    fn registries_are_recognised_by_what_they_answer() {
        let basic = ("www-authenticate", "Basic realm=x");
        let harbor = (
            "www-authenticate",
            r#"Bearer realm="https://h/service/token",service="harbor-registry""#,
        );
        let jfrog = ("x-jfrog-version", "Artifactory/7.77.5 77705900");
        for (answer, kind) in [
            (answer(200, &[MARK], "{}"), RegistryKind::Docker),
            (answer(200, &[MARK], "true"), RegistryKind::Docker),
            (answer(200, &[], " {} \n"), RegistryKind::Docker),
            (
                answer(401, &[basic], "<html>proxy</html>"),
                RegistryKind::Docker,
            ),
            (answer(403, &[MARK], ""), RegistryKind::Docker),
            (answer(401, &[harbor], ""), RegistryKind::Harbor),
            (answer(401, &[basic, jfrog], ""), RegistryKind::Jfrog),
        ] {
            assert_eq!(recognise(&answer).map(|p| p.kind), Ok(kind));
        }
        let pong = recognise(&answer(200, &[MARK, jfrog], "{}")).expect("registry");
        assert_eq!(pong.version.as_deref(), Some("7.77.5"));
        assert_eq!(pong.access, Access::Granted);
    }

    #[test]
    fn anything_else_is_not_a_registry() {
        let html = ("content-type", "text/html");
        for answer in [
            answer(200, &[html], "<html>"),
            answer(200, &[html, MARK], "<html>"),
            answer(200, &[], "<!doctype html>"),
            answer(200, &[], r#"{"name":"some other API"}"#),
            answer(200, &[], "[]"),
            answer(200, &[], "hello"),
            answer(204, &[], ""),
            answer(401, &[], ""),
            answer(401, &[("www-authenticate", "Negotiate")], ""),
            answer(403, &[html], "<html>"),
            answer(404, &[MARK], ""),
            answer(400, &[], "Client sent an HTTP request to an HTTPS server."),
        ] {
            assert_eq!(recognise(&answer), Err(RegistryError::NotARegistry));
        }
    }

    #[test]
    fn fault_503_and_429_are_told_apart_from_other_servers() {
        assert_eq!(
            recognise(&answer(503, &[], "<html>")),
            Err(RegistryError::Unavailable { status: 503 })
        );
        assert_eq!(
            recognise(&answer(429, &[("retry-after", "9")], "")),
            Err(RegistryError::RateLimited {
                after: Some(Duration::from_secs(9))
            })
        );
    }
}
