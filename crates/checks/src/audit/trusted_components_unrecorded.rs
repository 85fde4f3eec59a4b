//! Rules that silence parts of the cluster.

use super::POLICY;
use super::act::{decided, told};
use super::impossible_audit_user::{of_group, of_user};
use super::lint::{Lint, listed};
use crate::prelude::*;
use ironsides_audit::Request;

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
        let users = rule.users.iter().filter(|name| is_component(name) && of_user(name).is_none());
        let groups = rule.user_groups.iter().filter(|name| is_component(name) && of_group(name).is_none());
        let who: Vec<_> = users.chain(groups).cloned().collect();
        match decided(&lint, number).filter(|_| !who.is_empty()) {
            Some((acts, request)) => {
                // Who asks is named already.
                let request = Request { user: None, groups: Vec::default(), ..request };
                let (acts, who) = (told(&acts), listed(&who));
                out.fail(&level, format!("nothing is recorded of {acts} by {who}, such as: {request}"));
            }
            None => out.pass(&level),
        }
    }
    for (_, _, at) in lint.recording() {
        out.pass(&at.get("level"));
    }
}

/// Whether a name is one of Kubernetes' components. The API server's own requests to itself carry a credential that never
/// leaves its memory.
fn is_component(name: &str) -> bool {
    name.starts_with("system:") && name != "system:apiserver" && !is_broad(name)
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
