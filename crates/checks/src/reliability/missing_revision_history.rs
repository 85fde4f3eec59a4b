//! A workload that keeps nothing to go back to.

use super::ROLLED_OUT;
use crate::fixes::remove;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "missing-revision-history",
        title: "workload cannot be rolled back",
        severity: Severity::Low,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("missing_revision_history.md"),
    },
    run: Run::Kinds(ROLLED_OUT, run),
};

fn run(object: &Object, out: &mut Out<'_>) {
    let at = object.cursor().at(&["spec", "revisionHistoryLimit"]);
    if at.int() == Some(0) {
        out.fail(&at, "no earlier revision is kept to roll back to (revisionHistoryLimit 0)")
            .safe_fix("remove revisionHistoryLimit", || [remove(&at)]);
    } else {
        out.pass(&at);
    }
}
