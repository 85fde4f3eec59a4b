//! A kernel that does not randomise addresses.

use super::judge::{Wanted, judge};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kernel-memory-not-randomised",
        title: "Kernel puts programs where attackers expect them",
        severity: Severity::Medium,
        family: "kernel",
        since: "0.1.0",
        page: include_str!("kernel_memory_not_randomised.md"),
    },
    run: Run::Host(run),
};

fn run(host: &Host, out: &mut Out<'_>) {
    judge(host, WANTED, out);
}

const WANTED: &[Wanted] = &[Wanted {
    name: "kernel.randomize_va_space",
    good: &["2"],
    why: "programs, or their heaps, lie at the same addresses each time",
}];
