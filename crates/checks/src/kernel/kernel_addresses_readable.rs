//! A kernel that tells where its code lies.

use super::judge::{Wanted, judge};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kernel-addresses-readable",
        title: "Kernel tells its log and its addresses to everybody",
        severity: Severity::Low,
        family: "kernel",
        since: "0.1.0",
        page: include_str!("kernel_addresses_readable.md"),
    },
    run: Run::Host(run),
};

fn run(host: &Host, out: &mut Out<'_>) {
    judge(host, WANTED, out);
}

const WANTED: &[Wanted] = &[
    Wanted {
        name: "kernel.dmesg_restrict",
        good: &["1"],
        why: "everybody on the node reads the log of the kernel, addresses in it included",
    },
    Wanted {
        name: "kernel.kptr_restrict",
        good: &["1", "2"],
        why: "files below /proc and /sys show addresses of the kernel",
    },
];
