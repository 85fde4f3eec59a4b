//! A container that reaches the parts of the node that are the node.

use super::host_path::{self, Mount, Reach, mounted};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "sensitive-host-path",
        title: "container can access a sensitive path of the node",
        severity: Severity::Critical,
        family: "workload",
        since: "0.1.0",
        page: include_str!("sensitive_host_path.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for (volume, mounts) in mounted(pod) {
        let mut bad: Vec<_> = mounts.iter().filter_map(|mount| Some((mount, harm(mount)?))).collect();
        bad.sort_by_key(|(_, (_, severity))| std::cmp::Reverse(*severity));
        if let Some((mount, (reach, severity))) = bad.first() {
            let verb = if mount.read_only { "read" } else { "write" };
            let draft =
                out.fail(&volume.at, format!("{} can {verb} {}", mount.container, reach.of(&mount.path)));
            draft.severity(*severity);
            if mount.is_shallow() {
                draft.effective(
                    "/proc, /sys, /dev and /run stay writable",
                    "readOnly does not cover mounts beneath the path unless recursiveReadOnly is Enabled",
                );
            }
            for (mount, _) in &bad {
                draft.also(pod.object(), &mount.at);
            }
            continue;
        }
        let unused = mounts.is_empty() && host_path::socket(&volume.path).is_none();
        match host_path::reach(&volume.path).filter(|_| unused) {
            Some(Reach { write: Some(severity), .. }) => {
                let message = format!(
                    "volume \"{}\" exposes the node's path \"{}\", but nothing mounts it",
                    volume.name, volume.path
                );
                out.fail(&volume.at, message).severity(severity).confidence(Confidence::Low);
            }
            _ => out.pass(&volume.at),
        }
    }
}

/// What a mount gives away and how bad that is. Sockets of the runtime are runtime-socket's.
fn harm(mount: &Mount<'_>) -> Option<(Reach, Severity)> {
    if host_path::socket(&mount.path).is_some() {
        return None;
    }
    let reach = host_path::reach(&mount.path)?;
    let severity = if mount.read_only { reach.read? } else { reach.write? };
    // A device is a file that the device cgroup opens to privileged containers only.
    let shut = reach.is_device && !mount.container.security("privileged").is(true);
    Some((reach, if shut { severity.min(Severity::Medium) } else { severity }))
}
