//! The best of what is offered.

use super::names::Class;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The best so many, by class and age.
pub(super) struct Best<T> {
    heap: BinaryHeap<Reverse<(Class, u32, T)>>,
    most: usize,
    /// What is worse than this is not among them.
    floor: (Class, u32),
    more: bool,
}

impl<T: Ord + Copy> Best<T> {
    pub(super) fn of(most: usize) -> Self {
        Self {
            heap: BinaryHeap::with_capacity(most + 1),
            most,
            floor: (Class::NONE, 0),
            more: false,
        }
    }

    pub(super) fn offer(&mut self, class: Class, at: u32, what: T) {
        // Nearly everything of a common part ends here.
        if (class, at) < self.floor {
            self.more = true;
        } else {
            self.take(class, at, what);
        }
    }

    fn take(&mut self, class: Class, at: u32, what: T) {
        if self.heap.len() < self.most {
            self.heap.push(Reverse((class, at, what)));
        } else {
            self.more = true;
            if let Some(mut worst) = self.heap.peek_mut()
                && worst.0 < (class, at, what)
            {
                *worst = Reverse((class, at, what));
            }
        }
        if self.heap.len() == self.most
            && let Some(Reverse((class, at, _))) = self.heap.peek()
        {
            self.floor = (*class, *at);
        }
    }

    /// Whether there are more than these.
    pub(super) const fn more(&self) -> bool {
        self.more
    }

    /// What is of a lower class than this changes nothing any more, not even whether there are more.
    pub(super) const fn least(&self) -> Class {
        if self.more { self.floor.0 } else { Class::NONE }
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
    fn leaving_out_what_is_below_the_least_changes_nothing() {
        let classes = [Class::INSIDE, Class::WORD, Class::PREFIX, Class::WHOLE];
        // Numbers without a pattern, the same every time.
        let mut some = 1_u32;
        let mut next = |below: u32| {
            some = some.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (some >> 16) % below
        };
        let mut left_out = 0;
        for many in 0..400 {
            let offers: Vec<(Class, u32, u32)> = (0..many)
                .map(|no| (classes[next(4) as usize], next(9), no))
                .collect();
            let mut best = Best::of(7);
            for (class, at, no) in &offers {
                if *class < best.least() {
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
        assert!(left_out > 10_000, "{left_out}");
    }
}
