//! A capability that not everybody understands as it is written.

use super::security_context::on_windows;
use crate::fixes::set;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "misspelt-capability",
        title: "capability is written in a way that is not understood",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("misspelt_capability.md"),
    },
    run: Run::Pod(run),
};

/// The capabilities that Linux has, as of 6.12.
const KNOWN: [&str; 42] = [
    "ALL",
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for container in pod.containers() {
        for list in ["add", "drop"] {
            for at in container.security("capabilities").get(list).items() {
                let Some(name) = at.str() else { continue };
                if KNOWN.contains(&name) {
                    out.pass(&at);
                    continue;
                }
                let bare = name.to_ascii_uppercase();
                let bare = bare.strip_prefix("CAP_").unwrap_or(&bare);
                if KNOWN.contains(&bare) {
                    let message = format!("{container} writes capability {bare} as \"{name}\"");
                    let draft = out.fail(&at, message);
                    // Runtimes ignore case, but some of them know no CAP_.
                    if name.len() == bare.len() {
                        draft.safe_fix(format!("write {bare} in capitals"), || [set(&at, bare)]);
                    } else {
                        let summary = format!("write {bare} without CAP_");
                        draft.unsafe_fix(summary, "start it under containerd, where it now counts", || {
                            [set(&at, bare)]
                        });
                    }
                } else {
                    out.fail(&at, format!("{container} names \"{name}\", which is no capability"));
                }
            }
        }
    }
}
