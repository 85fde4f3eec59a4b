//! A container whose group may be one that the node has too.

use super::security_context::{note_inherited, on_windows, own_users};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "low-group-id",
        title: "container's group id may be one of the node's",
        severity: Severity::Info,
        family: "workload",
        since: "0.1.0",
        page: include_str!("low_group_id.md"),
    },
    run: Run::Pod(run),
};

/// Where the groups of nodes end, by the custom of linters and distributions.
const LAST: i64 = 10_000;

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
            // root-group speaks of group 0 and of what is not set.
            Some(id) if (1..=LAST).contains(&id) => {
                let draft =
                    out.fail(&group, format!("{container} runs as group {id}, which a node may have too"));
                note_inherited(draft, &container, "runAsGroup", id.to_string());
            }
            _ => out.pass(&group),
        }
    }
}
