//! A cron job that gives up after a hundred missed runs.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cron-job-without-starting-deadline",
        title: "cron job may stop after a hundred missed runs",
        severity: Severity::Info,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("cron_job_without_starting_deadline.md"),
    },
    run: Run::Kinds(&[("batch", "CronJob")], run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let at = object.cursor().at(&["spec", "startingDeadlineSeconds"]);
    match at.int() {
        Some(seconds) if seconds < 10 => {
            let message =
                format!("runs later than {seconds} seconds are left out, and the controller looks every 10");
            out.fail(&at, message).severity(Severity::Low);
        }
        Some(_) => out.pass(&at),
        None => {
            out.fail(&at, "missed runs are counted without end (startingDeadlineSeconds is not set)")
                .effective("no deadline", "the default of startingDeadlineSeconds");
        }
    }
}
