//! Requests that fill the log and tell nothing.

use ironsides_audit::{About, Level, Request};

use super::POLICY;
use super::lint::{Lint, listed};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "audit-noise-recorded",
        title: "audit policy records what components do all day",
        severity: Severity::Info,
        family: "audit",
        since: "0.1.0",
        page: include_str!("audit_noise_recorded.md"),
    },
    run: Run::Kinds(POLICY, run),
};

/// What nodes do every few seconds: resource, group, verb and name in words.
const NOISE: [(&str, &str, &str, &str); 3] = [
    ("leases", "coordination.k8s.io", "update", "renewals of leases"),
    ("events", "", "create", "events"),
    ("/readyz", "", "get", "health probes"),
];

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    let mut noisy: Vec<(usize, Vec<&str>)> = Vec::new();
    for (what, group, verb, said) in NOISE {
        let decision = lint.policy.decide(&request(what, group, verb));
        let Some(number) = decision.rule.filter(|_| decision.level > Level::None) else { continue };
        match noisy.iter_mut().find(|(known, _)| *known == number) {
            Some((_, said_before)) => said_before.push(said),
            None => noisy.push((number, vec![said])),
        }
    }
    for (number, said) in &noisy {
        if let Some(at) = lint.at(*number) {
            let what = listed(said);
            out.fail(
                &at.get("level"),
                format!("the rule records {what}, which are most of a quiet cluster's log"),
            );
        }
    }
    if noisy.is_empty() {
        out.pass(&lint.root.get("rules"));
    }
}

/// A node asks; for paths somebody without credentials does, as probes do.
fn request(what: &'static str, group: &'static str, verb: &'static str) -> Request<'static> {
    let is_path = what.starts_with('/');
    let about = if is_path {
        About::Path(what.into())
    } else {
        About::Resource {
            group: group.into(),
            resource: what.into(),
            subresource: "".into(),
            namespace: if what == "leases" { "kube-node-lease" } else { "default" }.into(),
            name: if verb == "create" { "" } else { "node-1" }.into(),
        }
    };
    let (user, groups) = if is_path {
        ("system:anonymous", ["system:unauthenticated"].as_slice())
    } else {
        ("system:node:node-1", ["system:nodes", "system:authenticated"].as_slice())
    };
    let groups = groups.iter().map(|group| (*group).into()).collect();
    Request { user: Some(user.into()), groups, verb: verb.into(), about }
}
