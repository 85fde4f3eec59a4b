//! A role that may decide what the API server admits.

use ironsides_core::Inventory;

use super::rule::{Power, report};
use super::{BINDINGS, ROLES};
use crate::prelude::*;

pub(super) static CHECK: Check = Check {
    meta: CheckMeta {
        id: "webhook-configuration-writable",
        title: "role may change admission webhooks and policies",
        severity: Severity::High,
        family: "rbac",
        since: "0.1.0",
        page: include_str!("webhook_configuration_writable.md"),
    },
    run: Run::Together { judges: ROLES, needs: &[], welcomes: BINDINGS, run },
};

const POWERS: &[Power] = &[Power {
    group: "admissionregistration.k8s.io",
    resources: &[
        "mutatingwebhookconfigurations",
        "validatingwebhookconfigurations",
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
        "mutatingadmissionpolicies",
        "mutatingadmissionpolicybindings",
    ],
    verbs: &["create", "update", "patch", "delete"],
}];

fn run(role: &Object, inventory: &Inventory, out: &mut Out<'_>) {
    report(role, inventory, out, POWERS);
}
