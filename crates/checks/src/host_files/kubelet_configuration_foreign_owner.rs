//! Configuration of the kubelet that belongs to others than root.

use super::judge::owner;
use super::place::kubelet_configuration;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-configuration-foreign-owner",
        title: "Configuration of the kubelet belongs to others",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("kubelet_configuration_foreign_owner.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = kubelet_configuration(out);
    owner(out, sought, "root", "root");
}
