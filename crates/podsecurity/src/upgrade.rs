//! What changes for pods when the version of their policy does.

use crate::check::{Check, Revision};
use crate::evaluate::{Evaluator, revisions, violation};
use crate::facts::PodFacts;
use crate::level::Level;
use crate::policy::LevelVersion;
use crate::version::Version;
use crate::violation::Violation;

/// A pod that another version of a level judges differently.
#[derive(Clone, Debug)]
pub struct Change<'a> {
    /// The pod's place among those that were asked about.
    pub pod: usize,
    /// The level.
    pub level: Level,
    /// Whether the old version allows the pod.
    pub allowed_before: bool,
    /// Whether the new version does.
    pub allowed_after: bool,
    /// What only the new version forbids.
    pub newly_violated: Vec<Violation<'a>>,
    /// What only the old version forbids.
    pub no_longer_violated: Vec<Violation<'a>>,
}

impl Evaluator {
    /// What moving a policy from one version to another newly forbids or newly allows, pod by pod and level by
    /// level. Pods that no server would take are left out; [`PodFacts::malformed`] tells them.
    pub fn upgrade<'a>(&self, pods: &[PodFacts<'a>], from: Version, to: Version) -> Vec<Change<'a>> {
        let mut changes = Vec::new();
        for level in [Level::Baseline, Level::Restricted] {
            let at =
                |version| revisions(level, self.minor(LevelVersion::new(level, version))).collect::<Vec<_>>();
            let (before, after) = (at(from), at(to));
            let (left, entered) = (missing(&before, &after), missing(&after, &before));
            if left.is_empty() && entered.is_empty() {
                continue;
            }
            for (pod, facts) in pods.iter().enumerate().filter(|(_, facts)| facts.malformed().is_empty()) {
                let (old, new) = (judge(&left, facts), judge(&entered, facts));
                let (no_longer_violated, newly_violated) = (without(&old, &new), without(&new, &old));
                if newly_violated.is_empty() && no_longer_violated.is_empty() {
                    continue;
                }
                let allowed = |version| self.allows(facts, LevelVersion::new(level, version));
                let (allowed_before, allowed_after) = (allowed(from), allowed(to));
                changes.push(Change {
                    pod,
                    level,
                    allowed_before,
                    allowed_after,
                    newly_violated,
                    no_longer_violated,
                });
            }
        }
        changes.sort_by_key(|change| change.pod);
        changes
    }
}

type Form = (Check, Revision);

/// The forms in `these` that `others` lacks.
fn missing(these: &[Form], others: &[Form]) -> Vec<Form> {
    let known =
        |form: &Form| others.iter().any(|other| (form.0, form.1.since()) == (other.0, other.1.since()));
    these.iter().filter(|form| !known(form)).copied().collect()
}

fn judge<'a>(forms: &[Form], facts: &PodFacts<'a>) -> Vec<Violation<'a>> {
    forms.iter().filter_map(|(check, revision)| violation(*check, *revision, facts)).collect()
}

/// Those violations that `others` lacks. Another form of a check that says the same, word for word, is the same.
fn without<'a>(these: &[Violation<'a>], others: &[Violation<'a>]) -> Vec<Violation<'a>> {
    let same = |a: &Violation<'_>, b: &Violation<'_>| (a.reason, &a.detail) == (b.reason, &b.detail);
    these.iter().filter(|this| !others.iter().any(|other| same(this, other))).cloned().collect()
}
