//! A container with a capability that leads out of it.

use super::capability::added;
use super::security_context::{on_windows, own_users};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dangerous-capability",
        title: "container adds a dangerous capability",
        severity: Severity::High,
        family: "workload",
        since: "0.1.0",
        page: include_str!("dangerous_capability.md"),
    },
    run: Run::Pod(run),
};

/// Name and what it is good for.
const DANGEROUS: [(&str, &str); 15] = [
    ("ALL", "every capability there is"),
    ("AUDIT_CONTROL", "which switches off the kernel's audit log"),
    ("BPF", "which loads programs into the kernel"),
    ("DAC_READ_SEARCH", "which opens files of the node by their handles"),
    ("MAC_ADMIN", "which changes the policy of AppArmor, SELinux or Smack"),
    ("MAC_OVERRIDE", "which ignores the policy of Smack"),
    ("NET_ADMIN", "which configures interfaces, routes and packet filters"),
    ("PERFMON", "which watches the kernel and every process of the node"),
    ("SYS_ADMIN", "which mounts file systems and enters namespaces"),
    ("SYS_BOOT", "which loads another kernel"),
    ("SYS_MODULE", "which loads kernel modules"),
    ("SYS_PTRACE", "which reads and changes other processes"),
    ("SYS_RAWIO", "which accesses memory and devices directly"),
    ("SYS_TIME", "which sets the clock of the node"),
    ("SYSLOG", "which reads the kernel's log and addresses"),
];

/// Whether this check reports the capability.
pub(super) fn is_dangerous(name: &str) -> bool {
    DANGEROUS.iter().any(|(dangerous, _)| *dangerous == name)
}

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    let own_users = own_users(pod);
    for container in pod.containers() {
        for added in added(&container) {
            let Some((name, what)) = DANGEROUS.iter().find(|(name, _)| *name == added.name) else {
                out.pass(&added.at);
                continue;
            };
            let draft = out.fail(&added.at, format!("{container} adds {name}, {what}"));
            draft.unsafe_fix(
                format!("take {name} away"),
                "start it and let it do what it was given the capability for",
                || [remove(&added.at)],
            );
            if let Some(own_users) = &own_users {
                draft
                    .effective(format!("{name} only inside the pod's user namespace"), "hostUsers: false")
                    .severity(Severity::Medium)
                    .also(pod.object(), own_users);
            }
            added.note_doubt(draft);
        }
    }
}
