//! The last few of many fingerprints.

use std::collections::{HashSet, VecDeque};

/// Remembers the last `most` fingerprints, no more.
pub(super) struct Seen {
    most: usize,
    order: VecDeque<u64>,
    there: HashSet<u64>,
}

impl Seen {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            order: VecDeque::new(),
            there: HashSet::new(),
        }
    }

    /// Takes one; answers whether it is new.
    pub(super) fn take(&mut self, fingerprint: u64) -> bool {
        if !self.there.insert(fingerprint) {
            return false;
        }
        self.order.push_back(fingerprint);
        if self.order.len() > self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.there.remove(&oldest);
        }
        true
    }

    pub(super) fn is_empty(&self) -> bool {
        self.order.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Seen;

    #[test]
    fn the_oldest_is_forgotten_for_the_newest() {
        let mut seen = Seen::new(2);
        assert!(seen.is_empty());
        assert!(seen.take(1) && seen.take(2) && !seen.take(1));
        assert!(seen.take(3) && seen.take(1));
        assert_eq!((seen.order.len(), seen.there.len()), (2, 2));
    }
}
