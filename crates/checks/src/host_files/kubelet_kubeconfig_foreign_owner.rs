//! The kubeconfig of the kubelet that belongs to others than root.

use ironsides_settings::Component;

use super::judge::owner;
use super::place::{KUBELET, named};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-kubeconfig-foreign-owner",
        title: "Kubeconfig of kubelet belongs to others",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("kubelet_kubeconfig_foreign_owner.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = named(out, Component::Kubelet, &["kubeconfig", "bootstrap-kubeconfig"], KUBELET);
    owner(out, sought, "root", "root");
}
