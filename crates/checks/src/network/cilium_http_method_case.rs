//! A method in lower case.

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::prelude::*;
use ironsides_core::Inventory;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-http-method-case",
        title: "Cilium policy asks for an HTTP method that nobody sends",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_http_method_case.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    let rules = read.specs.iter().flat_map(|spec| &spec.rules).flat_map(|rule| &rule.ports).flatten();
    for rule in rules.flat_map(|rule| &rule.rules).flat_map(|rules| &rules.http).flatten() {
        let method = rule.method.as_str();
        if method.is_empty()
            || method.starts_with("(?")
            || !method.bytes().any(|byte| byte.is_ascii_lowercase())
        {
            continue;
        }
        fine = false;
        let message = format!("methods are compared with their case, and {method:?} has lower-case letters");
        out.fail(&at(policy, &format!("{}.method", rule.place.path)), message);
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
