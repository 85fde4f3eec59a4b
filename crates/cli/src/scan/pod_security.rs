//! What Pod Security makes of each namespace: the level it could enforce today, and what an upgrade would break.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use ironsides_core::{Object, Pod, PodTemplates, Tallies};
use ironsides_podsecurity::{
    Check, Evaluator, Labels, Level, LevelVersion, NEWEST, PodFacts, Policy, Version, Violation, labels,
};
use ironsides_report::{Blocker, NamespaceLevel};
use ironsides_tree::Text;

use crate::say::Say;

/// How many objects are named as standing in a namespace's way.
const NAMED: usize = 5;

/// Against which versions pods are judged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Versions {
    evaluator: Evaluator,
    minor: u64,
    upgrade: Option<u64>,
}

/// What one object is in the eyes of Pod Security.
pub(crate) enum Sight {
    /// It holds a pod.
    Pod {
        namespace: Option<Text>,
        /// No server would take it as it is written.
        undecided: bool,
        /// The ids of the checks of any level that refuse it.
        violated: Vec<&'static str>,
        /// The levels that refuse it, with the server's reasons.
        refused: Vec<(Level, Vec<&'static str>)>,
        /// The levels that refuse it only after the upgrade.
        newly: Vec<(Level, Vec<&'static str>)>,
        /// `Deployment shop/cart`, where anything refuses it.
        object: Option<String>,
    },
    /// It is a namespace with an `enforce` label.
    Namespace { name: Text, enforces: String },
}

impl Versions {
    /// The versions that the arguments ask for.
    pub(crate) fn new(kubernetes: Option<&str>, upgrade: Option<&str>) -> Result<Self> {
        let minor = kubernetes.map_or(Ok(NEWEST), minor)?;
        let upgrade = upgrade.map(self::minor).transpose()?;
        if let Some(to) = upgrade.filter(|to| *to <= minor) {
            bail!("an upgrade from 1.{minor} to 1.{to} is none; give a newer version with --upgrade-to");
        }
        Ok(Self { evaluator: Evaluator::of_server(minor), minor, upgrade })
    }

    /// The same for the objects of a server of this minor version. One that is newer than what is known here is taken for
    /// the newest known.
    pub(crate) fn of_server(self, minor: u64, say: &Say) -> Self {
        if minor > NEWEST {
            say.warning(&format!(
                "the server runs Kubernetes 1.{minor}, which is newer than what is known here: it is judged as 1.{NEWEST}"
            ));
        }
        let minor = minor.min(NEWEST);
        Self { evaluator: Evaluator::of_server(minor), minor, ..self }
    }

    /// The minor version that the objects are to run on in the end.
    pub(crate) fn last(&self) -> u64 {
        self.upgrade.unwrap_or(self.minor)
    }

    /// Judges one object.
    pub(crate) fn see(&self, object: &Object, templates: &PodTemplates, refused: bool) -> Option<Sight> {
        let reference = object.reference();
        if reference.kind == "Namespace" && reference.api_version == "v1" {
            let written = object.cursor().at(&["metadata", "labels"]).get(labels::ENFORCE).str()?;
            // An invalid level that got stored is taken for the strictest.
            let (policy, _) = Labels::of(&object.cursor()).policy(&Policy::default());
            let level = policy.enforce.level.as_str();
            let enforces = if written == level {
                level.to_owned()
            } else {
                format!("{level} (label \"{written}\" is invalid)")
            };
            return Some(Sight::Namespace { name: reference.name.clone(), enforces });
        }
        let pod = Pod::of(object, templates)?;
        let facts = PodFacts::of(&pod);
        let undecided = refused || !facts.malformed().is_empty();
        let (mut refused, mut newly, mut violated) = (Vec::new(), Vec::new(), Vec::new());
        if !undecided {
            for level in [Level::Baseline, Level::Restricted] {
                let policy = LevelVersion::new(level, Version::Latest);
                let violations = self.evaluator.evaluate(&facts, policy);
                violated.extend(violations.iter().map(|violation| violation.check.id()));
                if !violations.is_empty() {
                    refused.push((level, reasons(&violations)));
                } else if let Some(to) = self.upgrade {
                    let violations = Evaluator::of_server(to).evaluate(&facts, policy);
                    if !violations.is_empty() {
                        newly.push((level, reasons(&violations)));
                    }
                }
            }
        }
        let object = (!refused.is_empty() || !newly.is_empty()).then(|| reference.to_string());
        let namespace = reference.namespace.clone();
        Some(Sight::Pod { namespace, undecided, violated, refused, newly, object })
    }

    /// The policy's version as labels write it.
    fn version(&self) -> String {
        format!("v1.{}", self.minor)
    }
}

fn minor(text: &str) -> Result<u64> {
    let bare = text.strip_prefix('v').unwrap_or(text);
    let minor = bare.strip_prefix("1.").and_then(|rest| rest.split('.').next());
    let digits = minor.filter(|minor| minor.bytes().all(|byte| byte.is_ascii_digit()));
    let minor = digits.and_then(|digits| digits.parse().ok());
    match minor {
        Some(minor) if minor <= NEWEST => Ok(minor),
        Some(_) => bail!("Kubernetes {text} is newer than what is known here; the newest is 1.{NEWEST}"),
        None => bail!("{text:?} is no Kubernetes version; write it as 1.{NEWEST}"),
    }
}

fn reasons(violations: &[Violation<'_>]) -> Vec<&'static str> {
    violations.iter().map(|violation| violation.reason).collect()
}

/// Gathers what was seen, by namespace.
pub(crate) struct Gathering {
    versions: Versions,
    namespaces: BTreeMap<Option<Text>, Row>,
    enforces: BTreeMap<Text, String>,
    tallies: Tallies,
}

#[derive(Default)]
struct Row {
    pods: u64,
    undecided: u64,
    baseline: Vec<Blocker>,
    baseline_count: u64,
    restricted: Vec<Blocker>,
    restricted_count: u64,
    upgrade: Vec<Blocker>,
}

impl Gathering {
    pub(crate) fn new(versions: Versions) -> Self {
        Self { versions, namespaces: BTreeMap::new(), enforces: BTreeMap::new(), tallies: Tallies::new() }
    }

    /// Takes in what was seen of one object.
    pub(crate) fn take(&mut self, sight: Sight) {
        let (namespace, undecided, violated, refused, newly, object) = match sight {
            Sight::Namespace { name, enforces } => {
                self.enforces.insert(name, enforces);
                return;
            }
            Sight::Pod { namespace, undecided, violated, refused, newly, object } => {
                (namespace, undecided, violated, refused, newly, object)
            }
        };
        for check in Check::ALL.map(Check::id) {
            let tally = self.tallies.entry(check).or_default();
            match (undecided, violated.contains(&check)) {
                (true, _) => tally.unknown += 1,
                (false, true) => tally.fail += 1,
                (false, false) => tally.pass += 1,
            }
        }
        let row = self.namespaces.entry(namespace).or_default();
        row.pods += 1;
        row.undecided += u64::from(undecided);
        let object = object.unwrap_or_default();
        for (level, reasons) in refused {
            let (named, count) = match level {
                Level::Baseline => (&mut row.baseline, &mut row.baseline_count),
                _ => (&mut row.restricted, &mut row.restricted_count),
            };
            *count += 1;
            if named.len() < NAMED {
                named.push(blocker(&object, level, &reasons));
            }
        }
        row.upgrade.extend(newly.iter().map(|(level, reasons)| blocker(&object, *level, reasons)));
    }

    /// How often each check of Pod Security refused a pod, by its id.
    pub(crate) fn tallies(&self) -> &Tallies {
        &self.tallies
    }

    /// The rows of the report.
    pub(crate) fn finish(self) -> Vec<NamespaceLevel> {
        let version = self.versions.version();
        let enforces = &self.enforces;
        let rows = self.namespaces.into_iter().map(|(namespace, row)| {
            let (could_enforce, mut blockers, blocked_by) = match (row.baseline_count, row.restricted_count) {
                (0, 0) => (Level::Restricted, Vec::new(), 0),
                (0, count) => (Level::Baseline, row.restricted, count),
                (count, _) => (Level::Privileged, row.baseline, count),
            };
            blockers.sort();
            // Only a definite refusal is certain while some objects could not be judged.
            let certain = row.undecided == 0 || could_enforce == Level::Privileged;
            NamespaceLevel {
                enforces: namespace.as_ref().and_then(|name| enforces.get(name)).cloned(),
                namespace: namespace.map(|name| name.to_string()),
                version: version.clone(),
                could_enforce: certain.then(|| could_enforce.as_str()),
                pods: row.pods,
                blockers,
                blocked_by,
                undecided: row.undecided,
                upgrade: row.upgrade,
            }
        });
        rows.collect()
    }
}

fn blocker(object: &str, level: Level, reasons: &[&str]) -> Blocker {
    Blocker {
        object: object.to_owned(),
        level: level.as_str(),
        reasons: reasons.iter().map(|&reason| reason.to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_people_write_them() {
        for text in ["1.30", "v1.30", "1.30.4", "v1.30.4"] {
            assert_eq!(minor(text).unwrap(), 30);
        }
        for text in ["30", "2.1", "1.", "1.99", "1.+5", ""] {
            assert!(minor(text).is_err(), "{text}");
        }
        assert!(Versions::new(Some("1.30"), Some("1.30")).is_err());
        assert!(Versions::new(None, Some("1.37")).is_err());
    }
}
