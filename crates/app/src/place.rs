//! Places in a crowd of limited size.

use std::sync::atomic::{AtomicUsize, Ordering};

/// A place among those who wait, given back however the waiting ends: a caller that hangs up drops
/// the whole future, and the place with it.
pub(crate) struct Place<'a> {
    count: &'a AtomicUsize,
    /// How many were there before.
    pub(crate) before: usize,
}

impl<'a> Place<'a> {
    /// Takes a place; whoever finds too many before gives it back at once.
    pub(crate) fn take(count: &'a AtomicUsize) -> Self {
        Self {
            count,
            before: count.fetch_add(1, Ordering::Relaxed),
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}
