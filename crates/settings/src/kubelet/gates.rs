//! Feature gates: which are on.

use std::collections::BTreeMap;

use ironsides_tree::Text;

use super::gate_table::{GATES, Gate, NEEDS, Stage};
use super::origin::MEASURED;

/// The gates that set many others.
const ALL: [(&str, Stage); 2] = [("AllAlpha", Stage::Alpha), ("AllBeta", Stage::Beta)];

/// The first minor versions in which gates that matter to a node have the default that they have in 1.36, from the lists of
/// features by version that Kubernetes keeps; 35 where the list of 1.34 has another default or no such gate.
const SINCE: &[(&str, u64)] = &[
    ("ComponentFlagz", 35),
    ("ComponentStatusz", 35),
    ("ContainerCheckpoint", 30),
    ("CustomCPUCFSQuotaPeriod", 35),
    ("GitRepoVolumeDriver", 33),
    ("ImageMaximumGCAge", 30),
    ("ImageVolume", 35),
    ("InPlacePodVerticalScaling", 33),
    ("KubeletCgroupDriverFromCRI", 31),
    ("KubeletCrashLoopBackOffMax", 35),
    ("KubeletEnsureSecretPulledImages", 35),
    ("KubeletFineGrainedAuthz", 33),
    ("KubeletSeparateDiskGC", 31),
    ("NodeLogQuery", 35),
    ("NodeSwap", 30),
    ("ProcMountType", 33),
    ("RecursiveReadOnlyMounts", 31),
    ("ReloadKubeletClientCAFile", 35),
    ("ReloadKubeletServerCertificateFile", 31),
    ("SupplementalGroupsPolicy", 33),
    ("UserNamespacesSupport", 33),
];

/// The feature gates of a kubelet.
#[derive(Clone, Debug)]
pub(super) struct Gates {
    minor: u64,
    set: BTreeMap<Text, bool>,
}

impl Gates {
    /// The gates of a version, none of them set.
    pub(super) fn new(minor: u64) -> Self {
        Self { minor, set: BTreeMap::new() }
    }

    /// Sets gates, all or none. An error says which cannot be set.
    ///
    /// Of versions whose gates are not known by name every gate is taken as it is set.
    pub(super) fn set(&mut self, gates: &BTreeMap<Text, bool>) -> Result<(), String> {
        let mut set = self.set.clone();
        for (name, &on) in gates {
            let known =
                self.minor != MEASURED || find(name).is_some() || ALL.iter().any(|(all, _)| all == name);
            if !known {
                return Err(format!("Kubernetes 1.{} has no feature gate {name}", self.minor));
            }
            if let Some(gate) = find(name).filter(|gate| gate.locked && self.minor == MEASURED)
                && gate.default != on
            {
                return Err(format!("the feature gate {name} is locked to {}", gate.default));
            }
        }
        for (all, stage) in ALL {
            if let Some(&on) = gates.get(all) {
                for gate in GATES.iter().filter(|gate| gate.stage == stage) {
                    if !gates.contains_key(gate.name) {
                        set.entry(Text::new_static(gate.name)).or_insert(on);
                    }
                }
            }
        }
        set.extend(gates.iter().map(|(name, &on)| (name.clone(), on)));
        let after = Self { minor: self.minor, set };
        if self.minor == MEASURED
            && let Some((gate, need)) = after.unmet()
        {
            return Err(format!("the feature gate {gate} is on, but {need}, which it needs, is off"));
        }
        *self = after;
        Ok(())
    }

    /// A gate that is on and another that it needs and that is off.
    fn unmet(&self) -> Option<(&'static str, &'static str)> {
        NEEDS
            .iter()
            .filter(|(gate, _)| self.is_on(gate))
            .find_map(|(gate, needs)| needs.iter().find(|need| !self.is_on(need)).map(|need| (*gate, *need)))
    }

    /// Whether a gate is on.
    pub(super) fn is_on(&self, name: &str) -> bool {
        let since =
            || SINCE.iter().find(|(gate, _)| *gate == name).is_none_or(|(_, since)| *since <= self.minor);
        let default = || find(name).map(|gate| gate.default == since());
        self.set.get(name).copied().or_else(default).unwrap_or_default()
    }

    /// All gates that are known or set.
    pub(super) fn all(&self) -> BTreeMap<Text, bool> {
        let known = GATES.iter().map(|gate| gate.name).chain(ALL.iter().map(|(name, _)| *name));
        let mut all: BTreeMap<Text, bool> =
            known.map(|name| (Text::new_static(name), self.is_on(name))).collect();
        all.extend(self.set.iter().map(|(name, &on)| (name.clone(), on)));
        all
    }
}

fn find(name: &str) -> Option<&'static Gate> {
    GATES.get(GATES.binary_search_by(|gate| gate.name.cmp(name)).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(pairs: &[(&str, bool)]) -> Result<Gates, String> {
        let mut gates = Gates::new(MEASURED);
        gates.set(&pairs.iter().map(|&(name, on)| (Text::new(name), on)).collect())?;
        Ok(gates)
    }

    #[test]
    fn gates_stand_in_order_and_defaults_meet_their_needs() {
        assert!(GATES.is_sorted_by(|a, b| a.name < b.name));
        assert_eq!(Gates::new(MEASURED).unmet(), None);
    }

    #[test]
    fn many_gates_at_once_leave_those_that_are_set() {
        let gates = set(&[("AllAlpha", true), ("MemoryQoS", false)]).unwrap();
        assert!(gates.is_on("EventedPLEG") && !gates.is_on("MemoryQoS") && gates.is_on("AllAlpha"));
        assert!(!set(&[("AllBeta", false)]).unwrap().is_on("KubeletCrashLoopBackOffMax"));
    }

    #[test]
    fn unknown_locked_and_unmet_gates_are_refused() {
        assert!(set(&[("NoSuchGate", true)]).is_err());
        assert!(set(&[("KubeletPSI", false)]).is_err());
        assert!(set(&[("KubeletPSI", true)]).is_ok());
        assert!(set(&[("PodLevelResources", false)]).unwrap_err().contains("InPlacePodLevelResources"));
        let both = [("PodLevelResources", false), ("InPlacePodLevelResourcesVerticalScaling", false)];
        assert!(set(&both).is_ok());
    }

    #[test]
    fn other_versions_take_every_gate() {
        let mut gates = Gates::new(31);
        gates.set(&[(Text::new("NoSuchGate"), true)].into()).unwrap();
        assert!(gates.is_on("NoSuchGate"));
        assert!(SINCE.iter().all(|(name, _)| find(name).is_some()));
        assert!(
            !Gates::new(32).is_on("UserNamespacesSupport") && Gates::new(33).is_on("UserNamespacesSupport")
        );
    }
}
