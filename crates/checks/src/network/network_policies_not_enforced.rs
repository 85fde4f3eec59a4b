//! A plug-in without policies in a cluster that has some.

use ironsides_core::Inventory;
use ironsides_network::profile::detect::CARRIERS;

use super::model::Network;
use super::{ANY_POLICY, LOOKED_UP};
use crate::prelude::*;

/// What starts the agents of plug-ins.
const AGENTS: &[(&str, &str)] = &[("apps", "DaemonSet")];

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "network-policies-not-enforced",
        title: "Network plug-in enforces none of the network policies",
        severity: Severity::High,
        family: "network",
        since: "0.1.0",
        page: include_str!("network_policies_not_enforced.md"),
    },
    run: Run::Together { judges: AGENTS, needs: &[], welcomes: LOOKED_UP, run },
};

fn run(agent: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let name = agent.reference().name.as_str();
    if !CARRIERS.contains(&name) {
        return out.not_applicable("it is no plug-in that is known to enforce nothing");
    }
    let network = Network::of(inventory, out.templates());
    let at = agent.cursor().at(&["metadata", "name"]);
    let policies =
        ANY_POLICY.iter().map(|(group, kind)| inventory.of_kind(group, kind).count()).sum::<usize>();
    // Beside an agent that enforces it only carries.
    let alone = network.detected.doubts.iter().any(|doubt| doubt.contains(&format!("/{name} ")));
    if policies == 0 || !alone {
        return out.pass(&at);
    }
    let message = format!(
        "{name} connects pods and enforces nothing, no agent that would is here, and {policies} network policies are without effect"
    );
    out.fail(&at, message).confidence(Confidence::Medium);
}
