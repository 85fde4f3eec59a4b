//! A path that takes more than it seems to.

use ironsides_core::Inventory;

use super::CILIUM_POLICY;
use super::model::{Network, at, http_rules};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-http-path-wide",
        title: "Cilium policy takes paths beside the one it names",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_http_path_wide.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    for rule in http_rules(read) {
        let path = rule.path.trim_start_matches('^').trim_end_matches('$');
        let inner = path.strip_suffix(".*").filter(|inner| !inner.is_empty());
        let in_word =
            inner.is_some_and(|inner| inner.ends_with(|letter: char| letter.is_ascii_alphanumeric()));
        let message = if path.starts_with(".*") && path != ".*" {
            format!("{:?} takes every path that ends so, wherever it begins", rule.path)
        } else if in_word {
            format!("{:?} also takes paths in which the last name goes on: end it with (/.*)?", rule.path)
        } else {
            continue;
        };
        fine = false;
        out.fail(&at(policy, &format!("{}.path", rule.place.path)), message).confidence(Confidence::Medium);
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
