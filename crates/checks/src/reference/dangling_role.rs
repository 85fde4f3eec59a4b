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
    let what = format!("{kind} \"{name}\"");
    let missing = || format!("the {what} is not {}", among(inventory));
    let lead = match follow(inventory, (GROUP, kind), home, name) {
        Lead::Missing(_) if global && built_in && inventory.server().is_none() => Lead::Found,
        lead => lead,
    };
    if let Some((finding, confidence)) = lead.tell(out, &at, &what, missing) {
        finding.confidence(confidence);
        // Where no roles are kept beside the bindings, they may well be somewhere else; but then nothing was said of them.
        if confidence == Confidence::Low {
            finding.severity(Severity::Info);
        }
    }
}
