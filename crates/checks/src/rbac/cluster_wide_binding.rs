//! A binding for all namespaces where one would do.

use ironsides_core::Inventory;
use ironsides_tree::Text;

use super::binding::{called, is_own, roles, subjects};
use super::rule::{Rule, is_built_in, is_global, listed, platform_name};
use super::{CLUSTER_ROLE, GROUP};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "cluster-wide-binding",
        title: "role is bound in all namespaces where one would do",
        severity: Severity::Low,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("cluster_wide_binding.md"),
    },
    run: Run::Together {
        judges: &[(GROUP, "ClusterRoleBinding")],
        needs: &[CLUSTER_ROLE],
        welcomes: NAMED,
        run,
    },
};

/// The kinds whose names tell in which namespace they are, with their resource.
const KINDS: [(&str, &str, &str); 4] = [
    ("", "Secret", "secrets"),
    ("", "ConfigMap", "configmaps"),
    ("", "Service", "services"),
    ("coordination.k8s.io", "Lease", "leases"),
];
const NAMED: &[(&str, &str)] =
    &[("", "Secret"), ("", "ConfigMap"), ("", "Service"), ("coordination.k8s.io", "Lease")];

fn run(binding: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    let at = binding.cursor().at(&["roleRef", "name"]);
    if is_own(binding) || platform_name(binding).is_some() {
        return out.not_applicable("Kubernetes or the platform brings this binding");
    }
    let Some(role) = roles(binding, inventory).next().filter(|role| !is_built_in(role)) else {
        return out.not_applicable("the role is not in the input, or Kubernetes brings it");
    };
    let accounts = subjects(binding).next().is_some()
        && subjects(binding).all(|subject| subject.kind == "ServiceAccount");
    if !accounts || role.cursor().get("aggregationRule").is_set() {
        return out.not_applicable("only of bindings for service accounts the input can tell");
    }
    let rules: Vec<Rule<'_>> = Rule::all(role).collect();
    if rules.is_empty() || !rules.iter().all(is_namespaced) {
        return out.pass(&at);
    }
    let mut homes: Vec<Text> = Vec::new();
    if !rules.iter().all(|rule| add_homes(rule, inventory, &mut homes)) {
        let who = subjects(binding).next().as_ref().map(called).unwrap_or_default();
        let message = format!("{who} may use the role in every namespace, and all of it is about namespaces");
        out.manual(
            &at,
            message,
            "in which namespaces the program works; a RoleBinding in each allows no more",
        )
        .severity(Severity::Info)
        .also(role, &role.cursor().get("rules"));
        return;
    }
    let names: Vec<&str> = homes.iter().map(Text::as_str).collect();
    if names.len() == 1 {
        let message =
            format!("all that the role names is in \"{}\", and it is bound everywhere", listed(&names));
        out.fail(&at, message).also(role, &role.cursor().get("rules"));
    } else {
        out.pass(&at);
    }
}

/// Whether a rule is only about built-in resources that are in namespaces.
fn is_namespaced(rule: &Rule<'_>) -> bool {
    let known = |group: &str, resource: &str| {
        let plural = resource.split('/').next().unwrap_or_default();
        ironsides_schema::kind_of_resource(group, plural).is_some()
            && !is_global(group, resource)
            && (group, plural) != ("", "namespaces")
    };
    rule.list("nonResourceURLs").next().is_none()
        && rule.list("resources").next().is_some()
        && rule.list("apiGroups").all(|group| rule.list("resources").all(|resource| known(group, resource)))
}

/// Adds the namespaces in which the objects are that a rule names. Whether all of them were found.
fn add_homes(rule: &Rule<'_>, inventory: &Inventory, homes: &mut Vec<Text>) -> bool {
    if !rule.is_limited() {
        return false;
    }
    for group in rule.list("apiGroups") {
        for resource in rule.list("resources") {
            let Some((_, kind, _)) = KINDS.iter().find(|known| (known.0, known.2) == (group, resource))
            else {
                return false;
            };
            for name in rule.list("resourceNames") {
                let mut found = false;
                for object in inventory.of_kind(group, kind).filter(|object| object.reference().name == name)
                {
                    let Some(namespace) = &object.reference().namespace else { return false };
                    found = true;
                    if !homes.contains(namespace) {
                        homes.push(namespace.clone());
                    }
                }
                if !found {
                    return false;
                }
            }
        }
    }
    true
}
