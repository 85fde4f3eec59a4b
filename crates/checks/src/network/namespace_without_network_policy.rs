//! A namespace whose pods anybody may talk to.

use ironsides_core::Inventory;

use super::isolation::Isolation;
use super::{LOOKED_UP, NAMESPACE, excused};
use crate::gathered::{Pods, among, sure};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "namespace-without-network-policy",
        title: "namespace has no network policy",
        severity: Severity::Medium,
        family: "network",
        since: "0.1.0",
        page: include_str!("namespace_without_network_policy.md"),
    },
    run: Run::Together { judges: NAMESPACE, needs: &[], welcomes: LOOKED_UP, run },
};

fn run(namespace: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    if let Some(why) = excused(namespace) {
        return out.not_applicable(why);
    }
    let templates = out.templates();
    let (name, at) = (&namespace.reference().name, namespace.cursor().at(&["metadata", "name"]));
    if Isolation::of(inventory, templates).guards(name) {
        return out.pass(&at);
    }
    let finding = out.fail(&at, format!("no network policy of namespace \"{name}\" is {}", among(inventory)));
    let pods = Pods::of(inventory, templates).any_in(name);
    finding.confidence(sure(inventory, if pods { Confidence::Medium } else { Confidence::Low }));
}
