//! Rules of other tools: which checks of ours look for the same thing, or why none does.
//!
//! One file a tool, `frameworks/tools/TOOL.toml`:
//!
//! ```toml
//! [rules]
//! hostPIDSet = ["host-pid"]     # what fails it over there fails one of these here
//! [unmapped]
//! someRule = "why nothing here corresponds to it"
//! [aliases]
//! otherName = "hostPIDSet"
//! ```

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::catalogue::find;
use crate::check::Check;

/// A tool whose rules are known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// Polaris; `hostPIDSet`.
    Polaris,
    /// `KubeLinter`; `host-pid`.
    KubeLinter,
    /// Trivy; `KSV-0010`, also written `KSV010` or `AVD-KSV-0010`.
    Trivy,
    /// Checkov; `CKV_K8S_17`.
    Checkov,
    /// Kubescape's controls; `C-0038`.
    Kubescape,
    /// kubesec; `HostPID`.
    Kubesec,
    /// The rules behind Kubescape's controls, by name; `host-pid-ipc-privileges`.
    Regolibrary,
}

impl Tool {
    /// All of them, in alphabetical order.
    pub const ALL: [Self; 7] = [
        Self::Checkov,
        Self::KubeLinter,
        Self::Kubescape,
        Self::Kubesec,
        Self::Polaris,
        Self::Regolibrary,
        Self::Trivy,
    ];

    /// Its name in small letters, which is also that of its file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Polaris => "polaris",
            Self::KubeLinter => "kube-linter",
            Self::Trivy => "trivy",
            Self::Checkov => "checkov",
            Self::Kubescape => "kubescape",
            Self::Kubesec => "kubesec",
            Self::Regolibrary => "regolibrary",
        }
    }

    /// The tool of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }

    fn text(self) -> &'static str {
        match self {
            Self::Polaris => include_str!("../../../frameworks/tools/polaris.toml"),
            Self::KubeLinter => include_str!("../../../frameworks/tools/kube-linter.toml"),
            Self::Trivy => include_str!("../../../frameworks/tools/trivy.toml"),
            Self::Checkov => include_str!("../../../frameworks/tools/checkov.toml"),
            Self::Kubescape => include_str!("../../../frameworks/tools/kubescape.toml"),
            Self::Kubesec => include_str!("../../../frameworks/tools/kubesec.toml"),
            Self::Regolibrary => include_str!("../../../frameworks/tools/regolibrary.toml"),
        }
    }

    fn map(self) -> &'static Map {
        static MAPS: [LazyLock<Map>; 7] = [
            LazyLock::new(|| Map::of(Tool::Checkov)),
            LazyLock::new(|| Map::of(Tool::KubeLinter)),
            LazyLock::new(|| Map::of(Tool::Kubescape)),
            LazyLock::new(|| Map::of(Tool::Kubesec)),
            LazyLock::new(|| Map::of(Tool::Polaris)),
            LazyLock::new(|| Map::of(Tool::Regolibrary)),
            LazyLock::new(|| Map::of(Tool::Trivy)),
        ];
        let [checkov, kube_linter, kubescape, kubesec, polaris, regolibrary, trivy] = &MAPS;
        match self {
            Self::Checkov => checkov,
            Self::KubeLinter => kube_linter,
            Self::Kubescape => kubescape,
            Self::Kubesec => kubesec,
            Self::Polaris => polaris,
            Self::Regolibrary => regolibrary,
            Self::Trivy => trivy,
        }
    }
}

/// What is known here about a rule of another tool.
#[derive(Clone, Copy, Debug)]
pub enum Mapping {
    /// These checks look for it: whatever fails the rule fails one of them.
    Mapped(&'static [&'static Check]),
    /// No check does, because of this.
    Unmapped(&'static str),
    /// The tool has no such rule that is known here.
    Unknown,
}

/// Which checks a rule of another tool corresponds to.
pub fn checks(tool: Tool, id: &str) -> Mapping {
    let map = tool.map();
    let id = canonical(tool, id);
    let id = map.file.aliases.get(&*id).map_or(&*id, String::as_str);
    if let Some(checks) = map.checks.get(id) {
        return Mapping::Mapped(checks);
    }
    map.file.unmapped.get(id).map_or(Mapping::Unknown, |reason| Mapping::Unmapped(reason))
}

/// The rules of a tool that are known here, mapped or not, in alphabetical order.
pub fn ids(tool: Tool) -> Vec<&'static str> {
    let map = tool.map();
    let mut ids: Vec<&str> = map.checks.keys().chain(map.file.unmapped.keys()).map(String::as_str).collect();
    ids.sort_unstable();
    ids
}

/// The one way in which a map writes an id that tools write in several.
fn canonical(tool: Tool, id: &str) -> String {
    match tool {
        Tool::Trivy => trivy(id).unwrap_or_else(|| id.to_owned()),
        Tool::Checkov | Tool::Kubescape => id.to_ascii_uppercase(),
        _ => id.to_owned(),
    }
}

/// `KSV001`, `KSV-0001` and `AVD-KSV-0001` are `KSV-0001`.
fn trivy(id: &str) -> Option<String> {
    let upper = id.to_ascii_uppercase();
    let rest = upper.strip_prefix("AVD-").unwrap_or(&upper);
    let at = rest.find(|char: char| !char.is_ascii_uppercase())?;
    let (series, number) = rest.split_at_checked(at)?;
    let number: u16 = number.strip_prefix('-').unwrap_or(number).parse().ok()?;
    matches!(series, "KSV" | "KCV").then(|| format!("{series}-{number:04}"))
}

/// A map as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    rules: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    unmapped: BTreeMap<String, String>,
    #[serde(default)]
    aliases: BTreeMap<String, String>,
}

/// A map with its checks looked up.
struct Map {
    file: File,
    checks: BTreeMap<String, Vec<&'static Check>>,
}

impl Map {
    /// A test reads every file, so that none is empty here.
    fn of(tool: Tool) -> Self {
        let file: File = toml::from_str(tool.text()).unwrap_or_default();
        let known = |ids: &Vec<String>| ids.iter().filter_map(|id| find(id)).collect();
        let checks = file.rules.iter().map(|(rule, ids)| (rule.clone(), known(ids))).collect();
        Self { file, checks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_map_is_sound() {
        for tool in Tool::ALL {
            let name = tool.name();
            let file: File = toml::from_str(tool.text()).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(tool.text().starts_with('#'), "{name} does not say where its rules come from");
            for (rule, ids) in &file.rules {
                assert!(!ids.is_empty(), "{name}: {rule} maps to nothing");
                assert!(!file.unmapped.contains_key(rule), "{name}: {rule} is mapped and unmapped");
                assert_eq!(canonical(tool, rule), *rule, "{name}");
                for (at, id) in ids.iter().enumerate() {
                    assert!(find(id).is_some(), "{name}: {rule} maps to {id}, which is no check");
                    assert!(!ids[..at].contains(id), "{name}: {rule} maps to {id} twice");
                }
            }
            for (rule, reason) in &file.unmapped {
                assert!(reason.len() >= 12 && !reason.ends_with('.'), "{name}: {rule}: {reason:?}");
                assert_eq!(canonical(tool, rule), *rule, "{name}");
            }
            for (alias, rule) in &file.aliases {
                let known = |id| file.rules.contains_key(id) || file.unmapped.contains_key(id);
                assert!(known(rule) && !known(alias), "{name}: {alias} stands for {rule}");
            }
        }
    }

    #[test]
    fn every_tool_has_a_name_and_its_own_map() {
        assert!(Tool::ALL.map(Tool::name).is_sorted());
        for tool in Tool::ALL {
            assert_eq!(Tool::named(tool.name()), Some(tool));
            let file: File = toml::from_str(tool.text()).unwrap();
            assert_eq!(tool.map().file.rules, file.rules);
        }
        assert_eq!(Tool::named("Polaris"), None);
    }

    #[test]
    fn ids_are_known_in_every_spelling() {
        for (id, canonical) in [
            ("KSV001", Some("KSV-0001")),
            ("ksv-0001", Some("KSV-0001")),
            ("AVD-KSV-0001", Some("KSV-0001")),
            ("AVD-KCV-0090", Some("KCV-0090")),
            ("KSV", None),
            ("KSV-", None),
            ("DS-0001", None),
            ("é", None),
        ] {
            assert_eq!(trivy(id).as_deref(), canonical, "{id}");
        }
        let ids = |tool, id| match checks(tool, id) {
            Mapping::Mapped(checks) => checks.iter().map(|check| check.meta.id).collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        for id in ["KSV010", "KSV-0010", "AVD-KSV-0010"] {
            assert_eq!(ids(Tool::Trivy, id), ["host-pid"], "{id}");
        }
        assert_eq!(ids(Tool::Polaris, "hostPIDSet"), ["host-pid"]);
        assert_eq!(ids(Tool::KubeLinter, "host-pid"), ["host-pid"]);
        assert_eq!(ids(Tool::Checkov, "ckv_k8s_17"), ["host-pid"]);
        assert_eq!(ids(Tool::Kubesec, "HostPID"), ["host-pid"]);
        assert!(matches!(checks(Tool::Polaris, "hostPidSet"), Mapping::Unknown));
        assert!(matches!(checks(Tool::KubeLinter, "required-label-owner"), Mapping::Unmapped(_)));
    }
}
