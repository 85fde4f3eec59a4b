//! A job that stays when it is done.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "finished-job-kept",
        title: "finished job is never cleaned up",
        severity: Severity::Info,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("finished_job_kept.md"),
    },
    run: Run::Kinds(&[("batch", "Job")], run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let at = object.cursor().at(&["spec", "ttlSecondsAfterFinished"]);
    let metadata = object.cursor().get("metadata");
    if metadata.get("ownerReferences").items().next().is_some() {
        return out.not_applicable("whoever owns the job cleans it up");
    }
    if metadata.get("annotations").get("helm.sh/hook-delete-policy").is_set() {
        return out.not_applicable("Helm deletes the job");
    }
    if at.is_set() {
        out.pass(&at);
    } else {
        out.fail(&at, "the job is kept for ever once it has finished")
            .effective("never deleted", "the default of ttlSecondsAfterFinished");
    }
}
