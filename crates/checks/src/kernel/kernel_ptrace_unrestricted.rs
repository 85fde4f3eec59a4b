//! A kernel that lets processes look into each other.

use super::judge::{Wanted, judge};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kernel-ptrace-unrestricted",
        title: "Every process may read the memory of others of its user",
        severity: Severity::Low,
        family: "kernel",
        since: "0.1.0",
        page: include_str!("kernel_ptrace_unrestricted.md"),
    },
    run: Run::Host(run),
};

fn run(host: &Host, out: &mut Out<'_>) {
    judge(host, WANTED, out);
}

const WANTED: &[Wanted] = &[Wanted {
    name: "kernel.yama.ptrace_scope",
    good: &["1", "2", "3"],
    why: "a process may take what it likes from the memory of every other of its user",
}];
