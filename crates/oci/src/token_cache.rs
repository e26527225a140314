//! The tokens in hand. One per identity and scope set, fetched once however many wait for it.

use crate::error::protocol;
use crate::scope::Scopes;
use crate::token::Issued;
use reqwest::header::HeaderValue;
use roadstead_core::ports::RegistryError;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// The most tokens kept for one registry; a sweep needs one per repository, one after the other.
const MAX_SLOTS: usize = 512;

/// A token is renewed this long before its end, or in the last quarter of a short life.
const EARLY: Duration = Duration::from_secs(30);

/// Whose token for what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// Whether it was given to the account, or to nobody.
    pub(crate) account: bool,
    pub(crate) scopes: Scopes,
}

/// A token in use. The serial tells a refused one from its successor.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) header: HeaderValue,
    pub(crate) serial: u64,
    renew_at: Instant,
}

#[derive(Default)]
enum Slot {
    #[default]
    Empty,
    Held(Token),
    /// What became of the last try, for those who waited for it.
    Failed(Instant, RegistryError),
}

/// See the file's head.
#[derive(Default)]
pub(crate) struct TokenCache {
    slots: Mutex<HashMap<Key, Arc<tokio::sync::Mutex<Slot>>>>,
    serial: AtomicU64,
}

impl TokenCache {
    /// The token for `key`: the one in hand unless it is old or `refused`, else a new one. Who
    /// asks while one is being fetched waits for that one, and shares its failure, too.
    pub(crate) async fn get(
        &self,
        key: &Key,
        refused: Option<u64>,
        fetch: impl Future<Output = Result<Issued, RegistryError>>,
    ) -> Result<Token, RegistryError> {
        let asked = Instant::now();
        let slot = self.slot(key)?;
        let mut slot = slot.lock().await;
        match &*slot {
            Slot::Held(token)
                if token.renew_at > Instant::now() && Some(token.serial) != refused =>
            {
                return Ok(token.clone());
            }
            Slot::Failed(at, error) if *at > asked => return Err(error.clone()),
            _ => {}
        }
        *slot = Slot::Empty;
        // Counted from before it was asked for: the answer's way is part of its life.
        let started = Instant::now();
        match fetch.await {
            Ok(issued) => {
                let early = EARLY.min(issued.lifetime / 4);
                let token = Token {
                    header: issued.header,
                    serial: self.serial.fetch_add(1, Ordering::Relaxed),
                    renew_at: started + issued.lifetime - early,
                };
                *slot = Slot::Held(token.clone());
                Ok(token)
            }
            Err(error) => {
                *slot = Slot::Failed(Instant::now(), error.clone());
                Err(error)
            }
        }
    }

    fn slot(&self, key: &Key) -> Result<Arc<tokio::sync::Mutex<Slot>>, RegistryError> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(key) {
            return Ok(Arc::clone(slot));
        }
        if slots.len() >= MAX_SLOTS {
            // Whatever somebody waits for or still lives stays, unless all of it does.
            let now = Instant::now();
            slots.retain(|_, slot| {
                slot.try_lock()
                    .map_or(true, |s| matches!(&*s, Slot::Held(t) if t.renew_at > now))
            });
            if slots.len() >= MAX_SLOTS {
                slots.retain(|_, slot| Arc::strong_count(slot) > 1);
            }
            if slots.len() >= MAX_SLOTS {
                return Err(protocol("too many tokens are being fetched at once"));
            }
        }
        let slot = Arc::default();
        slots.insert(key.clone(), Arc::clone(&slot));
        Ok(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, MAX_SLOTS, TokenCache};
    use crate::scope::Scopes;
    use crate::token::Issued;
    use futures::future::join_all;
    use reqwest::header::HeaderValue;
    use roadstead_core::ports::RegistryError;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;
    use tokio::time::{advance, sleep};

    fn key(name: &str, account: bool) -> Key {
        Key {
            account,
            scopes: Scopes::repository(name, &["pull"]),
        }
    }

    async fn issue(count: &AtomicUsize, seconds: u64) -> Result<Issued, RegistryError> {
        count.fetch_add(1, Ordering::SeqCst);
        sleep(Duration::from_millis(50)).await;
        Ok(Issued {
            header: HeaderValue::from_static("Bearer x"),
            lifetime: Duration::from_secs(seconds),
        })
    }

    async fn fail(count: &AtomicUsize) -> Result<Issued, RegistryError> {
        count.fetch_add(1, Ordering::SeqCst);
        sleep(Duration::from_millis(50)).await;
        Err(RegistryError::Unauthorized)
    }

    #[tokio::test(start_paused = true)]
    async fn hundred_at_once_fetch_one_token() {
        let (cache, count) = (TokenCache::default(), AtomicUsize::new(0));
        let key = key("a", true);
        let all = (0..100).map(|_| cache.get(&key, None, issue(&count, 300)));
        assert!(join_all(all).await.iter().all(Result::is_ok));
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn fault_rejected_account_is_shown_once_to_the_token_service_however_many_wait() {
        let (cache, count) = (TokenCache::default(), AtomicUsize::new(0));
        let key = key("a", true);
        let all = (0..100).map(|_| cache.get(&key, None, fail(&count)));
        assert!(join_all(all).await.iter().all(Result::is_err));
        assert_eq!(count.load(Ordering::SeqCst), 1);
        // Who asks later tries again.
        assert!(cache.get(&key, None, issue(&count, 300)).await.is_ok());
        assert_eq!(count.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn token_is_renewed_before_it_ends() {
        for (lifetime, kept) in [(300, 270), (60, 45)] {
            let (cache, count) = (TokenCache::default(), AtomicUsize::new(0));
            let key = key("a", true);
            assert!(cache.get(&key, None, issue(&count, lifetime)).await.is_ok());
            advance(Duration::from_secs(kept - 1)).await;
            assert!(cache.get(&key, None, issue(&count, lifetime)).await.is_ok());
            assert_eq!(count.load(Ordering::SeqCst), 1);
            advance(Duration::from_secs(1)).await;
            assert!(cache.get(&key, None, issue(&count, lifetime)).await.is_ok());
            assert_eq!(count.load(Ordering::SeqCst), 2);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn refused_token_is_replaced_once_for_everybody() {
        let (cache, count) = (TokenCache::default(), AtomicUsize::new(0));
        let key = key("a", true);
        let first = cache
            .get(&key, None, issue(&count, 300))
            .await
            .expect("token");
        let all = (0..10).map(|_| cache.get(&key, Some(first.serial), issue(&count, 300)));
        assert!(join_all(all).await.iter().all(Result::is_ok));
        assert_eq!(count.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn sec_18_tokens_of_the_account_and_of_nobody_and_of_each_scope_are_apart() {
        let (cache, count) = (TokenCache::default(), AtomicUsize::new(0));
        for key in [key("a", true), key("a", false), key("b", true)] {
            let token = cache
                .get(&key, None, issue(&count, 300))
                .await
                .expect("token");
            let again = cache
                .get(&key, None, issue(&count, 300))
                .await
                .expect("token");
            assert_eq!(token.serial, again.serial);
        }
        assert_eq!(count.load(Ordering::SeqCst), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn fetch_that_is_given_up_leaves_the_next_one_free() {
        let (cache, count) = (TokenCache::default(), AtomicUsize::new(0));
        let key = key("a", true);
        let slow = cache.get(&key, None, async {
            sleep(Duration::from_secs(1_000)).await;
            Err(RegistryError::Timeout)
        });
        assert!(
            tokio::time::timeout(Duration::from_secs(1), slow)
                .await
                .is_err()
        );
        assert!(cache.get(&key, None, issue(&count, 300)).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn tokens_in_hand_are_bounded() {
        let (cache, count) = (TokenCache::default(), AtomicUsize::new(0));
        for i in 0..MAX_SLOTS + 10 {
            let key = key(&format!("r{i}"), true);
            assert!(cache.get(&key, None, issue(&count, 3_600)).await.is_ok());
        }
        let kept = cache.slots.lock().expect("slots").len();
        assert!(kept <= MAX_SLOTS, "{kept}");
    }
}
