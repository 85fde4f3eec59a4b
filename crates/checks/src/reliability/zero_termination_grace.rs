//! A pod that is killed without a warning.

use crate::fixes::remove;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "zero-termination-grace",
        title: "pod is killed without time to finish",
        severity: Severity::Low,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("zero_termination_grace.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let at = pod.spec().get("terminationGracePeriodSeconds");
    if at.int() == Some(0) {
        out.fail(&at, "the pod is killed at once when it is deleted (terminationGracePeriodSeconds 0)")
            .unsafe_fix(
                "remove terminationGracePeriodSeconds",
                "delete the pod and see that it ends within 30 seconds",
                || [remove(&at)],
            );
    } else {
        out.pass(&at);
    }
}
