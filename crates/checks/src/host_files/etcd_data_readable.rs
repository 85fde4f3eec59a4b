//! A data folder of etcd with more permissions than its owner needs.

use ironsides_settings::Component;

use super::judge::mode;
use super::place::{ETCD_DATA, named};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "etcd-data-readable",
        title: "Data of etcd open to others",
        severity: Severity::Critical,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("etcd_data_readable.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = named(out, Component::Etcd, &["data-dir"], ETCD_DATA);
    mode(out, sought, 0o700);
}
