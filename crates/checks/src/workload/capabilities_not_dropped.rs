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
        } else if let Some(all) = dropped(&container, "ALL") {
            let written = all.str().unwrap_or_default();
            out.fail(
                &all,
                format!("{container} drops \"{written}\", which Pod Security does not accept as ALL"),
            )
            .effective("all capabilities are dropped", "runtimes ignore case")
            .severity(Severity::Low)
            .safe_fix("write ALL in capitals", || [set(&all, "ALL")]);
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
