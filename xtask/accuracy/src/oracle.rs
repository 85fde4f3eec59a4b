//! What an oracle is and how agreement with it is counted.

use std::path::Path;

use anyhow::{Error, Result};
use serde::Serialize;

/// A source of right answers.
pub(crate) struct Oracle {
    /// Its name in `--only` and in reports.
    pub(crate) name: &'static str,
    /// Files, from the data folder, without which there is nothing to compare.
    pub(crate) files: &'static [&'static str],
    /// Compares the product with every answer in the data folder.
    pub(crate) run: fn(&Path) -> Result<Score>,
}

impl Oracle {
    /// The files that a data folder lacks.
    pub(crate) fn absent(&self, folder: &Path) -> Vec<&'static str> {
        self.files.iter().filter(|file| !folder.join(file).exists()).copied().collect()
    }
}

/// How many cases there were and how many came out right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Tally {
    /// Cases that were compared, and those that could not be evaluated.
    pub(crate) cases: usize,
    /// Cases in which the product gives the recorded answer.
    pub(crate) agree: usize,
    /// Cases that say nothing about the product and are left out of the other figures.
    pub(crate) skipped: usize,
    /// Foreign rules that nothing in the product corresponds to.
    pub(crate) unmapped: usize,
}

/// A case in which the product says something else, or nothing.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Disagreement {
    pub(crate) case: String,
    pub(crate) expected: String,
    pub(crate) got: String,
}

/// A foreign rule that nothing in the product corresponds to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Unmapped {
    pub(crate) rule: String,
    pub(crate) reason: String,
}

/// The outcome of an oracle, or of a part of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Score {
    pub(crate) tally: Tally,
    pub(crate) groups: Vec<(&'static str, Tally)>,
    pub(crate) disagreements: Vec<Disagreement>,
    pub(crate) unmapped: Vec<Unmapped>,
    /// Tables of its own for `docs/accuracy.md`, by the name of the markers between which each stands.
    pub(crate) sections: Vec<(&'static str, String)>,
}

impl Score {
    /// Counts a case: an answer, or why there is none.
    pub(crate) fn compare(&mut self, case: impl FnOnce() -> String, expected: &str, got: Result<String>) {
        self.tally.cases += 1;
        let got = got.unwrap_or_else(|error| format!("error: {error:#}"));
        if got == expected {
            self.tally.agree += 1;
        } else {
            self.disagreements.push(Disagreement { case: case(), expected: expected.to_owned(), got });
        }
    }

    /// Counts a case that says nothing about the product.
    pub(crate) fn skip(&mut self) {
        self.tally.skipped += 1;
    }

    /// Notes that nothing corresponds to a foreign rule. However many cases a rule has, it counts once.
    pub(crate) fn unmapped(&mut self, rule: &str, reason: &str) {
        if self.unmapped.iter().all(|known| known.rule != rule) {
            self.tally.unmapped += 1;
            self.unmapped.push(Unmapped { rule: rule.to_owned(), reason: reason.to_owned() });
        }
    }

    /// Whether there was nothing to compare.
    pub(crate) fn is_empty(&self) -> bool {
        self.tally == Tally::default()
    }

    /// Adds a part under its own name.
    pub(crate) fn add_group(&mut self, name: &'static str, part: Self) {
        self.tally.cases += part.tally.cases;
        self.tally.agree += part.tally.agree;
        self.tally.skipped += part.tally.skipped;
        self.tally.unmapped += part.tally.unmapped;
        self.disagreements.extend(part.disagreements);
        self.unmapped.extend(part.unmapped);
        self.sections.extend(part.sections);
        self.groups.push((name, part.tally));
    }

    /// The outcome of an oracle whose data cannot be read: one case, and not agreed on.
    pub(crate) fn broken(error: &Error) -> Self {
        let mut score = Self::default();
        let unreadable = Err(anyhow::anyhow!("{error:#}"));
        score.compare(|| "the data as a whole".to_owned(), "can be read", unreadable);
        score
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_evaluated_is_not_agreed_on() {
        let mut part = Score::default();
        part.compare(|| "a".into(), "x", Ok("x".into()));
        part.compare(|| "b".into(), "x", Err(anyhow::anyhow!("no such pod")));
        part.skip();
        part.unmapped("r", "why");
        part.unmapped("r", "why");
        let mut whole = Score::default();
        whole.add_group("part", part);
        let tally = Tally { cases: 2, agree: 1, skipped: 1, unmapped: 1 };
        assert_eq!((whole.tally, whole.groups.as_slice()), (tally, [("part", tally)].as_slice()));
        assert_eq!(whole.disagreements[0].got, "error: no such pod");
    }
}
