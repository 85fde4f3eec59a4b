//! Rules that silence parts of the cluster.

use super::POLICY;
use super::act::{decided, told};
use super::lint::{Lint, listed};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "trusted-components-unrecorded",
        title: "audit policy silences more of a component than its noise",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("trusted_components_unrecorded.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (number, rule, at) in lint.silent() {
        let level = at.get("level");
        // The API server's own requests to itself carry a credential that never leaves its memory.
        let is_component =
            |name: &str| name.starts_with("system:") && name != "system:apiserver" && !is_broad(name);
        let is_asked = rule.users.iter().chain(&rule.user_groups).any(|name| is_component(name));
        let who = rule.users.iter().chain(&rule.user_groups).filter(|name| is_component(name)).cloned();
        let who = listed(&who.collect::<Vec<_>>());
        match decided(&lint, number).filter(|_| is_asked) {
            Some((acts, request)) => {
                let acts = told(&acts);
                out.fail(&level, format!("nothing is recorded of {acts} by {who}, such as: {request}"));
            }
            None => out.pass(&level),
        }
    }
    for (_, _, at) in lint.recording() {
        out.pass(&at.get("level"));
    }
}

/// Whether a group is that of many, or of those without credentials: other checks look at these.
fn is_broad(name: &str) -> bool {
    const BROAD: [&str; 7] = [
        "system:anonymous",
        "system:authenticated",
        "system:kubeadm:cluster-admins",
        "system:masters",
        "system:serviceaccounts",
        "system:unauthenticated",
        "system:unsecured",
    ];
    BROAD.contains(&name) || name.starts_with("system:serviceaccounts:")
}
