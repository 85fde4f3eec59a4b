//! A binding by which everybody can take over the cluster.

use ironsides_core::Inventory;

use super::binding::{is_own, role, roles, subjects};
use super::rule::{Power, Rule};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "takeover-by-everybody",
        title: "everybody holds powers that take over the cluster",
        severity: Severity::Critical,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("takeover_by_everybody.md"),
    },
    run: Run::Together { judges: BINDINGS, needs: &[], welcomes: ROLES, run },
};

/// Each leads to everything in one or two steps: by a token, a pod on any node, a role, or an identity.
const POWERS: &[Power] = &[
    Power { group: "", resources: &["secrets"], verbs: &["get", "list", "watch"] },
    Power { group: "", resources: &["pods"], verbs: &["create", "update", "patch"] },
    Power { group: "", resources: &["pods/exec", "pods/attach"], verbs: &["create", "get"] },
    Power { group: "", resources: &["pods/ephemeralcontainers"], verbs: &["update", "patch"] },
    Power { group: "", resources: &["serviceaccounts/token"], verbs: &["create"] },
    Power { group: "", resources: &["nodes/proxy"], verbs: &["create", "get"] },
    Power { group: "", resources: &["users", "groups", "serviceaccounts"], verbs: &["impersonate"] },
    Power {
        group: "apps",
        resources: &["deployments", "daemonsets", "statefulsets", "replicasets"],
        verbs: &["create", "update", "patch"],
    },
    Power { group: "batch", resources: &["jobs", "cronjobs"], verbs: &["create", "update", "patch"] },
    Power {
        group: "rbac.authorization.k8s.io",
        resources: &["roles", "clusterroles"],
        verbs: &["escalate", "bind"],
    },
    Power {
        group: "admissionregistration.k8s.io",
        resources: &["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
        verbs: &["create", "update", "patch"],
    },
    Power {
        group: "certificates.k8s.io",
        resources: &["certificatesigningrequests/approval"],
        verbs: &["update", "patch"],
    },
];

fn run(binding: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    if is_own(binding) {
        return out.not_applicable("Kubernetes itself brings this binding");
    }
    let (kind, name) = role(binding);
    // Those for users that every cluster has, whether the input holds them or not.
    let built_in = match (kind, name) {
        ("ClusterRole", "cluster-admin") => Some("everything on all resources"),
        ("ClusterRole", "admin" | "edit") => Some("get, list and watch on secrets, create on pods"),
        _ => None,
    };
    let mut found = built_in.map(|what| (what.to_owned(), None));
    if found.is_none() {
        found = roles(binding, inventory).find_map(|role| {
            let rule = Rule::all(role).find_map(|rule| Some((rule.allows(POWERS)?, rule.at)))?;
            Some((rule.0, Some((role, rule.1))))
        });
    }
    let whole = binding.reference().kind == "ClusterRoleBinding";
    for subject in subjects(binding) {
        let who = match (subject.kind, subject.name) {
            ("User", "system:anonymous") | ("Group", "system:unauthenticated") => {
                "everybody, signed in or not,"
            }
            ("Group", "system:authenticated") => "everybody who can sign in",
            ("Group", "system:serviceaccounts") => "every service account of the cluster",
            _ => {
                out.pass(&subject.at);
                continue;
            }
        };
        let Some((what, evidence)) = &found else {
            out.pass(&subject.at);
            continue;
        };
        let reach = if whole { "in the whole cluster" } else { "in the namespace of the binding" };
        let finding = out.fail(&subject.at, format!("{who} may {what} {reach}"));
        if !whole {
            finding.severity(Severity::High);
        }
        if let Some((role, rule)) = evidence {
            finding.also(role, rule);
        }
    }
}
