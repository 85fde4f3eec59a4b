//! An autoscaler whose measure is a share of nothing.

use ironsides_core::Inventory;

use super::{AUTOSCALERS, SCALED, gathered};
use crate::gathered::{named, namespace};
use crate::workload::request;

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "autoscaler-without-requests",
        title: "autoscaler has nothing to measure against",
        severity: Severity::Medium,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("autoscaler_without_requests.md"),
    },
    run: Run::Together { judges: AUTOSCALERS, needs: SCALED, welcomes: &[], run },
};

fn run(object: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let (kind, name) = gathered::target(object);
    let known = SCALED.iter().find(|(_, known)| *known == kind);
    let target = known.and_then(|known| named(inventory, *known, namespace(object), name).next());
    let Some(pod) = target.and_then(|target| Pod::of(target, out.templates())) else {
        return out.not_applicable("what it scales is not in the input");
    };
    for (resource, at) in measured(object) {
        let bare = pod.containers().find(|container| {
            let runs_on = container.kind == ContainerKind::Regular || container.is_sidecar();
            runs_on && request(container, &pod, resource).is_none()
        });
        let Some(container) = bare else {
            out.pass(&at);
            continue;
        };
        let message =
            format!("{container} requests no {resource}, of which the autoscaler measures the share used");
        out.fail(&at, message)
            .confidence(Confidence::Medium)
            .also(pod.object(), &container.at.at(&["resources", "requests", resource]));
    }
}

/// The resources of which an autoscaler wants a share to be in use, and where that is written.
fn measured(object: &Object) -> Vec<(&str, Cursor<'_>)> {
    let spec = object.cursor().get("spec");
    if object.reference().api_version == "autoscaling/v1" {
        let at = spec.get("targetCPUUtilizationPercentage");
        return vec![("cpu", if at.is_set() { at } else { spec })];
    }
    let metrics = spec.get("metrics");
    // Without metrics the server fills in 80 per cent of the CPU.
    if metrics.items().next().is_none() {
        return vec![("cpu", if metrics.is_set() { metrics } else { spec })];
    }
    let of_pods = metrics.items().filter_map(|metric| {
        let resource = metric.get("resource");
        let share = resource.at(&["target", "averageUtilization"]);
        share.is_set().then(|| resource.get("name").str().map(|name| (name, share))).flatten()
    });
    of_pods.collect()
}
