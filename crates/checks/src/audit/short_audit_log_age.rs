//! How long rotated audit logs are kept.

use super::rotation::{Limit, each_limit};
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
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    each_limit(pod, out, &LIMIT);
}

const LIMIT: Limit = Limit {
    flag: "audit-log-maxage",
    least: 30.0,
    unit: "days",
    default: ("366", "0"),
    zero: ("0 deletes no file by its age", "0 deletes no file by its age"),
};
