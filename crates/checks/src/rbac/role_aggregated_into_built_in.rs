//! A role that is copied into those that Kubernetes brings for users.

use super::CLUSTER_ROLES;
use super::rule::{Power, Rule, is_built_in};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "role-aggregated-into-built-in",
        title: "role widens a built-in role",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("role_aggregated_into_built_in.md"),
    },
    run: Run::Kinds(CLUSTER_ROLES, run),
};

/// What the built-in `view` leaves out on purpose.
const HIDDEN: &[Power] = &[
    Power { group: "", resources: &["secrets"], verbs: &["get", "list", "watch"] },
    Power {
        group: "rbac.authorization.k8s.io",
        resources: &["roles", "rolebindings"],
        verbs: &["get", "list", "watch"],
    },
];

/// What even the built-in `admin` cannot do.
const NEVER: &[Power] = &[
    Power {
        group: "",
        resources: &["nodes", "nodes/proxy", "persistentvolumes"],
        verbs: &["get", "create", "update", "patch"],
    },
    Power {
        group: "rbac.authorization.k8s.io",
        resources: &["roles", "clusterroles"],
        verbs: &["escalate", "bind"],
    },
    Power {
        group: "rbac.authorization.k8s.io",
        resources: &["clusterroles", "clusterrolebindings"],
        verbs: &["create", "update", "patch"],
    },
    Power { group: "", resources: &["users", "groups"], verbs: &["impersonate"] },
];

fn run(role: &Object, out: &mut Out<'_>) {
    if is_built_in(role) {
        return out.not_applicable("Kubernetes itself brings this role");
    }
    let labels = role.cursor().at(&["metadata", "labels"]);
    let into = ["view", "edit", "admin"].into_iter().find(|name| {
        let label = match *name {
            "view" => "rbac.authorization.k8s.io/aggregate-to-view",
            "edit" => "rbac.authorization.k8s.io/aggregate-to-edit",
            _ => "rbac.authorization.k8s.io/aggregate-to-admin",
        };
        labels.get(label).str() == Some("true")
    });
    let Some(into) = into else { return out.not_applicable("no built-in role takes the rules of this one") };
    for rule in Rule::all(role) {
        let writes = || {
            let verbs = ["create", "update", "patch", "delete", "*"];
            rule.list("verbs").find(|verb| verbs.contains(verb)).map(|verb| format!("the verb \"{verb}\""))
        };
        let found = match into {
            "view" => rule.allows(NEVER).or_else(|| rule.allows(HIDDEN)).or_else(writes),
            _ => rule.allows(NEVER),
        };
        match found {
            Some(what) => _ = out.fail(&rule.at, format!("the built-in role \"{into}\" gains {what}")),
            None => out.pass(&rule.at),
        }
    }
}
