//! A cron job that does not run.

use super::JOBS;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "suspended-cron-job",
        title: "cron job is suspended",
        severity: Severity::Info,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("suspended_cron_job.md"),
    },
    run: Run::Kinds(JOBS, run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let at = object.cursor().at(&["spec", "suspend"]);
    if at.is(true) {
        let what = if &*object.reference().kind == "CronJob" { "cron job" } else { "job" };
        out.fail(&at, format!("the {what} is suspended and does not run"));
    } else {
        out.pass(&at);
    }
}
