//! The certificate authority that a kubelet knows clients by, that belongs to others than root.

use ironsides_settings::Component;

use super::judge::owner;
use super::place::{CLIENT_CA, named};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "client-ca-foreign-owner",
        title: "Certificate authority of clients belongs to others",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("client_ca_foreign_owner.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = named(out, Component::Kubelet, &["authentication.x509.clientCAFile"], CLIENT_CA);
    owner(out, sought, "root", "root");
}
