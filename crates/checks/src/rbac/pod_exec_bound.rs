//! A binding to a role that lets its holder into containers.

use ironsides_core::Inventory;

use super::binding::{called, is_own, is_unlimited, roles, subjects};
use super::rule::{Power, Rule, is_built_in, platform_name};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "pod-exec-bound",
        title: "subject may run commands in pods",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("pod_exec_bound.md"),
    },
    run: Run::Together { judges: BINDINGS, needs: ROLES, welcomes: &[], run },
};

const POWERS: &[Power] =
    &[Power { group: "", resources: &["pods/exec", "pods/attach"], verbs: &["create", "get"] }];

fn run(binding: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = binding.cursor().get("roleRef").get("name");
    if is_own(binding) {
        return out.not_applicable("Kubernetes itself brings this binding");
    }
    if is_unlimited(binding, inventory) {
        return out.not_applicable("the binding allows everything, which another check tells");
    }
    let found = roles(binding, inventory).filter(|role| !is_built_in(role)).find_map(|role| {
        let rule = Rule::all(role).find_map(|rule| Some((rule.allows(POWERS)?, rule.at)))?;
        Some((role, rule))
    });
    let Some((role, (what, rule))) = found else { return out.pass(&at) };
    let Some(first) = subjects(binding).next() else {
        return out.not_applicable("the binding has no subjects");
    };
    let others = subjects(binding).count().saturating_sub(1);
    let more = if others == 0 { String::new() } else { format!(" and {others} more") };
    let message = format!("the role allows {}{more} {what}", called(&first));
    match platform_name(binding) {
        Some(look_at) => out.manual(&at, message, look_at),
        None => out.fail(&at, message),
    }
    .also(role, &rule);
}
