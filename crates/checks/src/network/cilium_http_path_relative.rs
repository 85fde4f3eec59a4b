//! A path that cannot begin with a slash.

use super::CILIUM_POLICY;
use super::model::{Network, at};
use crate::prelude::*;
use ironsides_core::Inventory;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cilium-http-path-relative",
        title: "Cilium policy asks for an HTTP path that nobody sends",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("cilium_http_path_relative.md"),
    },
    run: Run::Together { judges: CILIUM_POLICY, needs: &[], welcomes: &[], run },
};

fn run(policy: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let network = Network::of(inventory, out.templates());
    let Some(read) = network.cilium_policy(inventory, policy) else { return };
    let mut fine = true;
    let rules = read.specs.iter().flat_map(|spec| &spec.rules).flat_map(|rule| &rule.ports).flatten();
    for rule in rules.flat_map(|rule| &rule.rules).flat_map(|rules| &rules.http).flatten() {
        let path = rule.path.trim_start_matches('^');
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_~%".contains(letter);
        if !path.starts_with(plain) || path.contains('|') {
            continue;
        }
        fine = false;
        let message = format!("the path of a request begins with a slash, so {:?} takes none", rule.path);
        out.fail(&at(policy, &format!("{}.path", rule.place.path)), message).confidence(Confidence::Medium);
    }
    if fine {
        out.pass(&policy.cursor());
    }
}
