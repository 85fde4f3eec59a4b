//! A container that waits for somebody to type.

use crate::fixes::remove;
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
                out.fail(&at, format!("{container} {what} ({field}: true)")).unsafe_fix(
                    format!("remove {field}"),
                    "start it: a program that reads its standard input ends when that is closed",
                    || [remove(&at)],
                );
            } else {
                out.pass(&at);
            }
        }
    }
}
