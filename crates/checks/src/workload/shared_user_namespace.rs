//! A pod without a user namespace of its own.

use super::security_context::on_windows;
use crate::fixes::set;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "shared-user-namespace",
        title: "pod's users are the node's users",
        severity: Severity::Info,
        family: "workload",
        since: "0.1.0",
        page: include_str!("shared_user_namespace.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    let spec = pod.spec();
    if ["hostNetwork", "hostPID", "hostIPC"].into_iter().any(|field| spec.get(field).is(true)) {
        return out.not_applicable("a pod that shares a namespace of the node cannot have users of its own");
    }
    let at = spec.get("hostUsers");
    if at.is(false) {
        return out.pass(&at);
    }
    let written = at.is_set();
    let draft = out.fail(&at, "the pod's users are the node's users (hostUsers is not false)");
    draft.unsafe_fix(
        "set hostUsers to false",
        "start it on a node that has user namespaces, and read and write its volumes",
        || [set(&at, false)],
    );
    if !written {
        draft.effective("true", "the default of hostUsers");
    }
}
