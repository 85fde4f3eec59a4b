//! How many rotated audit logs are kept.

use ironsides_settings::Settings;

use super::rotation::{Limit, judge_limit};
use super::server::KUBE_APISERVER;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "few-audit-log-backups",
        title: "fewer than 10 old files of the audit log are kept",
        severity: Severity::Low,
        family: "audit",
        since: "0.1.0",
        page: include_str!("few_audit_log_backups.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(settings: &Settings, out: &mut Out<'_>) {
    judge_limit(settings, out, &LIMIT);
}

const LIMIT: Limit = Limit {
    flag: "audit-log-maxbackup",
    least: 10.0,
    unit: "files",
    default: ("100", "0"),
    zero: ("0 keeps every file", "0 keeps every file"),
};
