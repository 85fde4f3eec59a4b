//! Private keys that others than their owner may read.

use super::judge::mode;
use super::place::{keys, pki};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pki-key-readable",
        title: "Private keys open to others than their owner",
        severity: Severity::Critical,
        family: "host_files",
        since: "0.1.0",
        page: include_str!("pki_key_readable.md"),
    },
    run: Run::Host(run),
};

fn run(_: &Host, out: &mut Out<'_>) {
    let sought = keys(pki(out));
    mode(out, sought, 0o600);
}
