//! Many questions to one registry, and what their failures mean: one broken repository is told
//! apart from a registry that is away.

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream;
use roadstead_core::model::ProbeDepth;
use roadstead_core::ports::{Read, RegistryAdapter, RegistryError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Questions under way at once at most. How many of them the registry really gets at once is
/// decided by how it answers (`oci::permits`).
const AT_ONCE: usize = 16;

/// After this many failures without one good answer between them nothing more is asked.
const ENOUGH: usize = 8;

/// How long the question whether the registry lives may take.
const LIVENESS: Duration = Duration::from_secs(4);

/// What became of a batch.
pub(super) struct Settled<K, T> {
    /// What has an answer now: a good one, or the reason why there is none for this one. What is
    /// not here was not asked, or has to be asked again.
    pub(super) results: Vec<(K, Read<T>)>,
    /// The registry itself does not answer, does not accept the account, or wants to be left
    /// alone.
    pub(super) pause: Option<RegistryError>,
}

/// Asks for all of them, starting none after `until` but one at least.
pub(super) async fn read<K, T>(
    adapter: &Arc<dyn RegistryAdapter>,
    items: Vec<K>,
    until: Instant,
    ask: impl Fn(Arc<dyn RegistryAdapter>, K) -> BoxFuture<'static, Read<T>> + Send + Sync,
) -> Settled<K, T>
where
    K: Clone + Send + Sync,
    T: Send,
{
    let stop = CancellationToken::new();
    let streak = AtomicUsize::new(0);
    let begun = AtomicBool::new(false);
    let answers: Vec<Option<(K, Read<T>)>> = stream::iter(items)
        .map(|item| {
            let (stop, streak, begun, ask) = (&stop, &streak, &begun, &ask);
            async move {
                let late = begun.swap(true, Ordering::Relaxed) && Instant::now() >= until;
                if late || stop.is_cancelled() {
                    return None;
                }
                // What is under way is given up, too: with a rejected password each of them is
                // one more try against the account.
                let answer = tokio::select! {
                    biased;
                    answer = ask(Arc::clone(adapter), item.clone()) => answer,
                    () = stop.cancelled() => return None,
                };
                match answer.as_ref().err().map_or(Weight::Settled, weight) {
                    Weight::Settled => streak.store(0, Ordering::Relaxed),
                    Weight::Doubtful => {
                        if streak.fetch_add(1, Ordering::Relaxed) + 1 >= ENOUGH {
                            stop.cancel();
                        }
                    }
                    Weight::Stop => stop.cancel(),
                }
                Some((item, answer))
            }
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let (mut results, mut doubtful) = (Vec::new(), Vec::new());
    for (item, answer) in answers.into_iter().flatten() {
        match &answer {
            Err(error) if weight(error) != Weight::Settled => doubtful.push((item, error.clone())),
            _ => results.push((item, answer)),
        }
    }
    let pause = settle(adapter, doubtful, &mut results, &ask).await;
    Settled { results, pause }
}

/// Finds out whether failures are the registry's or their own repositories'.
async fn settle<K: Clone, T>(
    adapter: &Arc<dyn RegistryAdapter>,
    doubtful: Vec<(K, RegistryError)>,
    results: &mut Vec<(K, Read<T>)>,
    ask: &(impl Fn(Arc<dyn RegistryAdapter>, K) -> BoxFuture<'static, Read<T>> + Send + Sync),
) -> Option<RegistryError> {
    for (item, error) in doubtful {
        match &error {
            RegistryError::RateLimited { .. } | RegistryError::TokenServiceUnconfirmed(_) => {
                return Some(error);
            }
            RegistryError::Unauthorized => {
                // Asking on with a rejected password locks the account.
                if let Err(rejected) = probe(adapter, ProbeDepth::Credential).await {
                    return Some(rejected);
                }
                results.push((item, Err(error)));
                continue;
            }
            _ => {}
        }
        if let Err(away) = probe(adapter, ProbeDepth::Liveness).await {
            return Some(away);
        }
        // It lives. What fails twice while it does is broken by itself.
        let again = ask(Arc::clone(adapter), item.clone()).await;
        if let Err(limited @ RegistryError::RateLimited { .. }) = again {
            return Some(limited);
        }
        results.push((item, again));
    }
    None
}

async fn probe(adapter: &Arc<dyn RegistryAdapter>, depth: ProbeDepth) -> Result<(), RegistryError> {
    match tokio::time::timeout(LIVENESS, adapter.probe(depth, &|_| {})).await {
        Ok(report) => report.outcome.map(drop),
        Err(_) => Err(RegistryError::Timeout),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// An answer about this one only.
    Settled,
    /// Perhaps about the whole registry.
    Doubtful,
    /// So probably about the whole registry that nothing more is asked before that is known.
    Stop,
}

const fn weight(error: &RegistryError) -> Weight {
    match error {
        RegistryError::NotFound
        | RegistryError::Forbidden
        | RegistryError::Unsupported
        | RegistryError::Conflict
        | RegistryError::Protocol(_) => Weight::Settled,
        RegistryError::Timeout
        | RegistryError::ConnectionReset
        | RegistryError::NotARegistry
        | RegistryError::Unavailable { .. } => Weight::Doubtful,
        RegistryError::Refused
        | RegistryError::NameUnresolved
        | RegistryError::ConnectionRefused
        | RegistryError::Tls(_)
        | RegistryError::Untrusted(_)
        | RegistryError::OtherScheme(_)
        | RegistryError::IdentityChanged
        | RegistryError::Unauthorized
        | RegistryError::TokenServiceUnconfirmed(_)
        | RegistryError::RateLimited { .. } => Weight::Stop,
    }
}
