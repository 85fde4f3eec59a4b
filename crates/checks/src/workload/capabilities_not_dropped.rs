//! A container that keeps capabilities nobody asked for.

use super::capability::dropped;
use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "capabilities-not-dropped",
        title: "container does not drop all capabilities",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("capabilities_not_dropped.md"),
    },
    run: Run::Pod(run),
};

const DROP: &str = "drop ALL capabilities";
const TRY: &str = "start it, and add back single capabilities that it turns out to need: \
                   it may change owners or users, or listen below port 1024";

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for container in pod.containers() {
        let drop = container.security("capabilities").get("drop");
        if let Some(all) = drop.items().find(|item| item.str() == Some("ALL")) {
            out.pass(&all);
        } else if let Some(all) = dropped(&container, "ALL").or_else(|| one_by_one(&container)) {
            // Runtimes ignore case; misspelt-capability says who does not.
            out.pass(&all);
        } else if drop.items().next().is_some() {
            out.fail(&drop, format!("{container} drops some capabilities, but not ALL")).unsafe_fix(
                DROP,
                TRY,
                || [set(&drop, ["ALL"])],
            );
        } else {
            out.fail(&drop, format!("{container} does not drop any capabilities"))
                .effective("the runtime's default set", "nothing is dropped unless capabilities.drop says so")
                .unsafe_fix(DROP, TRY, || [set(&drop, ["ALL"])]);
        }
    }
}

/// What runtimes give a container that says nothing: Docker's set, of which those of containerd and CRI-O are a part.
const DEFAULTS: [&str; 14] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "NET_RAW",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// The list that drops every capability of the default set by its name, which leaves as little as `ALL`.
fn one_by_one<'a>(container: &Container<'a>) -> Option<Cursor<'a>> {
    let list = container.security("capabilities").get("drop");
    let long = list.node().is_some_and(|list| list.items().len() >= DEFAULTS.len());
    (long && DEFAULTS.iter().all(|name| dropped(container, name).is_some())).then_some(list)
}
