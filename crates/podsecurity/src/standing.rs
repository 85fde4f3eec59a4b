//! How strict a policy a set of pods already satisfies.

use crate::evaluate::Evaluator;
use crate::facts::PodFacts;
use crate::level::Level;
use crate::policy::LevelVersion;
use crate::version::Version;
use crate::violation::Violation;

/// The level that a set of pods satisfies and what keeps it from the stricter ones.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    /// The strictest level that no pod was found to violate.
    pub at_most: Level,
    /// Pods that violate the baseline.
    pub baseline: Vec<Blocker<'a>>,
    /// Pods that violate the restricted level, those that violate the baseline among them.
    pub restricted: Vec<Blocker<'a>>,
    /// Places of pods that could not be decided, since no server would take them as they are written.
    pub undecided: Vec<usize>,
}

/// A pod in the way of a level.
#[derive(Clone, Debug)]
pub struct Blocker<'a> {
    /// The pod's place among those that were asked about.
    pub pod: usize,
    /// What it violates.
    pub violations: Vec<Violation<'a>>,
}

impl<'a> Standing<'a> {
    /// The strictest level that all pods satisfy, or `None` where a pod that could not be decided leaves it open.
    pub fn level(&self) -> Option<Level> {
        (self.undecided.is_empty() || self.at_most == Level::Privileged).then_some(self.at_most)
    }

    /// The pods in the way of a level.
    pub fn blockers(&self, level: Level) -> &[Blocker<'a>] {
        match level {
            Level::Privileged => &[],
            Level::Baseline => &self.baseline,
            Level::Restricted => &self.restricted,
        }
    }
}

impl Evaluator {
    /// The strictest level that these pods satisfy together at a version, and what stands in the way of more.
    pub fn highest_level<'a>(&self, pods: &[PodFacts<'a>], version: Version) -> Standing<'a> {
        let undecided = pods.iter().enumerate().filter(|(_, facts)| !facts.malformed().is_empty());
        let mut standing = Standing {
            at_most: Level::Privileged,
            baseline: self.blockers(pods, LevelVersion::new(Level::Baseline, version)),
            restricted: self.blockers(pods, LevelVersion::new(Level::Restricted, version)),
            undecided: undecided.map(|(pod, _)| pod).collect(),
        };
        standing.at_most = match (standing.baseline.is_empty(), standing.restricted.is_empty()) {
            (true, true) => Level::Restricted,
            (true, false) => Level::Baseline,
            (false, _) => Level::Privileged,
        };
        standing
    }

    fn blockers<'a>(self, pods: &[PodFacts<'a>], policy: LevelVersion) -> Vec<Blocker<'a>> {
        let decided = pods.iter().enumerate().filter(|(_, facts)| facts.malformed().is_empty());
        let judged = decided.map(|(pod, facts)| Blocker { pod, violations: self.evaluate(facts, policy) });
        judged.filter(|blocker| !blocker.violations.is_empty()).collect()
    }
}
