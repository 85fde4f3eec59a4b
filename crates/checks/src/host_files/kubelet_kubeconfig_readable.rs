//! The kubeconfig of the kubelet with more permissions than needed.

use ironsides_settings::Component;

use super::judge::mode;
use super::place::{KUBELET, named};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-kubeconfig-readable",
        title: "Kubeconfig of kubelet open to others",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("kubelet_kubeconfig_readable.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = named(out, Component::Kubelet, &["kubeconfig", "bootstrap-kubeconfig"], KUBELET);
    mode(out, sought, 0o600);
}
