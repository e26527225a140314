//! The connection test of a Docker Registry.

use super::{DockerAdapter, PLAIN, identity};
use crate::steps::{Facts, Steps};
use roadstead_core::model::{Origin, PeerCertificate, ProbeDepth, ProbeReport, Scheme, StepName};
use roadstead_core::ports::{RegistryError, StepSink};
use roadstead_core::rules::same_server;
use roadstead_oci::{Access, Identity, OciClient, Pong};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long a question of the health loop may take (`core::rules::health`).
const HEALTH_DEADLINE: Duration = Duration::from_secs(3);

pub(super) async fn run(
    adapter: &DockerAdapter,
    depth: ProbeDepth,
    sink: StepSink<'_>,
) -> ProbeReport {
    match depth {
        ProbeDepth::Liveness => {
            let answer = within(HEALTH_DEADLINE, adapter.client.ping(Identity::Fresh)).await;
            let seen = answer.as_ref().ok().and_then(|p| identity::of(adapter, p));
            ProbeReport {
                identity: seen,
                ..report(answer)
            }
        }
        ProbeDepth::Credential => {
            match within(HEALTH_DEADLINE, adapter.client.check_account()).await {
                Ok(Some(pong)) => report(Ok(pong)),
                // Nothing to reject: as good as accepted.
                Ok(None) => ProbeReport {
                    outcome: Ok(Duration::ZERO),
                    detected_kind: None,
                    version: None,
                    token_service: None,
                    identity: None,
                },
                Err(error) => report(Err(error)),
            }
        }
        ProbeDepth::Anonymous | ProbeDepth::Full => {
            let mut steps = Steps::new(sink);
            let mut detected = None;
            let ended = test(adapter, depth, &mut steps, &mut detected).await;
            steps.skip_rest();
            let found = detected.as_ref().map(|pong| token_service(adapter, pong));
            let seen = detected.as_ref().and_then(|p| identity::of(adapter, p));
            let mut report = match (ended, detected) {
                (Ok(()), Some(pong)) => report(Ok(pong)),
                (Ok(()), None) => report(Err(RegistryError::NotARegistry)),
                (Err(error), detected) => ProbeReport {
                    outcome: Err(error),
                    detected_kind: detected.as_ref().map(|pong| pong.kind),
                    version: detected.and_then(|pong| pong.version),
                    token_service: None,
                    identity: None,
                },
            };
            report.token_service = found.flatten();
            report.identity = seen;
            report
        }
    }
}

fn report(answer: Result<Pong, RegistryError>) -> ProbeReport {
    match answer {
        Ok(pong) => ProbeReport {
            outcome: Ok(pong.latency),
            detected_kind: Some(pong.kind),
            version: pong.version,
            token_service: None,
            identity: None,
        },
        Err(error) => ProbeReport::failed(error),
    }
}

/// The token service the registry names. A bad one is told by the step that would need it.
fn token_service(adapter: &DockerAdapter, pong: &Pong) -> Option<Origin> {
    adapter.client.token_service(&pong.access).ok().flatten()
}

async fn within<T>(
    deadline: Duration,
    call: impl Future<Output = Result<T, RegistryError>>,
) -> Result<T, RegistryError> {
    tokio::time::timeout(deadline, call)
        .await
        .unwrap_or(Err(RegistryError::Timeout))
}

/// The steps one after the other, until one fails.
async fn test(
    adapter: &DockerAdapter,
    depth: ProbeDepth,
    steps: &mut Steps<'_>,
    detected: &mut Option<Pong>,
) -> Result<(), RegistryError> {
    let client = &adapter.client;
    let addresses = steps.run(StepName::Resolve, resolve(client)).await?;
    let pong = connect(adapter, &addresses, steps).await?;
    let seen = identity::of(adapter, &pong);
    let access = detected.insert(pong).access.clone();
    if depth == ProbeDepth::Full {
        if let (Some(expected), Some(seen)) = (&adapter.expected, &seen)
            && !same_server(expected, seen)
        {
            let changed = async { Err::<((), Facts), _>(RegistryError::IdentityChanged) };
            return steps.run(StepName::Authenticate, changed).await;
        }
        let trying = steps
            .run(StepName::Authenticate, authenticate(client, &access))
            .await?;
        let client = trying.as_ref().unwrap_or(client);
        steps.run(StepName::Rights, rights(client)).await?;
    }
    Ok(())
}

async fn resolve(client: &OciClient) -> Result<(Vec<SocketAddr>, Facts), RegistryError> {
    let addresses = client.resolve().await?;
    let shown: Vec<String> = addresses
        .iter()
        .take(8)
        .map(|a| a.ip().to_string())
        .collect();
    Ok((addresses, Facts::from([("addresses", shown.join(", "))])))
}

/// Two steps, because a plain http connection shows only in the answer to the second that the
/// server wants TLS.
async fn connect(
    adapter: &DockerAdapter,
    addresses: &[SocketAddr],
    steps: &mut Steps<'_>,
) -> Result<Pong, RegistryError> {
    let client = &adapter.client;
    let started = Instant::now();
    let connected = client.connect(addresses).await;
    let connecting = started.elapsed();
    let address = match connected {
        Ok(address) => address,
        Err(error) => {
            let facts = wrong_facts(&error, client.certificate());
            return steps.ended(StepName::Connect, connecting, Err((error, facts)));
        }
    };
    let started = Instant::now();
    // Over a connection of its own: a kept one is made only with the key that is expected.
    let who = match adapter.expected {
        Some(_) => Identity::Fresh,
        None => Identity::Anonymous,
    };
    let pong = client.ping(who).await;
    let detecting = started.elapsed();
    let odd = matches!(
        pong,
        Err(RegistryError::NotARegistry
            | RegistryError::ConnectionReset
            | RegistryError::Protocol(_))
    );
    if adapter.tls == PLAIN && odd && client.speaks_tls(address).await {
        let error = RegistryError::OtherScheme(Scheme::Https);
        let facts = wrong_facts(&error, None);
        return steps.ended(StepName::Connect, connecting, Err((error, facts)));
    }
    let mut facts = Facts::from([
        ("address", address.to_string()),
        ("tls", adapter.tls.to_owned()),
    ]);
    facts.extend(
        client
            .certificate()
            .map(certificate_facts)
            .into_iter()
            .flatten(),
    );
    steps.ended(StepName::Connect, connecting, Ok(((), facts)))?;
    let detected = pong
        .map(|pong| detected(adapter, pong))
        .map_err(|error| (error, Facts::new()));
    steps.ended(StepName::Detect, detecting, detected)
}

/// What is known of a connection that failed for what the server presented.
fn wrong_facts(error: &RegistryError, certificate: Option<PeerCertificate>) -> Facts {
    match error {
        RegistryError::OtherScheme(scheme) => {
            Facts::from([("other_scheme", scheme.as_str().to_owned())])
        }
        RegistryError::Untrusted(_) => certificate
            .map(certificate_facts)
            .into_iter()
            .flatten()
            .collect(),
        _ => Facts::new(),
    }
}

fn certificate_facts(seen: PeerCertificate) -> [(&'static str, String); 3] {
    [
        ("certificate_subject", seen.subject),
        ("certificate_issuer", seen.issuer),
        ("certificate_expires_at", seen.expires_at.to_string()),
    ]
}

fn detected(adapter: &DockerAdapter, pong: Pong) -> (Pong, Facts) {
    let mut facts = Facts::from([("product", pong.kind.as_str().to_owned())]);
    if let Some(version) = &pong.version {
        facts.insert("version", version.clone());
    }
    if let Some(origin) = token_service(adapter, &pong) {
        facts.insert("token_service", shown(&origin));
    }
    (pong, facts)
}

/// Host and port, the latter where the scheme does not say it.
fn shown(origin: &Origin) -> String {
    match (origin.scheme, origin.port) {
        (Scheme::Https, 443) | (Scheme::Http, 80) => origin.host.clone(),
        _ => format!("{}:{}", origin.host, origin.port),
    }
}

/// With an account it is tried, also where everybody may look: a wrong password shall not be
/// saved. Without one the registry must not ask for any. Where the account needs a token, the
/// token service is taken as confirmed for this test, and what goes on with it is answered.
async fn authenticate(
    client: &OciClient,
    access: &Access,
) -> Result<(Option<OciClient>, Facts), RegistryError> {
    if *access == Access::Forbidden {
        return Err(RegistryError::Forbidden);
    }
    let service = client.token_service(access)?;
    let mode = match (access, &service) {
        (Access::Granted, _) => "anonymous",
        (_, Some(_)) => "token",
        _ => "basic",
    };
    let mut facts = Facts::from([("mode", mode.to_owned())]);
    if let Some(origin) = &service {
        facts.insert("token_service", shown(origin));
    }
    // A client of another service than the confirmed one stays unconfirmed and says so.
    let trying = client.confirming(access)?;
    let client = trying.as_ref().unwrap_or(client);
    match client.username() {
        Some(username) => {
            client.check_account().await?;
            facts.insert("account", username.to_owned());
        }
        None if mode == "token" => drop(client.check_access().await?),
        None if mode == "basic" => return Err(RegistryError::Unauthorized),
        None => {}
    }
    Ok((trying, facts))
}

/// A registry without a catalogue is a registry all the same, and one whose catalogue is slow or
/// broken today may have it tomorrow: this step tells and never fails.
async fn rights(client: &OciClient) -> Result<((), Facts), RegistryError> {
    let mut facts = Facts::new();
    let catalogue = match client.check_catalogue().await {
        Ok(()) => "available",
        Err(error) => {
            facts.insert("reason", error.code().as_str().to_owned());
            match error {
                RegistryError::Unauthorized
                | RegistryError::Forbidden
                | RegistryError::Unsupported => "missing",
                _ => "unknown",
            }
        }
    };
    facts.insert("catalogue", catalogue.to_owned());
    Ok(((), facts))
}
