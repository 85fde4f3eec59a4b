//! A cron job that starts while the last one still runs.

use crate::fixes::set;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "overlapping-cron-jobs",
        title: "cron job may run several times at once",
        severity: Severity::Low,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("overlapping_cron_jobs.md"),
    },
    run: Run::Kinds(&[("batch", "CronJob")], run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let at = object.cursor().at(&["spec", "concurrencyPolicy"]);
    match at.str().filter(|policy| !policy.is_empty()) {
        Some("Forbid" | "Replace") => out.pass(&at),
        written => {
            let draft = out.fail(&at, "the job may start while the one before it still runs");
            draft.unsafe_fix(
                "set concurrencyPolicy to Forbid",
                "make sure that a run which is left out is made up for by the next",
                || [set(&at, "Forbid")],
            );
            if written.is_none() {
                draft.effective("Allow", "the default of concurrencyPolicy");
            }
        }
    }
}
