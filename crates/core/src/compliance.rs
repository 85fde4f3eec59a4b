//! How far what was looked at meets a framework: a benchmark, a guidance, a matrix of attacks.

use serde::Serialize;

use crate::audited::Audited;
use crate::tally::Tally;

/// A framework's controls and what the checks behind them said.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Compliance {
    /// The id of the framework: `nsa-cisa-1.2`.
    pub framework: String,
    /// Its name in full.
    pub title: String,
    /// The host that the rows are about, where they are about one alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// A row a control, in the framework's order.
    pub controls: Vec<ControlResult>,
}

/// What was said of one control.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ControlResult {
    /// The id within the framework.
    pub id: String,
    /// What it asks for, in our words.
    pub title: String,
    /// The level or profile it belongs to, where the framework has some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// The answer.
    pub standing: ControlStanding,
    /// What a person must look at, or what is missing, where there is no definite answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The ids of the checks behind it.
    pub checks: Vec<&'static str>,
    /// What those checks said together; a target counts once a check.
    pub tally: Tally,
    /// Some of what the answer rests on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<ControlEvidence>,
    /// What a check of a benchmark file came to, where the row is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit: Option<Box<Audited>>,
}

/// One thing that the answer to a control rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ControlEvidence {
    /// The id of the check.
    pub check: &'static str,
    /// What it said: `pass`, `fail`, `unknown`, …
    pub verdict: &'static str,
    /// What that is about.
    pub target: String,
    /// What was seen, and where.
    pub seen: String,
}

/// Where a control stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlStanding {
    /// Every check behind it was decided and none failed.
    Pass,
    /// A check behind it failed.
    Fail,
    /// Every failure is waived.
    Waived,
    /// None failed, and something could not be decided.
    Unknown,
    /// A person must look.
    Manual,
    /// What it is about was not among what was looked at.
    NotApplicable,
    /// Nothing here decides it yet, or what would did not run.
    NotCovered,
}

impl ControlStanding {
    /// The word for it in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Waived => "waived",
            Self::Unknown => "unknown",
            Self::Manual => "manual",
            Self::NotApplicable => "n/a",
            Self::NotCovered => "not covered",
        }
    }
}

impl Compliance {
    /// How many controls stand so.
    pub fn count(&self, standing: ControlStanding) -> usize {
        self.controls.iter().filter(|control| control.standing == standing).count()
    }

    /// Controls with a definite answer: passed and failed ones.
    pub fn decided(&self) -> usize {
        self.count(ControlStanding::Pass) + self.count(ControlStanding::Fail)
    }

    /// Passed controls of the decided ones in percent, rounded down to tenths so that only a perfect score is 100;
    /// `None` where none is decided. What is undecided counts for neither side and is told beside the score.
    pub fn score(&self) -> Option<f64> {
        let (passed, decided) = (self.count(ControlStanding::Pass), self.decided());
        let tenths = (1000 * passed).checked_div(decided)?;
        // At most 1000, which every float holds exactly.
        u32::try_from(tenths).ok().map(|tenths| f64::from(tenths) / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_is_of_decided_controls_and_never_rounded_up() {
        let control = |standing| ControlResult {
            id: String::new(),
            title: String::new(),
            level: None,
            standing,
            why: None,
            checks: Vec::new(),
            tally: Tally::default(),
            evidence: Vec::new(),
            audit: None,
        };
        let of = |pass, fail, open| {
            let all = [
                (ControlStanding::Pass, pass),
                (ControlStanding::Fail, fail),
                (ControlStanding::Unknown, open),
            ];
            let controls =
                all.into_iter().flat_map(|(standing, count)| vec![control(standing); count]).collect();
            Compliance { framework: String::new(), title: String::new(), node: None, controls }.score()
        };
        assert_eq!(of(2, 1, 9), Some(66.6));
        assert_eq!(of(9999, 1, 0), Some(99.9));
        assert_eq!(of(3, 0, 1), Some(100.0));
        assert_eq!(of(0, 0, 5), None);
    }
}
