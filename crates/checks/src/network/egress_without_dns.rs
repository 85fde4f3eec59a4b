//! A policy for egress that leaves names out.

use ironsides_core::Inventory;
use ironsides_network::Direction;
use ironsides_tree::Text;

use super::POLICY;
use super::policy::rules;
use crate::gathered::namespace;
use crate::prelude::*;
use rustc_hash::FxHashSet;

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

/// The namespaces in which some policy lets pods look up names.
struct Resolving(FxHashSet<Text>);

impl Resolving {
    fn new(inventory: &Inventory) -> Self {
        let policies = POLICY.iter().flat_map(|(group, kind)| inventory.of_kind(group, kind));
        let allowing =
            policies.filter(|policy| rules(policy, Direction::Egress).any(|rule| allows_names(&rule)));
        Self(allowing.map(|policy| Text::new(namespace(policy))).collect())
    }
}

/// Whether a rule lets pods ask a DNS server, wherever that is. A rule for all ports is taken to.
fn allows_names(rule: &Cursor<'_>) -> bool {
    let ports = rule.get("ports");
    let asks = |port: Cursor<'_>| {
        let (first, last) = (port.get("port"), port.get("endPort"));
        match first.int() {
            Some(first) => first <= 53 && last.int().unwrap_or(first) >= 53,
            None => first.str().is_none_or(|name| name.starts_with("dns")),
        }
    };
    ports.items().next().is_none() || ports.items().any(asks)
}

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = policy.cursor().get("spec").get("egress");
    if rules(policy, Direction::Egress).next().is_none() {
        return out.not_applicable("the policy allows no egress at all");
    }
    // Policies add up, and most often one of them is for names.
    if inventory.derived(Resolving::new).0.contains(namespace(policy)) {
        return out.pass(&at);
    }
    let message = "no policy of the namespace lets the pods look up names on port 53";
    out.fail(&at, message).confidence(Confidence::Medium);
}
