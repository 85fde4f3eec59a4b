//! Which plug-in enforces, from what runs.

use ironsides_core::Object;
use ironsides_tree::{Cursor, Node};

use crate::profile::{Enforcement, Options, Profile};

/// A profile that was found, with its settings and what they were found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detected {
    /// The profile.
    pub profile: Profile,
    /// Its settings.
    pub options: Options,
    /// What it was found by, a sentence each without a full stop: `the DaemonSet kube-system/cilium runs`.
    pub why: Vec<String>,
    /// What does not fit: a plug-in that enforces nothing, a second one. Sentences as in `why`.
    pub doubts: Vec<String>,
}

/// The agents of plug-ins, by the names of their `DaemonSet`s.
const AGENTS: [(&str, Profile); 9] = [
    ("cilium", Profile::Cilium),
    // GKE's dataplane V2 is Cilium.
    ("anetd", Profile::Cilium),
    ("calico-node", Profile::Calico),
    // Canal: flannel carries, Calico enforces.
    ("canal", Profile::Calico),
    ("ovnkube-node", Profile::Ovn),
    ("ovnkube-master", Profile::Ovn),
    ("ovnkube-control-plane", Profile::Ovn),
    ("antrea-agent", Profile::Antrea),
    ("antrea-controller", Profile::Antrea),
];

/// Plug-ins of Kubernetes' own NetworkPolicy alone.
const PLAIN: [&str; 4] = ["kube-network-policies", "kube-router", "weave-net", "azure-npm"];

/// Carriers that enforce no policy by themselves, by the names of their `DaemonSet`s.
pub const CARRIERS: [&str; 3] = ["kube-flannel-ds", "kube-flannel", "flannel"];

/// Finds the plug-in that enforces policies. Agents that run decide; where there are none, kinds that only one plug-in knows;
/// where there are none of these either, it is the text of Kubernetes' APIs.
pub fn detect<'a>(objects: impl IntoIterator<Item = &'a Object>) -> Detected {
    let mut found = Found::default();
    for object in objects {
        let at = object.cursor();
        let reference = object.reference();
        match (reference.group(), reference.kind.as_str()) {
            ("apps", kind @ ("DaemonSet" | "Deployment")) => {
                let namespace = reference.namespace.as_deref().unwrap_or("default");
                found.agent(kind, namespace, &reference.name);
            }
            ("", "ConfigMap") if reference.name == "cilium-config" => {
                found.config = Some(at.get("data").node().cloned().unwrap_or(Node::NULL));
            }
            ("cilium.io", kind) if kind.ends_with("Policy") => found.kind(Profile::Cilium, kind),
            ("projectcalico.org" | "crd.projectcalico.org", kind) => found.kind(Profile::Calico, kind),
            _ => {}
        }
    }
    found.settle()
}

#[derive(Default)]
struct Found {
    agents: Vec<(Profile, String)>,
    plain: Option<String>,
    carrier: Option<String>,
    kinds: Vec<(Profile, String)>,
    config: Option<Node>,
}

impl Found {
    fn agent(&mut self, kind: &str, namespace: &str, name: &str) {
        let full = format!("the {kind} {namespace}/{name}");
        if let Some((_, profile)) = AGENTS.iter().find(|(agent, _)| *agent == name) {
            self.agents.push((*profile, full));
        } else if PLAIN.contains(&name) {
            self.plain.get_or_insert(full);
        } else if CARRIERS.contains(&name) {
            self.carrier.get_or_insert(full);
        }
    }

    fn kind(&mut self, profile: Profile, kind: &str) {
        if !self.kinds.iter().any(|(known, _)| *known == profile) {
            self.kinds.push((profile, kind.to_owned()));
        }
    }

    fn settle(mut self) -> Detected {
        // Cilium in front: where it is chained behind another plug-in it is the one that enforces.
        self.agents.sort_by_key(|(profile, _)| *profile != Profile::Cilium);
        self.agents.dedup_by_key(|(profile, _)| *profile);
        let (mut why, mut doubts) = (Vec::new(), Vec::new());
        let profile = if let Some((profile, agent)) = self.agents.first() {
            why.push(format!("{agent} is there"));
            let others = self.agents.iter().skip(1);
            doubts
                .extend(others.map(|(_, agent)| format!("{agent} is there as well, and is taken for idle")));
            *profile
        } else if let Some(plain) = &self.plain {
            why.push(format!("{plain} is there"));
            Profile::Spec
        } else if let Some((profile, kind)) = self.kinds.first() {
            why.push(format!("no agent of a plug-in is there, and there are objects of the kind {kind}"));
            *profile
        } else {
            why.push("nothing tells of a plug-in, so the text of the Kubernetes APIs is followed".to_owned());
            Profile::Spec
        };
        if let (Some(carrier), true) = (&self.carrier, self.agents.is_empty() && self.plain.is_none()) {
            doubts.push(format!("{carrier} is there, which enforces no network policies by itself"));
        }
        let mut options = Options::of(profile);
        if let Some(config) = self.config.filter(|_| profile == Profile::Cilium) {
            for (key, value) in Cursor::root(&config).entries() {
                let Some(value) = value.str() else { continue };
                match options.set(key, value) {
                    Some(true) => why.push(format!("cilium-config has {key}: {value}")),
                    Some(false) => {
                        doubts.push(format!("cilium-config has {key}: {value}, which says nothing"));
                    }
                    None => {}
                }
            }
            options.families(&config);
        }
        Detected { profile, options, why, doubts }
    }
}

impl Options {
    /// The settings of Cilium that are known, as `cilium-config` names them.
    pub const KEYS: [&str; 5] = [
        "enable-policy",
        "enable-host-firewall",
        "policy-cidr-match-mode",
        "enable-node-selector-labels",
        "allow-localhost",
    ];

    /// Sets what Cilium's agent would set by this key. `None` where the key is of no account, `Some(false)` where the value is
    /// none that the key takes.
    pub fn set(&mut self, key: &str, value: &str) -> Option<bool> {
        let switch = match value {
            "true" | "1" | "t" | "T" | "TRUE" | "True" => Some(true),
            "" | "false" | "0" | "f" | "F" | "FALSE" | "False" => Some(false),
            _ => None,
        };
        let flag = |place: &mut bool| switch.map(|value| *place = value).is_some();
        Some(match key {
            "enable-policy" => match value.to_ascii_lowercase().as_str() {
                "default" | "" => self.enforce(Enforcement::Default),
                "always" => self.enforce(Enforcement::Always),
                "never" => self.enforce(Enforcement::Never),
                _ => false,
            },
            "enable-host-firewall" => flag(&mut self.host_firewall),
            "enable-node-selector-labels" => flag(&mut self.node_selector_labels),
            "policy-cidr-match-mode" => {
                let modes: Vec<&str> =
                    value.split([',', ' ']).map(str::trim).filter(|mode| !mode.is_empty()).collect();
                self.blocks_hold_pods = modes.contains(&"pods");
                self.blocks_hold_nodes = modes.contains(&"nodes");
                modes.iter().all(|mode| matches!(*mode, "pods" | "nodes"))
            }
            "allow-localhost" => {
                self.allow_local_host = value != "policy";
                matches!(value, "auto" | "always" | "policy")
            }
            _ => return None,
        })
    }

    fn enforce(&mut self, enforcement: Enforcement) -> bool {
        self.enforcement = enforcement;
        true
    }

    /// Both families count where both are switched on; IPv4 is unless it is said otherwise, IPv6 is not.
    fn families(&mut self, config: &Node) {
        let is_on = |key: &str, default| {
            config.get(key).and_then(Node::as_str).map_or(default, |value| value == "true")
        };
        self.dual_stack = is_on("enable-ipv4", true) && is_on("enable-ipv6", false);
    }
}

#[cfg(test)]
mod tests {
    use ironsides_core::Origin;

    use super::*;

    fn objects(texts: &[&str]) -> Vec<Object> {
        let object = |text: &&str| {
            let root = ironsides_tree::parse_one(text).unwrap();
            Object::new(root, Origin::Api { request: "".into() }, Vec::new())
        };
        texts.iter().map(object).collect()
    }

    const CILIUM: &str =
        "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: cilium, namespace: kube-system}}";
    const CALICO: &str =
        "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: calico-node, namespace: calico}}";
    const FLANNEL: &str =
        "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: kube-flannel-ds, namespace: a}}";
    const ROUTER: &str =
        "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: kube-router, namespace: a}}";
    const CNP: &str =
        "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: a, namespace: a}}";
    const GNP: &str =
        "{apiVersion: crd.projectcalico.org/v1, kind: GlobalNetworkPolicy, metadata: {name: a}}";

    #[test]
    fn agents_decide_and_kinds_where_there_are_none() {
        for (texts, profile, why, doubts) in [
            (vec![], Profile::Spec, "nothing tells of a plug-in", 0),
            (vec![CILIUM], Profile::Cilium, "the DaemonSet kube-system/cilium is there", 0),
            (vec![CALICO], Profile::Calico, "the DaemonSet calico/calico-node is there", 0),
            (vec![CALICO, CILIUM], Profile::Cilium, "the DaemonSet kube-system/cilium is there", 1),
            (vec![CNP], Profile::Cilium, "objects of the kind CiliumNetworkPolicy", 0),
            (vec![GNP], Profile::Calico, "objects of the kind GlobalNetworkPolicy", 0),
            (vec![CNP, CALICO], Profile::Calico, "the DaemonSet calico/calico-node is there", 0),
            (vec![FLANNEL], Profile::Spec, "nothing tells of a plug-in", 1),
            (vec![FLANNEL, CALICO], Profile::Calico, "calico-node", 0),
            (vec![FLANNEL, ROUTER], Profile::Spec, "kube-router", 0),
        ] {
            let detected = detect(&objects(&texts));
            assert_eq!(
                (detected.profile, detected.doubts.len()),
                (profile, doubts),
                "{texts:?} {detected:?}"
            );
            assert!(detected.why[0].contains(why), "{detected:?}");
        }
    }

    #[test]
    fn settings_come_from_the_config_map() {
        let config =
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: cilium-config, namespace: kube-system},
            data: {enable-policy: always, enable-host-firewall: 'true', policy-cidr-match-mode: 'nodes,pods',
                   enable-ipv6: 'true', enable-node-selector-labels: 'maybe', debug: 'false'}}";
        let detected = detect(&objects(&[CILIUM, config]));
        let expected = Options {
            enforcement: Enforcement::Always,
            host_firewall: true,
            dual_stack: true,
            blocks_hold_pods: true,
            blocks_hold_nodes: true,
            ..Options::of(Profile::Cilium)
        };
        assert_eq!(detected.options, expected);
        assert_eq!((detected.why.len(), detected.doubts.len()), (4, 1), "{detected:?}");
        // Of another plug-in they are of no account.
        assert_eq!(detect(&objects(&[CALICO, config])).options, Options::of(Profile::Calico));
        let plain = "{apiVersion: v1, kind: ConfigMap, metadata: {name: cilium-config}, data: {}}";
        assert!(!detect(&objects(&[CILIUM, plain])).options.dual_stack);
    }

    #[test]
    fn values_that_a_setting_does_not_take_are_refused() {
        let mut options = Options::of(Profile::Cilium);
        assert_eq!(options.set("enable-policy", "sometimes"), Some(false));
        assert_eq!(options.set("policy-cidr-match-mode", "nodes hosts"), Some(false));
        assert_eq!(options.set("allow-localhost", "policy"), Some(true));
        assert!(!options.allow_local_host);
        assert_eq!(options.set("debug", "true"), None);
    }
}
