//! A pod that turns a kernel parameter outside the safe set.

use super::security_context::on_windows;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "unsafe-sysctl",
        title: "pod sets an unsafe sysctl",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("unsafe_sysctl.md"),
    },
    run: Run::Pod(run),
};

/// The parameters that stay within the pod and harm nobody else, by the judgement of Kubernetes 1.37.
const SAFE: [&str; 14] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_notsent_lowat",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_slow_start_after_idle",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
];

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    if on_windows(pod, out) {
        return;
    }
    for sysctl in pod.security("sysctls").items() {
        let at = sysctl.get("name");
        let name = dotted(at.str().unwrap_or_default());
        if SAFE.contains(&name.as_str()) {
            out.pass(&at);
        } else {
            let summary = format!("take the sysctl {name} away");
            let test = "start it and let it work under load with the node's own value";
            out.fail(&at, format!("the pod sets the unsafe sysctl {name}")).key(name).unsafe_fix(
                summary,
                test,
                || [remove(&sysctl)],
            );
        }
    }
}

/// The name as the kubelet reads it: where the first separator is a slash, slashes and dots change places.
fn dotted(name: &str) -> String {
    if name.find(['.', '/']).is_some_and(|at| name[at..].starts_with('/')) {
        let swap = |letter| match letter {
            '.' => '/',
            '/' => '.',
            other => other,
        };
        name.chars().map(swap).collect()
    } else {
        name.to_owned()
    }
}
