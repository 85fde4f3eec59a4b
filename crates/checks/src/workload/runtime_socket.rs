//! A container that talks to the runtime which runs it.

use super::host_path::{self, mounted};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "runtime-socket",
        title: "container can reach the container runtime's socket",
        severity: Severity::Critical,
        family: "workload",
        since: "0.1.0",
        page: include_str!("runtime_socket.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for (volume, mounts) in mounted(pod) {
        let first = mounts.iter().find_map(|mount| Some((mount, host_path::socket(&mount.path)?)));
        let draft = if let Some((mount, socket)) = first {
            let (container, path) = (&mount.container, &mount.path);
            let message = if path.ends_with(socket) {
                format!("{container} can reach the container runtime's socket \"{path}\"")
            } else {
                format!(
                    "{container} can reach the container runtime's socket \"{socket}\" through \"{path}\""
                )
            };
            out.fail(&volume.at, message)
        } else if host_path::socket(&volume.path).is_some() && mounts.is_empty() {
            let message = format!(
                "volume \"{}\" holds the container runtime's socket, but nothing mounts it",
                volume.name
            );
            out.fail(&volume.at, message).confidence(Confidence::Low)
        } else {
            out.pass(&volume.at);
            continue;
        };
        // readOnly does not matter: connecting to a socket writes nothing to the file system.
        for mount in mounts.iter().filter(|mount| host_path::socket(&mount.path).is_some()) {
            draft.also(pod.object(), &mount.at);
        }
    }
}
