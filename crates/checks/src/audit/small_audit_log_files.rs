//! At which size the audit log is rotated.

use ironsides_settings::Settings;

use super::rotation::{Limit, judge_limit};
use super::server::KUBE_APISERVER;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "small-audit-log-files",
        title: "files of the audit log are rotated below 100 MB",
        severity: Severity::Low,
        family: "audit",
        since: "0.1.0",
        page: include_str!("small_audit_log_files.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(settings: &Settings, out: &mut Out<'_>) {
    judge_limit(settings, out, &LIMIT);
}

const LIMIT: Limit = Limit {
    flag: "audit-log-maxsize",
    least: 100.0,
    unit: "megabytes",
    default: ("100", "0"),
    zero: (
        "0 is 100 MB here, but never rotates from Kubernetes 1.36 on",
        "0 never rotates the file: it grows until the disk is full",
    ),
};
