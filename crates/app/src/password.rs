//! Passwords: Argon2id on threads of its own, on half of the processors and behind everybody else,
//! so that a storm of sign-ins takes neither the memory nor the cores from everything else.

use crate::place::Place;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use roadstead_core::model::{PasswordHash, Secret};
use roadstead_core::{ErrorCode, Failure};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Hashes under way at once, at most. Each takes 19 MiB.
const AT_ONCE: usize = 4;
/// Sign-ins that may wait for a turn; more are told to come back.
const WAITING: usize = 64;
/// How far hashing stands behind other work for the processor.
const BEHIND: i32 = 10;

/// Makes and checks password hashes.
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(at_once())),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Refuses passwords outside 12..=128 characters.
    pub(crate) fn check_length(pointer: &str, password: &Secret<String>) -> Result<(), Failure> {
        if (12..=128).contains(&password.expose().chars().count()) {
            return Ok(());
        }
        let mut failure = Failure::field(pointer, ErrorCode::PasswordLength);
        for field in &mut failure.fields {
            field.params.insert("min".to_owned(), "12".to_owned());
            field.params.insert("max".to_owned(), "128".to_owned());
        }
        Err(failure)
    }

    /// Hashes a new password.
    pub(crate) async fn hash(&self, password: Secret<String>) -> Result<PasswordHash, Failure> {
        on_thread(self.turn().await?, move || {
            Argon2::default()
                .hash_password(password.expose().as_bytes())
                .map(|hash| PasswordHash(hash.to_string()))
                .map_err(|e| Failure::new(ErrorCode::InternalError).because(e))
        })
        .await?
    }

    /// Whether the password fits. Without a stored hash (no such person) the same work is done
    /// and the answer is no, so that time does not tell names apart.
    pub(crate) async fn fits(
        turn: Turn,
        password: Secret<String>,
        stored: Option<PasswordHash>,
    ) -> Result<bool, Failure> {
        on_thread(turn, move || {
            let argon = Argon2::default();
            let bytes = password.expose().as_bytes();
            match stored {
                Some(hash) => argon.verify_password(bytes, hash.0.as_str()).is_ok(),
                None => {
                    let _ = argon.hash_password(bytes);
                    false
                }
            }
        })
        .await
    }

    /// Waits for a turn to hash. Whoever looks something up for a sign-in does so with the turn in
    /// hand: what is refused for want of room has then cost nothing but its own reading.
    ///
    /// # Errors
    /// [`ErrorCode::SessionThrottled`] when too many wait already.
    pub(crate) async fn turn(&self) -> Result<Turn, Failure> {
        let waiting = Place::take(&self.waiting);
        if waiting.before >= WAITING {
            return Err(Failure::new(ErrorCode::SessionThrottled).with("retry_after_s", 2));
        }
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        drop(waiting);
        turn.map(|permit| Turn { _permit: permit })
            .map_err(|e| Failure::new(ErrorCode::InternalError).because(e))
    }
}

/// Half of the processors: a thread that stands behind others still keeps its processor for some
/// milliseconds when one of them wakes up, so one processor stays free of hashing.
fn at_once() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    (processors / 2).clamp(1, AT_ONCE)
}

/// The right to hash one password.
pub(crate) struct Turn {
    _permit: OwnedSemaphorePermit,
}

async fn on_thread<T: Send + 'static>(
    turn: Turn,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    tracing::debug!("password is hashed");
    let (tell, told) = oneshot::channel();
    // Not on the runtime's threads: there are hundreds of those, and the allocator keeps for
    // each what a hash once needed.
    std::thread::Builder::new()
        .name("password".to_owned())
        .spawn(move || {
            // On Linux this is the thread's own. Where it is refused, hashing is merely not
            // behind the others.
            let _ = rustix::process::nice(BEHIND);
            let done = work();
            drop(turn);
            // Whoever asked may have hung up.
            let _ = tell.send(done);
        })
        .map_err(|e| Failure::new(ErrorCode::InternalError).because(e))?;
    told.await
        .map_err(|e| Failure::new(ErrorCode::InternalError).because(e))
}

#[cfg(test)]
mod tests {
    use super::{Passwords, WAITING, at_once};
    use roadstead_core::Failure;
    use roadstead_core::model::{PasswordHash, Secret};
    use std::sync::atomic::Ordering;

    async fn fits(
        passwords: &Passwords,
        text: &str,
        hash: Option<PasswordHash>,
    ) -> Result<bool, Failure> {
        Passwords::fits(passwords.turn().await?, secret(text), hash).await
    }

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[tokio::test]
    async fn password_fits_its_own_hash_only() {
        let passwords = Passwords::new();
        let hash = passwords
            .hash(secret("correct horse battery"))
            .await
            .expect("hash");
        assert!(hash.0.starts_with("$argon2id$"));
        assert!(
            fits(&passwords, "correct horse battery", Some(hash.clone()))
                .await
                .expect("fits")
        );
        assert!(
            !fits(&passwords, "wrong horse battery", Some(hash))
                .await
                .expect("fits")
        );
        assert!(
            !fits(&passwords, "correct horse battery", None)
                .await
                .expect("fits")
        );
    }

    #[tokio::test]
    async fn login_given_up_while_waiting_gives_its_place_back() {
        use std::sync::Arc;
        let passwords = Arc::new(Passwords::new());
        let turns = Arc::clone(&passwords.turns)
            .acquire_many_owned(u32::try_from(at_once()).expect("small"))
            .await
            .expect("turns");
        for _ in 0..2 {
            let mut waiting = Vec::new();
            for _ in 0..WAITING {
                let passwords = Arc::clone(&passwords);
                waiting.push(tokio::spawn(async move {
                    fits(&passwords, "someone", None).await.is_ok()
                }));
            }
            while passwords.waiting.load(Ordering::Relaxed) < WAITING {
                tokio::task::yield_now().await;
            }
            let refused = fits(&passwords, "one too many", None).await.err();
            assert_eq!(
                refused.map(|f| f.code),
                Some(roadstead_core::ErrorCode::SessionThrottled)
            );
            for task in waiting {
                task.abort();
                let _ = task.await;
            }
        }
        drop(turns);
        assert!(fits(&passwords, "after all that", None).await.is_ok());
    }

    #[test]
    fn password_length_is_counted_in_characters() {
        for (text, good) in [
            ("short", false),
            ("12characters", true),
            ("密码密码密码密码密码密码", true),
        ] {
            assert_eq!(
                Passwords::check_length("/password", &secret(text)).is_ok(),
                good,
                "{text}"
            );
        }
        assert!(Passwords::check_length("/password", &secret(&"x".repeat(129))).is_err());
    }
}
