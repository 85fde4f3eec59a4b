//! Rules that silence what attackers do, whoever does it.

use super::POLICY;
use super::act::{decided, told};
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "sensitive-requests-unrecorded",
        title: "audit policy silences requests that attackers need",
        severity: Severity::High,
        family: "audit",
        since: "0.1.0",
        page: include_str!("sensitive_requests_unrecorded.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (number, rule, at) in lint.silent() {
        let level = at.get("level");
        let is_asked = rule.users.is_empty() && rule.user_groups.is_empty() && !rule.is_for_all();
        match decided(&lint, number).filter(|_| is_asked) {
            Some((acts, request)) => {
                let acts = told(&acts);
                out.fail(&level, format!("nothing is recorded of {acts}, such as: {request}"));
            }
            None => out.pass(&level),
        }
    }
    for (_, _, at) in lint.recording() {
        out.pass(&at.get("level"));
    }
}
