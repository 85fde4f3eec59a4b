//! A kernel that follows the links that others laid.

use super::judge::{Wanted, judge};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "kernel-unprotected-links",
        title: "Links and pipes of others are followed in shared folders",
        severity: Severity::Medium,
        family: "kernel",
        since: "0.1.0",
        page: include_str!("kernel_unprotected_links.md"),
    },
    run: Run::Host(run),
};

fn run(host: &Host, out: &mut Out<'_>) {
    judge(host, WANTED, out);
}

const WANTED: &[Wanted] = &[
    Wanted {
        name: "fs.protected_hardlinks",
        good: &["1"],
        why: "users make hard links to files that they may neither read nor write",
    },
    Wanted {
        name: "fs.protected_symlinks",
        good: &["1"],
        why: "programs follow the links that others laid in /tmp",
    },
    Wanted {
        name: "fs.protected_fifos",
        good: &["1", "2"],
        why: "programs write into the pipes that others laid in /tmp",
    },
    Wanted {
        name: "fs.protected_regular",
        good: &["1", "2"],
        why: "programs write into the files that others laid in /tmp",
    },
];
