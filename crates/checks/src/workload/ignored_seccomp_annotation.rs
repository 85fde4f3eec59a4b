//! A profile of seccomp that is set where nothing reads it any more.

use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "ignored-seccomp-annotation",
        title: "seccomp profile is set by an annotation without effect",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("ignored_seccomp_annotation.md"),
    },
    run: Run::Pod(run),
};

/// The annotation for the whole pod, and the beginning of those for containers.
const POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
const CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    let annotations = pod.metadata().get("annotations");
    let mut found = false;
    for (key, at) in annotations.entries().filter(|(key, _)| *key == POD || key.starts_with(CONTAINER)) {
        found = true;
        let is_covered = pod.containers().all(|container| {
            let meant = key == POD || key.strip_prefix(CONTAINER) == Some(container.name());
            !meant || container.effective(pod, "seccompProfile").get("type").is_set()
        });
        let draft = out.fail(&at, format!("annotation {key} has no effect since Kubernetes 1.27"));
        if is_covered {
            draft.severity(Severity::Info);
        } else {
            draft.effective("no profile", "only seccompProfile in a securityContext counts");
        }
    }
    if !found {
        out.pass(&annotations);
    }
}
