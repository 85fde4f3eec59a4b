//! A binding that gives somebody everything.

use ironsides_core::Inventory;

use super::binding::{called, is_own, is_unlimited, role, subjects, unlimited_role};
use super::rule::platform_name;
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cluster-admin-bound",
        title: "subject is bound to a role that allows everything",
        severity: Severity::High,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("cluster_admin_bound.md"),
    },
    run: Run::Together { judges: BINDINGS, needs: &[], welcomes: ROLES, run },
};

fn run(binding: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = binding.cursor().get("roleRef").get("name");
    if is_own(binding) {
        return out.not_applicable("Kubernetes itself brings this binding");
    }
    if !is_unlimited(binding, inventory) {
        return out.pass(&at);
    }
    let (kind, name) = role(binding);
    let whole = binding.reference().kind == "ClusterRoleBinding";
    let reach = if whole { "in the whole cluster" } else { "in its namespace" };
    let account = subjects(binding).find(|subject| subject.kind == "ServiceAccount");
    let Some(first) = account.as_ref().map(called).or_else(|| subjects(binding).next().as_ref().map(called))
    else {
        return out.not_applicable("the binding has no subjects");
    };
    let others = subjects(binding).count().saturating_sub(1);
    let who = if others == 0 { first } else { format!("{first} and {others} more") };
    let message = format!("the {kind} \"{name}\" allows {who} everything {reach}");
    let finding = match platform_name(binding) {
        Some(look_at) => out.manual(&at, message, look_at),
        None => out.fail(&at, message),
    };
    // Programs are attacked from afar, and their tokens lie in files.
    if whole && account.is_some() {
        finding.severity(Severity::Critical);
    }
    if name == "cluster-admin" {
        // Every cluster has it.
        finding.definite();
    }
    if let Some(role) = unlimited_role(binding, inventory) {
        finding.also(role, &role.cursor().get("rules"));
    }
}
