//! A container that adds a capability to the default set, or back to none.

use super::capability::added;
use super::dangerous_capability::is_dangerous;
use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "added-capability",
        title: "container adds a capability",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("added_capability.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for container in pod.containers() {
        for added in added(&container) {
            // Others speak of the dangerous ones and of NET_RAW.
            if added.name == "NET_BIND_SERVICE" || added.name == "NET_RAW" || is_dangerous(&added.name) {
                out.pass(&added.at);
            } else {
                let draft = out.fail(&added.at, format!("{container} adds {}", added.name));
                draft.unsafe_fix(
                    format!("take {} away", added.name),
                    "start it and let it do what it was given the capability for",
                    || [remove(&added.at)],
                );
                added.note_doubt(draft);
            }
        }
    }
}
