//! A container that can forge packets.

use super::capability::{added, dropped};
use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "net-raw-capability",
        title: "container can open raw sockets",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("net_raw_capability.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for container in pod.containers() {
        let by_name = dropped(&container, "NET_RAW");
        if let Some(added) = added(&container).find(|added| added.name == "NET_RAW") {
            let draft = out.fail(&added.at, format!("{container} adds NET_RAW"));
            added.note_doubt(draft);
        } else if let Some(drop) = by_name.or_else(|| dropped(&container, "ALL")) {
            out.pass(&drop);
        } else {
            let drop = container.security("capabilities").get("drop");
            out.fail(&drop, format!("{container} does not drop NET_RAW"))
                .effective(
                    "NET_RAW is granted",
                    "it is in the default set of containerd and Docker, but not of CRI-O",
                )
                .confidence(Confidence::Medium);
        }
    }
}
