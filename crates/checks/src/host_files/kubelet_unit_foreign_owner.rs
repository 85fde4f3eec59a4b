//! The unit file of the kubelet, or one of its drop-ins, that belongs to others than root.

use super::judge::owner;
use super::place::kubelet_units;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-unit-foreign-owner",
        title: "Unit of the kubelet belongs to others",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("kubelet_unit_foreign_owner.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = kubelet_units(out);
    owner(out, sought, "root", "root");
}
