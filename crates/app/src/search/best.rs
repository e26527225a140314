//! The best of what is offered.

use super::names::Class;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The best so many, by class and age.
pub(super) struct Best<T> {
    heap: BinaryHeap<Reverse<(Class, u32, T)>>,
    most: usize,
    /// The worst of them, once there are as many as there may be.
    worst: Option<(Class, u32, T)>,
    more: bool,
}

impl<T: Ord + Copy> Best<T> {
    pub(super) fn of(most: usize) -> Self {
        Self {
            heap: BinaryHeap::with_capacity(most + 1),
            most,
            worst: None,
            more: false,
        }
    }

    pub(super) fn offer(&mut self, class: Class, at: u32, what: T) {
        let offered = (class, at, what);
        match self.worst {
            // Nearly everything of a common part ends here.
            Some(worst) if offered < worst => self.more = true,
            Some(_) => {
                self.more = true;
                if let Some(mut worst) = self.heap.peek_mut() {
                    *worst = Reverse(offered);
                }
                self.worst = self.heap.peek().map(|worst| worst.0);
            }
            None if self.most == 0 => self.more = true,
            None => {
                self.heap.push(Reverse(offered));
                if self.heap.len() >= self.most {
                    self.worst = self.heap.peek().map(|worst| worst.0);
                }
            }
        }
    }

    /// Whether there are more than these.
    pub(super) const fn more(&self) -> bool {
        self.more
    }

    /// Whether this, and all that is worse, changes nothing any more, not even whether there are
    /// more.
    pub(super) fn is_past(&self, class: Class, at: u32, what: T) -> bool {
        self.more && self.worst.is_some_and(|worst| (class, at, what) < worst)
    }

    /// As [`Self::is_past`], of everything of a class that is no newer than `at`.
    pub(super) fn is_past_all(&self, class: Class, at: u32) -> bool {
        self.more
            && self
                .worst
                .is_some_and(|worst| (class, at) < (worst.0, worst.1))
    }

    /// They, the best first.
    pub(super) fn in_order(self) -> Vec<T> {
        let sorted = self.heap.into_sorted_vec();
        sorted
            .into_iter()
            .map(|Reverse((_, _, what))| what)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Best;
    use crate::search::names::Class;

    #[test]
    fn leaving_out_what_is_past_changes_nothing() {
        let classes = [Class::INSIDE, Class::WORD, Class::PREFIX, Class::WHOLE];
        // Numbers without a pattern, the same every time.
        let mut some = 1_u32;
        let mut next = |below: u32| {
            some = some.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (some >> 16) % below
        };
        let (mut left_out, mut left_out_together) = (0, 0);
        for many in 0..400 {
            let offers: Vec<(Class, u32, u32)> = (0..many)
                .map(|no| (classes[next(4) as usize], next(9), no * 193 % 401))
                .collect();
            let mut best = Best::of(7);
            for (class, at, no) in &offers {
                if best.is_past_all(*class, *at) {
                    left_out_together += 1;
                } else if best.is_past(*class, *at, *no) {
                    left_out += 1;
                } else {
                    best.offer(*class, *at, *no);
                }
            }
            assert_eq!(best.more(), offers.len() > 7, "{many}");
            let mut expected = offers;
            expected.sort_unstable_by(|a, b| b.cmp(a));
            let expected: Vec<u32> = expected.iter().take(7).map(|(_, _, no)| *no).collect();
            assert_eq!(best.in_order(), expected, "{many}");
        }
        assert!(left_out_together > 10_000, "{left_out_together}");
        assert!(left_out > 100, "{left_out}");
    }
}
