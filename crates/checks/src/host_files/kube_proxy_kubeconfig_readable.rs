//! The kubeconfig of kube-proxy with more permissions than needed.

use ironsides_settings::Component;

use super::judge::mode;
use super::place::{KUBE_PROXY, named};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kube-proxy-kubeconfig-readable",
        title: "Kubeconfig of kube-proxy open to others",
        severity: Severity::Medium,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("kube_proxy_kubeconfig_readable.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = named(out, Component::KubeProxy, &["clientConnection.kubeconfig"], KUBE_PROXY);
    mode(out, sought, 0o600);
}
