//! Events or values of the last while.

use std::collections::VecDeque;

/// The newest events of a group, or the newest of each value, in the order of their times.
///
/// Of more than are waited for only the newest are kept: an older one cannot matter again, for the end of the timespan
/// only moves on.
#[derive(Debug, Default)]
pub(super) struct Window {
    entries: VecDeque<Entry>,
}

#[derive(Debug)]
struct Entry {
    time: i64,
    /// What it is told apart by; `None` where every event counts.
    id: Option<u64>,
    sample: Box<[u8]>,
}

impl Window {
    /// Adds an event. `now` is the group's latest time, `span` the length of the timespan, `keep` how many are kept.
    pub(super) fn add(
        &mut self,
        time: i64,
        id: Option<u64>,
        sample: &[u8],
        (now, span): (i64, i64),
        keep: usize,
    ) {
        self.forget(now, span);
        if now.saturating_sub(time) > span {
            return;
        }
        if let Some(id) = id
            && let Some(at) = self.entries.iter().rposition(|entry| entry.id == Some(id))
        {
            if self.entries.get(at).is_some_and(|entry| entry.time >= time) {
                return;
            }
            self.entries.remove(at);
        }
        let behind = self.entries.iter().rev().take_while(|entry| entry.time > time).count();
        let at = self.entries.len() - behind;
        self.entries.insert(at, Entry { time, id, sample: sample.into() });
        while self.entries.len() > keep {
            self.entries.pop_front();
        }
    }

    /// Forgets what is older than the timespan.
    fn forget(&mut self, now: i64, span: i64) {
        while self.entries.front().is_some_and(|entry| now.saturating_sub(entry.time) > span) {
            self.entries.pop_front();
        }
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The times of the first and the last.
    pub(super) fn times(&self) -> Option<(i64, i64)> {
        Some((self.entries.front()?.time, self.entries.back()?.time))
    }

    /// What was kept of each, in the order of their times.
    pub(super) fn samples(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.entries.iter().map(|entry| &*entry.sample)
    }
}
