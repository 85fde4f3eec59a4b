//! A role that may change where traffic goes and what may pass.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "networking-writable",
        title: "role may change the network",
        severity: Severity::Medium,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("networking_writable.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[
    Power { group: "", resources: &["services", "endpoints"], verbs: &["create", "update", "patch"] },
    Power {
        group: "discovery.k8s.io",
        resources: &["endpointslices"],
        verbs: &["create", "update", "patch"],
    },
    Power {
        group: "networking.k8s.io",
        resources: &["networkpolicies", "ingresses"],
        verbs: &["create", "update", "patch", "delete"],
    },
    Power {
        group: "gateway.networking.k8s.io",
        resources: &["gateways", "httproutes", "referencegrants"],
        verbs: &["create", "update", "patch"],
    },
];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
