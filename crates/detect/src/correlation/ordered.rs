//! Steps that follow one another.

/// For each step the latest beginning of a chain that has come so far.
///
/// Of chains that have come equally far, the one that began last is the one that can still be finished for longest.
#[derive(Debug)]
pub(super) struct Chains {
    best: Box<[Option<Chain>]>,
}

/// Events for the first steps.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    /// When it began.
    pub(super) start: i64,
    /// What was kept of each event.
    pub(super) samples: Vec<Box<[u8]>>,
}

impl Chains {
    pub(super) fn new(steps: usize) -> Self {
        Self { best: vec![None; steps].into() }
    }

    /// Adds an event for a step and returns the whole chain where this was the last step. Later steps must be added
    /// before earlier ones, so that an event is not its own successor.
    pub(super) fn add(&mut self, step: usize, time: i64, span: i64, sample: &[u8]) -> Option<Chain> {
        let chain = match step.checked_sub(1) {
            None => Chain { start: time, samples: vec![sample.into()] },
            Some(before) => {
                let before = self.best.get(before)?.as_ref()?;
                if time.saturating_sub(before.start) > span {
                    return None;
                }
                let samples = before.samples.iter().cloned().chain([sample.into()]).collect();
                Chain { start: before.start, samples }
            }
        };
        let last = step + 1 == self.best.len();
        let place = self.best.get_mut(step)?;
        if last {
            return Some(chain);
        }
        if place.as_ref().is_none_or(|known| known.start <= chain.start) {
            *place = Some(chain);
        }
        None
    }

    pub(super) fn clear(&mut self) {
        self.best.fill(None);
    }

    /// How many steps there are.
    pub(super) fn steps(&self) -> usize {
        self.best.len()
    }

    /// How many events are remembered.
    pub(super) fn entries(&self) -> usize {
        self.best.iter().flatten().map(|chain| chain.samples.len()).sum()
    }
}
