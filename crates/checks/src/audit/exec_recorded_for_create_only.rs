//! Rules for exec that know one of its two verbs.

use ironsides_audit::Level;

use super::POLICY;
use super::lint::{Lint, item};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "exec-recorded-for-create-only",
        title: "audit rule for exec misses WebSocket clients",
        severity: Severity::High,
        family: "audit",
        since: "0.1.0",
        page: include_str!("exec_recorded_for_create_only.md"),
    },
    run: Run::Kinds(POLICY, run),
};

const SESSIONS: [&str; 3] = ["pods/exec", "pods/attach", "pods/portforward"];

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (number, rule, at) in lint.recording() {
        let verbs = at.get("verbs");
        let one = |verb: &str| {
            let other = if verb == "create" { "get" } else { "create" };
            let has = |verb: &str| item(&verbs, verb).is_some();
            (has(verb) && !has(other)).then_some(other)
        };
        let Some(other) = one("create").or_else(|| one("get")) else {
            out.pass(if verbs.is_set() { &verbs } else { at });
            continue;
        };
        let escapes = |resource: &&str| {
            let named = rule.resources.iter().any(|entry| entry.resources.iter().any(|own| own == *resource));
            // `get` on everything is not about exec, `create` on everything is.
            if !named && other == "create" {
                return None;
            }
            let any = ironsides_audit::Rule { verbs: Vec::new(), ..rule.clone() };
            let request = lint.request(&any.narrowed(&[other], "", resource)?, number)?;
            let decision = lint.policy.decide(&request);
            let weaker = decision.level == Level::None || named && decision.level < rule.level;
            weaker.then_some((request, decision))
        };
        match SESSIONS.iter().find_map(escapes) {
            Some((request, decision)) => {
                let message = format!(
                    "requests with the verb {other} open the same sessions, and are recorded at {}: {request}",
                    decision.level
                );
                out.fail(&verbs, message).safe_fix(format!("list {other} too"), || [append(&verbs, other)]);
            }
            None => out.pass(&verbs),
        }
    }
}
