//! A container that can forge packets.

use super::capability::{self, added, dropped};
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

const TRY: &str = "start it and let it ping and capture packets, if it does";

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for container in pod.containers() {
        let drop = container.security("capabilities").get("drop");
        let by_name = dropped(&container, "NET_RAW");
        if let Some(added) = added(&container).find(|added| added.name == "NET_RAW") {
            let draft = out.fail(&added.at, format!("{container} adds NET_RAW"));
            draft.unsafe_fix("drop NET_RAW", TRY, || {
                let all = capability::added(&container).filter(|added| added.name == "NET_RAW");
                let mut edits: Vec<_> = all.map(|added| remove(&added.at)).collect();
                if by_name.is_none() && dropped(&container, "ALL").is_none() {
                    edits.push(append(&drop, "NET_RAW"));
                }
                edits
            });
            added.note_doubt(draft);
        } else if let Some(drop) = by_name.or_else(|| dropped(&container, "ALL")) {
            out.pass(&drop);
        } else {
            out.fail(&drop, format!("{container} does not drop NET_RAW"))
                .effective(
                    "NET_RAW is granted",
                    "it is in the default set of containerd and Docker, but not of CRI-O",
                )
                .confidence(Confidence::Medium)
                .unsafe_fix("drop NET_RAW", TRY, || [append(&drop, "NET_RAW")]);
        }
    }
}
