//! A kernel that dumps the memory of privileged programs.

use super::judge::{Wanted, judge};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kernel-privileged-core-dumps",
        title: "Programs with other rights leave their memory in readable files",
        severity: Severity::Medium,
        family: "kernel",
        since: "0.1.0",
        page: include_str!("kernel_privileged_core_dumps.md"),
    },
    run: Run::Host(run),
};

fn run(host: &Host, out: &mut Out<'_>) {
    judge(host, WANTED, out);
}

const WANTED: &[Wanted] = &[Wanted {
    name: "fs.suid_dumpable",
    good: &["0", "2"],
    why: "a program that changed its rights leaves its memory in a file of whoever started it",
}];
