//! A node that is set otherwise than those like it.

use ironsides_core::{Evidence, HostPlace, Inventory};
use ironsides_settings::Component;

use super::gathered::Nodes;
use super::portrait::{Feature, Portrait, Trait, of_setting, security};
use super::siblings::{Deviation, Standing};
use crate::check::NODE_FACTS;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "node-differs-from-siblings",
        title: "Node is set otherwise than its siblings",
        severity: Severity::Low,
        family: "nodes",
        since: "0.1.0",
        page: include_str!("node_differs_from_siblings.md"),
    },
    run: Run::Together { judges: &[NODE_FACTS], needs: &[], welcomes: &[], run },
};

fn run(node: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    if out.say_unreadable() {
        return;
    }
    let mut all = inventory.of_kind(NODE_FACTS.0, NODE_FACTS.1);
    let Some(at) = all.position(|one| std::ptr::eq(one, node)) else { return };
    match Nodes::of(inventory).siblings.standing(at) {
        Standing::Unread => {}
        Standing::Earlier => out.not_applicable("a later look at this node is there"),
        Standing::Few(1) => out.not_applicable("no other node runs the same components"),
        Standing::Few(_) => out.not_applicable("of two nodes nobody can tell which one is off"),
        Standing::Compared(deviations) => {
            let Some(host) = out.host().filter(|_| !deviations.is_empty()) else { return };
            let portrait = Portrait::of(host, out.components());
            for deviation in deviations {
                tell(host, &portrait, deviation, out);
            }
        }
    }
}

/// Says one difference.
fn tell(host: &Host, portrait: &Portrait, deviation: &Deviation, out: &mut Out<'_>) {
    let Deviation { feature, there, .. } = deviation;
    let known = portrait.traits.iter().find(|(known, _)| known == feature);
    let here = match (known, feature) {
        (Some((_, here)), _) => here.clone(),
        (None, Feature::Setting(component, key)) => out
            .components()
            .iter()
            .find(|one| one.component() == *component)
            .and_then(|one| of_setting(host, one, key)),
        (None, _) => Some(Trait::nobody()),
    };
    let Some(here) = here else { return };
    let (name, siblings) = (&host.metadata.name, siblings(deviation));
    let what = what(feature, &here.path);
    let message =
        format!("{name} differs from {siblings} in {what}: {} here, {} there", here.told, there.told);
    let Some((fact, stable)) = fact(feature, &here, out) else { return };
    let draft = out.fail_with(fact, &stable, message);
    if is_relevant(feature, &here, there) {
        draft.severity(Severity::Medium);
    }
}

/// Those that have it otherwise.
fn siblings(deviation: &Deviation) -> String {
    let Deviation { agreeing, others, .. } = deviation;
    if agreeing == others {
        format!("its {others} siblings")
    } else {
        format!("{agreeing} of its {others} siblings")
    }
}

/// What a feature is called in a sentence.
fn what(feature: &Feature, path: &str) -> String {
    match feature {
        Feature::Setting(Component::Kubelet, key) => key.clone(),
        Feature::Setting(Component::KubeProxy, key) => format!("{key} of kube-proxy"),
        Feature::Setting(component, key) => format!("--{key} of {component}"),
        Feature::Mode(_) => format!("the mode of {path}"),
        Feature::Owner(_) => format!("the owner of {path}"),
        Feature::Kernel(name) => name.clone(),
        Feature::Port(port) => format!("who is served on port {port}"),
    }
}

/// The place on the node, and what it is called for the fingerprint.
fn fact(feature: &Feature, here: &Trait, out: &Out<'_>) -> Option<(Evidence, String)> {
    let value = Some(here.told.clone());
    Some(match feature {
        Feature::Setting(component, key) => {
            let settings = out.components().iter().find(|one| one.component() == *component)?;
            (out.setting(&settings.get(key).ok()?), format!("{component} {key}"))
        }
        Feature::Mode(_) => (out.file(&here.path, &here.path, value), format!("mode {}", here.path)),
        Feature::Owner(_) => (out.file(&here.path, &here.path, value), format!("owner {}", here.path)),
        Feature::Kernel(name) => {
            let place = HostPlace::Kernel { name: name.as_str().into() };
            (out.on_host(place, name, value), name.clone())
        }
        Feature::Port(port) => {
            let socket = out.host()?.listening.iter().find(|socket| socket.port == *port);
            let place = socket.map_or(HostPlace::Whole, |socket| {
                let host = if socket.address.contains(':') {
                    format!("[{}]", socket.address)
                } else {
                    socket.address.clone()
                };
                HostPlace::Socket { address: format!("{host}:{port}").into() }
            });
            let name = format!("port {port}");
            (out.on_host(place, &name, value), name)
        }
    })
}

/// Whether a difference weighs more than others: checks ask about the setting, the file is open to more than elsewhere, the
/// port is reached from without here alone.
fn is_relevant(feature: &Feature, here: &Trait, there: &Trait) -> bool {
    let mode = |one: &Trait| u32::from_str_radix(&one.value, 8).unwrap_or_default();
    match feature {
        Feature::Setting(component, key) => security(*component).contains(&key.as_str()),
        Feature::Mode(_) => mode(here) & !mode(there) != 0,
        Feature::Owner(_) => matches!(&*there.value, "root:root" | "0:0"),
        Feature::Kernel(_) => false,
        Feature::Port(_) => here.value == "all addresses",
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use ironsides_core::{Finding, Origin};
    use ironsides_tree::parse_one;

    use super::*;
    use crate::{Judge, Options};

    /// A node with a kubelet that has a file, and these facts besides.
    fn worker(name: &str, file: &str, more: &str) -> String {
        format!(
            "apiVersion: ironsides.dev/v1
kind: NodeFacts
metadata: {{name: {name}}}
system: {{id: debian}}
processes:
- {{pid: 7, program: kubelet, arguments: [kubelet, --kubeconfig=/k, --config=/c, --hostname-override={name}]}}
files:
  /c: {{mode: '0600', uid: 0, gid: 0, content: '{{apiVersion: kubelet.config.k8s.io/v1beta1, \
             kind: KubeletConfiguration, {file}}}'}}
{more}"
        )
    }

    fn judge(nodes: &[String]) -> Vec<Finding> {
        let judge = Judge::new(Options { only: vec![CHECK.meta.id.into()], ..Options::default() });
        let (mut findings, mut counts, mut inventory) = (Vec::new(), judge.counts(), Inventory::default());
        for text in nodes {
            let origin = Origin::File { path: "nodes.yaml".into(), text: text.as_str().into() };
            let object = Object::new(parse_one(text).unwrap(), origin, Vec::new());
            assert!(judge.keeps(&object));
            inventory.push(object);
        }
        judge.together(&inventory, &mut findings, &mut counts);
        findings
    }

    fn said(nodes: &[String]) -> Vec<String> {
        judge(nodes).into_iter().map(|finding| format!("{} {}", finding.severity, finding.message)).collect()
    }

    /// Nodes that are alike.
    fn alike(count: usize, file: &str, more: &str) -> Vec<String> {
        (1..=count).map(|number| worker(&format!("node-{number}"), file, more)).collect()
    }

    #[test]
    fn one_of_many_is_told_with_both_values() {
        let mut nodes = alike(42, "", "");
        nodes[6] = worker("node-7", "readOnlyPort: 10255", "");
        let said = said(&nodes);
        assert_eq!(
            said,
            ["medium node-7 differs from its 41 siblings in readOnlyPort: 10255 here, not set there"]
        );
    }

    #[test]
    fn a_node_that_has_not_what_others_have_differs_too() {
        let mut nodes = alike(4, "podPidsLimit: 4096, maxPods: 50", "sysctls: {kernel.panic: '10'}");
        nodes[0] = worker("node-1", "podPidsLimit: 4096", "sysctls: {kernel.panic: '0'}");
        nodes[3] = worker("node-4", "maxPods: 50", "sysctls: {kernel.panic: '10'}");
        assert_eq!(
            said(&nodes),
            [
                "low node-1 differs from its 3 siblings in maxPods: 110 by default here, 50 there",
                "low node-1 differs from its 3 siblings in kernel.panic: 0 here, 10 there",
                "medium node-4 differs from its 3 siblings in podPidsLimit: -1 by default here, 4096 there",
            ]
        );
    }

    #[test]
    fn without_a_majority_nobody_is_off() {
        let mut nodes = alike(2, "maxPods: 50", "");
        nodes.push(worker("node-3", "maxPods: 60", ""));
        nodes.push(worker("node-4", "maxPods: 70", ""));
        assert_eq!(said(&nodes), [""; 0]);
        nodes.push(worker("node-5", "maxPods: 50", ""));
        assert_eq!(
            said(&nodes),
            [
                "low node-3 differs from 3 of its 4 siblings in maxPods: 60 here, 50 there",
                "low node-4 differs from 3 of its 4 siblings in maxPods: 70 here, 50 there",
            ]
        );
        assert_eq!(said(&[worker("a", "maxPods: 50", ""), worker("b", "", "")]), [""; 0], "two are too few");
    }

    #[test]
    fn what_means_the_same_is_the_same() {
        let mut nodes = alike(3, "streamingConnectionIdleTimeout: 4h, tlsCipherSuites: [A, B]", "");
        nodes[1] = worker("node-2", "streamingConnectionIdleTimeout: 240m, tlsCipherSuites: [B, A]", "");
        // The suites are none, so the kubelets would not start with them: compared is what the files say.
        assert_eq!(said(&nodes), [""; 0]);
    }

    #[test]
    fn what_is_not_known_is_no_difference() {
        let mut nodes =
            alike(3, "readOnlyPort: 10255", "listening: [{protocol: tcp, address: '::', port: 10255}]");
        let unseen = worker("node-2", "", "").replace("/c: {", "/other: {");
        nodes[1] = unseen;
        let said = said(&nodes);
        assert_eq!(said, [""; 0], "neither the file nor the sockets were looked at");
    }

    #[test]
    fn other_roles_are_no_siblings() {
        let mut nodes = alike(3, "", "");
        for number in 1..=2 {
            let name = format!("windows-{number}");
            nodes.push(worker(&name, "readOnlyPort: 10255", "").replace("debian", "windows"));
        }
        assert_eq!(said(&nodes), [""; 0]);
    }

    #[test]
    fn a_node_that_was_looked_at_twice_counts_once() {
        let mut nodes = alike(3, "", "");
        let at = |node: &str, day: u32| {
            node.replace("}\nsystem", &format!(", creationTimestamp: '2026-11-{day:02}'}}\nsystem"))
        };
        nodes[2] = at(&worker("node-3", "maxPods: 50", ""), 2);
        nodes.push(at(&worker("node-3", "", ""), 1));
        assert_eq!(
            said(&nodes),
            ["low node-3 differs from its 2 siblings in maxPods: 50 here, 110 by default there"]
        );
        nodes[3] = at(&worker("node-3", "", ""), 3);
        assert_eq!(said(&nodes), [""; 0]);
    }

    #[test]
    fn files_and_ports_weigh_by_what_is_open() {
        let ports = |address: &str| {
            format!(
                "listening: [{{protocol: tcp, address: '{address}', port: 10248}}, {{protocol: tcp, address: '127.0.0.1', port: 35123}}]"
            )
        };
        let mut nodes = alike(5, "", &ports("127.0.0.1"));
        nodes[0] = worker("node-1", "", &ports("0.0.0.0")).replace("'0600', uid: 0", "'0400', uid: 0");
        nodes[2] = worker("node-3", "", &ports("127.0.0.1"))
            .replace("'0600', uid: 0", "'0666', uid: 5")
            .replace("35123", "35124");
        let mut all = String::new();
        for line in said(&nodes) {
            _ = writeln!(all, "{line}");
        }
        assert_eq!(
            all,
            "low node-1 differs from 3 of its 4 siblings in the mode of /c: 0400 here, 0600 there
medium node-1 differs from its 4 siblings in who is served on port 10248: all addresses here, the node itself alone there
medium node-3 differs from 3 of its 4 siblings in the mode of /c: 0666 here, 0600 there
medium node-3 differs from its 4 siblings in the owner of /c: 5:0 here, 0:0 there
"
        );
    }

    #[test]
    fn facts_of_another_version_are_unknown() {
        let mut nodes = alike(3, "", "");
        nodes[0] = nodes[0].replace("ironsides.dev/v1", "ironsides.dev/v9");
        let findings = judge(&nodes);
        assert_eq!(findings.len(), 1);
        assert!(matches!(findings[0].verdict, ironsides_core::Verdict::Unknown { .. }));
    }
}
