//! Values that were there before.

use rustc_hash::FxHashMap;

use super::{Detection, Learn};

/// How many characters are kept of the text of a value.
const SAMPLE: usize = 120;

/// The values of a group.
#[derive(Debug)]
pub(super) struct Seen {
    /// When each was there last. Values are hashes with a secret key.
    values: FxHashMap<u64, i64>,
    events: u64,
    started: i64,
    /// The texts of some values, each cut: those that came up last for the first time.
    samples: Vec<Box<str>>,
    /// The row of known values that names the group.
    pub(super) row: Option<usize>,
}

/// What is to be done about a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Novelty {
    /// It was there before, or is learned.
    None,
    /// It was not.
    New,
}

impl Seen {
    pub(super) fn new(started: i64, row: Option<usize>) -> Self {
        Self { values: FxHashMap::default(), events: 0, started, samples: Vec::new(), row }
    }

    /// Adds a value. `known_for` is how long values stay known.
    pub(super) fn add(
        &mut self,
        value: u64,
        time: i64,
        known_for: Option<i64>,
        learn: Option<Learn>,
    ) -> Novelty {
        self.started = self.started.min(time);
        let learning = self.learns(time, learn);
        self.events += 1;
        let before = self.values.get(&value).copied();
        self.values.insert(value, before.map_or(time, |before| before.max(time)));
        let there = match (before, known_for) {
            (Some(before), Some(known_for)) => time.saturating_sub(before) <= known_for,
            (before, _) => before.is_some(),
        };
        if there || learning { Novelty::None } else { Novelty::New }
    }

    /// Notes the text of a value that was just added, and gives those that were noted before. A value that was there
    /// before is not noted again.
    pub(super) fn note(&mut self, text: &str) -> Vec<String> {
        let text = text.char_indices().nth(SAMPLE).and_then(|(at, _)| text.get(..at)).unwrap_or(text);
        let before: Vec<String> =
            self.samples.iter().filter(|known| &***known != text).map(ToString::to_string).collect();
        if before.len() == self.samples.len() {
            if self.samples.len() >= Detection::EARLIER {
                self.samples.remove(0);
            }
            self.samples.push(text.into());
        }
        before
    }

    /// Whether a value is there.
    pub(super) fn has(&self, value: u64) -> bool {
        self.values.contains_key(&value)
    }

    /// Whether the group is still being learned. A group that a table names is not.
    fn learns(&self, time: i64, learn: Option<Learn>) -> bool {
        let Some(learn) = learn else { return false };
        self.row.is_none()
            && (learn.always
                || self.events < learn.events
                || time.saturating_sub(self.started) < learn.timespan
                || self.values.len() < learn.values)
    }

    /// Forgets the values that were not there for longest, so that at most seven eighths of so many are left; how many
    /// those were.
    pub(super) fn shrink(&mut self, limit: usize) -> usize {
        if self.values.len() <= limit {
            return 0;
        }
        let surplus = self.values.len() - (limit - limit.div_ceil(8));
        let mut times: Vec<(i64, u64)> = self.values.iter().map(|(value, time)| (*time, *value)).collect();
        times.sort_unstable();
        for (_, value) in times.into_iter().take(surplus) {
            self.values.remove(&value);
        }
        surplus
    }

    pub(super) fn len(&self) -> usize {
        self.values.len()
    }
}
