//! A rule about the very requests that an earlier rule is about.

use ironsides_audit::Rule;
use std::collections::{HashMap, HashSet};

use super::POLICY;
use super::lint::Lint;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "duplicate-audit-rule",
        title: "audit rule repeats an earlier one",
        severity: Severity::Low,
        family: "audit",
        since: "0.1.0",
        page: include_str!("duplicate_audit_rule.md"),
    },
    run: Run::Kinds(POLICY, run),
};

fn run(policy: &Object, out: &mut Out<'_>) {
    let Some(lint) = Lint::of(policy, out) else { return };
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (number, rule, at) in lint.rules() {
        let first = *seen.entry(conditions(rule)).or_insert(number);
        let (Some(twin), Some(other)) = (lint.policy.rules.get(first), lint.at(first)) else { continue };
        if first == number {
            out.pass(at);
            continue;
        }
        let is_alike = (twin.level, twin.omit_stages, twin.omit_managed_fields)
            == (rule.level, rule.omit_stages, rule.omit_managed_fields);
        let but = if is_alike { String::new() } else { ", and records otherwise".to_owned() };
        let finding = out.fail(at, format!("rules[{first}] is about the same requests and comes first{but}"));
        if is_alike {
            finding.safe_fix("remove the rule, which decides nothing", || [remove(at)]);
        } else {
            finding.severity(Severity::Medium);
        }
        finding.also(policy, other);
    }
}

/// Of each rule whether an earlier one is about the same requests.
pub(super) fn repeats(lint: &Lint<'_>) -> Vec<bool> {
    let mut seen: HashSet<String> = HashSet::new();
    lint.policy.rules.iter().map(|rule| !seen.insert(conditions(rule))).collect()
}

/// What a rule is about, whatever the order in which it lists it.
fn conditions(rule: &Rule) -> String {
    let sorted = |list: &[String]| {
        let mut list: Vec<&str> = list.iter().map(String::as_str).collect();
        list.sort_unstable();
        list.dedup();
        format!("{list:?}")
    };
    let entry = |entry: &ironsides_audit::GroupResources| {
        format!("{:?}{}{}", entry.group, sorted(&entry.resources), sorted(&entry.resource_names))
    };
    let entries: Vec<String> = rule.resources.iter().map(entry).collect();
    let lists = [&rule.users, &rule.user_groups, &rule.verbs, &rule.namespaces, &rule.non_resource_urls];
    let lists: Vec<String> = lists.into_iter().map(|list| sorted(list)).collect();
    format!("{}|{}", lists.concat(), sorted(&entries))
}
