//! Groups by key, of which only so many are kept.

use std::collections::HashMap;
use std::sync::Arc;

/// What is kept of a group.
pub(super) trait Group {
    /// How many events or values it remembers.
    fn entries(&self) -> usize;

    /// Whether nothing is lost when it is forgotten, at this time.
    fn idle(&self, now: i64) -> bool;
}

/// Groups by key.
#[derive(Debug)]
pub(super) struct Groups<G> {
    /// Keys come from whoever writes the log: the hash is keyed.
    index: HashMap<Arc<[u8]>, usize>,
    slots: Vec<Option<Slot<G>>>,
    free: Vec<usize>,
    limit: usize,
    /// How many events and values all groups remember.
    pub(super) entries: usize,
    /// Counts uses, to tell the oldest.
    uses: u64,
    /// How many groups were forgotten that still held something.
    pub(super) forgotten: u64,
}

#[derive(Debug)]
struct Slot<G> {
    key: Arc<[u8]>,
    used: u64,
    group: G,
}

impl<G: Group> Groups<G> {
    /// No groups, and room for so many.
    pub(super) fn new(limit: usize) -> Self {
        let limit = limit.max(1);
        Self {
            index: HashMap::new(),
            slots: Vec::new(),
            free: Vec::new(),
            limit,
            entries: 0,
            uses: 0,
            forgotten: 0,
        }
    }

    /// The group of a key, made where there is none.
    pub(super) fn get(&mut self, key: &[u8], now: i64, make: impl FnOnce() -> G) -> Option<&mut G> {
        self.uses += 1;
        let at = if let Some(at) = self.index.get(key) {
            *at
        } else {
            if self.index.len() >= self.limit {
                self.make_room(now);
            }
            self.put(key.into(), make())
        };
        let slot = self.slots.get_mut(at)?.as_mut()?;
        slot.used = self.uses;
        Some(&mut slot.group)
    }

    fn put(&mut self, key: Arc<[u8]>, group: G) -> usize {
        let at = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        self.index.insert(Arc::clone(&key), at);
        if let Some(place) = self.slots.get_mut(at) {
            *place = Some(Slot { key, used: 0, group });
        }
        at
    }

    /// The group of a key, if there is one.
    pub(super) fn known(&mut self, key: &[u8]) -> Option<&mut G> {
        let at = self.index.get(key)?;
        self.slots.get_mut(*at)?.as_mut().map(|slot| &mut slot.group)
    }

    /// Forgets groups that hold nothing any more, and if that is little, the eighth that was not used for longest.
    pub(super) fn make_room(&mut self, now: i64) {
        let idle = |slot: &Option<Slot<G>>| slot.as_ref().is_some_and(|slot| slot.group.idle(now));
        let gone: Vec<usize> =
            (0..).zip(&self.slots).filter(|(_, slot)| idle(slot)).map(|(at, _)| at).collect();
        for at in gone {
            self.drop_slot(at);
        }
        let surplus = self.index.len().saturating_sub(self.limit - self.limit.div_ceil(8));
        self.drop_oldest(surplus);
    }

    /// Forgets the eighth of all groups that was not used for longest, because all together remember too much.
    pub(super) fn shed(&mut self, now: i64) {
        let before = self.index.len();
        self.make_room(now);
        let gone = before - self.index.len();
        self.drop_oldest(before.div_ceil(8).saturating_sub(gone));
    }

    fn drop_oldest(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        let used = (0..).zip(&self.slots).filter_map(|(at, slot)| Some((slot.as_ref()?.used, at)));
        let mut used: Vec<(u64, usize)> = used.collect();
        used.sort_unstable();
        for (_, at) in used.into_iter().take(count) {
            self.drop_slot(at);
            self.forgotten += 1;
        }
    }

    fn drop_slot(&mut self, at: usize) {
        if let Some(slot) = self.slots.get_mut(at).and_then(Option::take) {
            self.index.remove(&slot.key);
            self.entries = self.entries.saturating_sub(slot.group.entries());
            self.free.push(at);
        }
    }

    /// How many groups there are.
    pub(super) fn len(&self) -> usize {
        self.index.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Group for i64 {
        fn entries(&self) -> usize {
            1
        }

        fn idle(&self, now: i64) -> bool {
            *self < now - 100
        }
    }

    #[test]
    fn the_oldest_go_first_and_are_counted() {
        let mut groups = Groups::new(8);
        for number in 0..8_u8 {
            groups.get(&[number], 0, || 0);
            groups.entries += 1;
        }
        groups.get(&[0], 0, || 9);
        groups.get(&[8], 0, || 0);
        assert_eq!((groups.len(), groups.forgotten, groups.entries), (8, 1, 7));
        assert!(groups.known(&[0]).is_some() && groups.known(&[1]).is_none() && groups.known(&[8]).is_some());
    }

    #[test]
    fn what_holds_nothing_goes_uncounted() {
        let mut groups = Groups::new(4);
        for number in 0..4_u8 {
            groups.get(&[number], 0, || i64::from(number));
        }
        groups.get(&[9], 103, || 103);
        assert_eq!((groups.len(), groups.forgotten), (2, 0));
        assert!(groups.known(&[3]).is_some());
    }

    #[test]
    fn there_are_never_more_than_the_limit() {
        let mut groups = Groups::new(100);
        for number in 0..10_000_u32 {
            groups.get(&number.to_le_bytes(), 0, || 0);
            assert!(groups.len() <= 100);
        }
        assert_eq!(groups.forgotten + groups.len() as u64, 10_000);
    }
}
