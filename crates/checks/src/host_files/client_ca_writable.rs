//! The certificate authority that a kubelet knows clients by, with more permissions than needed.

use ironsides_settings::Component;

use super::judge::mode;
use super::place::{CLIENT_CA, named};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "client-ca-writable",
        title: "Certificate authority of clients writable",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("client_ca_writable.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = named(out, Component::Kubelet, &["authentication.x509.clientCAFile"], CLIENT_CA);
    mode(out, sought, 0o644);
}
