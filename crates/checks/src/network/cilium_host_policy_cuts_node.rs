//! A policy of nodes that closes what the cluster needs.

use ironsides_core::Inventory;
use ironsides_network::Direction;
use ironsides_network::kinds::cilium::port::PortText;
use ironsides_network::kinds::cilium::{Rule, Spec, Subject};

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::prelude::*;

/// What nodes must be reached at: protocol, port and what for.
const NEEDED: [(&str, u16, &str); 2] =
    [("TCP", 10250, "the kubelet"), ("TCP", 4240, "Cilium's health checks")];

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-host-policy-cuts-node",
        title: "Cilium policy of nodes closes a port that the cluster needs",
        severity: Severity::High,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_host_policy_cuts_node.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    let mut any = false;
    for spec in &read.specs {
        let closes = matches!(spec.subject, Subject::Nodes(_)) && spec.denies_by_default(Direction::Ingress);
        any |= matches!(spec.subject, Subject::Nodes(_));
        if !closes {
            continue;
        }
        // Policies of the same nodes add up.
        let beside = |other: &&Spec| match (&other.subject, &spec.subject) {
            (Subject::Nodes(one), Subject::Nodes(other)) => {
                one.requirements == other.requirements || one.requirements.is_empty()
            }
            _ => false,
        };
        let specs = network.policies.cilium.iter().flat_map(|policy| &policy.specs).filter(beside);
        let rules: Vec<&Rule> =
            specs.flat_map(|spec| spec.of(Direction::Ingress)).filter(|rule| !rule.deny).collect();
        for (protocol, port, what) in NEEDED {
            if rules.iter().any(|rule| allows(rule, protocol, port)) {
                continue;
            }
            fine = false;
            let message =
                format!("it closes the nodes it selects and lets nobody to port {port}, which {what} need");
            let message = message.replace("the kubelet need", "the kubelet needs");
            out.fail(&at(policy, &spec.place.path), message).key(port.to_string());
        }
    }
    if !any {
        return out.not_applicable("the policy is not about nodes");
    }
    if fine {
        out.pass(&policy.cursor());
    }
}

/// Whether a rule lets somebody to a port.
fn allows(rule: &Rule, protocol: &str, port: u16) -> bool {
    let Some(ports) = &rule.ports else { return rule.icmps.is_none() };
    ports.iter().flat_map(|rule| rule.ports.iter().flatten()).any(|own| {
        let matches = match own.text() {
            PortText::Number(0) => true,
            PortText::Number(first) => {
                let last = u16::try_from(own.end_port).unwrap_or(first).max(first);
                (first..=last).contains(&port)
            }
            PortText::Absent | PortText::Name(_) | PortText::Malformed => false,
        };
        matches && (own.protocol() == protocol || own.protocol() == "ANY")
    })
}
