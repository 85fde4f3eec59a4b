//! A role that may decide what the API server admits.

use super::ROLES;
use super::rule::{Power, report};
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
    run: Run::Kinds(ROLES, run),
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

fn run(role: &Object, out: &mut Out<'_>) {
    report(role, out, POWERS);
}
