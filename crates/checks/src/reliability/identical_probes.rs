//! A container that is restarted when it should only be left alone for a while.

use ironsides_tree::print;

use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "identical-probes",
        title: "liveness and readiness probe ask the same",
        severity: Severity::Info,
        family: "reliability",
        since: "0.1.0",
        page: include_str!("identical_probes.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in pod.containers() {
        let (liveness, readiness) = (container.get("livenessProbe"), container.get("readinessProbe"));
        if !liveness.is_set() || !readiness.is_set() {
            continue;
        }
        let failures = |probe: &Cursor<'_>| probe.get("failureThreshold").int().unwrap_or(3);
        let same = HANDLERS.iter().any(|handler| {
            let (one, other) = (liveness.get(handler), readiness.get(handler));
            one.node().zip(other.node()).is_some_and(|(one, other)| print::json(one) == print::json(other))
        });
        if same && failures(&liveness) <= failures(&readiness) {
            let message = format!("{container} has a liveness probe that asks what its readiness probe asks");
            out.fail(&liveness, message).also(pod.object(), &readiness);
        } else {
            out.pass(&liveness);
        }
    }
}

const HANDLERS: [&str; 4] = ["exec", "httpGet", "tcpSocket", "grpc"];
