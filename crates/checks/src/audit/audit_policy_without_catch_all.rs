//! A policy that records only what it lists.

use ironsides_audit::{Left, Level, Policy, Request};
use ironsides_tree::{Map, Node, Text, Value};
use std::sync::Arc;

use super::POLICY;
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-policy-without-catch-all",
        title: "audit policy leaves requests unrecorded that it does not name",
        severity: Severity::High,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_policy_without_catch_all.md"),
    },
    run: Run::Kinds(POLICY, run),
};

/// Requests that are no oddities, to show what is not recorded.
const USUAL: [(&str, &str, &str); 4] = [
    ("create", "rbac.authorization.k8s.io", "clusterrolebindings"),
    ("create", "apps", "deployments"),
    ("delete", "", "pods"),
    ("get", "", "secrets"),
];

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    let rules = lint.root.get("rules");
    for ((_, rule, at), left) in lint.rules().zip(lint.left()) {
        if let (Level::None, true, Left::Some(request)) = (rule.level, rule.is_for_all(), left) {
            let level = at.get("level");
            let request = usual(lint.policy).unwrap_or_else(|| request.clone());
            let message = format!("nothing is recorded of what no earlier rule names, such as: {request}");
            out.fail(&level, message).unsafe_fix("set level to Metadata", TEST, || [set(&level, "Metadata")]);
            return;
        }
    }
    match lint.undecided() {
        Left::Nothing(_) => out.pass(&rules),
        Left::Unknown => {
            let missing = "the time: there are too many ways in which the rules overlap";
            out.unknown(&rules, "whether the rules leave requests over is not known", missing);
        }
        Left::Some(request) => {
            let request = usual(lint.policy).unwrap_or(request);
            let message =
                format!("no rule fits what others leave over, so that nothing is recorded of it: {request}");
            out.fail(&rules, message)
                .unsafe_fix("add a last rule that records the rest", TEST, || [append(&rules, catch_all())]);
        }
    }
}

const TEST: &str = "see how much the log grows";

/// A usual request of which nothing is recorded.
fn usual(policy: &Policy) -> Option<Request<'static>> {
    let request = |(verb, group, resource): (&'static str, &'static str, &'static str)| {
        let any = "\u{1}";
        let about = ironsides_audit::About::Resource {
            group: group.into(),
            resource: resource.into(),
            subresource: "".into(),
            namespace: any.into(),
            name: any.into(),
        };
        Request { user: Some(any.into()), groups: Vec::new(), verb: verb.into(), about }
    };
    USUAL.into_iter().map(request).find(|request| policy.decide(request).level == Level::None)
}

/// A rule that records whatever it is asked about.
pub(super) fn catch_all() -> Node {
    let level = (Text::new_static("level"), Node::bare("Metadata".into()));
    Node::bare(Value::Map(Arc::new([level].into_iter().collect::<Map>())))
}
