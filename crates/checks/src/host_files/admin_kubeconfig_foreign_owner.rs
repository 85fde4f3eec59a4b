//! A kubeconfig of cluster admins that belongs to others than root.

use super::judge::owner;
use super::place::{ADMIN, anywhere};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "admin-kubeconfig-foreign-owner",
        title: "Kubeconfig of cluster admins belongs to others",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("admin_kubeconfig_foreign_owner.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = match out.host() {
        Some(host) => anywhere(host, ADMIN),
        None => return,
    };
    owner(out, sought, "root", "root");
}
