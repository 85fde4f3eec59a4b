//! The kubeconfig of kube-proxy that belongs to others than root.

use ironsides_settings::Component;

use super::judge::owner;
use super::place::{KUBE_PROXY, named};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kube-proxy-kubeconfig-foreign-owner",
        title: "Kubeconfig of kube-proxy belongs to others",
        severity: Severity::Medium,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("kube_proxy_kubeconfig_foreign_owner.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = named(out, Component::KubeProxy, &["clientConnection.kubeconfig"], KUBE_PROXY);
    owner(out, sought, "root", "root");
}
