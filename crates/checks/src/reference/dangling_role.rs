//! A binding to a role that nobody brings.

use ironsides_core::Inventory;

use crate::gathered::{Lead, among, follow, namespace};
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
    let home = (!global).then(|| namespace(binding));
    let missing = || format!("the {kind} \"{name}\" is not {}", among(inventory));
    match follow(inventory, (GROUP, kind), home, name) {
        Lead::Missing(_) if global && built_in && inventory.server().is_none() => out.pass(&at),
        Lead::Found => out.pass(&at),
        // Where no roles are kept beside the bindings, they may well be somewhere else; but then nothing was said of them.
        Lead::Missing(Confidence::Low) => {
            out.fail(&at, missing()).severity(Severity::Info).confidence(Confidence::Low);
        }
        Lead::Missing(confidence) => {
            out.fail(&at, missing()).confidence(confidence);
        }
        Lead::LeftOut(why) => out.not_applicable(why),
        Lead::Unseen(why) => {
            out.unknown(&at, format!("nobody can tell whether the {kind} \"{name}\" is there"), why);
        }
    }
}
