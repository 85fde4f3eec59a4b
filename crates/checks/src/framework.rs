//! Frameworks: benchmarks, guidances and attack matrices, and the checks that decide their controls.
//!
//! One file a framework and version, `frameworks/ID.toml`:
//!
//! ```toml
//! id = "nsa-cisa-1.2"
//! title = "…"
//! source = "https://…"            # where the controls and their numbers are from
//!
//! [[control]]
//! id = "non-root"
//! title = "containers do not run as root"   # in our own words
//! level = "…"                     # where the framework has levels or profiles
//! assessment = "Manual"           # what the framework itself calls it; it changes nothing of how it is decided here
//! checks = ["root-user", "possible-root-user"]
//! pod-security = ["hostPorts"]    # or the checks of Pod Security admission that decide it; then `checks` only show where
//! manual = "…"                    # or what a person must look at
//! needs = "…"                     # or what is missing before it can be decided
//! ```
//!
//! A control that another file has already, as later versions of a benchmark have those of earlier ones, is named by it:
//! `same = "cis-1.12 1.2.5"` takes everything over but the id and the level, and what is written beside it wins.
//!
//! `manual` and `needs` may stand beside checks that decide a part: then the control can fail, and never passes.

use std::sync::LazyLock;

use ironsides_core::{Compliance, ControlResult, ControlStanding, Tallies, Tally};
use serde::Deserialize;

use crate::catalogue::find;
use crate::check::{Check, Run};

/// A framework.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Its id, with the version: `nsa-cisa-1.2`. The name of its file.
    pub id: String,
    /// Its name in full.
    pub title: String,
    /// Where the controls are published.
    pub source: String,
    /// Its controls, in its own order.
    #[serde(rename = "control")]
    pub controls: Vec<Control>,
}

/// A control of a framework.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Its number or name within the framework.
    pub id: String,
    /// What it asks for, in our own words.
    #[serde(default)]
    pub title: String,
    /// The framework and the control that it is the same as: `cis-1.12 1.2.5`.
    pub same: Option<String>,
    /// The level or profile it belongs to.
    pub level: Option<String>,
    /// What the framework itself calls it: `Automated` or `Manual`.
    pub assessment: Option<String>,
    #[serde(default, rename = "checks")]
    ids: Vec<String>,
    /// The ids of Pod Security's checks that decide it.
    #[serde(default, rename = "pod-security")]
    pub pod_security: Vec<String>,
    /// What a person must look at.
    pub manual: Option<String>,
    /// What is missing before it can be decided.
    pub needs: Option<String>,
}

static FRAMEWORKS: LazyLock<Vec<Framework>> = LazyLock::new(|| {
    let mut all: Vec<Framework> = TEXTS.iter().filter_map(|(_, text)| toml::from_str(text).ok()).collect();
    resolve(&mut all);
    all
});

/// Gives controls that are the same as others what those say. What they name stands in a file of its own, so one pass does.
fn resolve(all: &mut [Framework]) {
    let named = |all: &[Framework], same: &str| {
        let (framework, id) = same.split_once(' ')?;
        let framework = all.iter().find(|known| known.id == framework)?;
        framework.controls.iter().find(|control| control.id == id).cloned()
    };
    for at in 0..all.len() {
        let controls = all.get(at).map(|framework| framework.controls.clone()).unwrap_or_default();
        let merged = controls.into_iter().map(|control| {
            match control.same.as_deref().and_then(|same| named(all, same)) {
                Some(other) => control.like(other),
                None => control,
            }
        });
        let merged = merged.collect();
        if let Some(framework) = all.get_mut(at) {
            framework.controls = merged;
        }
    }
}

/// Every framework's file, in the order in which they are listed.
const TEXTS: &[(&str, &str)] = &[
    ("cis-1.7", include_str!("../../../frameworks/cis-1.7.toml")),
    ("cis-1.8", include_str!("../../../frameworks/cis-1.8.toml")),
    ("cis-1.9", include_str!("../../../frameworks/cis-1.9.toml")),
    ("cis-1.10", include_str!("../../../frameworks/cis-1.10.toml")),
    ("cis-1.11", include_str!("../../../frameworks/cis-1.11.toml")),
    ("cis-1.12", include_str!("../../../frameworks/cis-1.12.toml")),
    ("cis-2.0", include_str!("../../../frameworks/cis-2.0.toml")),
    ("cis-aks-1.8", include_str!("../../../frameworks/cis-aks-1.8.toml")),
    ("cis-eks-1.8", include_str!("../../../frameworks/cis-eks-1.8.toml")),
    ("cis-gke-1.9", include_str!("../../../frameworks/cis-gke-1.9.toml")),
    ("cis-k3s-1.9", include_str!("../../../frameworks/cis-k3s-1.9.toml")),
    ("cis-rke2-1.8", include_str!("../../../frameworks/cis-rke2-1.8.toml")),
    ("disa-stig-kubernetes-1.6", include_str!("../../../frameworks/disa-stig-kubernetes-1.6.toml")),
    ("microsoft-threat-matrix-3", include_str!("../../../frameworks/microsoft-threat-matrix-3.toml")),
    ("mitre-attack-containers", include_str!("../../../frameworks/mitre-attack-containers.toml")),
    ("nsa-cisa-1.0", include_str!("../../../frameworks/nsa-cisa-1.0.toml")),
    ("pss", include_str!("../../../frameworks/pss.toml")),
];

/// Ids of frameworks that are no more, and what stands in their place.
const RENAMED: [(&str, &str); 1] = [("cis-1.12-policies", "cis-1.12")];

/// All frameworks.
pub fn all() -> &'static [Framework] {
    &FRAMEWORKS
}

/// The framework with this id, or with the one that it used to have.
pub fn named(id: &str) -> Option<&'static Framework> {
    let id = RENAMED.iter().find(|(old, _)| *old == id).map_or(id, |(_, new)| *new);
    all().iter().find(|framework| framework.id == id)
}

/// The controls that a check has a part in.
pub fn controls_of(check: &str) -> impl Iterator<Item = (&'static Framework, &'static Control)> {
    let of =
        |framework: &'static Framework| framework.controls.iter().map(move |control| (framework, control));
    all().iter().flat_map(of).filter(move |(_, control)| control.ids.iter().any(|id| id == check))
}

/// What the checks said of everything that was looked at.
#[derive(Clone, Copy)]
pub struct Answers<'a> {
    /// What each check said, by its id.
    pub tallies: &'a Tallies,
    /// What each check of Pod Security said, by Kubernetes' own id. Waivers change nothing of what a server refuses.
    pub pod_security: &'a Tallies,
    /// Whether a check ran at all.
    pub ran: &'a dyn Fn(&str) -> bool,
    /// Whether a check has failures that no waiver answers for.
    pub fails: &'a dyn Fn(&str) -> bool,
    /// What was there to look at.
    pub seen: Seen,
}

/// What was there to look at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// Whether there were objects of Kubernetes, and not only facts of nodes.
    pub objects: bool,
}

impl Framework {
    /// The checks behind its controls up to a level, or all of them: each once, in the order of the controls.
    pub fn checks(&self, level: Option<u8>) -> Vec<&'static Check> {
        let mut checks: Vec<&'static Check> = Vec::new();
        for check in self.of_level(level).flat_map(Control::checks) {
            if !checks.iter().any(|known| known.meta.id == check.meta.id) {
                checks.push(check);
            }
        }
        checks
    }

    /// Whether any control tells its level.
    pub fn has_levels(&self) -> bool {
        self.controls.iter().any(|control| control.level_number().is_some())
    }

    /// The controls up to a level, or all. Those whose level no source names are of every level.
    fn of_level(&self, level: Option<u8>) -> impl Iterator<Item = &Control> {
        let is_of = move |control: &&Control| match (level, control.level_number()) {
            (Some(wanted), Some(own)) => own <= wanted,
            _ => true,
        };
        self.controls.iter().filter(is_of)
    }

    /// How far what the checks said meets its controls up to a level, or all of them.
    pub fn compliance(&self, level: Option<u8>, answers: Answers<'_>) -> Compliance {
        let controls = self.of_level(level).map(|control| control.result(answers)).collect();
        Compliance { framework: self.id.clone(), title: self.title.clone(), node: None, controls }
    }
}

impl Control {
    /// This control with what another says where it says nothing itself. Decisions are taken over whole.
    fn like(self, other: Self) -> Self {
        let decides = !self.ids.is_empty() || self.manual.is_some() || self.needs.is_some();
        let title = if self.title.is_empty() { other.title } else { self.title.clone() };
        if decides {
            return Self { title, ..self };
        }
        Self { id: self.id, title, same: self.same, level: self.level, assessment: self.assessment, ..other }
    }

    /// The checks that decide it or a part of it.
    pub fn checks(&self) -> impl Iterator<Item = &'static Check> {
        self.ids.iter().filter_map(|id| find(id))
    }

    /// The number in its level: 1 of `Level 1`.
    fn level_number(&self) -> Option<u8> {
        self.level.as_deref()?.split(|c: char| !c.is_ascii_digit()).find_map(|digits| digits.parse().ok())
    }

    /// What would have to be looked at for its checks to be asked at all.
    fn missing(&self, seen: Seen) -> Vec<String> {
        let mut missing = Vec::new();
        for check in self.checks() {
            let what = match check.run {
                Run::Settings(components, _) | Run::Shared(components, _) => {
                    let names: Vec<&str> = components.iter().map(|component| component.program()).collect();
                    format!(
                        "needs the facts of a node that runs {}: `ironsides scan --node` there",
                        names.join(" or ")
                    )
                }
                Run::Host(_) => "needs the facts of a node: `ironsides scan --node` there".to_owned(),
                _ if seen.objects => continue,
                _ => "needs the objects of the cluster: `--cluster`, or manifests".to_owned(),
            };
            if !missing.contains(&what) {
                missing.push(what);
            }
        }
        missing
    }

    fn result(&self, answers: Answers<'_>) -> ControlResult {
        let Answers { tallies, pod_security, ran, fails, seen } = answers;
        let checks: Vec<&'static str> = self.checks().map(|check| check.meta.id).collect();
        let mut tally = Tally::default();
        let by_checks = self.pod_security.is_empty();
        if by_checks {
            checks.iter().filter_map(|id| tallies.get(id)).for_each(|said| tally.add(*said));
        } else {
            let ids = self.pod_security.iter().filter_map(|id| pod_security.get(id.as_str()));
            ids.for_each(|said| tally.add(*said));
        }
        // A check that did not run is missing data, and missing data never passes.
        let idle: Vec<&str> = checks.iter().copied().filter(|id| by_checks && !ran(id)).collect();
        let missing = if by_checks { self.missing(seen) } else { Vec::new() };
        let failing = tally.fail > 0 && (!by_checks || checks.iter().any(|id| fails(id)));
        let standing = match (&self.manual, &self.needs) {
            _ if failing => ControlStanding::Fail,
            _ if !idle.is_empty() => ControlStanding::NotCovered,
            (_, Some(_)) => ControlStanding::NotCovered,
            _ if tally.unknown > 0 => ControlStanding::Unknown,
            _ if tally.fail > 0 => ControlStanding::Waived,
            (Some(_), None) => ControlStanding::Manual,
            _ if tally.manual > 0 => ControlStanding::Manual,
            _ if tally.pass > 0 => ControlStanding::Pass,
            // Nothing was seen that any of them could have been asked about.
            _ if tally == Tally::default() && !missing.is_empty() => ControlStanding::NotCovered,
            _ => ControlStanding::NotApplicable,
        };
        let why = match standing {
            ControlStanding::Manual => self.manual.clone(),
            ControlStanding::NotCovered if !idle.is_empty() => {
                Some(format!("{} did not run", idle.join(", ")))
            }
            ControlStanding::NotCovered if self.needs.is_none() => Some(missing.join("; ")),
            ControlStanding::NotCovered => self.needs.as_ref().map(|needs| format!("needs {needs}")),
            _ => None,
        };
        let (id, title, level) = (self.id.clone(), self.title.clone(), self.level.clone());
        ControlResult { id, title, level, standing, why, checks, tally, evidence: Vec::new(), audit: None }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_reads_and_names_checks_that_exist() {
        for (name, text) in TEXTS {
            let framework: Framework = toml::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(framework.id, *name);
            assert!(framework.source.starts_with("https://"), "{name} names no source");
            let mut ids = BTreeSet::new();
            for control in &framework.controls {
                let place = format!("{name} {}", control.id);
                assert!(ids.insert(&control.id), "{place} stands twice");
                for id in &control.ids {
                    assert!(find(id).is_some(), "{place} names {id}, which is no check");
                }
                for id in &control.pod_security {
                    let known = ironsides_podsecurity::Check::ALL.into_iter().any(|check| check.id() == id);
                    assert!(known, "{place} names {id}, which is no check of Pod Security");
                }
            }
        }
        assert_eq!(all().len(), TEXTS.len());
        for (framework, control) in
            all().iter().flat_map(|it| it.controls.iter().map(move |control| (it, control)))
        {
            let place = format!("{} {}", framework.id, control.id);
            assert!(!control.title.is_empty(), "{place} has no title, or names a control that is none");
            let said = !control.ids.is_empty() || control.manual.is_some() || control.needs.is_some();
            assert!(said, "{place} has neither checks nor a reason");
        }
    }

    #[test]
    fn a_level_holds_those_below_and_those_of_no_known_level() {
        let text = r#"
id = "x"
title = "X"
source = "https://example.com"
[[control]]
id = "1"
title = "one"
level = "Level 1"
checks = ["host-pid"]
[[control]]
id = "2"
title = "two"
level = "Level 2"
checks = ["host-ipc"]
[[control]]
id = "3"
title = "three"
manual = "look"
"#;
        let framework: Framework = toml::from_str(text).unwrap();
        assert!(framework.has_levels() && !all().iter().any(|known| known.id == "pss" && known.has_levels()));
        let of = |level| framework.of_level(level).map(|control| control.id.as_str()).collect::<Vec<_>>();
        assert_eq!(of(Some(1)), ["1", "3"]);
        assert_eq!(of(Some(2)), ["1", "2", "3"]);
        assert_eq!(of(None), of(Some(2)));
        let checks: Vec<_> = framework.checks(Some(1)).iter().map(|check| check.meta.id).collect();
        assert_eq!(checks, ["host-pid"]);
    }

    #[test]
    fn a_control_that_is_the_same_as_another_says_what_that_says() {
        let of = |text: &str| -> Framework { toml::from_str(text).unwrap() };
        let mut all = vec![
            of(
                "id = 'b'\ntitle = ''\nsource = ''\n[[control]]\nid = '2'\nsame = 'a 1'\nlevel = '2'\n[[control]]\nid = \
                '3'\nsame = 'a 1'\ntitle = 'mine'\nneeds = 'a cloud'\n[[control]]\nid = '4'\nsame = 'a 9'\n",
            ),
            of(
                "id = 'a'\ntitle = ''\nsource = ''\n[[control]]\nid = '1'\ntitle = 'calm'\nlevel = '1'\nchecks = \
                ['host-pid']\nmanual = 'look'\n",
            ),
        ];
        resolve(&mut all);
        let [taken, own, lost] = all[0].controls.as_slice() else { panic!("three controls") };
        let told = (taken.id.as_str(), taken.title.as_str(), taken.level.as_deref(), taken.manual.as_deref());
        assert_eq!(told, ("2", "calm", Some("2"), Some("look")));
        assert_eq!(taken.ids, ["host-pid"]);
        assert_eq!((own.title.as_str(), own.needs.as_deref(), own.ids.len()), ("mine", Some("a cloud"), 0));
        assert!(lost.title.is_empty());
    }

    #[test]
    fn the_benchmark_of_cis_is_whole() {
        // Sections and how many controls each has, by kube-bench's cfg/cis-1.12.
        let sections = [
            ("1.1", 21),
            ("1.2", 30),
            ("1.3", 7),
            ("1.4", 2),
            ("2", 7),
            ("3.1", 3),
            ("3.2", 2),
            ("4.1", 10),
            ("4.2", 14),
            ("4.3", 1),
            ("5.1", 13),
            ("5.2", 12),
            ("5.3", 2),
            ("5.4", 2),
            ("5.5", 1),
            ("5.6", 4),
        ];
        let expected: Vec<String> = sections
            .iter()
            .flat_map(|(section, count)| (1..=*count).map(move |at| format!("{section}.{at}")))
            .collect();
        assert_eq!(expected.len(), 131);
        for id in ["cis-1.12", "cis-2.0"] {
            let framework = named(id).unwrap();
            let ids: Vec<&str> = framework.controls.iter().map(|control| control.id.as_str()).collect();
            assert_eq!(ids, expected, "{id}");
            for control in &framework.controls {
                let place = format!("{id} {}", control.id);
                assert!(matches!(control.level.as_deref(), Some("Level 1" | "Level 2")), "{place}");
                assert!(matches!(control.assessment.as_deref(), Some("Automated" | "Manual")), "{place}");
            }
        }
        assert_eq!(named("cis-1.12-policies").unwrap().id, "cis-1.12");
    }

    #[test]
    fn nothing_undecided_passes() {
        let control = |manual: Option<&str>, needs: Option<&str>| Control {
            id: "1".into(),
            title: String::new(),
            same: None,
            level: None,
            assessment: None,
            ids: vec!["privileged-container".into(), "host-pid".into()],
            pod_security: Vec::new(),
            manual: manual.map(Into::into),
            needs: needs.map(Into::into),
        };
        let said = |control: &Control, tally: Tally| {
            let tallies = [("privileged-container", tally)].into_iter().collect();
            let answers = Answers {
                tallies: &tallies,
                pod_security: &Tallies::new(),
                ran: &|_| true,
                fails: &|_| tally.fail > 0 && tally.manual == 0,
                seen: Seen { objects: true },
            };
            control.result(answers).standing
        };
        let pass = Tally { pass: 3, ..Tally::default() };
        let fail = Tally { fail: 1, unknown: 1, ..pass };
        let open = Tally { unknown: 1, ..pass };
        let plain = control(None, None);
        assert_eq!(said(&plain, pass), ControlStanding::Pass);
        assert_eq!(said(&plain, fail), ControlStanding::Fail);
        assert_eq!(said(&plain, open), ControlStanding::Unknown);
        // (Here a count of manual answers stands for waivers of all failures.)
        assert_eq!(said(&plain, Tally { fail: 1, manual: 1, ..pass }), ControlStanding::Waived);
        let tallies = Tallies::new();
        let skipped = Answers {
            tallies: &tallies,
            pod_security: &tallies,
            ran: &|id| id != "host-pid",
            fails: &|_| false,
            seen: Seen { objects: true },
        };
        let result = plain.result(skipped);
        assert_eq!(result.standing, ControlStanding::NotCovered);
        assert_eq!(result.why.as_deref(), Some("host-pid did not run"));
        assert_eq!(said(&plain, Tally::default()), ControlStanding::NotApplicable);
        assert_eq!(
            said(&plain, Tally { not_applicable: 4, ..Tally::default() }),
            ControlStanding::NotApplicable
        );
        assert_eq!(said(&control(Some("look"), None), pass), ControlStanding::Manual);
        assert_eq!(said(&control(Some("look"), None), fail), ControlStanding::Fail);
        assert_eq!(said(&control(None, Some("a cluster")), pass), ControlStanding::NotCovered);
        assert_eq!(said(&control(None, Some("a cluster")), fail), ControlStanding::Fail);
    }
}
