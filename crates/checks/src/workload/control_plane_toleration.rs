//! A pod that may run beside the API server and etcd.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "control-plane-toleration",
        title: "pod may run on control-plane nodes",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("control_plane_toleration.md"),
    },
    run: Run::Pod(run),
};

/// The taints of nodes of the control plane; the second is what it was called before 1.25.
const TAINTS: [&str; 2] = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let tolerations = pod.spec().get("tolerations");
    let mut found = false;
    for toleration in tolerations.items() {
        let key = toleration.get("key");
        if key.str().is_some_and(|key| TAINTS.contains(&key)) {
            out.fail(&key, "the pod tolerates the taint of control-plane nodes");
            found = true;
        }
    }
    if !found {
        out.pass(&tolerations);
    }
}
