//! A name that may not be looked up.

use ironsides_core::Inventory;
use ironsides_network::Direction;
use ironsides_network::kinds::cilium::{CiliumPolicy, FqdnSelector, Spec, Subject};
use ironsides_network::l7::dns::DnsRules;

use super::CILIUM_POLICY;
use super::model::{Network, at, port_rules};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "fqdn-not-looked-up",
        title: "Cilium policy allows a name that its DNS rules refuse",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("fqdn_not_looked_up.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    let mut any = false;
    for spec in &read.specs {
        let mut names =
            spec.of(Direction::Egress).flat_map(|rule| rule.peers.fqdns.iter().flatten()).peekable();
        if names.peek().is_none() {
            continue;
        }
        // Without any rule the names are not learned at all, which another check tells.
        let of_pods = |other: &&CiliumPolicy| {
            (other.name.namespace.is_none() || other.name.namespace == read.name.namespace)
                && other.specs.iter().any(|other| may_share(other, spec))
        };
        let rules = network.policies.cilium.iter().filter(of_pods).flat_map(port_rules);
        let lookups: Vec<&FqdnSelector> =
            rules.flat_map(|rule| &rule.rules).flat_map(|rules| rules.dns.iter().flatten()).collect();
        if lookups.is_empty() {
            continue;
        }
        any = true;
        let passing = DnsRules::new(lookups);
        for name in names {
            // Of a pattern one name is tried.
            let example = if name.name.is_empty() {
                name.pattern.replace("**", "a").replace('*', "a")
            } else {
                name.name.to_string()
            };
            if passing.passes(&example) {
                continue;
            }
            fine = false;
            let written = if name.name.is_empty() { &name.pattern } else { &name.name };
            let message = format!(
                "no DNS rule for these pods lets {written} be looked up, so its addresses are never learned"
            );
            out.fail(&at(policy, &name.place.path), message);
        }
    }
    if !any {
        return out.not_applicable("the policy allows no names, or nothing limits which are looked up");
    }
    if fine {
        out.pass(&policy.cursor());
    }
}

/// Whether two specifications may be about the same pods: unless both name one label with different values.
fn may_share(one: &Spec, other: &Spec) -> bool {
    use ironsides_network::kinds::selector::Asked;
    let (Subject::Endpoints(one), Subject::Endpoints(other)) = (&one.subject, &other.subject) else {
        return false;
    };
    !one.requirements.iter().any(|asked| {
        other.requirements.iter().any(|against| match (&asked.operator, &against.operator) {
            (Asked::In(values), Asked::In(others)) => {
                asked.key == against.key && !values.iter().any(|value| others.contains(value))
            }
            _ => false,
        })
    })
}
