//! Pods against levels and versions.

use crate::check::{Check, Revision};
use crate::facts::PodFacts;
use crate::level::Level;
use crate::policy::LevelVersion;
use crate::version::NEWEST;
use crate::violation::Violation;

/// What a server knows of the standards: everything up to a version, which is what "latest" means to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evaluator {
    newest: u64,
}

impl Default for Evaluator {
    /// Knows every version there is.
    fn default() -> Self {
        Self { newest: NEWEST }
    }
}

impl Evaluator {
    /// The knowledge of a server of version 1.`minor`.
    pub fn of_server(minor: u64) -> Self {
        Self { newest: minor.min(NEWEST) }
    }

    /// The minor version that this server takes a policy's version for.
    pub fn minor(&self, policy: LevelVersion) -> u64 {
        policy.version.minor(self.newest)
    }

    /// The checks that a policy consists of, in the order of their results.
    pub fn checks(&self, policy: LevelVersion) -> impl Iterator<Item = Check> + use<> {
        revisions(policy.level, self.minor(policy)).map(|(check, _)| check)
    }

    /// Everything that keeps a pod from satisfying a policy, in the server's order.
    pub fn evaluate<'a>(&self, facts: &PodFacts<'a>, policy: LevelVersion) -> Vec<Violation<'a>> {
        let revisions = revisions(policy.level, self.minor(policy));
        revisions.filter_map(|(check, revision)| violation(check, revision, facts)).collect()
    }

    /// Whether a pod satisfies a policy, told at the first violation.
    pub fn allows(&self, facts: &PodFacts<'_>, policy: LevelVersion) -> bool {
        revisions(policy.level, self.minor(policy)).all(|(_, revision)| revision.judge(facts).is_none())
    }
}

/// Everything that keeps a pod from satisfying a policy, for a server that knows every version.
///
/// Ask [`PodFacts::malformed`] first: of a pod that no server takes, nothing found here means anything.
pub fn evaluate<'a>(facts: &PodFacts<'a>, policy: LevelVersion) -> Vec<Violation<'a>> {
    Evaluator::default().evaluate(facts, policy)
}

pub(crate) fn violation<'a>(check: Check, revision: Revision, facts: &PodFacts<'a>) -> Option<Violation<'a>> {
    let fault = revision.judge(facts)?;
    Some(Violation { check, reason: fault.reason, detail: fault.detail, places: fault.places })
}

/// The forms of the checks that apply at a level and version.
pub(crate) fn revisions(level: Level, minor: u64) -> impl Iterator<Item = (Check, Revision)> {
    let overridden = move |check: Check| {
        let overrides = |other: &Check| other.overrides() == Some(check) && other.at(minor).is_some();
        level == Level::Restricted && Check::OVERRIDING.iter().any(overrides)
    };
    let asked = Check::ALL.into_iter().filter(move |check| check.level() <= level);
    asked.filter(move |check| !overridden(*check)).filter_map(move |check| Some((check, check.at(minor)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::Version;

    fn ids(level: Level, minor: u64) -> Vec<&'static str> {
        let policy = LevelVersion::new(level, Version::V(minor));
        Evaluator::default().checks(policy).map(Check::id).collect()
    }

    #[test]
    fn levels_grow_with_versions() {
        assert!(ids(Level::Privileged, 37).is_empty());
        assert_eq!(ids(Level::Baseline, 0).len(), 11);
        assert_eq!(ids(Level::Baseline, 34).len(), 12);
        let first = ids(Level::Restricted, 0);
        assert_eq!(first.last(), Some(&"runAsNonRoot"));
        assert!(first.contains(&"restrictedVolumes") && !first.contains(&"hostPathVolumes"));
        assert!(first.contains(&"seccompProfile_baseline") && first.contains(&"capabilities_baseline"));
    }

    #[test]
    fn overriding_checks_take_the_place_of_others_from_their_first_version_on() {
        let now = ids(Level::Restricted, 37);
        for gone in ["capabilities_baseline", "hostPathVolumes", "procMount", "seccompProfile_baseline"] {
            assert!(!now.contains(&gone), "{gone}");
        }
        assert!(ids(Level::Restricted, 34).contains(&"procMount"));
        assert!(ids(Level::Baseline, 37).contains(&"procMount"));
        assert_eq!(now.len(), 19 - 4);
    }

    #[test]
    fn a_server_evaluates_the_future_as_its_newest() {
        let old = Evaluator::of_server(21);
        assert_eq!(old.minor(LevelVersion::default()), 21);
        assert_eq!(old.minor(LevelVersion::new(Level::Baseline, Version::V(30))), 21);
        assert_eq!(Evaluator::of_server(500), Evaluator::default());
    }
}
