//! How long rotated audit logs are kept.

use ironsides_settings::Settings;

use super::rotation::{Limit, judge_limit};
use super::server::KUBE_APISERVER;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "short-audit-log-age",
        title: "audit log is kept for less than 30 days",
        severity: Severity::Low,
        family: "audit",
        since: "0.1.0",
        page: include_str!("short_audit_log_age.md"),
    },
    run: Run::Settings(KUBE_APISERVER, run),
};

fn run(settings: &Settings, out: &mut Out<'_>) {
    judge_limit(settings, out, &LIMIT);
}

const LIMIT: Limit = Limit {
    flag: "audit-log-maxage",
    least: 30.0,
    unit: "days",
    default: ("366", "0"),
    zero: ("0 deletes no file by its age", "0 deletes no file by its age"),
};
