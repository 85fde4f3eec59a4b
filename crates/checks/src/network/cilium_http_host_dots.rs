//! A dot in a host that stands for any letter.

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::prelude::*;
use ironsides_core::Inventory;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-http-host-dots",
        title: "Cilium policy takes more hosts than it names",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_http_host_dots.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    let rules = read.specs.iter().flat_map(|spec| &spec.rules).flat_map(|rule| &rule.ports).flatten();
    for rule in rules.flat_map(|rule| &rule.rules).flat_map(|rules| &rules.http).flatten() {
        let host = rule.host.as_str();
        let name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        let bare = host.char_indices().any(|(at, letter)| {
            let before = host.get(..at).and_then(|text| text.chars().next_back());
            let after = host.get(at + 1..).and_then(|text| text.chars().next());
            letter == '.' && before.is_some_and(name) && after.is_some_and(name)
        });
        if !bare {
            continue;
        }
        fine = false;
        let message =
            format!("a dot stands for any letter: {host:?} also takes hosts with another one in its place");
        out.fail(&at(policy, &format!("{}.host", rule.place.path)), message);
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
