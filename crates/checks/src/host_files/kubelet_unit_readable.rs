//! The unit file of the kubelet, or one of its drop-ins, with more permissions than needed.

use super::judge::mode;
use super::place::kubelet_units;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-unit-readable",
        title: "Unit of the kubelet open to others",
        severity: Severity::Low,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("kubelet_unit_readable.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = kubelet_units(out);
    mode(out, sought, 0o600);
}
