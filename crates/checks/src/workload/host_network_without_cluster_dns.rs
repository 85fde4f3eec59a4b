//! A pod on the node's network that asks the node's DNS.

use crate::fixes::set;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "host-network-without-cluster-dns",
        title: "pod on the node's network cannot resolve names of Services",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("host_network_without_cluster_dns.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let at = pod.spec().get("dnsPolicy");
    if !pod.spec().get("hostNetwork").is(true) {
        return out.not_applicable("the pod does not share the node's network");
    }
    let written = at.str().filter(|policy| !policy.is_empty());
    if !matches!(written, None | Some("ClusterFirst")) {
        return out.pass(&at);
    }
    out.fail(&at, "the pod asks the node's DNS servers, which know no Services of the cluster")
        .effective("Default", "with hostNetwork, ClusterFirst means Default")
        .also(pod.object(), &pod.spec().get("hostNetwork"))
        .unsafe_fix(
            "set dnsPolicy to ClusterFirstWithHostNet",
            "look up the names it uses, inside the cluster and outside",
            || [set(&at, "ClusterFirstWithHostNet")],
        );
}
