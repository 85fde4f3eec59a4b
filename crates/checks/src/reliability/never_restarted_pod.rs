//! A pod that stays down after its first failure.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "never-restarted-pod",
        title: "pod is not restarted when it fails",
        severity: Severity::Info,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("never_restarted_pod.md"),
    },
    run: Run::Kinds(&[("", "Pod")], run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let at = object.cursor().at(&["spec", "restartPolicy"]);
    if object.cursor().at(&["metadata", "ownerReferences"]).items().next().is_some() {
        return out.not_applicable("the pod's controller decides what follows a failure");
    }
    if at.str() == Some("Never") {
        out.fail(&at, "the pod is not started again after a failure (restartPolicy Never)");
    } else {
        out.pass(&at);
    }
}
