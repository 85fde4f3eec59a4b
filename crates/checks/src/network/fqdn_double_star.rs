//! A pattern of names that means more than it did.

use ironsides_core::Inventory;
use ironsides_network::kinds::cilium::FqdnSelector;

use super::CILIUM_POLICY;
use super::model::{Network, at, port_rules};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "fqdn-double-star",
        title: "Cilium policy has a pattern of names whose meaning changed",
        severity: Severity::Info,
        family: "network",
        since: "0.1.0",
        page: include_str!("fqdn_double_star.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    let names =
        read.specs.iter().flat_map(|spec| &spec.rules).flat_map(|rule| rule.peers.fqdns.iter().flatten());
    let lookups = port_rules(read).flat_map(|rule| &rule.rules).flat_map(|rules| rules.dns.iter().flatten());
    for name in names.chain(lookups).filter(|name: &&FqdnSelector| name.pattern.starts_with("**.")) {
        fine = false;
        let message =
            format!("{} is one label or more in front since Cilium 1.19, and was one before", name.pattern);
        out.fail(&at(policy, &format!("{}.matchPattern", name.place.path)), message);
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
