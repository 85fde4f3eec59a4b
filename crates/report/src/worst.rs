//! The worst of a stream, where a format cannot hold all of it.

use std::collections::BTreeMap;

/// How many ranks there are; see [`crate::place::rank`].
const RANKS: usize = 10;

/// Keeps the worst so many items and forgets the others. Among equals the first stay.
pub(crate) struct Worst<T> {
    most: usize,
    /// By the order in which they came.
    kept: BTreeMap<u64, T>,
    /// What is kept of each rank, in order.
    ranks: [Vec<u64>; RANKS],
    next: u64,
    left_out: u64,
}

impl<T> Worst<T> {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, kept: BTreeMap::new(), ranks: Default::default(), next: 0, left_out: 0 }
    }

    /// Whether an item of this rank would be kept; where not, it is counted and need not be made.
    pub(crate) fn wants(&mut self, rank: usize) -> bool {
        let wanted =
            self.kept.len() < self.most || self.ranks.iter().skip(rank + 1).any(|items| !items.is_empty());
        self.left_out += u64::from(!wanted);
        wanted
    }

    /// Keeps an item that is wanted.
    pub(crate) fn push(&mut self, rank: usize, item: T) {
        if self.kept.len() >= self.most
            && let Some(last) = self.ranks.iter_mut().rev().find_map(Vec::pop)
        {
            self.kept.remove(&last);
            self.left_out += 1;
        }
        if let Some(items) = self.ranks.get_mut(rank.min(RANKS - 1)) {
            items.push(self.next);
            self.kept.insert(self.next, item);
        }
        self.next += 1;
    }

    /// How many items were left out.
    pub(crate) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// What was kept, in the order in which it came.
    pub(crate) fn in_order(&mut self) -> impl Iterator<Item = T> + use<T> {
        std::mem::take(&mut self.kept).into_values()
    }

    /// What was kept, the worst first.
    pub(crate) fn by_rank(&mut self) -> Vec<T> {
        let mut kept = std::mem::take(&mut self.kept);
        self.ranks.iter().flatten().filter_map(|at| kept.remove(at)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(most: usize, ranks: &[usize]) -> (Worst<usize>, Vec<usize>) {
        let mut worst = Worst::new(most);
        for (at, rank) in ranks.iter().enumerate() {
            if worst.wants(*rank) {
                worst.push(*rank, at);
            }
        }
        let kept = worst.in_order().collect();
        (worst, kept)
    }

    #[test]
    fn the_worst_stay_in_their_order() {
        let (worst, kept) = keep(3, &[4, 1, 9, 0, 1, 1]);
        assert_eq!(kept, [1, 3, 4]);
        assert_eq!(worst.left_out(), 3);
        assert_eq!(keep(2, &[2, 2, 2]).1, [0, 1]);
        assert_eq!(keep(0, &[0]).1, [0_usize; 0]);
    }

    #[test]
    fn the_worst_come_first() {
        let mut worst = Worst::new(9);
        for (at, rank) in [4, 1, 9, 1].into_iter().enumerate() {
            worst.push(rank, at);
        }
        assert_eq!(worst.by_rank(), [1, 3, 0, 2]);
    }
}
