//! Configuration of a network plug-in that belongs to others than root.

use super::judge::owner;
use super::place::cni;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cni-configuration-foreign-owner",
        title: "Configuration of the network plug-in belongs to others",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("cni_configuration_foreign_owner.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = cni(out);
    owner(out, sought, "root", "root");
}
