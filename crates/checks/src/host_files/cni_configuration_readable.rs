//! Configuration of a network plug-in with more permissions than needed.

use super::judge::mode;
use super::place::cni;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cni-configuration-readable",
        title: "Configuration of the network plug-in open to others",
        severity: Severity::Medium,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("cni_configuration_readable.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = cni(out);
    mode(out, sought, 0o600);
}
