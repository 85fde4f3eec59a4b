//! A kubeconfig of cluster admins with more permissions than needed.

use super::judge::mode;
use super::place::{ADMIN, anywhere};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "admin-kubeconfig-readable",
        title: "Kubeconfig of cluster admins open to others",
        severity: Severity::Critical,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("admin_kubeconfig_readable.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = match out.host() {
        Some(host) => anywhere(host, ADMIN),
        None => return,
    };
    mode(out, sought, 0o600);
}
