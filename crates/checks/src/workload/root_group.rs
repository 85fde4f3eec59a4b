//! A container with the group 0.

use super::security_context::{note_inherited, on_windows, own_users};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "root-group",
        title: "container runs with the root group",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("root_group.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    if let Some(own) = own_users(pod) {
        out.pass(&own);
        return;
    }
    for container in pod.containers() {
        let group = container.effective(pod, "runAsGroup");
        match group.int() {
            Some(0) => {
                let draft = out.fail(&group, format!("{container} runs as group 0"));
                note_inherited(draft, &container, "runAsGroup", "0");
            }
            Some(_) => out.pass(&group),
            None => {
                out.fail(&group, format!("{container} does not set runAsGroup"))
                    .effective(
                        "the group of the image's user, or 0 if it has none",
                        "runAsGroup has no default",
                    )
                    .confidence(Confidence::Medium);
            }
        }
    }
    let files = pod.security("fsGroup");
    if files.int() == Some(0) {
        out.fail(&files, "fsGroup gives group 0 to all containers").unsafe_fix(
            "take fsGroup away",
            "start it and let it read and write its volumes",
            || [remove(&files)],
        );
    } else {
        out.pass(&files);
    }
    for group in pod.security("supplementalGroups").items() {
        if group.int() == Some(0) {
            out.fail(&group, "supplementalGroups gives group 0 to all containers").unsafe_fix(
                "take group 0 away",
                "start it and let it read and write the files that belong to group 0",
                || [remove(&group)],
            );
        } else {
            out.pass(&group);
        }
    }
}
