//! A role that takes the rules of all others.

use ironsides_core::LabelSelector;

use super::CLUSTER_ROLES;
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "aggregation-of-everything",
        title: "role aggregates all ClusterRoles",
        severity: Severity::High,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("aggregation_of_everything.md"),
    },
    run: Run::Kinds(CLUSTER_ROLES, run),
};

fn run(role: &Object, out: &mut Out<'_>) {
    let rule = role.cursor().get("aggregationRule");
    if !rule.is_set() {
        return out.not_applicable("the role aggregates no others");
    }
    for at in rule.get("clusterRoleSelectors").items() {
        match LabelSelector::read(&at) {
            Ok(selector) if selector.is_everything() => {
                out.fail(&at, "an empty selector copies the rules of every ClusterRole into this one");
            }
            _ => out.pass(&at),
        }
    }
}
