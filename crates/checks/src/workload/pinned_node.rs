//! A pod that is put on a node by name.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pinned-node",
        title: "pod is pinned to a node by name",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("pinned_node.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let at = pod.spec().get("nodeName");
    if pod.is_stored() {
        return out.not_applicable("the scheduler has written the node into the stored pod");
    }
    match at.str().filter(|name| !name.is_empty()) {
        Some(name) => {
            out.fail(&at, format!("the pod is put on node \"{name}\" past the scheduler"));
        }
        None => out.pass(&at),
    }
}
