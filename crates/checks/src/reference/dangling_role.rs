//! A binding to a role that nobody brings.

use ironsides_core::Inventory;

use crate::gathered::{is_kept, is_there, namespace};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "dangling-role",
        title: "binding names a role that is not in the input",
        severity: Severity::Low,
        family: "reference",
        since: "0.1.0",
        page: include_str!("dangling_role.md"),
    },
    run: Run::Together { judges: BINDINGS, needs: &[], welcomes: ROLES, run },
};

const GROUP: &str = "rbac.authorization.k8s.io";
const BINDINGS: &[(&str, &str)] = &[(GROUP, "RoleBinding"), (GROUP, "ClusterRoleBinding")];
const ROLES: &[(&str, &str)] = &[(GROUP, "Role"), (GROUP, "ClusterRole")];

fn run(binding: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let reference = binding.cursor().get("roleRef");
    let at = reference.get("name");
    let (Some(kind), Some(name)) = (reference.get("kind").str(), at.str()) else { return };
    let global = kind == "ClusterRole";
    // Those that every cluster has.
    let built_in = matches!(name, "cluster-admin" | "admin" | "edit" | "view") || name.starts_with("system:");
    let there = || {
        if global {
            inventory.named(GROUP, kind, None, name).next().is_some()
        } else {
            is_there(inventory, (GROUP, kind), namespace(binding), name)
        }
    };
    if global && built_in || there() {
        return out.pass(&at);
    }
    let kept = if global {
        inventory.of_kind(GROUP, kind).next().is_some()
    } else {
        is_kept(inventory, (GROUP, kind), namespace(binding))
    };
    let finding = out.fail(&at, format!("the {kind} \"{name}\" is not among the scanned files"));
    if kept {
        finding.confidence(Confidence::Medium);
    } else {
        // Where no roles are kept beside the bindings, they may well be somewhere else; but then nothing was said of them.
        finding.severity(Severity::Info).confidence(Confidence::Low);
    }
}
