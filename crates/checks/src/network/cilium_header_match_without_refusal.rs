//! A header that no request needs.

use ironsides_core::Inventory;
use ironsides_network::kinds::cilium::Mismatch;

use super::CILIUM_POLICY;
use super::model::{Network, at, http_rules};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-header-match-without-refusal",
        title: "Cilium policy looks at a header and refuses nobody",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_header_match_without_refusal.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    for header in http_rules(read).flat_map(|rule| &rule.header_matches) {
        let what = match header.mismatch {
            Mismatch::Log => "logged",
            Mismatch::Add => "completed",
            Mismatch::Delete => "stripped of the header",
            Mismatch::Replace => "given the value",
            Mismatch::Refuse | Mismatch::Unknown(_) => continue,
        };
        fine = false;
        let message = format!("a request with another {} is {what} and let through", header.name);
        out.fail(&at(policy, &format!("{}.mismatch", header.place.path)), message);
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
