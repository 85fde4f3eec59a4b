//! A rule to which the rules before it leave no request.

use ironsides_audit::{Left, Rule};

use super::POLICY;
use super::duplicate_audit_rule::repeats;
use super::lint::{Lint, listed};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "shadowed-audit-rule",
        title: "audit rule is never reached",
        severity: Severity::Medium,
        family: "audit",
        since: "0.1.0",
        page: include_str!("shadowed_audit_rule.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    for (((_, rule, at), left), repeats) in lint.rules().zip(lint.left()).zip(repeats(&lint)) {
        match left {
            Left::Some(_) => out.pass(at),
            Left::Unknown => {
                let missing = "the time: there are too many ways in which the rules before it overlap";
                out.unknown(at, "whether any request reaches the rule is not known", missing);
            }
            // What fits no request at all is told by the checks of its fields.
            Left::Nothing(by) if by.is_empty() || repeats => {}
            Left::Nothing(by) => dead(policy, &lint, (rule, at), by, out),
        }
    }
}

fn dead(policy: &Object, lint: &Lint<'_>, (rule, at): (&Rule, &Cursor<'_>), by: &[usize], out: &mut Out<'_>) {
    let others: Vec<&Rule> = by.iter().filter_map(|by| lint.policy.rules.get(*by)).collect();
    let names: Vec<String> = by.iter().map(|by| format!("rules[{by}]")).collect();
    let (first, rest) = names.split_at(names.len().min(4));
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    let take = if by.len() == 1 { "takes" } else { "take" };
    let least = others.iter().map(|other| other.level).min().unwrap_or_default();
    let what = if least < rule.level {
        format!(", and record them at {least}, not {}", rule.level)
    } else {
        String::new()
    };
    let message = format!("no request reaches the rule: {}{more} {take} all of them{what}", listed(first));
    let is_alike = others.iter().all(|other| is_alike(other, rule));
    let finding = out.fail(at, message);
    if least < rule.level {
        finding.severity(Severity::High);
    } else if is_alike {
        finding.severity(Severity::Low);
        finding.safe_fix("remove the rule, which decides nothing", || [remove(at)]);
    }
    for other in by.iter().take(4).filter_map(|by| lint.at(*by)) {
        finding.also(policy, other);
    }
}

/// Whether two rules record the same.
fn is_alike(a: &Rule, b: &Rule) -> bool {
    (a.level, a.omit_stages, a.omit_managed_fields) == (b.level, b.omit_stages, b.omit_managed_fields)
}
