//! Requests without valid credentials, of which nothing is recorded.

use ironsides_audit::{About, Level, Request, Stage};

use super::POLICY;
use super::audit_policy_without_catch_all::catch_all;
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "failed-logins-unrecorded",
        title: "audit policy does not record failed logins",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("failed_logins_unrecorded.md"),
    },
    run: Run::Kinds(POLICY, run),
};

/// What people without valid credentials try.
const TRIED: [(&str, &str); 4] = [("list", "pods"), ("list", "secrets"), ("create", "pods"), ("get", "/api")];

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    let mut told: Vec<Option<usize>> = Vec::new();
    for (verb, what) in TRIED {
        let request = request(verb, what);
        let decision = lint.policy.decide(&request);
        let omits = decision.omit_stages.has(Stage::ResponseStarted);
        if decision.level > Level::None && !omits || told.contains(&decision.rule) {
            continue;
        }
        told.push(decision.rule);
        let Some(at) = decision.rule.and_then(|number| lint.at(number)) else {
            let rules = lint.root.get("rules");
            let test = "see how much the log grows";
            out.fail(
                &rules,
                format!("no rule sees a failed login, which has neither user nor group: {request}"),
            )
            .unsafe_fix("add a last rule that records the rest", test, || [append(&rules, catch_all())]);
            continue;
        };
        if decision.level == Level::None {
            out.fail(&at.get("level"), format!("the rule silences failed logins: {request}"));
            continue;
        }
        let place = decision.rule.and_then(|number| lint.omits(number, Stage::ResponseStarted));
        let place = place.unwrap_or_else(|| at.get("omitStages"));
        let message = "a failed login is recorded at ResponseStarted alone, which is left out";
        let test = "see how much the log grows: every watch is recorded twice then";
        let finding = out.fail(&place, message);
        finding.unsafe_fix("record the stage ResponseStarted", test, || [remove(&place)]);
        if let Some(number) = decision.rule {
            finding.key(format!("rules[{number}]"));
        }
    }
    if told.is_empty() {
        out.pass(&lint.root.get("rules"));
    }
}

/// A request of nobody: of one who failed to log in there is no user and no group.
fn request(verb: &'static str, what: &'static str) -> Request<'static> {
    let about = if what.starts_with('/') {
        About::Path(what.into())
    } else {
        About::Resource {
            group: "".into(),
            resource: what.into(),
            subresource: "".into(),
            namespace: "default".into(),
            name: "".into(),
        }
    };
    Request { user: None, groups: Vec::new(), verb: verb.into(), about }
}
