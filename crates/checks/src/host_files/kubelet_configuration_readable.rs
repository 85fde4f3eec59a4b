//! Configuration of the kubelet with more permissions than needed.

use super::judge::mode;
use super::place::kubelet_configuration;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kubelet-configuration-readable",
        title: "Configuration of the kubelet open to others",
        severity: Severity::Medium,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("kubelet_configuration_readable.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = kubelet_configuration(out);
    mode(out, sought, 0o600);
}
