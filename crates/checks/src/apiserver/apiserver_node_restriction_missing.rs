//! Kubelets that write more than their own.

use ironsides_settings::Settings;

use super::KUBE_APISERVER;
use super::plugins::Plugin;
use crate::flags::Mend;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "apiserver-node-restriction-missing",
        title: "API server lets kubelets change what is not theirs",
        severity: Severity::High,
        family: "apiserver",
        since: "0.1.0",
        page: include_str!("apiserver_node_restriction_missing.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(server: &Settings, out: &mut Out<'_>) {
    PLUGIN.judge(server, out);
}

const PLUGIN: Plugin = Plugin {
    name: "NodeRestriction",
    wanted: true,
    why: "a kubelet may change other nodes and their pods, and label itself into any role",
    mend: Mend::Test(
        "see that kubelets come as system:node:NAME in the group system:nodes, and set no label under node-restriction.kubernetes.io/ themselves",
    ),
};
