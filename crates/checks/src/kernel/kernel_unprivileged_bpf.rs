//! A kernel that runs BPF of users without rights.

use super::judge::{Wanted, judge};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kernel-unprivileged-bpf",
        title: "Kernel takes programs from everybody",
        severity: Severity::Medium,
        family: "kernel",
        since: "0.1.0",
        page: include_str!("kernel_unprivileged_bpf.md"),
    },
    run: Run::Host(run),
};

fn run(host: &Host, out: &mut Out<'_>) {
    judge(host, WANTED, out);
}

const WANTED: &[Wanted] = &[Wanted {
    name: "kernel.unprivileged_bpf_disabled",
    good: &["1", "2"],
    why: "whoever runs on the node may load BPF programs into the kernel",
}];
