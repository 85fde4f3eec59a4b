//! A container that asks for more than it may use.

use super::{quantity, resources};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "request-above-limit",
        title: "container requests more than its limit",
        severity: Severity::Medium,
        family: "workload",
        since: "0.1.0",
        page: include_str!("request_above_limit.md"),
    },
    run: Run::Pod(run),
};

fn run(pod: &Pod<'_>, out: &mut Out<'_>) {
    for container in resources::containers(pod) {
        for (resource, request) in container.at.at(&["resources", "requests"]).entries() {
            let limit = container.at.at(&["resources", "limits", resource]);
            match (quantity::nanos(&request), quantity::nanos(&limit)) {
                (Some(asked), Some(most)) if asked > most => {
                    let message = format!("{container} requests more {resource} than its limit allows");
                    out.fail(&request, message).also(pod.object(), &limit);
                }
                _ => out.pass(&request),
            }
        }
    }
}
