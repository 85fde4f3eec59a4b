//! A pod without a network namespace of its own.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "host-network",
        title: "pod shares the node's network",
        severity: Severity::High,
        family: "workload",
        since: "0.1.0",
        page: include_str!("host_network.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let at = pod.spec().get("hostNetwork");
    if at.is(true) {
        out.fail(&at, "the pod shares the node's network").unsafe_fix(
            "set hostNetwork to false",
            "call it where its users call it, and everything that it calls on the node",
            || [set(&at, false)],
        );
    } else {
        out.pass(&at);
    }
}
