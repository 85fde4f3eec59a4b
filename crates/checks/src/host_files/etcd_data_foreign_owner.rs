//! A data folder of etcd that belongs to another user than etcd.

use ironsides_settings::Component;

use super::judge::owner;
use super::place::{ETCD_DATA, named};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "etcd-data-foreign-owner",
        title: "Data of etcd belong to another user than etcd",
        severity: Severity::Medium,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("etcd_data_foreign_owner.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = named(out, Component::Etcd, &["data-dir"], ETCD_DATA);
    owner(out, sought, "etcd", "etcd");
}
