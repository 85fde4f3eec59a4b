//! A pod that goes to any node, whatever keeps others away.

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "tolerates-everything",
        title: "pod tolerates every taint",
        severity: Severity::Low,
        family: "workload",
        since: "0.1.0",
        page: include_str!("tolerates_everything.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    let tolerations = pod.spec().get("tolerations");
    let mut found = false;
    for toleration in tolerations.items() {
        let key = toleration.get("key");
        let is_any =
            key.str().is_none_or(str::is_empty) && toleration.get("operator").str() == Some("Exists");
        if is_any {
            let effect = toleration.get("effect").str().filter(|effect| !effect.is_empty());
            let which = effect.map_or(String::new(), |effect| format!(" of effect {effect}"));
            out.fail(&toleration.get("operator"), format!("the pod tolerates every taint{which}"));
            found = true;
        }
    }
    if !found {
        out.pass(&tolerations);
    }
}
