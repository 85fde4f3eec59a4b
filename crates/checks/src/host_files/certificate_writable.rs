//! Certificates that others than their owner may write.

use super::judge::mode;
use super::place::{certificates, pki};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "certificate-writable",
        title: "Certificates writable for others than their owner",
        severity: Severity::High,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("certificate_writable.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = certificates(pki(out));
    mode(out, sought, 0o644);
}
