//! A header whose name holds what was meant as its value.

use ironsides_core::Inventory;

use super::CILIUM_POLICY;
use super::model::{Network, at, http_rules};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-header-without-space",
        title: "Cilium policy asks for a header with an odd name",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_header_without_space.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    for rule in http_rules(read) {
        for (number, header) in rule.headers.iter().enumerate() {
            let name = header.split(' ').next().unwrap_or_default();
            if !name.trim_end_matches(':').contains(':') {
                continue;
            }
            fine = false;
            let message = format!(
                "name and value are parted by a space, so the name of the header is {name:?}, which no request has"
            );
            out.fail(&at(policy, &format!("{}.headers[{}]", rule.place.path, number)), message);
        }
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
