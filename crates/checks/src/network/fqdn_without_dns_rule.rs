//! A rule by names without a rule that lets Cilium see the names.

use std::cell::LazyCell;

use ironsides_core::Inventory;
use ironsides_network::Direction;
use ironsides_network::kinds::cilium::CiliumPolicy;

use super::CILIUM_POLICY;
use super::model::{Network, at, port_rules};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "fqdn-without-dns-rule",
        title: "Cilium policy allows names that nobody learns",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("fqdn_without_dns_rule.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    let shows_names = |other: &CiliumPolicy| {
        let mut rules = port_rules(other);
        rules.any(|rule| {
            rule.rules.as_ref().is_some_and(|rules| rules.dns.as_ref().is_some_and(|dns| !dns.is_empty()))
        })
    };
    let here =
        |other: &&CiliumPolicy| other.name.namespace.is_none() || other.name.namespace == read.name.namespace;
    let learned = LazyCell::new(|| network.policies.cilium.iter().filter(here).any(shows_names));
    for rule in read.specs.iter().flat_map(|spec| spec.of(Direction::Egress)) {
        if rule.peers.fqdns.as_ref().is_none_or(Vec::is_empty) || *learned {
            continue;
        }
        fine = false;
        let message = "no policy here has a DNS rule, so Cilium never sees which addresses these names have, and allows none";
        out.fail(&at(policy, &format!("{}.toFQDNs", rule.place.path)), message)
            .confidence(Confidence::Medium);
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
