//! A container that takes a port of the node.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "host-port",
        title: "container opens a port on the node",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("host_port.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let host_network = pod.spec().get("hostNetwork").is(true);
    for container in pod.containers() {
        for entry in container.get("ports").items() {
            let host = entry.get("hostPort");
            let inner = entry.get("containerPort");
            let wanted = |at: &Cursor<'_>| at.int().filter(|&port| port != 0);
            if let Some(port) = wanted(&host) {
                let draft = out.fail(&host, format!("{container} opens port {port} on the node"));
                draft.unsafe_fix(
                    "take hostPort away",
                    "call it through a Service where its users call it",
                    || [remove(&host)],
                );
                if is_loopback(&entry.get("hostIP")) {
                    draft.effective(port.to_string(), "reachable from the node only, because of hostIP");
                    draft.severity(Severity::Low);
                } else if container.kind != ContainerKind::Regular && !host_network {
                    draft.effective("not opened", "the kubelet maps the ports of regular containers only");
                    draft.severity(Severity::Low);
                }
            } else if let Some(port) = wanted(&inner).filter(|_| host_network) {
                out.fail(
                    &inner,
                    format!("{container} opens port {port} on the node, because the pod sets hostNetwork"),
                )
                .effective(port.to_string(), "hostPort is containerPort where hostNetwork is true")
                .unsafe_fix(
                    "set hostNetwork to false",
                    "call it where its users call it, and everything that it calls on the node",
                    || [set(&pod.spec().get("hostNetwork"), false)],
                );
            } else {
                out.pass(&host);
            }
        }
    }
}

fn is_loopback(address: &Cursor<'_>) -> bool {
    address
        .str()
        .and_then(|text| text.parse().ok())
        .is_some_and(|address: std::net::IpAddr| address.is_loopback())
}
