//! A container that waits for somebody to type.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "interactive-container",
        title: "container keeps a terminal or standard input open",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("interactive_container.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers().filter(|container| container.kind != ContainerKind::Ephemeral) {
        for field in ["stdin", "tty"] {
            let at = container.get(field);
            if at.is(true) {
                let what =
                    if field == "tty" { "allocates a terminal" } else { "keeps its standard input open" };
                out.fail(&at, format!("{container} {what} ({field}: true)"));
            } else {
                out.pass(&at);
            }
        }
    }
}
