//! A pod that no policy of the input is about.

use ironsides_core::Inventory;
use ironsides_network::cluster::has_ended;

use super::LOOKED_UP;
use super::isolation::Isolation;
use super::place::place;
use crate::gathered::{among, namespace, sure};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pod-without-network-policy",
        title: "no network policy selects the pod",
        severity: Severity::Low,
        family: "network",
        since: "0.1.0",
        page: include_str!("pod_without_network_policy.md"),
    },
    run: Run::Together { judges: &[], needs: &[], welcomes: LOOKED_UP, run },
};

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let templates = out.templates();
    let Some(pod) = Pod::of(object, templates) else { return };
    if pod.spec().get("hostNetwork").is(true) {
        return out.not_applicable("network policies do not apply to pods in the network of their node");
    }
    if has_ended(object) {
        return out.not_applicable("it has come to its end and has no address any more");
    }
    let at = pod.metadata().get("labels");
    let isolation = Isolation::of(inventory, templates);
    let place = place(inventory, object);
    let isolated = place.map(|place| isolation.of_pods(place)).unwrap_or_default();
    if isolated.any() {
        return out.pass(&at);
    }
    let finding = out.fail(&at, format!("no network policy {} selects the pod", among(inventory)));
    let known = isolation.guards(namespace(object));
    finding.confidence(sure(inventory, if known { Confidence::Medium } else { Confidence::Low }));
}
