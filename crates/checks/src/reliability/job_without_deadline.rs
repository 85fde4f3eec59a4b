//! A job that nobody stops when it hangs.

use super::{JOBS, job_spec};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "job-without-deadline",
        title: "job may run for ever",
        severity: Severity::Info,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("job_without_deadline.md"),
    },
    run: Run::Kinds(JOBS, run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let spec = job_spec(object);
    let at = spec.get("activeDeadlineSeconds");
    let of_pod = spec.at(&["template", "spec", "activeDeadlineSeconds"]);
    if at.is_set() {
        out.pass(&at);
    } else if of_pod.is_set() {
        out.pass(&of_pod);
    } else {
        out.fail(&at, "the job may run for ever (activeDeadlineSeconds is not set)")
            .effective("no deadline", "the default of activeDeadlineSeconds");
    }
}
