//! How the kubelet learns that a container works.

use ironsides_core::{Container, ContainerKind, Pod};

use crate::out::Out;

/// Asks every container that is meant to keep running for a probe.
pub(super) fn judge(pod: &Pod<'_>, field: &'static str, what: &str, out: &mut Out<'_>) {
    if runs_to_completion(pod) {
        return out.not_applicable("the pod runs to completion");
    }
    for container in pod.containers().filter(keeps_running) {
        let probe = container.get(field);
        let has_handler =
            ["exec", "httpGet", "tcpSocket", "grpc"].iter().any(|handler| probe.get(handler).is_set());
        if has_handler {
            out.pass(&probe);
        } else if probe.is_set() {
            out.fail(&probe, format!("{container} has a {what} probe without a handler"));
        } else {
            out.fail(&probe, format!("{container} has no {what} probe"));
        }
    }
}

fn keeps_running(container: &Container<'_>) -> bool {
    container.kind == ContainerKind::Regular || container.is_sidecar()
}

/// Whether the pod is a job's, or would not be started again once it is done.
fn runs_to_completion(pod: &Pod<'_>) -> bool {
    let reference = pod.object().reference();
    let is_job = reference.group() == "batch" && matches!(&*reference.kind, "Job" | "CronJob");
    is_job || matches!(pod.spec().get("restartPolicy").str(), Some("Never" | "OnFailure"))
}
