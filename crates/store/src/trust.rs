//! Whether a connection is used without asking it first. PostgreSQL may have hung up on one that
//! lay idle, but to ask before each statement costs a way there and back, which is a good part of
//! what a short statement takes. So one that answered a moment ago is taken to be there, and who
//! is mistaken asks again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a connection is taken to be there after it was seen to be.
const TRUSTED: Duration = Duration::from_secs(1);

/// What is known of a pool's connections; clones know the same.
#[derive(Clone, Default)]
pub(crate) struct Trust(Arc<Mutex<Option<Instant>>>);

impl Trust {
    /// A connection was gone when it was used. So may be the others: until all of them have been
    /// idle for longer than is trusted, each is asked.
    pub(crate) fn lost(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether a connection that has been idle for so long is used without asking.
    pub(crate) fn is_given(&self, idle: Duration) -> bool {
        let lost = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle < TRUSTED && lost.is_none_or(|lost| lost.elapsed() > TRUSTED)
    }
}

#[cfg(test)]
mod tests {
    use super::{TRUSTED, Trust};
    use std::time::Duration;

    #[test]
    fn what_was_idle_long_is_asked_and_everything_once_one_is_lost() {
        let trust = Trust::default();
        assert!(trust.is_given(Duration::ZERO));
        assert!(!trust.is_given(TRUSTED));
        trust.clone().lost();
        assert!(!trust.is_given(Duration::ZERO));
    }
}
