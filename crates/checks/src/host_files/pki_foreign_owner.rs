//! Certificates, keys or their folders that belong to others than root.

use super::judge::owner;
use super::place::pki;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pki-foreign-owner",
        title: "Keys of the control plane belong to others than root",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("pki_foreign_owner.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = pki(out);
    owner(out, sought, "root", "root");
}
