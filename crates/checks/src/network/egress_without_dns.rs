//! A policy for egress that leaves names out.

use ironsides_core::Inventory;
use ironsides_network::kinds::network_policy::{PortNumbers, Rule};
use ironsides_network::{Action, Direction, Origin, Protocol, Traffic};

use super::POLICY;
use super::model::{Network, rules};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "egress-without-dns",
        title: "network policy keeps pods from looking up names",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("egress_without_dns.md"),
    },
    run: Run::Together { judges: POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.network_policy(inventory, policy) else { return };
    let at = policy.cursor().get("spec").get("egress");
    if rules(read, Direction::Egress).is_empty() {
        return out.not_applicable("the policy allows no egress at all");
    }
    // Policies add up, and most often one of them is for names.
    let beside = || network.beside(read).flat_map(|other| rules(other, Direction::Egress)).any(allows_names);
    if beside() || of_other_kinds(&network) {
        return out.pass(&at);
    }
    let message = "no policy for these pods lets them look up names on port 53";
    out.fail(&at, message).confidence(Confidence::Medium);
}

/// Whether a rule lets pods ask a DNS server, wherever that is. A rule for all ports is taken to.
fn allows_names(rule: &Rule) -> bool {
    rule.ports.is_empty()
        || rule.ports.iter().any(|port| match &port.port {
            Some(PortNumbers::Range(first, last)) => *first <= 53 && 53 <= *last,
            Some(PortNumbers::Name(name)) => name.starts_with("dns"),
            None => true,
        })
}

/// Whether a policy of the plug-in's own or of the whole cluster is for names: it may be for these pods.
fn of_other_kinds(network: &Network) -> bool {
    let lowered = network.lowered();
    let dns = Traffic { protocol: Protocol::Udp, port: 53 };
    let kind = |policy: u32| lowered.policies.get(policy as usize).map(|name| name.kind.as_str());
    lowered.rules.iter().any(|rule| {
        let Origin::Policy(by, _) = rule.origin else { return false };
        rule.direction == Direction::Egress
            && rule.action == Action::Allow
            && kind(by).is_some_and(|kind| kind != "NetworkPolicy")
            && rule.ports.iter().any(|ports| ports.iter().any(|port| port.matches(dns, &[])))
    })
}
