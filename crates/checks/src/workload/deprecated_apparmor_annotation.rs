//! A profile of AppArmor that is set by annotation.

use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "deprecated-apparmor-annotation",
        title: "AppArmor profile is set by annotation",
        severity: Severity::Info,
        family: "workload",
        since: "0.1.0",
        page: include_str!("deprecated_apparmor_annotation.md"),
    },
    run: Run::Pod(run),
};

/// Followed by the name of a container.
const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    let annotations = pod.metadata().get("annotations");
    let mut found = false;
    for (key, at) in annotations.entries() {
        let Some(name) = key.strip_prefix(ANNOTATION) else { continue };
        found = true;
        let message =
            format!("the AppArmor profile of container \"{name}\" is set by a deprecated annotation");
        let draft = out.fail(&at, message);
        if pod.containers().all(|container| container.name() != name) {
            draft.effective("nothing", "no container of the pod has this name").severity(Severity::Low);
        }
    }
    if !found {
        out.pass(&annotations);
    }
}
