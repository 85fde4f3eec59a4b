//! A container that runs privileged.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "privileged-container",
        title: "container runs privileged",
        severity: Severity::Critical,
        family: "workload",
        since: "0.1.0",
        page: include_str!("privileged_container.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        let at = container.security("privileged");
        if at.is(true) {
            out.fail(&at, format!("{container} runs privileged")).unsafe_fix(
                "set privileged to false",
                "start it and look for what it may not do any more: mount, load modules, open devices",
                || [set(&at, false)],
            );
        } else {
            out.pass(&at);
        }
    }
}
